"""A small workspace in this process: a configuration, its logs, and what is sealed and in quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from custodes.config import load
from custodes.events import segments
from custodes.pipeline.ingest import IngestOutcome, ingest
from custodes.pipeline.lock import only_writer
from custodes.pipeline.progress import Silent
from custodes.pipeline.workspace import Workspace, create_or_open, prepare
from custodes.records import Skipped

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DESK = """
name = "made up"
[logs.desk]
kind = "jsonl"
path = "desk*.jsonl*"
[logs.desk.map]
event_id = "id"
time = "at"
actor = "staff:{user}"
action = { path = "verb", values = { view = "read" } }
dataset = { const = "shop.main.customers" }
subject = "customer:{customer}"
"""


@dataclass(frozen=True)
class Place:
    """The folder of one workspace."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "custodes.toml"

    @contextmanager
    def opened(self) -> Iterator[Workspace]:
        config = load(self.config)
        prepare(config)
        with only_writer(config.data):
            workspace = create_or_open(config, clock=lambda: NOW, by="user:test")
            try:
                yield workspace
            finally:
                workspace.close()

    def ingest(self, *, again: bool = False) -> IngestOutcome:
        with self.opened() as workspace:
            return ingest(workspace, Silent(), again=again)

    def ids(self) -> list[str]:
        """Ids of everything sealed, in order of the alphabet, repetitions kept."""
        with self.opened() as workspace:
            return sorted(name for file in workspace.segments() for name in segments.read(file)["event_id"].to_pylist())

    def sealed(self) -> int:
        return len(self.ids())

    def quarantine(self) -> dict[str, int]:
        with self.opened() as workspace:
            return workspace.intake.quarantined()


def a_place(folder: Path, config: str = DESK) -> Place:
    """A workspace of this configuration."""
    (folder / "custodes.toml").write_text(config)
    return Place(folder)


def a_line(number: int, **changes: object) -> str:
    """One record of the desk's log."""
    record = {
        "id": f"r{number:06}",
        "at": "2026-03-01T09:30:00Z",
        "user": "e1",
        "verb": "view",
        "customer": f"c{number}",
    }
    return json.dumps(record | changes, separators=(",", ":")) + "\n"


def lines(first: int, last: int) -> str:
    """Records from first up to, but not including, last."""
    return "".join(a_line(number) for number in range(first, last))


def names(first: int, last: int) -> list[str]:
    """Their ids."""
    return [f"r{number:06}" for number in range(first, last)]


def reasons(skipped: list[Skipped]) -> str:
    """What was not covered, as one text."""
    return "\n".join(f"{one.store} {one.dataset} {one.reason}" for one in skipped)
