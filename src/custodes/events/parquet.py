"""What does a log in Parquet say? One record per row, read by the owner's mapping.

A Parquet file is written once and whole: a file without its footer is still being written, or was cut.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.errors import BadInput
from custodes.events import mapping
from custodes.events.frames import RECORD_LIMIT, TOO_LONG, Frame
from custodes.events.interface import Batch, Position
from custodes.events.parquet_bounds import TooLarge, must_fit
from custodes.events.reading import BATCH, EVENTS, Building, Convert, FileLog, now, unchanged
from custodes.events.source import QUIET, digest, regular
from custodes.records import AccessEvent, Rule, Tokeniser

_HEAD: Final = 4096
# Small: of a text that is written once and repeated, a few kilobytes of file may be gigabytes of rows.
_AT_ONCE: Final = 128
_UNPACK: Final = "if it is what its writer says, write it again with smaller pages, or as lines of JSON"


class ParquetLog(FileLog):
    """A log of Parquet files. rules, timezone, store: as `mapping.compile_rules`; paths go into structs and lists.

    A position counts rows. The event_id of a row without one is a digest of its values.
    """

    kind = "parquet"

    def __init__(
        self,
        name: str,
        pattern: str,
        rules: Mapping[str, Rule],
        *,
        tokeniser: Tokeniser,
        timezone: str | None = None,
        store: str | None = None,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, clock=clock, root=root)
        self._mapped = mapping.compile_rules(rules, tokeniser=tokeniser, timezone=timezone, store=store)

    def read(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """See LogReader. Raises BadInput also for a file that is no Parquet and is not written to any more."""
        if unchanged(file, since):
            return
        recorded = self.clock()
        name = self.told(file)
        opened = _opened(file)
        if opened is None:
            return
        with opened as source:
            status = file.stat()
            head = _head(file)
            start = since.line if since is not None and since.head == head else 0
            convert = self._converter(recorded)
            line, given = start, False
            batch = Building(name, 0, self.door)
            try:
                for row in _rows(source, file, start):
                    line += 1
                    batch.take(_frame(row, line), convert)
                    done = line >= source.metadata.num_rows
                    if done or batch.records >= BATCH or batch.events >= EVENTS:
                        given = True
                        yield batch.finish(Position(name, status.st_size, status.st_mtime_ns, line, line, head, done))
                        batch = Building(name, 0, self.door)
            except BadInput:
                if batch.records:  # what came before the damage is as good as ever
                    yield batch.finish(Position(name, status.st_size, status.st_mtime_ns, line, line, head, done=False))
                raise
            if not given:
                yield Batch(Position(name, status.st_size, status.st_mtime_ns, line, line, head, done=True))

    def continues(self, file: Path, since: Position) -> bool:
        """See LogReader: a file of the same footer is the same file."""
        try:
            return _head(file) == since.head
        except OSError as error:
            raise BadInput("cannot read the log file", where=str(file), hint=str(error.strerror)) from error

    def again(self, file: Path, digests: Collection[str]) -> tuple[Batch, set[str]]:
        """See LogReader."""
        found: set[str] = set()
        name = self.told(file)
        batch = Building(name, 0, self.door)
        convert = self._converter(self.clock())
        opened = _opened(file)
        if opened is not None:
            with opened as source:
                frames = (_frame(row, line) for line, row in enumerate(_rows(source, file, 0), start=1))
                for frame in frames:
                    if frame.digest in digests:
                        batch.take(frame, convert)
                        found.add(frame.digest)
        return batch.finish(Position(name, 0, 0, 0, 0, "", done=False)), found

    def _converter(self, recorded: datetime) -> Convert:
        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no row amends another
            return self._mapped(json.loads(frame.data), mapping.Origin(self.name, recorded, frame.digest))

        return convert


def _opened(file: Path) -> pq.ParquetFile | None:
    """The file; None while it may still be written. Raises BadInput."""
    try:
        regular(file)
        return pq.ParquetFile(file)
    except OSError as error:
        raise BadInput("cannot read the log file", where=str(file), hint=str(error.strerror)) from error
    except pa.ArrowException as error:
        import time  # noqa: PLC0415 - only where a file is no Parquet

        if time.time() - file.stat().st_mtime <= QUIET:
            return None
        raise BadInput("this is no whole Parquet file", where=str(file), hint="write it again") from error


def _head(file: Path) -> str:
    """What tells this file from another one of the name: its last bytes hold the footer."""
    with file.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(size - _HEAD, 0))
        return digest(handle.read())


def _rows(source: pq.ParquetFile, file: Path, start: int) -> Iterator[dict[str, object] | str]:
    """Rows from `start` on; of one with a cell that has no value, why. Raises BadInput where the file is damaged."""
    passed = 0
    try:
        with file.open("rb") as opened:
            fits = must_fit(source, opened)
        for batch in source.iter_batches(batch_size=fits.rows(_AT_ONCE)):
            rows = batch.slice(max(start - passed, 0))
            passed += batch.num_rows
            yield from _told(rows)
    except TooLarge as error:
        raise BadInput(f"the Parquet file is not read: {error}", where=str(file), hint=_UNPACK) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        hint = "write it again: reading carries on where it stopped"
        raise BadInput("the Parquet file is damaged", where=f"{file}, after row {passed}", hint=hint) from error


def _told(rows: pa.RecordBatch) -> list[dict[str, object] | str]:
    try:
        return list(rows.to_pylist())
    except (pa.ArrowException, ArithmeticError, LookupError, ValueError):
        return [_row(rows.slice(at, 1)) for at in range(rows.num_rows)]


def _row(row: pa.RecordBatch) -> dict[str, object] | str:
    try:
        values: dict[str, object] = row.to_pylist()[0]
    except (pa.ArrowException, ArithmeticError, LookupError, ValueError) as error:
        # A time beyond the year 9999, a zone that is none, text that is not UTF-8: the other rows are as good as ever.
        return f"a cell cannot be read ({type(error).__name__})"
    return values


def _frame(row: Mapping[str, object] | str, line: int) -> Frame:
    if isinstance(row, str):
        return Frame(line, line - 1, line, b"", broken=row, known_digest=digest(f"row {line}".encode()))
    data = json.dumps(row, default=_plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(data) > RECORD_LIMIT:
        return Frame(line, line - 1, line, b"", broken=TOO_LONG, known_digest=digest(data))
    return Frame(line, line - 1, line, data)


def _plain(value: object) -> object:
    """A cell as JSON: times with their zone, decimals as texts, bytes as UTF-8 where they are."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
