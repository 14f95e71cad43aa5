"""Which findings are known and allowed, who said so, until when, and is each such exception proven by the ledger?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final

from custodes.datamap import drift, flow_findings, misplaced
from custodes.detections.catalogue import load_detections
from custodes.errors import BadInput
from custodes.ledger.tree import LEAF_LIMIT
from custodes.pipeline.receipts import sealed_receipts
from custodes.pipeline.rulings import names_nobody
from custodes.pipeline.workspace import Workspace
from custodes.records import Exemption, Finding, Scope, Skipped, covering
from custodes.records.exemption import LIMITS, Turn

_MARK: Final = "exemptions"  # what was in force when incidents were last made
_LONGEST: Final = timedelta(days=366)  # people and duties change: nothing is allowed for longer without a new look
_LONGEST_WHY: Final = 500
_MOST_NAMES: Final = 1_000
_MOST_BYTES: Final = LEAF_LIMIT // 4
_OURS: Final = (misplaced.CHECK, drift.CHECK, flow_findings.EXPORT, flow_findings.DISAGREES)
_SIGMA: Final = "sigma."  # a rule that matched nothing yet may be named
_LONGEST_RULE: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One exception as it stands. covers: ids of the last run's findings inside its scope, also when it has ended.

    state: `in force`, `ended`, `withdrawn`, or `not proven` where ledger and state do not tell the same of it.
    withdrawn: the withdrawal, with its reason.
    """

    exemption: Exemption
    state: str
    covers: tuple[str, ...]
    withdrawn: Exemption | None = None


def in_force(workspace: Workspace) -> tuple[Exemption, ...]:
    """Every exception that holds now: made, proven, neither withdrawn nor ended."""
    now = workspace.clock()
    return tuple(one for one in _proven(workspace)[0].values() if one.in_force(now))


def excepted(findings: Iterable[Finding], holding: Sequence[Exemption]) -> dict[str, tuple[Exemption, ...]]:
    """By id of each finding that is covered: all exceptions that cover it."""
    told = {one.id: covering(one, holding) for one in findings}
    return {name: by for name, by in told.items() if by}


def unproven(workspace: Workspace) -> list[Skipped]:
    """Exceptions that do not hold, because ledger and state do not tell the same of them."""
    return _proven(workspace)[1]


def changes(workspace: Workspace, holding: Sequence[Exemption]) -> tuple[str, ...]:
    """What became of exceptions since incidents were last made, in sentences."""
    before = set((workspace.judgements.marked(_MARK) or "").split())
    now = {one.id for one in holding}
    ended = {one.exemption.id: one for one in listed(workspace, ())} if before - now else {}
    said = [f"exception {name} is new" for name in sorted(now - before, key=_number)]
    for name in sorted(before - now, key=_number):
        state = ended[name].state if name in ended else "not proven"
        said.append(f"exception {name} is {state}" if state != "ended" else f"exception {name} has ended")
    return tuple(said)


def remember(workspace: Workspace, holding: Sequence[Exemption]) -> None:
    """Note under which exceptions incidents were made, once these are kept."""
    workspace.judgements.set_mark(_MARK, " ".join(one.id for one in holding))


def listed(workspace: Workspace, findings: Sequence[Finding]) -> tuple[Listed, ...]:
    """Every exception ever made, the first one first, with what each covers of these findings."""
    now = workspace.clock()
    proven, _ = _proven(workspace)
    every = workspace.exemptions.all()
    ends = {one.id: one for one in every if one.turn == "withdrawn"}
    told = []
    for one in (each for each in every if each.turn == "made"):
        last = proven.get(one.id)
        state = "not proven"
        if last is not None:
            state = "withdrawn" if last.turn == "withdrawn" else "in force" if one.in_force(now) else "ended"
        covers = tuple(finding.id for finding in findings if one.scope.covers(finding))
        told.append(Listed(one, state, covers, ends.get(one.id) if state == "withdrawn" else None))
    return tuple(told)


def add(workspace: Workspace, scope: Scope, why: str, until: datetime, *, every: bool = False) -> Exemption:
    """Make an exception, seal it and keep it.

    every: whether it is meant to cover each finding of the check, whoever it is about. Raises BadInput: a check that
    is not known, a scope that is only a check without `every`, no reason, an end that is past or too far, words that
    hold somebody's data. The receipt is sealed before the exception counts: if the process dies in between, the ledger
    tells of one that never took effect, never the other way round.
    """
    now = workspace.clock()
    scope = Scope(scope.check, *(tuple(dict.fromkeys(getattr(scope, name))) for name in LIMITS))
    _checked(workspace, scope, every=every)
    _reasoned(workspace, scope, why)
    if until <= now:
        raise BadInput("the exception would have ended already", where="--until", hint="give a day that is to come")
    if until > now + _LONGEST:
        raise BadInput("the exception would hold for too long", where="--until", hint="give a day within a year")
    told = sealed_receipts(workspace, "exemption")
    if told is None:
        raise BadInput(
            "a sealed receipt cannot be read, so no exception can be made", hint='run "custodes ledger verify"'
        )
    number = 1 + sum(one["turn"] == "made" for one in told)
    return _keep(workspace, Exemption(f"E-{number}", scope, "made", workspace.by, why.strip(), now, until))


