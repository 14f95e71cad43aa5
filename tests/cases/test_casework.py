"""Does a case keep every decision, with its reason?"""

from datetime import UTC, datetime, timedelta

import pytest

from custodes.cases.casework import STATES, Case, decide, open_case
from custodes.errors import BadInput
from custodes.records import Incident

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_case() -> Case:
    incident = Incident("I-1", 80.0, "Many reads", 4, ("staff:a",), (), (), 5, NOW, NOW, NOW, "Read a lot.", ("F-1",))
    return open_case(incident, NOW)


def later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def test_a_case_opens_for_an_incident() -> None:
    """Its id is the incident's, it is new, and Custodes says why it is open."""
    case = a_case()
    assert (case.id, case.incident, case.state, case.opened) == ("C-I-1", "I-1", "new", NOW)
    assert case.history[0].by == "custodes"
    assert "Many reads" in case.history[0].why


def test_history_only_grows() -> None:
    """Each decision is one more entry; the case before it is unchanged."""
    case = a_case()
    confirmed = decide(case, "confirmed", "user:dana", "they admitted it", later(1))
    closed = decide(confirmed, "closed", "user:dana", "access was taken away", later(2))
    assert [entry.state for entry in closed.history] == ["new", "confirmed", "closed"]
    assert closed.history[:2] == confirmed.history
    assert case.state == "new"


@pytest.mark.parametrize(
    ("verdict", "by", "why", "hours", "told"),
    [
        ("guilty", "user:dana", "because", 1, "no verdict"),
        ("new", "user:dana", "because", 1, "cannot become new"),
        ("closed", "user:dana", "because", 1, "cannot become closed"),
        ("confirmed", "user:dana", "  ", 1, "needs a reason"),
        ("confirmed", "", "because", 1, "needs a name"),
        ("confirmed", "user:dana", "because", -1, "older than the last"),
    ],
)
def test_what_is_refused(verdict: str, by: str, why: str, hours: int, told: str) -> None:
    """No decision without a reason, a name and an order in time, and none that skips the judgement."""
    with pytest.raises(BadInput, match=told) as caught:
        decide(a_case(), verdict, by, why, later(hours))
    assert caught.value.hint


def test_a_closed_case_can_only_be_opened_again() -> None:
    """A closed case takes no verdict until somebody opens it again and says why."""
    closed = decide(
        decide(a_case(), "benign", "user:dana", "a test", later(1)), "closed", "user:dana", "done", later(2)
    )
    for verdict in STATES:
        if verdict != "new":
            with pytest.raises(BadInput):
                decide(closed, verdict, "user:dana", "more", later(3))
    assert decide(closed, "new", "user:dana", "more came up", later(3)).state == "new"
