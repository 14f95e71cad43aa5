"""Do several workers find what one finds, hurt no store, and stop when they are told to?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from custodes.datamap.crew import Crew, Ended, Told
from custodes.datamap.room import BUDGET, Room
from custodes.errors import StoreRefused
from custodes.records import Column, Dataset, Examined, Skipped


def a_dataset(name: str, references: str | None = None, memory: int = 0) -> Dataset:
    return Dataset("s", name, (Column("id", "int", references=references),), memory=memory)


@dataclass
class FakeSite:
    """A store of datasets; `during` is called while one is read."""

    items: list[Dataset | Skipped]
    at_once: int = 4
    name: str = "s"
    during: Callable[[Dataset], None] = lambda _: None
    refuses: bool = False
    active: int = 0
    most: int = 0
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    closed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def listed(self) -> Iterator[Dataset | Skipped]:
        if self.refuses:
            raise StoreRefused("the server is down", hint="start it")
        yield from self.items

    def judged(self, found: Dataset | Skipped, check: Callable[[], None]) -> Iterator[Examined | Skipped]:
        if isinstance(found, Skipped):
            yield found
            return
        with self.lock:
            self.begun.append(found.name)
            self.active += 1
            self.most = max(self.most, self.active)
        try:
            check()
            self.during(found)
            check()
            yield Examined("s", found.name, "table", 1, 1, 1)
        finally:
            with self.lock:
                self.active -= 1
                self.ended.append(found.name)

    def close(self) -> None:
        self.closed += 1


def work(*sites: FakeSite, workers: int = 4, room: Room | None = None) -> list[Told | Ended]:
    with closing(Crew(sites, workers, room).told()) as told:
        return list(told)


def test_everything_is_told_once_and_each_store_ends_last() -> None:
    """Whatever the number of workers, with the place that each dataset has in its store."""
    for workers in (1, 2, 7):
        sites = [FakeSite([a_dataset(f"d{number}") for number in range(100)]), FakeSite([]), FakeSite([a_dataset("x")])]
        told = work(*sites, workers=workers)
        assert sorted((one.site, one.place) for one in told if isinstance(one, Told)) == [
            *((0, number) for number in range(100)),
            (2, 0),
        ]
        for number, site in enumerate(sites):
            assert site.closed == 1
            mine = [one for one in told if one.site == number]
            assert [type(one) for one in mine].index(Ended) == len(mine) - 1


def test_nothing_is_judged_before_what_it_references() -> None:
    """However many hands are free."""
    items: list[Dataset | Skipped] = [a_dataset("a"), a_dataset("b", "a.id"), a_dataset("c", "b.id"), a_dataset("d")]
    site = FakeSite(items, during=lambda _: time.sleep(0.02))
    work(site)
    assert site.begun.index("b") > site.ended.index("a")
    order = {name: place for place, name in enumerate(site.begun)}
    assert order["a"] < order["b"] < order["c"]
    assert order["d"] < order["c"]  # what waits for nobody does not wait


def test_no_store_is_asked_more_at_once_than_it_may_be() -> None:
    """A database in production has one reader, whatever the machine here could do."""
    gentle = FakeSite([a_dataset(f"g{number}") for number in range(8)], at_once=1, during=lambda _: time.sleep(0.01))
    other = FakeSite([a_dataset(f"o{number}") for number in range(8)], at_once=3, during=lambda _: time.sleep(0.01))
    work(gentle, other, workers=8)
    assert gentle.most == 1
    assert 2 <= other.most <= 3


def test_an_error_in_one_dataset_ends_no_other() -> None:
    """Not even one that nobody thought of; it is told without its words, which may hold a value."""

    def fail(dataset: Dataset) -> None:
        if dataset.name == "b":
            raise KeyError("ann@example.com")

    told = work(FakeSite([a_dataset("a"), a_dataset("b"), a_dataset("c", "b.id")], during=fail))
    by_name = {one.found.name: one.results for one in told if isinstance(one, Told) and isinstance(one.found, Dataset)}
    assert isinstance(by_name["a"][0], Examined)
    assert isinstance(by_name["c"][0], Examined)
    (broken,) = by_name["b"]
    assert isinstance(broken, Skipped)
    assert broken.reason == "it cannot be judged (KeyError)"


def test_a_store_that_refuses_ends_no_other() -> None:
    """Its refusal is told with its end."""
    told = work(FakeSite([], refuses=True), FakeSite([a_dataset("a")]))
    ends = {one.site: one.lost for one in told if isinstance(one, Ended)}
    assert isinstance(ends[0], StoreRefused)
    assert ends[1] is None
    assert sum(isinstance(one, Told) for one in told) == 1


def test_an_interrupt_stops_every_worker() -> None:
    """Between two batches; nothing is begun any more, and every store is closed."""
    site = FakeSite([a_dataset(f"d{number}") for number in range(200)], during=lambda _: time.sleep(0.01))

    def interrupted() -> None:
        with closing(Crew([site], 4).told()) as told:
            next(told)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    begun = len(site.begun)
    assert begun < 20
    assert site.active == 0
    assert site.closed == 1
    time.sleep(0.05)
    assert len(site.begun) == begun
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("scan-")]


def test_what_needs_much_memory_is_read_alone() -> None:
    """Two of them together would take more than the whole scan may."""
    large = [a_dataset(f"d{number}", memory=BUDGET) for number in range(6)]
    site = FakeSite([*large], during=lambda _: time.sleep(0.01))
    work(site)
    assert site.most == 1


def test_a_process_that_is_full_begins_nothing_beside_what_runs() -> None:
    """What the process really has counts, not only what was estimated."""
    site = FakeSite([a_dataset(f"d{number}") for number in range(6)], during=lambda _: time.sleep(0.01))
    work(site, room=Room(full=1))
    assert site.most == 1
