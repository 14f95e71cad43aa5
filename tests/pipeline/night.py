"""A workspace whose staff export at night, which a detection of its own finds: findings to order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from custodes.config import load
from custodes.detections.catalogue import load_detections
from custodes.detections.detection import Detection
from custodes.pipeline import detect as detecting
from custodes.pipeline import exemptions
from custodes.pipeline.detect import DetectOutcome
from custodes.pipeline.ingest import ingest
from custodes.pipeline.lock import only_writer
from custodes.pipeline.progress import Silent
from custodes.pipeline.workspace import Workspace, create_or_open, prepare
from tests.pipeline.workspaces import DESK, NOW, a_line

DETECTION = """
id: night_export
title: Customers exported at night
question: Did somebody export customer data at night?
why: It is seen by nobody.
severity: high
needs: [event]
identity: [{key}]
query: |
  select {columns}, count(*) as exports, count(distinct subject) as subjects,
         min(time) as first, max(time) as last, list(leaf) as evidence
  from event where action = 'export' and extract(hour from time) < 5 group by {by}
confidence: 1 - exp(-exports / {calm})
reason: "{who} exported customer data {exports:time} at night, between {first} and {last}."
triage:
  - Ask where the file is now.
blind_spots:
  - Copies made on the database itself.
fires:
  - name: exports at two in the morning
    generate: {actor: "staff:a1", action: export, objects: 5, at: 2 hours, over: 30 minutes}
    finds: {actors: ["staff:a1"]}
quiet:
  - name: exports during the day
    generate: {actor: "staff:a1", action: export, objects: 3, at: 10 hours}
"""


def written(*, everybody: bool = False, action: str = "export") -> str:
    """The detection. everybody: one finding about all, not one each."""
    told = DETECTION.replace("{by}", "source" if everybody else "actor").replace("{calm}", "2.0")
    columns = "list(distinct actor) as actors, any_value(source) as log" if everybody else "actor"
    told = told.replace("{columns}", columns).replace("{who}", "{log}" if everybody else "{actor}")
    return told.replace("{key}", "log" if everybody else "actor").replace("action = 'export'", f"action = '{action}'")


_KNOWN: dict[str, tuple[Detection, ...]] = {}


def own(folder: Path) -> tuple[Detection, ...]:
    """The one that is made up here."""
    text = (folder / "night_export.yml").read_text()
    if text not in _KNOWN:
        _KNOWN[text] = tuple(one for one in load_detections(folder) if one.id == "night_export")
    return _KNOWN[text]


class Night:
    """A folder, its clock, and who exported what in it. everybody: one finding about all of them, not one each."""

    def __init__(self, folder: Path, extra: str = "", *, everybody: bool = False) -> None:
        self.folder = folder
        self.now = NOW
        self._lines = 0
        (folder / "detections").mkdir()
        (folder / "detections/night_export.yml").write_text(written(everybody=everybody))
        config = DESK.replace('values = { view = "read" }', 'values = { view = "read", save = "export" }')
        (folder / "custodes.toml").write_text(
            config.replace("[logs.desk]", 'detections = "detections"\n[logs.desk]', 1) + extra
        )

    @classmethod
    def copied(cls, made: Path, folder: Path) -> Night:
        """Another one as it was made, with a ledger of its own."""
        shutil.copytree(made, folder)
        (folder / "custodes-data/ledger/home").unlink()
        one = cls.__new__(cls)
        one.folder, one.now, one._lines = folder, NOW, 1_000
        return one

    def export(self, *users: str, times: int = 4, day: int = 2) -> None:
        """Lines of the log: each of them exports so often, of another customer each time."""
        with (self.folder / "desk.jsonl").open("a") as file:
            for user in users:
                for at in range(times):
                    self._lines += 1
                    file.write(a_line(self._lines, user=user, verb="save", at=f"2026-03-{day:02}T02:{at:02}:00Z"))

    @contextmanager
    def opened(self) -> Iterator[Workspace]:
        config = load(self.folder / "custodes.toml")
        prepare(config)
        with only_writer(config.data), pytest.MonkeyPatch.context() as patch:
            # Of all detections only its own, read once: the others take a second each, and find nothing here.
            patch.setattr(detecting, "load_detections", own)
            patch.setattr(exemptions, "load_detections", own)
            workspace = create_or_open(config, clock=lambda: self.now, by="user:test")
            try:
                yield workspace
            finally:
                workspace.close()

    def detect(self) -> DetectOutcome:
        with self.opened() as workspace:
            ingest(workspace, Silent())
            return detecting.detect(workspace, Silent())

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def day(self, days: int) -> datetime:
        return self.now + timedelta(days=days)
