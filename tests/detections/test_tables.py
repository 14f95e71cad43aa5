"""Do scenarios say what they mean?"""

from datetime import timedelta

import pytest

from custodes.detections.detection import Scenario
from custodes.detections.tables import START, ScenarioWrong, duration, tables


def rows(*lines: dict[str, object]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tables(Scenario("", (), lines))[0].to_pylist()
    return found


def test_many_alike_events() -> None:
    """Each actor touches so many customers a day, evenly spread, others each day, and always the same ones again."""
    line: dict[str, object] = {
        "actor": "staff:p1..2",
        "action": "read",
        "subjects": 4,
        "days": 3,
        "at": "9 hours",
        "over": "4 hours",
    }
    events = rows(line)
    assert len(events) == 2 * 4 * 3
    assert len({event["subject"] for event in events}) == 24
    assert events[0]["time"] == START + timedelta(hours=9)
    assert [event["leaf"] for event in events] == list(range(24))
    assert rows(line) == events


def test_own_cases_explain_each_touch() -> None:
    """`cases: own` opens a case about each customer, assigned to the actor and claimed by the touch."""
    events, context, _ = tables(
        Scenario("", (), ({"actor": "staff:a", "action": "read", "subjects": 3, "cases": "own"},))
    )
    cases = {case["id"]: case for case in context["cases"].to_pylist()}
    for event in events.to_pylist():
        assert cases[event["case"]]["subject"] == event["subject"]
        assert cases[event["case"]]["opened"] < event["time"] < cases[event["case"]]["closed"]


def test_tables_as_text() -> None:
    """Text tables are aligned as one likes; times are written with a zone or from the start; empty is absent."""
    events, context, fields = tables(
        Scenario(
            "",
            (
                (
                    "event",
                    "time,       actor, action, fields,     subject\n2026-02-01T10:00:00+02:00, a, read, name email,\n",
                ),
                ("people", "id, role\na,\n"),
                ("cases", "id, opened\nt1, 2 days 1 hour\n"),
                ("field", "store, dataset, field, category, sensitivity, vault\ns, d, f, email, 3, false\n"),
            ),
            (),
        )
    )
    (event,) = events.to_pylist()
    assert event["fields"] == ["name", "email"]
    assert event["subject"] is None
    assert event["time"].hour == 8
    assert context["people"].to_pylist()[0]["role"] is None
    assert context["cases"].to_pylist()[0]["opened"] == START + timedelta(days=2, hours=1)
    assert fields.to_pylist()[0]["sensitivity"] == 3


@pytest.mark.parametrize(
    ("table", "line", "told"),
    [
        (None, {"action": "read"}, "actor"),
        (None, {"actor": "a", "action": "read", "subject_count": 3}, "subject_count"),
        (None, {"actor": "a", "action": "read", "cases": "all"}, "cases: own"),
        (None, {"actor": "a", "action": "read", "over": "six hours"}, "six hours"),
        (None, {"actor": "a", "action": "read", "events": 0}, "events"),
        (None, {"actor": "a", "action": "look"}, '"look" is no action; known are create,'),
        (None, {"actor": "a", "action": "read", "outcome": "denyed"}, '"denyed" is no outcome; known are denied,'),
        (("people", "id, colour\na, red"), None, "colour"),
        (("people", "id, role\na, b, c"), None, "header"),
        (("people", "role\nb"), None, '"id"'),
        (("cases", "id, opened\nt, 2026-01-01T00:00:00"), None, "zone"),
    ],
)
def test_what_cannot_be_built_is_said(table: tuple[str, str] | None, line: dict[str, object] | None, told: str) -> None:
    """A mistake in a scenario is told in words."""
    with pytest.raises(ScenarioWrong, match=told):
        tables(Scenario("", (table,) if table else (), (line,) if line else ()))


def test_lengths_of_time() -> None:
    """Units add up."""
    assert duration("1 day 2 hours 30 minutes") == timedelta(days=1, hours=2, minutes=30)
