"""What does a JSON-lines log say? One object per line, read by the owner's mapping."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.events import mapping
from custodes.events.blocks import Place, Rest, parsed, uncollected
from custodes.events.columns import Columns, plain
from custodes.events.frames import Frame, lines
from custodes.events.interface import Batch, Position
from custodes.events.plain_lines import PlainLines, places
from custodes.events.reading import EVENTS, Building, FileLog, Form, now, unchanged
from custodes.events.source import Source, digest
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Rule, Tokeniser

_THREADS: Final = min(os.cpu_count() or 1, 4)  # each holds a block of some megabytes and its columns


class JsonLinesLog(FileLog):
    """A log of JSON objects, one per line, plain, gzip or zstd. Blank lines are ignored.

    rules, timezone, store: as `mapping.compile_rules`.
    """

    kind = "jsonl"

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
        self._columns = Columns(rules, self.door, source=name, timezone=timezone, store=store) if plain(rules) else None
        self._places = places(self._columns.paths()) if self._columns is not None else None

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no line amends another
            if not frame.data.strip():
                return []
            return self._mapped(json_object(frame.data), mapping.Origin(self.name, recorded, frame.digest))

        return Form(lines, convert, is_whole)

    def bulk(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """See LogReader. Plain records go by column; each other line as in `read`, which decides what becomes of it."""
        if self._columns is None:
            yield from self.read(file, since)
            return
        if unchanged(file, since):
            return
        recorded = self.clock()
        form = self.form(file, recorded)
        name = self.told(file)
        with Source(file, since) as source:
            place = Place(source.offset, source.line)
            rest = Rest(source)
            for looked in _ahead(rest.blocks(), lambda block: self._look(block, recorded)):
                yield from self._told(looked, place, form, source.position, name)
            # What is left has no line end, or a line too long to be held: the careful way knows what to do.
            yield from self.batches(rest.remaining(place), form, file=file)

    def _look(self, block: bytes, recorded: datetime) -> _Looked:
        """What can be told of a block by column: natively, then as objects; the rest is for the careful way."""
        assert self._columns is not None  # noqa: S101 - `bulk` asks
        if self._places is None:
            lines = block.split(b"\n")[:-1]
            table, odd = self._as_objects(lines, range(len(lines)), recorded)
            return _Looked(len(block), len(lines), [table], _Odd(block, odd))
        plain = PlainLines(block, self._columns.paths(), self._places)
        tables = []
        table, odd = self._columns.told(plain, lambda at: digest(plain.line(at).removesuffix(b"\r")), recorded)
        tables.append(table)
        if odd:
            table, odd = self._as_objects([plain.line(at) for at in odd], odd, recorded)
            tables.append(table)
        return _Looked(len(block), plain.count, tables, _Odd(block, odd))

    def _as_objects(self, lines: list[bytes], numbers: Sequence[int], recorded: datetime) -> tuple[pa.Table, list[int]]:
        """The events of these lines, and the numbers of those that are for the careful way."""
        assert self._columns is not None  # noqa: S101 - `bulk` asks
        with uncollected():
            records, kept = parsed(lines)
            table, odd = self._columns.table(records, lambda at: digest(lines[kept[at]].removesuffix(b"\r")), recorded)
            del records
        left = {kept[at] for at in odd}.union(set(range(len(lines))) - set(kept))
        return table, [numbers[at] for at in sorted(left)]

    def _told(
        self, looked: _Looked, place: Place, form: Form, position: Callable[..., Position], name: str
    ) -> Iterator[Batch]:
        batch = Building(name, 0, self.door)
        for number, start, end, line in looked.odd.lines():
            frame = Frame(
                place.line + number + 1, place.offset + start, place.offset + end + 1, line.removesuffix(b"\r")
            )
            batch.take(frame, form.convert)
            if batch.events >= EVENTS:
                # Still at the block's start: after a crash it is read again, and what is sealed is known.
                yield batch.finish(position(name, place.offset, place.line, done=False))
                batch = Building(name, 0, self.door)
        place.pass_by(looked.size, looked.count)
        rest = batch.finish(position(name, place.offset, place.line, done=False))
        yield replace(rest, table=pa.concat_tables(looked.tables))


@dataclass(frozen=True, slots=True)
class _Odd:
    """Lines of a block that are read one by one. numbers: in order."""

    block: bytes
    numbers: list[int]

    def lines(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Number, first byte and end of each, and the line."""
        if not self.numbers:
            return
        wanted = set(self.numbers)
        start = 0
        for number, line in enumerate(self.block.split(b"\n")[:-1]):
            end = start + len(line)
            if number in wanted:
                yield number, start, end, line
            start = end + 1


@dataclass(frozen=True, slots=True)
class _Looked:
    """A block of so many bytes and lines: the events that were told by column, and the lines that were not."""

    size: int
    count: int
    tables: list[pa.Table]
    odd: _Odd


def _ahead(blocks: Iterator[bytes], look: Callable[[bytes], _Looked]) -> Iterator[_Looked]:
    """Each block looked at, in order, while the next ones are: nearly all of the work lets go of Python's lock."""
    waiting: deque[Future[_Looked]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for block in blocks:
            waiting.append(pool.submit(look, block))
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def json_object(data: bytes) -> dict[str, object]:
    """The object these bytes hold. Raises Unfit when they hold none."""
    try:
        # A byte order mark may open the file.
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unfit("the record is not UTF-8") from error
    except RecursionError as error:
        raise Unfit("the record is nested too deeply") from error
    except ValueError as error:
        raise Unfit("the record is no JSON") from error
    if not isinstance(value, dict):
        raise Unfit("the record is JSON, but no object")
    return value


def is_whole(data: bytes) -> bool:
    """A JSON object that was cut short is no JSON, so one that parses is whole even without a line end."""
    try:
        json_object(data)
    except Unfit:
        return False
    return True
