"""How do frames become batches, so that every record ends as events, in quarantine, or counted as ignored?"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, Protocol

from custodes.errors import BadInput
from custodes.events.frames import Frame
from custodes.events.interface import Batch, Position, Quarantined
from custodes.events.source import Source, continues
from custodes.events.tokens import Door
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Tokeniser

BATCH: Final = 10_000
EVENTS: Final = 100_000  # a batch ends with the record that reaches them: one record may tell of many touches
# A clock may be wrong by a zone. Further ahead, an event would date the memo and hide from every question about today.
AHEAD: Final = timedelta(days=1)


class Convert(Protocol):
    """Turns one record into its events; none means the record is no touch of data by the format's own rules.

    sofar: the events of this batch, for a format in which a later line tells how an earlier one ended.
    """

    def __call__(self, frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:
        """Raises Unfit when the record belongs in quarantine."""
        ...


def now() -> datetime:
    """The time an event reaches us, unless the caller has another clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Form:
    """How the files of one format are taken apart.

    frames: the records of an opened file. convert: one record to its events. whole: whether a last record without a
    line end is complete by itself. label: what is added to a record's number when it is named in quarantine (a CSV
    header is a line of its own).
    """

    frames: Callable[[Source], Iterator[Frame]]
    convert: Convert
    whole: Callable[[bytes], bool] = lambda _: False
    label: int = 0


