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
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from custodes import __version__
from custodes.config import NoticeConfig
from custodes.notices import send
from custodes.notices.backoff import next_try, retry_after
from custodes.notices.message import Message
from custodes.notices.send import NotDelivered, append, by_apprise, post, words
from custodes.pipeline.detect import shown_incidents
from custodes.pipeline.notice import Known, Made, made, news_for
from custodes.pipeline.workspace import Workspace
from custodes.state.outbox import Told, Waiting

# Seconds that sending may take in one run: others wait for the workspace. One receiver that hangs leaves some of it.
IN_ALL: Final = 40.0
_KEPT: Final = timedelta(days=30)  # of what was delivered: its id, target and times


@dataclass(frozen=True, slots=True)
class Target:
    """What became of one target. made, sent: notices of this run. waiting: what it has not taken.

    failure: why it has not; next_try: when it is asked again. refused: how many of those that wait it would not take
    though it takes others.
    """

    name: str
    kind: str
    made: int
    sent: int
    waiting: int
    failure: str | None
    next_try: datetime | None
    refused: int = 0


@dataclass(frozen=True, slots=True)
class NotifyOutcome:
    """targets: as they are configured. texts: of a dry run, what would be sent, by target.

    dropped: undelivered notices of targets that are configured no more, by name, or by `name (kind)` where the name is
    another kind's now.
    """

    targets: tuple[Target, ...] = ()
    dropped: Mapping[str, int] | None = None
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def failed(self) -> tuple[Target, ...]:
        """Targets that have not taken everything."""
        return tuple(one for one in self.targets if one.waiting)


def notify(workspace: Workspace, *, dry: bool = False) -> NotifyOutcome:
    """Tell every target what is news for it, and try again what is due. The caller holds the workspace's lock.

    What is news comes from the last detect: the incidents that the daily budget shows. dry: nothing is made, sealed,
    kept or sent. Never raises for a target that fails. Sending ends after IN_ALL seconds; the rest is the next run's.
    """
    targets = workspace.config.notices
    if not targets:
        return NotifyOutcome()
    # A name that is another kind's now is another target: what waits is in the other form, and it is told from anew.
    dropped = {} if dry else workspace.outbox.drop([(one.name, one.kind) for one in targets])
    fresh = _fresh(workspace)
    if dry:
        return _would(workspace, fresh)
    _keep(workspace, fresh)
    sent = _deliver(workspace)
    workspace.outbox.forget(workspace.clock() - _KEPT)
    left = workspace.outbox.waiting()
    names = {one.name for one in targets}
    return NotifyOutcome(
        tuple(
            _outcome(one, len(fresh[one.name]), sent[one.name], [each for each in left if each.target == one.name])
            for one in targets
        ),
        {f"{name} ({kind})" if name in names else name: count for (name, kind), count in dropped.items()},
    )


def _fresh(workspace: Workspace) -> dict[str, list[Made]]:
    """The notices about what is news, by target. What is shown is worked out only where something could be news."""
    told = {one.name: workspace.outbox.told(one.name, one.kind) for one in workspace.config.notices}
    incidents = workspace.judgements.incidents()
    if not any(news_for(one, told[one.name], incidents) for one in workspace.config.notices):
        return {one.name: [] for one in workspace.config.notices}
    known = Known(workspace)
    within = shown_incidents(workspace, incidents, tuple(known.findings.values()))
    shown = [one for one in incidents if one.id in within]
    return {
        one.name: list(made(known, one, told[one.name], news_for(one, told[one.name], shown)))
        for one in workspace.config.notices
    }


def _would(workspace: Workspace, fresh: Mapping[str, Sequence[Made]]) -> NotifyOutcome:
    kinds = {one.name: one.kind for one in workspace.config.notices}
    waiting = [one for one in workspace.outbox.waiting() if kinds.get(one.target) == one.kind]
    texts = [(one.target, workspace.outbox.body(one)) for one in waiting]
    texts += [(name, each.body) for name, notices in fresh.items() for each in notices]
    return NotifyOutcome(
        tuple(
            Target(name, kind, len(fresh[name]), 0, sum(one.target == name for one in waiting), None, None)
            for name, kind in kinds.items()
        ),
        {},
        tuple(texts),
    )