def withdraw(workspace: Workspace, name: str, why: str) -> Exemption:
    """End an exception before its time. Raises BadInput where there is none of that id in force, or no reason."""
    one = next((each for each in in_force(workspace) if each.id == name), None)
    if one is None:
        raise BadInput(f'no exception "{name}" is in force', hint='"custodes exceptions list" names them')
    _reasoned(workspace, Scope(one.scope.check), why)
    turn: Turn = "withdrawn"
    return _keep(workspace, replace(one, turn=turn, by=workspace.by, why=why.strip(), time=workspace.clock()))


def _keep(workspace: Workspace, one: Exemption) -> Exemption:
    detail = {"exemption": one.id, "turn": one.turn, "check": one.scope.check, "digest": _digest(one)}
    workspace.seal_receipts([workspace.receipt("exemption", **detail)])
    workspace.exemptions.add(one)
    return one


def _checked(workspace: Workspace, scope: Scope, *, every: bool) -> None:
    known = {*_OURS, *(one.id for one in load_detections(workspace.config.detections))}
    known |= {one.check for one in workspace.judgements.findings()}
    if scope.check not in known and scope.check.startswith(_SIGMA):
        _must_be_a_rule(workspace, scope.check.removeprefix(_SIGMA))
    elif scope.check not in known:
        close = get_close_matches(scope.check, sorted(known), n=1)
        hint = f'did you mean "{close[0]}"?' if close else '"custodes detections list" names them'
        raise BadInput(f'no detection or check "{scope.check[:_LONGEST_RULE]}"', hint=hint)
    if scope.limited and every:
        raise BadInput(
            "the exception is limited, and asked for every finding too", where="--every-finding", hint="leave one out"
        )
    if not scope.limited and not every:
        hint = "name actors, parties, clients, keys or datasets; if everybody is meant, add --every-finding"
        raise BadInput(f"this would allow every finding of {scope.check}, whoever it is about", hint=hint)
    names = [name for part in LIMITS for name in getattr(scope, part)]
    if len(names) > _MOST_NAMES or sum(len(name.encode()) for name in names) > _MOST_BYTES:
        raise BadInput("the scope names too many", hint=f"at most {_MOST_NAMES:,}: make several exceptions")
    if not all(name.strip() == name and name for name in names):
        raise BadInput("a name in the scope is blank", hint="write names as findings show them, such as staff:e1")


def _must_be_a_rule(workspace: Workspace, name: str) -> None:
    """The receipt tells the check in clear, and so anything that is written in its place."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_RULE:
        hint = f'"custodes detections list" names them; a name has at most {_LONGEST_RULE} characters'
        raise BadInput("that is no name of a Sigma rule", hint=hint)
    names_nobody(workspace, {"the check's name": name})


def _reasoned(workspace: Workspace, scope: Scope, why: str) -> None:
    if not why.strip():
        raise BadInput("an exception needs a reason", where="--why", hint="say why, in a sentence that names no person")
    if len(why) > _LONGEST_WHY:
        raise BadInput("the reason is too long", where="--why", hint=f"use at most {_LONGEST_WHY} characters")
    # What findings name already is an internal id or a token, and may look like anything.
    found = workspace.judgements.findings()
    seen = {name for one in found for part in LIMITS for name in getattr(one, part)}
    fresh = [name for part in LIMITS for name in getattr(scope, part) if name not in seen]
    names_nobody(workspace, {"the reason": why, **{f"name {at + 1} of the scope": one for at, one in enumerate(fresh)}})


def _proven(workspace: Workspace) -> tuple[dict[str, Exemption], list[Skipped]]:
    """By id what the last proven word on each exception is, and where ledger and state differ.

    A receipt whose exception is gone from the state ends it: what is doubtful keeps no finding back.
    """
    kept = workspace.exemptions.all()
    told = sealed_receipts(workspace, "exemption")
    if told is None:
        reason = "a sealed receipt cannot be read, so no exception holds"
        return {}, [Skipped("detect", "", "", reason, 'run "custodes ledger verify"')]
    by_digest = {_digest(one): one for one in kept}
    proven: dict[str, Exemption | None] = {}
    for one in told:
        proven[one["exemption"]] = by_digest.pop(one["digest"], None)
    hint = 'make it again with "custodes exceptions add"'
    checks = {one["exemption"]: one["check"] for one in told}
    missing = [
        Skipped("detect", "", checks[name], f"exception {name} is sealed, but not in the state as it was sealed", hint)
        for name, one in proven.items()
        if one is None
    ]
    missing += [
        Skipped("detect", "", one.scope.check, f"an exception {one.id} has no receipt, and does not hold", hint)
        for one in by_digest.values()
    ]
    return {name: one for name, one in proven.items() if one is not None}, missing


def _number(name: str) -> int:
    digits = name.removeprefix("E-")
    return int(digits) if digits.isdigit() else 0


def _digest(one: Exemption) -> str:
    """SHA-256 over every word of it: a receipt that names it proves that nothing in it was changed since."""
    scope: Mapping[str, object] = {name: list(getattr(one.scope, name)) for name in LIMITS}
    parts = [one.id, one.scope.check, scope, one.turn, one.by, one.why, one.time.isoformat(), one.until.isoformat()]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