class FileLog:
    """What every reader of files shares: a name, a glob pattern, the door, and names of files in what it reports.

    root: files inside it are named relative to it. A format gives its `form`; reading is the same for all.
    """

    def __init__(
        self,
        name: str,
        pattern: str,
        *,
        tokeniser: Tokeniser,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        self.name = name
        self.pattern = pattern
        self.clock = clock
        self.root = root
        self.door = Door(tokeniser)

    def files(self) -> list[Path]:
        """The files that match, oldest first. Raises BadInput when there are none."""
        pattern = Path(self.pattern)
        found = [path for path in _glob(pattern) if path.is_file()]
        if not found:
            raise BadInput(
                f'log "{self.name}" matches no file', where=self.pattern, hint="correct its path, or remove the log"
            )
        return sorted(found, key=lambda path: (_changed(path), str(path)))

    def form(self, file: Path, recorded: datetime) -> Form | None:
        """How this file is taken apart; None while nothing is written in it yet. Raises BadInput."""
        raise NotImplementedError

    def read(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """See LogReader."""
        if unchanged(file, since):
            return
        form = self.form(file, self.clock())
        if form is None:
            return
        with Source(file, since) as source:
            yield from self.batches(source, form, file=file)

    def bulk(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """See LogReader."""
        return self.read(file, since)

    def continues(self, file: Path, since: Position) -> bool:
        """See LogReader."""
        return continues(file, since)

    def again(self, file: Path, digests: Collection[str]) -> tuple[Batch, set[str]]:
        """See LogReader."""
        form = self.form(file, self.clock())
        name = self.told(file)
        batch = Building(name, 0 if form is None else form.label, self.door)
        found: set[str] = set()
        with Source(file, None) as source:
            if form is not None:
                for frame in form.frames(source):
                    if frame.digest in digests:
                        batch.take(frame, form.convert)
                        found.add(frame.digest)
            return batch.finish(source.position(name, source.offset, source.line, done=False)), found

    def told(self, file: Path) -> str:
        """The file's name as configured."""
        if self.root is not None and file.is_relative_to(self.root):
            return str(file.relative_to(self.root))
        return str(file)

    def batches(self, source: Source, form: Form, *, file: Path) -> Iterator[Batch]:
        """Batches of at most BATCH records; the last one says whether anything was left unread."""
        name = self.told(file)
        offset, line = source.offset, source.line
        batch = Building(name, form.label, self.door)
        done = True
        for frame in form.frames(source):
            if frame.tail and source.torn:
                break
            if frame.tail and not (source.settled or form.whole(frame.data)):
                done = False
                break
            batch.take(frame, form.convert)
            offset, line = frame.end, frame.line
            if batch.records >= BATCH or batch.events >= EVENTS:
                yield batch.finish(source.position(name, offset, line, done=False))
                batch = Building(name, form.label, self.door)
        else:
            frame = Frame(line + 1, offset, offset, b"")
        if source.torn:
            batch.refuse(frame, source.torn)
        yield batch.finish(source.position(name, offset, line, done=done))


def _changed(file: Path) -> int:
    """When it was changed; 0 for one that was rotated away since it was listed: opening it gives the reason."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def unchanged(file: Path, since: Position | None) -> bool:
    """Whether the file was read to its end and is as it was then."""
    if since is None or not since.done:
        return False
    try:
        status = file.stat()
    except OSError:
        return False  # opening it gives the reason
    return (status.st_size, status.st_mtime_ns) == (since.size, since.mtime_ns)


def closed_folders(pattern: str) -> list[str]:
    """Folders in which files of this pattern may lie and which cannot be listed: a glob passes over them in silence."""
    parts = Path(pattern).parts
    fixed = next((place for place, part in enumerate(parts) if any(mark in part for mark in "*?[")), len(parts))
    deepest = None if "**" in parts else len(parts) - fixed - 1
    base = Path(*parts[:fixed])
    found: list[OSError] = []
    for folder, inner, _ in os.walk(base, onerror=found.append):
        if deepest is not None and len(Path(folder).relative_to(base).parts) >= deepest:
            inner.clear()
    gone = (FileNotFoundError, NotADirectoryError)
    return sorted(str(error.filename) for error in found if not isinstance(error, gone))


def _glob(pattern: Path) -> Iterator[Path]:
    if pattern.is_file():
        return iter((pattern,))  # a name may hold the characters of a pattern
    anchor = Path(pattern.anchor)
    parts = pattern.parts[1:] if pattern.anchor else pattern.parts
    return anchor.glob(str(Path(*parts))) if parts else iter(())


class Building:
    """A batch while its records come in. Events pass the door when it is finished, after the last amendment."""

    def __init__(self, name: str, label: int, door: Door) -> None:
        self.records = 0
        self._name = name
        self._label = label
        self._door = door
        self._events: list[AccessEvent] = []
        self._origins: list[Frame] = []
        self._quarantined: list[Quarantined] = []
        self._ignored = 0

    @property
    def events(self) -> int:
        """How many events it holds so far."""
        return len(self._events)

    def take(self, frame: Frame, convert: Convert) -> None:
        """Add one record."""
        self.records += 1
        if frame.broken:
            self.refuse(frame, frame.broken)
            return
        try:
            events = convert(frame, self._events)
        except Unfit as unfit:
            self.refuse(frame, unfit.reason)
            return
        except Exception as error:  # noqa: BLE001 - one odd record must not keep every other log from being read
            # The error's own words may hold the value.
            self.refuse(frame, f"a mistake of ours ({type(error).__name__}): please report it")
            return
        self._events += events
        self._origins += [frame] * len(events)
        self._ignored += not events

    def refuse(self, frame: Frame, reason: str) -> None:
        """Put one record into quarantine."""
        self._quarantined.append(Quarantined(self._name, frame.line + self._label, frame.offset, frame.digest, reason))

    def finish(self, position: Position) -> Batch:
        """The batch, as it goes to be sealed."""
        kept: list[AccessEvent] = []
        rows = zip(self._events, self._origins, strict=True)
        for frame, group in groupby(rows, key=itemgetter(1)):
            events = [event for event, _ in group]
            # Here and not as records come in: a later line amends an earlier one by its place in the batch.
            if any(event.time - event.recorded > AHEAD for event in events):
                self.refuse(frame, "its time is more than a day ahead of the clock")
                continue
            try:
                kept += [self._door.event(event) for event in events]
            except Unfit as unfit:
                # The operation goes as a whole: half of its rows would claim it touched fewer people.
                self.refuse(frame, unfit.reason)
        self._quarantined.sort(key=lambda entry: entry.line)
        return Batch(position, kept, self._quarantined, self._ignored)
