"""What does a PostgreSQL JSON log (version 15 on) say? What the CSV log says, one object per line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from custodes.events.frames import Frame, lines
from custodes.events.jsonl import is_whole, json_object
from custodes.events.postgres_csvlog import PostgresLog, stated_by
from custodes.events.postgres_line import Line
from custodes.events.reading import Form
from custodes.events.statement_log import Stated
from custodes.records import AccessEvent


class PostgresJsonLog(PostgresLog):
    """A log of `log_destination = jsonlog`, plain, gzip or zstd; settings as of PostgresLog."""

    kind = "postgres_jsonlog"

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:
            if not frame.data.strip():
                return []
            return self.events(Line.of_record(json_object(frame.data)), sofar, recorded)

        return Form(lines, convert, is_whole)

    def stated(self, record: bytes) -> Iterator[Stated]:
        """See StatementLog."""
        return stated_by(Line.of_record(json_object(record)))
