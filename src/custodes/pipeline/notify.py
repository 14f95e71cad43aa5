"""Who is to be told of what was found, what was made of that, and did it arrive?

In this order: what is news for a target becomes a notice; a receipt with the notice's digest is sealed; the notice and
the note that its incidents were told are kept in one transaction; it is sent; it is noted as delivered. A process that
dies between the last two sends it again with the same id: at least once, never lost. Before the third nothing was told,
and the next start makes the notice anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from custodes import __version__
from custodes.config import NoticeConfig
from custodes.notices.backoff import next_try, retry_after
from custodes.notices.message import Message, message
from custodes.notices.news import Level, News, news
from custodes.notices.send import NotDelivered, append, by_apprise, post, words
from custodes.ocsf.incident import incident_document
from custodes.pipeline.detect import shown_incidents
from custodes.pipeline.workspace import Workspace
from custodes.records import Incident
from custodes.state.outbox import Told, Waiting

_IN_OCSF: Final = 100  # incidents in one notice to a program; a message to people counts what it does not tell
_KEPT: Final = timedelta(days=30)  # of what was delivered: its id, target and times


@dataclass(frozen=True, slots=True)
class Target:
    """What became of one target. made, sent: notices of this run. waiting: what it has not taken.

    failure: why it has not; next_try: when it is asked again.
    """

    name: str
    kind: str
    made: int
    sent: int
    waiting: int
    failure: str | None
    next_try: datetime | None


@dataclass(frozen=True, slots=True)
class NotifyOutcome:
    """targets: as they are configured. dropped: by name, undelivered notices of targets that are configured no more.

    texts: of a dry run, what would be sent, by target.
    """

    targets: tuple[Target, ...] = ()
    dropped: Mapping[str, int] | None = None
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def failed(self) -> tuple[Target, ...]:
        """Targets that have not taken everything."""
        return tuple(one for one in self.targets if one.waiting)


@dataclass(frozen=True, slots=True)
class _Made:
    id: str
    body: str
    news: tuple[News, ...]


def notify(workspace: Workspace, *, dry: bool = False) -> NotifyOutcome:
    """Tell every target what is news for it, and try again what is due. The caller holds the workspace's lock.

    What is news comes from the last detect: the incidents that the daily budget shows. dry: nothing is made, sealed,
    kept or sent. Never raises for a target that fails.
    """
    if not workspace.config.notices:
        return NotifyOutcome()
    incidents = workspace.judgements.incidents()
    told = shown_incidents(workspace, incidents, workspace.judgements.findings())
    shown = [one for one in incidents if one.id in told]
    made = {one.name: list(_made(workspace, one, shown)) for one in workspace.config.notices}
    if dry:
        waiting = [(each.target, each.body) for each in workspace.outbox.waiting()]
        fresh = [(name, each.body) for name, notices in made.items() for each in notices]
        targets = tuple(
            Target(one.name, one.kind, len(made[one.name]), 0, sum(name == one.name for name, _ in waiting), None, None)
            for one in workspace.config.notices
        )
        return NotifyOutcome(targets, {}, (*waiting, *fresh))
    _keep(workspace, made)
    dropped = workspace.outbox.drop([one.name for one in workspace.config.notices])
    sent = {one.name: _deliver(workspace, one) for one in workspace.config.notices}
    workspace.outbox.forget(workspace.clock() - _KEPT)
    left = workspace.outbox.waiting()
    return NotifyOutcome(
        tuple(
            _told(one, len(made[one.name]), sent[one.name], [each for each in left if each.target == one.name])
            for one in workspace.config.notices
        ),
        dropped,
    )


def _told(one: NoticeConfig, made: int, sent: int, left: Sequence[Waiting]) -> Target:
    first = left[0] if left else None
    return Target(
        *(one.name, one.kind, made, sent, len(left)), first.failure if first else None, first.due if first else None
    )


def _made(workspace: Workspace, target: NoticeConfig, shown: Sequence[Incident]) -> Iterator[_Made]:
    before = workspace.outbox.told(target.name)
    told = {name: Level(one.score, one.severity, one.subjects) for name, one in before.items()}
    found = news(shown, told, least=target.least)
    some = _IN_OCSF if target.kind == "ocsf" else max(len(found), 1)
    for start in range(0, len(found), some):
        part = tuple(found[start : start + some])
        name = _name(target.name, part)
        yield _Made(name, _body(workspace, target, name, part), part)


def _name(target: str, part: Sequence[News]) -> str:
    """`N-` and 24 hexadecimal digits, by what is told to whom: the same news made anew after a crash has the same."""
    said = [[one.incident.id, one.incident.score, one.incident.severity, one.incident.subjects] for one in part]
    return "N-" + hashlib.sha256(json.dumps([target, said]).encode()).hexdigest()[:24]


def _body(workspace: Workspace, target: NoticeConfig, name: str, part: Sequence[News]) -> str:
    if target.kind == "ocsf":
        findings = {one.id: one for one in workspace.judgements.findings()}
        cases = {one.incident: one for one in workspace.casebook.all()}
        documents = []
        for one in part:
            own = [findings[each] for each in one.incident.findings if each in findings]
            case = cases.get(one.incident.id)
            document = incident_document(one.incident, own, case, __version__, grown=bool(one.grown))
            metadata = document["metadata"]
            assert isinstance(metadata, dict)  # noqa: S101 - made by us
            metadata["correlation_uid"] = name
            documents.append(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE).decode())
        return "".join(documents)
    said = message(workspace.config.name, part, name)
    if target.kind == "apprise":
        return json.dumps(asdict(said), ensure_ascii=False)
    told = part[:_IN_OCSF]
    incidents = [
        {
            **{key: getattr(one.incident, key) for key in ("id", "score", "severity", "title", "reason", "subjects")},
            "case": f"C-{one.incident.id}",
            "grown": one.grown or None,
        }
        for one in told
    ]
    document = {"id": name, **asdict(said), "incidents": incidents, "more": len(part) - len(told)}
    return json.dumps(document, ensure_ascii=False)


def _keep(workspace: Workspace, made: Mapping[str, Sequence[_Made]]) -> None:
    receipts = [
        workspace.receipt(
            "notice",
            notice=each.id,
            target=name,
            incidents=len(each.news),
            sha256=hashlib.sha256(each.body.encode()).hexdigest(),
        )
        for name, notices in made.items()
        for each in notices
    ]
    if receipts:
        workspace.seal_receipts(receipts)
    for name, notices in made.items():
        levels = [
            Told(one.incident.id, one.incident.score, one.incident.severity, one.incident.subjects)
            for each in notices
            for one in each.news
        ]
        if notices:
            workspace.outbox.put(name, [(each.id, each.body) for each in notices], levels, workspace.clock())


def _deliver(workspace: Workspace, target: NoticeConfig) -> int:
    """Send what is due, in order. One that fails holds back those behind it: the receiver is down for all of them."""
    sent = 0
    for one in workspace.outbox.waiting():
        if one.target != target.name:
            continue
        now = workspace.clock()
        if one.due > now and one.attempts:
            break
        try:
            _send(target, one)
        except Exception as error:  # noqa: BLE001 - one target's must not keep the others from being told
            failed = error if isinstance(error, NotDelivered) else NotDelivered(words(error))
            asked = retry_after(failed.retry_after, now)
            workspace.outbox.failed(one, failed.why, next_try(one.attempts + 1, now, asked))
            break
        workspace.outbox.sent(one, workspace.clock())
        sent += 1
    return sent


def _send(target: NoticeConfig, one: Waiting) -> None:
    if target.path is not None:
        append(target.path, one.body.encode())
        return
    url = _secret(target.url_env)
    if target.kind == "apprise":
        by_apprise(url, Message(**json.loads(one.body)))
        return
    headers = {
        "Content-Type": "application/json" if target.kind == "webhook" else "application/x-ndjson",
        "Idempotency-Key": one.id,
        "User-Agent": f"custodes/{__version__}",
    }
    if target.authorization_env is not None:
        headers["Authorization"] = _secret(target.authorization_env)
    post(url, one.body.encode(), headers)


def _secret(variable: str | None) -> str:
    value = os.environ.get(variable or "", "").strip()
    if not value:
        raise NotDelivered(f"the environment variable {variable} is not set")
    return value
