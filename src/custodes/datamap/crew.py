"""Who reads what next? Some threads over all stores at once, and no more in any one store than it can bear."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final, Protocol

from custodes.datamap.order import references
from custodes.datamap.room import Room
from custodes.errors import CouldNotRun, StoreRefused
from custodes.records import Dataset, Examined, Skipped

_AHEAD: Final = 32  # datasets that are listed before they can be read, so that a store of a million is never held whole
_PATIENCE: Final = 20.0  # seconds in which those who read must stop when asked to


class Halted(BaseException):
    """Raised in a thread between two batches when the scan has been given up."""


class Site(Protocol):
    """One store as the crew sees it. Threads come in one after the other for `listed`, at once for `judged`."""

    name: str
    at_once: int  # datasets that may be read at the same time

    def listed(self) -> Iterator[Dataset | Skipped]:
        """Open the store and name what is in it, datasets behind those they reference.

        Raises StoreRefused, CouldNotRun.
        """
        ...

    def judged(self, found: Dataset | Skipped, check: Callable[[], None]) -> Iterator[Examined | Skipped]:
        """Read one of them. check is asked between two batches; what it raises ends the reading.

        Raises StoreRefused, CouldNotRun where the store is lost altogether.
        """
        ...

    def close(self) -> None:
        """Let go of the store; nobody reads in it any more."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one thing a store names. place: its number among those; they come in any order."""

    site: int
    place: int
    found: Dataset | Skipped
    results: tuple[Examined | Skipped, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A store is done with. lost: why before its end, if so."""

    site: int
    lost: StoreRefused | CouldNotRun | None


@dataclass(slots=True)
class _State:
    """How far the crew is with a store."""

    number: int
    site: Site
    items: Iterator[Dataset | Skipped] | None = None
    listing: bool = False  # a thread is at it
    exhausted: bool = False
    seen: int = 0
    active: int = 0
    ended: bool = False
    lost: StoreRefused | CouldNotRun | None = None
    waiting: deque[tuple[int, Dataset | Skipped, frozenset[str]]] = field(default_factory=deque)
    unjudged: set[str] = field(default_factory=set)  # names of datasets that were listed and are not judged yet


class Crew:
    """The threads. What they find is the same whatever their number: nothing is judged before what it references."""

    def __init__(self, sites: Sequence[Site], workers: int, room: Room | None = None) -> None:
        if workers < 1:
            raise ValueError("somebody must read")
        self._states = [_State(number, site) for number, site in enumerate(sites)]
        self._room = room or Room()
        self._changed = threading.Condition()
        self._halted = False
        self._told: SimpleQueue[Told | Ended | BaseException] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"scan-{number}", daemon=True) for number in range(workers)
        ]

    def told(self) -> Generator[Told | Ended, None, None]:
        """What is found, as it is found. Close it to stop the threads; whatever a thread raises is raised here."""
        open_sites = len(self._states)
        try:
            for thread in self._threads:
                thread.start()
            while open_sites:
                one = self._told.get()
                if isinstance(one, BaseException):
                    raise one
                open_sites -= isinstance(one, Ended)
                yield one
        finally:
            self._halt()

    def _check(self) -> None:
        if self._halted:
            raise Halted

    def _halt(self) -> None:
        with self._changed:
            self._halted = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_PATIENCE)
        if not any(thread.is_alive() for thread in self._threads):
            # One that hangs in a statement keeps its connection: closed under its hands, the driver would crash.
            for state in self._states:
                if not state.ended:
                    state.site.close()

    def _work(self) -> None:
        try:
            while (task := self._next()) is not None:
                state, item = task
                if item is None:
                    self._list(state)
                else:
                    self._read(state, *item)
        except Halted:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            self._told.put(error)

    def _next(self) -> tuple[_State, tuple[int, Dataset | Skipped] | None] | None:
        """What to do now: read a dataset, or list what else there is (None for it); None when all is done."""
        with self._changed:
            while not self._halted and not all(state.ended for state in self._states):
                if (task := self._task()) is not None:
                    return task
                self._changed.wait()
            return None

    def _task(self) -> tuple[_State, tuple[int, Dataset | Skipped] | None] | None:
        for state in self._states:
            if state.ended or state.lost is not None:
                continue
            if not state.exhausted and not state.listing and not state.waiting:
                state.listing = True
                return state, None
            if state.active < state.site.at_once and (item := self._readable(state)) is not None:
                state.active += 1
                return state, item
            if not state.exhausted and not state.listing and len(state.waiting) < _AHEAD // 2:
                state.listing = True
                return state, None
        return None

    def _readable(self, state: _State) -> tuple[int, Dataset | Skipped] | None:
        for number, (place, found, after) in enumerate(state.waiting):
            if after & state.unjudged:
                continue
            if not self._room.enter(_memory(found)):
                return None  # it comes first when there is room: small ones must not starve a large one
            del state.waiting[number]
            return place, found
        return None

    def _list(self, state: _State) -> None:
        lost: StoreRefused | CouldNotRun | None = None
        exhausted = False
        fresh: list[Dataset | Skipped] = []
        try:
            if state.items is None:
                state.items = state.site.listed()
            # A store whose tables reference each other is listed as a whole before its first one comes.
            while len(fresh) < _AHEAD and not exhausted and not self._halted:
                one = next(state.items, None)
                if one is None:
                    exhausted = True
                else:
                    fresh.append(one)
        except (StoreRefused, CouldNotRun) as error:
            lost = error
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one store, the others are read
            what = f"what the store holds cannot be listed ({type(error).__name__})"
            lost = CouldNotRun(what, where=f"stores.{state.site.name}", hint="report it: it is a gap of ours")
        with self._changed:
            for one in fresh:
                after = frozenset(references(one)) & state.unjudged if isinstance(one, Dataset) else frozenset()
                state.waiting.append((state.seen, one, after))
                state.seen += 1
                if isinstance(one, Dataset):
                    state.unjudged.add(one.name)
            state.listing = False
            state.exhausted = exhausted
        self._settle(state, lost)

    def _read(self, state: _State, place: int, found: Dataset | Skipped) -> None:
        results: list[Examined | Skipped] = []
        lost: StoreRefused | CouldNotRun | None = None
        try:
            for one in state.site.judged(found, self._check):
                results.append(one)  # noqa: PERF402 - what came before an error counts
        except (StoreRefused, CouldNotRun) as error:
            lost = error
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one dataset, the others are read
            name = found.name if isinstance(found, Dataset) else found.dataset
            reason = f"it cannot be judged ({type(error).__name__})"
            results.append(Skipped("scan", state.site.name, name, reason, "report it: it is a gap of ours"))
        if lost is None:
            self._told.put(Told(state.number, place, found, tuple(results)))  # before others may say the store is done
        with self._changed:
            self._room.leave(_memory(found))
            state.active -= 1
            if isinstance(found, Dataset):
                state.unjudged.discard(found.name)
        self._settle(state, lost)

    def _settle(self, state: _State, lost: StoreRefused | CouldNotRun | None) -> None:
        """Wake the others; the last one who has to do with a store closes it."""
        with self._changed:
            state.lost = state.lost or lost
            through = state.exhausted and not state.waiting
            over = not state.ended and not state.listing and not state.active and (through or state.lost is not None)
            state.ended = state.ended or over
            self._changed.notify_all()
        if over:
            state.site.close()
            self._told.put(Ended(state.number, state.lost))


def _memory(found: Dataset | Skipped) -> int:
    return found.memory if isinstance(found, Dataset) else 0
