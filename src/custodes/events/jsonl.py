"""What does a JSON-lines log say? One object per line, read by the owner's mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from custodes.events import mapping
from custodes.events.frames import Frame, lines
from custodes.events.reading import FileLog, Form, now
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

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no line amends another
            if not frame.data.strip():
                return []
            return self._mapped(json_object(frame.data), mapping.Origin(self.name, recorded, frame.digest))

        return Form(lines, convert, is_whole)


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
