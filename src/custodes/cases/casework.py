"""What was decided about an incident, by whom, and why? A case's history only grows; nothing in it is ever changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args

from custodes.errors import BadInput
from custodes.records import Incident

State = Literal["new", "confirmed", "benign", "inconclusive", "closed"]
STATES: Final[tuple[State, ...]] = get_args(State)

# From each state, where a decision may lead. `new` from `closed` is how a case is opened again.
_NEXT: Final[dict[State, tuple[State, ...]]] = {
    "new": ("confirmed", "benign", "inconclusive"),
    "confirmed": ("benign", "inconclusive", "closed"),
    "benign": ("confirmed", "inconclusive", "closed"),
    "inconclusive": ("confirmed", "benign", "closed"),
    "closed": ("new",),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision. by: `user:<login name>` or `custodes`. why: the reason in the words of who decided."""

    time: datetime
    state: State
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is known and decided about one incident. history: oldest first, starting with the opening."""

    id: str
    incident: str
    state: State
    opened: datetime
    history: tuple[Entry, ...]


def case_id(incident: str) -> str:
    """`C-` and the incident's id."""
    return f"C-{incident}"


def open_case(incident: Incident, now: datetime) -> Case:
    """A new case for an incident, opened by Custodes itself."""
    why = f"opened for: {incident.title}"
    return Case(case_id(incident.id), incident.id, "new", now, (Entry(now, "new", "custodes", why),))


def decide(case: Case, verdict: str, by: str, why: str, now: datetime) -> Case:
    """The case with one more entry. Raises BadInput: a verdict that is none or cannot follow, no name, no reason, or
    a time before the last entry's.
    """
    state = next((each for each in STATES if each == verdict), None)
    if state is None:
        raise BadInput(f'"{verdict}" is no verdict', where=case.id, hint=f"one of: {', '.join(STATES)}")
    if state not in _NEXT[case.state]:
        raise BadInput(
            f"a case that is {case.state} cannot become {state}",
            where=case.id,
            hint=f"decide one of: {', '.join(_NEXT[case.state])}",
        )
    if not why.strip():
        raise BadInput("a decision needs a reason", where=case.id, hint="say why, in a sentence")
    if not by.strip():
        raise BadInput("a decision needs a name", where=case.id, hint="say who decides")
    if now < case.history[-1].time:
        raise BadInput("a decision cannot be older than the last one", where=case.id, hint="check the machine's clock")
    return replace(case, state=state, history=(*case.history, Entry(now, state, by.strip(), why.strip())))
