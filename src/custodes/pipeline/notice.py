"""Which notices does a target get of what is news for it? One in words, or as many as a program takes in pieces."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Final

import orjson

from custodes import __version__
from custodes.cases.casework import Case
from custodes.config import NoticeConfig
from custodes.notices.message import message
from custodes.notices.news import Level, News, news
from custodes.ocsf.incident import incident_document
from custodes.pipeline.workspace import Workspace
from custodes.records import Finding, Incident
from custodes.state.outbox import Told

MOST: Final = 100  # incidents in one notice to a program; a message to people counts what it does not tell
MOST_BYTES: Final = (
    500_000  # of one notice in OCSF, but where one incident alone is larger: many take no more than 1 MB
)
_OF_ID: Final = 64  # bytes that the notice's id adds to a document


@dataclass(frozen=True, slots=True)
class Made:
    """One notice. id: `N-` and 24 hexadecimal digits, by what is told to whom and what was told before: the same news
    made anew after a crash has the same, and what is told once more in other words or the same has another.

    body: as it is sent, to the byte. told: what the target has been told of once this is kept.
    """

    id: str
    body: str
    told: tuple[Told, ...]


class Known:
    """What documents are made of, read once and only where there is a document to make."""

    def __init__(self, workspace: Workspace) -> None:
        self.company = workspace.config.name
        self._workspace = workspace

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """By id."""
        return {one.id: one for one in self._workspace.judgements.findings()}

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """By incident."""
        return {one.incident: one for one in self._workspace.casebook.all()}


def news_for(target: NoticeConfig, before: Mapping[str, Told], shown: Sequence[Incident]) -> list[News]:
    """What of these incidents the target is to be told. before: what it was told, by incident."""
    told = {name: Level(one.score, one.severity, one.subjects) for name, one in before.items()}
    return news(shown, told, least=target.least)


def made(known: Known, target: NoticeConfig, before: Mapping[str, Told], found: Sequence[News]) -> Iterator[Made]:
    """The notices about these news for one target. before: what it was told, by incident."""
    if not found:
        return
    if target.kind == "ocsf":
        yield from _in_ocsf(known, target, before, found)
        return
    told = _told(before, found)
    name = _name(target, told)
    said = message(known.company, found, name)
    if target.kind == "apprise":
        yield Made(name, json.dumps(asdict(said), ensure_ascii=False), told)
        return
    incidents = [
        {
            **{key: getattr(one.incident, key) for key in ("id", "score", "severity", "title", "reason", "subjects")},
            "case": f"C-{one.incident.id}",
            "grown": one.grown or None,
        }
        for one in found[:MOST]
    ]
    document = {"id": name, **asdict(said), "incidents": incidents, "more": len(found) - len(incidents)}
    yield Made(name, json.dumps(document, ensure_ascii=False), told)


def _in_ocsf(known: Known, target: NoticeConfig, before: Mapping[str, Told], found: Sequence[News]) -> Iterator[Made]:
    part: list[tuple[News, dict[str, object]]] = []
    size = 0
    for one in found:
        own = [known.findings[each] for each in one.incident.findings if each in known.findings]
        case = known.cases.get(one.incident.id)
        document = incident_document(one.incident, own, case, __version__, grown=bool(one.grown))
        more = len(orjson.dumps(document)) + _OF_ID
        if part and (len(part) == MOST or size + more > MOST_BYTES):
            yield _piece(target, before, part)
            part, size = [], 0
        part.append((one, document))
        size += more
    yield _piece(target, before, part)


def _piece(target: NoticeConfig, before: Mapping[str, Told], part: Sequence[tuple[News, dict[str, object]]]) -> Made:
    told = _told(before, [one for one, _ in part])
    name = _name(target, told)
    lines = []
    for _, document in part:
        metadata = document["metadata"]
        assert isinstance(metadata, dict)  # noqa: S101 - made by us
        metadata["correlation_uid"] = name
        lines.append(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE).decode())
    return Made(name, "".join(lines), told)


def _told(before: Mapping[str, Told], found: Sequence[News]) -> tuple[Told, ...]:
    return tuple(
        Told(
            *(one.incident.id, one.incident.score, one.incident.severity, one.incident.subjects),
            before[one.incident.id].times + 1 if one.incident.id in before else 1,
        )
        for one in found
    )


def _name(target: NoticeConfig, told: Sequence[Told]) -> str:
    said = [[one.incident, one.score, one.severity, one.subjects, one.times] for one in told]
    return "N-" + hashlib.sha256(json.dumps([target.name, target.kind, said]).encode()).hexdigest()[:24]
