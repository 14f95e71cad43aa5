"""What did a log say before it became events? Its records as they lie in the file, for rules that ask about them.

Read by the reader that made the events, so that both mean the same record: the same files and compression, the same
place where the last reading ended, and, for a record that a rule matches, the ids of the events that were made of it.
Raw records hold direct identifiers: they are looked at and let go, never kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from custodes.errors import BadInput
from custodes.events.frames import Frame
from custodes.events.interface import LogReader, Position
from custodes.events.jsonl import json_object
from custodes.events.reading import BATCH, FileLog, Form
from custodes.events.source import Source
from custodes.events.unfit import Unfit

RAW_KINDS: Final = ("jsonl", "cloudtrail", "ocsf", "snowflake", "bigquery")  # logs whose records are JSON objects
_MOST_BYTES: Final = 1 << 25  # of the records held at once


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some consecutive records and the position after them. What is no JSON object is left out: it is in quarantine."""

    position: Position
    records: list[dict[str, Any]]
    frames: list[Frame]


class RawLog:
    """The records of a configured log. Raises BadInput for a reader of a kind that is not in RAW_KINDS."""

    def __init__(self, reader: LogReader) -> None:
        if reader.kind not in RAW_KINDS or not isinstance(reader, FileLog):
            raise BadInput(
                f"records of a log of the kind {reader.kind} cannot be read as they are",
                hint=f"one of: {', '.join(RAW_KINDS)}",
            )
        self._reader = reader

    def batches(self, file: Path, since: Position | None) -> Iterator[RawBatch]:
        """From where `since` ends, or from the start. Raises BadInput when the file cannot be opened."""
        form = self._form(file)
        if form is None:
            return
        name = self._reader.told(file)
        with Source(file, since) as source:
            offset, line, size = source.offset, source.line, 0
            records: list[dict[str, Any]] = []
            frames: list[Frame] = []
            done = True
            for frame in form.frames(source):
                if frame.tail and source.torn:
                    break
                if frame.tail and not (source.settled or form.whole(frame.data)):
                    done = False
                    break
                offset, line = frame.end, frame.line
                record = None if frame.broken else _object(frame.data)
                if record is None:
                    continue
                records.append(record)
                frames.append(frame)
                size += len(frame.data)
                if len(records) >= BATCH or size >= _MOST_BYTES:
                    yield RawBatch(source.position(name, offset, line, done=False), records, frames)
                    records, frames, size = [], [], 0
            yield RawBatch(source.position(name, offset, line, done=done), records, frames)

    def event_ids(self, file: Path, frames: list[Frame]) -> list[tuple[str, ...]]:
        """Of each record the ids of its events, none for one that became no event."""
        form = self._form(file)
        return [() if form is None else self._ids(form, frame) for frame in frames]

    def _ids(self, form: Form, frame: Frame) -> tuple[str, ...]:
        try:
            return tuple({self._reader.door.event(one).event_id: None for one in form.convert(frame, [])})
        except Unfit:
            return ()
        except Exception:  # noqa: BLE001 - as in reading: one odd record must not end the rest, and is told as not sealed
            return ()

    def _form(self, file: Path) -> Form | None:
        return self._reader.form(file, self._reader.clock())


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            return json_object(data)
        except Unfit:
            return None
    return value if isinstance(value, dict) else None
