"""What does a JSON-lines log say? One object per line, read by the owner's mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from custodes.events import mapping
from custodes.events.blocks import Place, Rest, parsed, uncollected
from custodes.events.columns import Columns, plain
from custodes.events.frames import Frame, lines
from custodes.events.interface import Batch, Position
from custodes.events.reading import EVENTS, Building, FileLog, Form, now, unchanged
from custodes.events.source import Source, digest
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Rule, Tokeniser


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
            for block in rest.blocks():
                yield from self._block(block, place, form, recorded, source.position, name)
            # What is left has no line end, or a line too long to be held: the careful way knows what to do.
            yield from self.batches(rest.remaining(place), form, file=file)

    def _block(
        self,
        block: list[bytes],
        place: Place,
        form: Form,
        recorded: datetime,
        position: Callable[..., Position],
        name: str,
    ) -> Iterator[Batch]:
        assert self._columns is not None  # noqa: S101 - `bulk` asks
        with uncollected():
            records, numbers = parsed(block)
            table, odd = self._columns.table(
                records, lambda at: digest(block[numbers[at]].removesuffix(b"\r")), recorded
            )
            del records
        odd_lines = {numbers[at] for at in odd}.union(set(range(len(block))) - set(numbers))
        batch = Building(name, 0, self.door)
        if odd_lines:
            offset = place.offset
            for at, line in enumerate(block):
                end = offset + len(line) + 1
                if at in odd_lines:
                    batch.take(Frame(place.line + at + 1, offset, end, line.removesuffix(b"\r")), form.convert)
                    if batch.events >= EVENTS:
                        # Still at the block's start: after a crash it is read again, and what is sealed is known.
                        yield batch.finish(position(name, place.offset, place.line, done=False))
                        batch = Building(name, 0, self.door)
                offset = end
        place.pass_by(block)
        rest = batch.finish(position(name, place.offset, place.line, done=False))
        yield replace(rest, table=table)


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