def _outcome(target: NoticeConfig, made: int, sent: int, left: Sequence[Waiting]) -> Target:
    refused = sum(one.refused for one in left)
    # What holds the others back is told before what is refused alone.
    first = min((one for one in left if one.failure), key=lambda one: one.refused, default=None)
    why = first.failure if first else "no time was left in this run" if left else None
    return Target(*(target.name, target.kind, made, sent, len(left)), why, first.due if first else None, refused)


def _keep(workspace: Workspace, fresh: Mapping[str, Sequence[Made]]) -> None:
    receipts = [
        workspace.receipt(
            "notice",
            notice=each.id,
            target=name,
            incidents=len(each.told),
            sha256=hashlib.sha256(each.body.encode()).hexdigest(),
        )
        for name, notices in fresh.items()
        for each in notices
    ]
    if receipts:
        workspace.seal_receipts(receipts)
    for target in workspace.config.notices:
        notices = [(each.id, each.body) for each in fresh[target.name]]
        told: list[Told] = [one for each in fresh[target.name] for one in each.told]
        if notices:
            workspace.outbox.put(target.name, target.kind, notices, told, workspace.clock())


def _deliver(workspace: Workspace) -> dict[str, int]:
    """Send what is due, one notice of each target in turn: a slow one must not use up the time of the others.

    Returns how many were sent, by target.
    """
    until = monotonic() + IN_ALL
    sent = {one.name: 0 for one in workspace.config.notices}
    queues = _due(workspace)
    targets = sorted(workspace.config.notices, key=lambda one: one.path is None)  # files take no time
    while queues:
        for target in [one for one in targets if one.name in queues]:
            if monotonic() + send.WITHIN > until:
                return sent
            own = queues[target.name]
            one = own.popleft()
            failed = _attempt(workspace, target, one)
            if failed is None:
                sent[target.name] += 1
            # The receiver is down for all of them, but where it told that it will not have this very notice.
            if not own or (failed is not None and not failed.final):
                del queues[target.name]
    return sent


def _due(workspace: Workspace) -> dict[str, deque[Waiting]]:
    """What is to be tried now, by target: in the order it was made, what was refused before behind all else."""
    now = workspace.clock()
    queues: dict[str, list[Waiting]] = {}
    down = set()
    for one in workspace.outbox.waiting():
        due = one.due <= now or not one.attempts
        if due:
            queues.setdefault(one.target, []).append(one)
        elif not one.refused:
            down.add(one.target)
    return {
        name: deque(sorted(own, key=lambda one: (one.refused, one.number)))
        for name, own in queues.items()
        if name not in down
    }


def _attempt(workspace: Workspace, target: NoticeConfig, one: Waiting) -> NotDelivered | None:
    """Send it, and note what became of that. Returns why it was not taken."""
    body = workspace.outbox.body(one)
    try:
        _send(target, one.id, body)
    except Exception as error:  # noqa: BLE001 - one target's must not keep the others from being told
        failed = error if isinstance(error, NotDelivered) else NotDelivered(words(error))
        now = workspace.clock()
        due = next_try(one.attempts + 1, now, retry_after(failed.retry_after, now))
        workspace.outbox.failed(one, failed.why, due, refused=failed.final)
        return failed
    workspace.outbox.sent(one, workspace.clock())
    return None


def _send(target: NoticeConfig, name: str, body: str) -> None:
    if target.path is not None:
        append(target.path, body.encode())
        return
    url = _secret(target.url_env)
    if target.kind == "apprise":
        by_apprise(url, Message(**json.loads(body)))
        return
    headers = {
        "Content-Type": "application/json" if target.kind == "webhook" else "application/x-ndjson",
        "Idempotency-Key": name,
        "User-Agent": f"custodes/{__version__}",
    }
    if target.authorization_env is not None:
        headers["Authorization"] = _secret(target.authorization_env)
    post(url, body.encode(), headers)


def _secret(variable: str | None) -> str:
    value = os.environ.get(variable or "", "").strip()
    if not value:
        raise NotDelivered(f"the environment variable {variable} is not set")
    return value
