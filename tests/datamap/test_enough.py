"""Does reading end when it is sure, never before, and is the share always told?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pytest

from custodes.datamap.copies import copies
from custodes.datamap.enough import FIRST, RARE, Enough, Limits, unseen
from custodes.datamap.scan import scan
from custodes.datamap.sketches import Sketches
from custodes.records import Column, Dataset, Examined, Field, Skipped
from tests.datamap.test_scan import AtSigns

SAMPLE = Limits(whole=False)


@dataclass
class LargeStore:
    """One dataset in memory, whose rows come in random order when there is a limit."""

    cells: list[str]
    scattered: bool = True
    dataset: str = "big"
    handed: int = 0
    closed: bool = False
    name: str = "shop"
    kind: str = "fake"
    batches: list[int] = field(default_factory=list)

    def datasets(self) -> Iterator[Dataset | Skipped]:
        columns = (Column("mail", "text"),)
        yield Dataset("shop", self.dataset, columns, "table", len(self.cells), "f", self.scattered)

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        cells = list(self.cells)
        if max_rows:
            random.Random(1).shuffle(cells)
            cells = cells[:max_rows]
        try:
            for start in range(0, len(cells), 4_000):
                piece = cells[start : start + 4_000]
                self.handed += len(piece)
                yield pa.RecordBatch.from_arrays([pa.array(piece, pa.string())], names=["mail"])
        finally:
            self.closed = True

    def close(self) -> None: ...


def examined(
    store: LargeStore, limits: Limits = SAMPLE, *, max_rows: int = 10**6, sketches: Sketches | None = None
) -> Examined:
    found = list(scan(store, AtSigns(), max_rows=max_rows, known={}, skip={}, limits=limits, sketches=sketches))
    (one,) = (each for each in found if isinstance(each, Examined))
    return one


def test_a_large_dataset_is_read_until_it_is_sure() -> None:
    """A part will do, the reading is closed, and the verdict says on how much it rests."""
    store = LargeStore([f"c{number}@example.com" for number in range(500_000)])
    one = examined(store)
    assert FIRST < one.rows_read < 100_000
    assert one.rows_total == 500_000
    assert one.sampled
    assert store.closed
    assert store.handed == one.rows_read
    assert f"{one.rows_read:,} of 500,000 rows" in one.verdicts[0].reasons[-1]
    assert one.fingerprint == "f"


def test_what_is_asked_for_whole_is_read_whole() -> None:
    """With --full, and where the store cannot give rows in random order."""
    cells = ["x"] * 200_000
    assert examined(LargeStore(cells), Limits(), max_rows=0).rows_read == 200_000
    assert examined(LargeStore(cells), Limits()).rows_read == 200_000
    one = examined(LargeStore(cells, scattered=False))
    assert (one.rows_read, one.rows_total, one.sampled) == (200_000, 200_000, False)


def test_fields_that_are_copied_are_read_on_for_their_copies() -> None:
    """The verdict is sure early; all values are compared nevertheless."""
    sketches = Sketches(b"k" * 32, {"email"})
    cells = [f"c{number}@example.com" for number in range(200_000)]
    one = examined(LargeStore(cells), sketches=sketches)
    assert one.rows_read < 100_000
    examined(LargeStore(cells, dataset="copy"), sketches=sketches)
    (found,) = copies(sketches.all())
    assert found.containment > 0.9
    assert not found.at_least


def test_a_verdict_that_still_moves_is_not_sure() -> None:
    """A field that turns up at a look makes the looking begin again."""
    enough = Enough()
    seen: list[Field] = []
    rows = 0
    stopped = 0
    while not stopped and rows < 10**7:
        rows += 1_000
        if rows == 30_000:
            seen.append(Field("s", "d", "f", "email", 0.9, 1, 1))
        if enough.reached(rows, lambda: tuple(seen)):
            stopped = rows
    assert stopped > 30_000 * 1.25**3


def test_the_bound_for_what_is_unseen() -> None:
    """Not before a category that a thousandth of the rows holds would have been seen in 19 of 20 samples."""
    enough = Enough()
    rows = next(rows for rows in range(1_000, 10**6, 1_000) if enough.reached(rows, tuple))
    assert unseen(rows) <= RARE
    assert unseen(29_000) > RARE
    chance = random.Random(3)
    # By simulation: of a category of just that share, in runs of ten rows, one sample in twenty sees none.
    missed = sum(all(chance.random() >= unseen(30_000) for _ in range(3_000)) for _ in range(1_000))
    assert missed == pytest.approx(50, abs=25)


@pytest.mark.parametrize(
    ("limits", "says"), [(Limits(bytes=100_000), "max_bytes"), (Limits(seconds=1e-9), "max_seconds")]
)
def test_a_budget_ends_the_reading_and_is_told(limits: Limits, says: str) -> None:
    """What was read counts; that it was not all is said, and the next scan tries again."""
    store = LargeStore([f"c{number}@example.com" for number in range(100_000)])
    found = list(scan(store, AtSigns(), max_rows=0, known={}, skip={}, limits=limits))
    (skipped,) = (one for one in found if isinstance(one, Skipped))
    (one,) = (each for each in found if isinstance(each, Examined))
    assert says in skipped.reason
    assert 0 < one.rows_read < 100_000
    assert one.fingerprint is None
    assert store.closed
