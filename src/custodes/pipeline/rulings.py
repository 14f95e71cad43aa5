"""Which verdicts did people overrule or confirm, and is each ruling proven by the ledger?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches

from custodes.datamap.rulings import About, latest, rule
from custodes.errors import BadInput
from custodes.pipeline.categories import known_categories
from custodes.pipeline.workspace import Workspace
from custodes.records import Decided, Examined, Ruling, Skipped, Suppressed

_LONGEST_WHY = 500


def ruled(workspace: Workspace) -> tuple[tuple[Examined, ...], tuple[Suppressed, ...]]:
    """The data map with every proven ruling applied, and the verdicts that are held not personal."""
    proven, _ = _proven(workspace)
    return rule(workspace.datamap.all(), proven, workspace.clock())


def unproven(workspace: Workspace) -> list[Skipped]:
    """Rulings that are not applied, because nothing in the ledger says that somebody made them."""
    return _proven(workspace)[1]


def decide(
    workspace: Workspace, name: str, category: str, decided: Decided, why: str, until: datetime | None
) -> Ruling:
    """Make a ruling about one category in one field, seal it and keep it.

    name: `store.dataset.field` as `scan` shows it. Raises BadInput: a field or category that is not known, no reason,
    an end that is past, nothing to withdraw. The receipt is sealed before the ruling counts: if the process dies in
    between, the ledger tells of a ruling that never took effect, never the other way round.
    """
    now = workspace.clock()
    store, dataset, field = _located(workspace, name, category, decided)
    if not why.strip():
        raise BadInput("a ruling needs a reason", where=name, hint="say why, in a sentence that names no person")
    if len(why) > _LONGEST_WHY:
        raise BadInput("the reason is too long", where=name, hint=f"use at most {_LONGEST_WHY} characters")
    if until is not None and until <= now:
        raise BadInput("the ruling would have ended already", where=name, hint="give a day that is still to come")
    one = Ruling(store, dataset, field, category, decided, workspace.by, why.strip(), now, until)
    if decided == "withdrawn":
        before = latest(each for each, _ in workspace.rulings.all()).get(one.about)
        if before is None or not before.in_force(now):
            raise BadInput("there is no ruling to withdraw", where=name, hint='"custodes verdicts history" lists them')
    receipt = workspace.seal_receipts(
        [workspace.receipt("ruling", field=name, category=category, decided=decided, digest=_digest(one))]
    )
    workspace.rulings.add(one, receipt)
    return one


def _located(workspace: Workspace, name: str, category: str, decided: Decided) -> tuple[str, str, str]:
    """Store, dataset and field of a name. A field may be confirmed that the scan has found nothing in."""
    examined = workspace.datamap.all()
    fields = {f"{one.store}.{one.dataset}.{one.field}": one for each in examined for one in each.verdicts}
    fields |= {f"{one.store}.{one.dataset}.{one.field}": one for one, _ in workspace.rulings.all()}  # type: ignore[misc]  # both name a field
    categories = known_categories(workspace)
    if category not in categories:
        raise BadInput(f'no category "{category}"', hint=_meant(category, sorted(categories)))
    if (found := fields.get(name)) is not None:
        return found.store, found.dataset, found.field
    inside = [one for one in examined if name.startswith(f"{one.store}.{one.dataset}.")]
    if not inside or decided != "confirmed":
        raise BadInput(f'nothing is known of a field "{name}"', hint=_meant(name, sorted(fields)))
    # A file may be called like the beginning of another one: the longest name is meant.
    dataset = max(inside, key=lambda one: len(one.dataset))
    return dataset.store, dataset.dataset, name.removeprefix(f"{dataset.store}.{dataset.dataset}.")


def _meant(word: str, among: Sequence[str]) -> str:
    close = get_close_matches(word, among, n=1)
    return (
        f'did you mean "{close[0]}"?' if close else '"custodes verdicts list" and "custodes categories list" name them'
    )


def _proven(workspace: Workspace) -> tuple[dict[About, Ruling], list[Skipped]]:
    """Rulings by what they are about, and those without a receipt in a file that the ledger vouches for."""
    kept = workspace.rulings.all()
    if not kept:
        return {}, []
    sealed = {seal.path: seal.sha256 for seal in workspace.seals.list()}
    proven: list[Ruling] = []
    missing: list[Skipped] = []
    for one, receipt in kept:
        if _names(workspace, receipt, sealed.get(receipt), _digest(one)):
            proven.append(one)
        else:
            reason = f"a ruling on {one.field} ({one.category}) has no receipt in the ledger: it is not applied"
            missing.append(Skipped("scan", one.store, one.dataset, reason, 'make it again with "custodes verdicts"'))
    return latest(proven), missing


def _names(workspace: Workspace, path: str, sha256: str | None, digest: str) -> bool:
    try:
        data = (workspace.data / path).read_bytes()
    except OSError:
        return False
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    receipts = (json.loads(line) for line in data.splitlines())
    return any(one["kind"] == "ruling" and one["detail"].get("digest") == digest for one in receipts)


def _digest(one: Ruling) -> str:
    """SHA-256 over every word of a ruling: a receipt that names it proves that nothing in it was changed since."""
    parts = [*one.about, one.decided, one.by, one.why, one.time.isoformat(), one.until.isoformat() if one.until else ""]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
