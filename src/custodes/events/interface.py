"""What does a log reader hand over? Events, lines it could not read, and how far it got."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from custodes.records import AccessEvent

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A line or record that could not become an event. The line itself stays in the log; only its place is kept.

    file: path as configured (relative to the workspace where it can be). line: 1-based line, or record number.
    offset: byte offset in the (decompressed) file. digest: BLAKE2b-128 of the raw line, hexadecimal, so that the
    same bad line is not counted twice. reason: why, without a value from the line.
    """

    file: str
    line: int
    offset: int
    digest: str
    reason: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far a log file has been read.

    size: its size then. mtime_ns: its modification time then. offset: bytes (decompressed) consumed, always at the
    end of a whole record. line: records consumed. head: BLAKE2b-128 of the first min(offset, 4096) bytes and, of a file
    that is not compressed, of the last 4096 before offset: they tell a rotated or replaced file from one that grew.
    done: nothing was left unread.
    """

    file: str
    size: int
    mtime_ns: int
    offset: int
    line: int
    head: str
    done: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive records of one log file and the position after them."""

    position: Position
    events: list[AccessEvent] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    ignored: int = 0  # records that are no touch of data by the format's own rules (a PostgreSQL checkpoint line)
    table: pa.Table | None = None  # more events, as columns of words.CODED_SCHEMA: only from `bulk`


class LogReader(Protocol):
    """Reads one configured log. `kind` is the word used in the configuration."""

    kind: str

    def files(self) -> list[Path]:
        """The files there are now, oldest first. Raises BadInput when the pattern matches nothing."""
        ...

    def read(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """Batches of at most some ten thousand records from where `since` ends (or from the start).

        A record cut short at the end of a growing file is left for the next call. A file that ends in the middle
        of its compression is read as far as it goes and the rest quarantined. Raises `BadInput` when the file
        cannot be opened at all.
        """
        ...

    def bulk(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """As `read`, but where the format can, events come as tables: the same ones, faster."""
        ...

    def again(self, file: Path, digests: Collection[str]) -> tuple[Batch, set[str]]:
        """What the records of this file with these digests say by the rules of now, and which of them were found.

        Those in quarantine are tried again so. The batch's position means nothing. Raises `BadInput` when the file
        cannot be opened at all.
        """
        ...

    def continues(self, file: Path, since: Position) -> bool:
        """Whether this file begins with what was read up to `since`, whatever it is called now. Raises `BadInput`."""
        ...
