"""Do correlations hold on hand-made sequences: each type, at the borders of windows, in ties, by group, and chained?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import yaml

from tests.sigma.sequence import Alert, alerts, correlation, evidence, refused

A, B, C = "a", "b", "c"

Row = tuple[Any, ...]


def ends(kind: str, rows: Sequence[Row], **more: Any) -> list[int]:
    """When each alert's window ends, in seconds. rows: second, what happened, and the fields g, v."""
    return [one.end for one in alerts([correlation(kind, **more)], rows)]


def test_events_are_counted_within_the_span_both_ends_included() -> None:
    rows = [(0, A), (30, A), (60, A), (61, A)]
    assert ends("event_count", rows, condition={"gte": 3}) == [60, 61]
    assert ends("event_count", rows, condition={"gt": 3}) == []
    assert ends("event_count", rows, condition={"eq": 2}) == [30]
    assert ends("event_count", rows, condition={"lt": 2}) == [0]
    assert ends("event_count", rows, condition={"lte": 2}) == [0, 30]
    assert ends("event_count", rows, condition={"neq": 3}) == [0, 30]
    assert ends("event_count", [(0, A), (61, A)], condition={"gte": 2}) == []


def test_events_of_one_moment_are_in_each_others_window() -> None:
    """A tie is one alert, whose window holds all of them."""
    assert ends("event_count", [(10, A), (10, A), (10, A)], condition={"gte": 3}) == [10]


def test_an_event_that_two_rules_match_counts_once() -> None:
    rows = [(0, A + B), (1, A)]
    assert ends("event_count", rows, rules=["a", "b"], condition={"gte": 3}) == []
    assert ends("event_count", rows, rules=["a", "b"], condition={"gte": 2}) == [1]


def test_groups_are_apart_whatever_their_case_and_a_missing_one_is_none() -> None:
    rows = [(0, A, "x"), (1, A, "y"), (2, A, "X"), (3, A, None), (4, A, None)]
    found = alerts([correlation("event_count", condition={"gte": 2}, group="g")], rows)
    assert found == [Alert(end=2, start=-58, group=("x",), metric=2)]


def test_several_fields_make_a_group() -> None:
    rows = [(0, A, "x", "1"), (1, A, "x", "2"), (2, A, "x", "1")]
    assert ends("event_count", rows, condition={"gte": 2}, group=["g", "v"]) == [2]


def test_late_events_take_their_place_in_time() -> None:
    """The order in which they reach us does not matter: what came late completes the window it belongs to."""
    rows = [(0, A), (50, A), (200, A)]
    assert ends("event_count", rows, condition={"gte": 3}) == []
    assert ends("event_count", [*rows, (30, A)], condition={"gte": 3}) == [50]


def test_different_values_are_counted() -> None:
    rows = [(0, A, "x", "p"), (1, A, "x", "P"), (2, A, "x", "q"), (3, A, "x", None), (62, A, "x", "r")]
    condition = {"gte": 2, "field": "v"}
    assert ends("value_count", rows, condition=condition, group="g") == [2, 3, 62]
    assert ends("value_count", rows, condition={"gte": 3, "field": "v"}, group="g") == []


@pytest.mark.parametrize(
    ("kind", "condition", "expected"),
    [
        ("value_sum", {"gte": 60}, [2, 3, 60]),
        ("value_sum", {"gt": 60}, []),
        ("value_avg", {"eq": 20}, [2, 3, 60]),
        ("value_avg", {"lt": 15.5}, [0, 1]),
        ("value_median", {"gte": 20}, [2, 3, 60]),
        ("value_percentile", {"gte": 29, "percentile": 95}, [2, 3, 60]),
        ("value_percentile", {"gte": 25, "percentile": 75}, [2, 3, 60]),
        ("value_percentile", {"gt": 25, "percentile": 75}, []),
    ],
)
def test_numbers_are_measured_and_what_is_none_is_left_out(
    kind: str, condition: Mapping[str, Any], expected: list[int]
) -> None:
    """Ten, twenty and thirty, as text or number; a word among them counts for nothing."""
    rows = [(0, A, "x", "10"), (1, A, "x", 20), (2, A, "x", "30.0"), (3, A, "x", "many"), (60, A, "x", None)]
    assert ends(kind, rows, condition={**condition, "field": "v"}) == expected


def test_rules_come_together_in_any_order() -> None:
    rows = [(0, B), (60, A), (121, B), (200, A)]
    assert ends("temporal", rows, rules=["a", "b"]) == [60]
    assert ends("temporal", [(0, A), (10, A)], rules=["a", "b"]) == []
    assert ends("temporal", [(5, A), (5, B)], rules=["a", "b"]) == [5]
    assert ends("temporal", [(0, A), (1, C)], rules=["a", "b", "c"], condition={"gte": 2}) == [1]


def test_rules_in_order_are_strictly_one_after_the_other() -> None:
    ordered = {"rules": ["a", "b"]}
    assert ends("temporal_ordered", [(0, A), (60, B)], **ordered) == [60]
    assert ends("temporal_ordered", [(0, A), (61, B)], **ordered) == []
    assert ends("temporal_ordered", [(0, B), (10, A)], **ordered) == []
    assert ends("temporal_ordered", [(5, A), (5, B)], **ordered) == []  # at one time is in no order
    assert ends("temporal_ordered", [(0, B), (5, A), (6, B)], **ordered) == [6]
    three = {"rules": ["a", "b", "c"]}
    assert ends("temporal_ordered", [(0, A), (1, B), (2, C)], **three) == [2]
    assert ends("temporal_ordered", [(0, A), (1, C), (2, B)], **three) == []
    assert ends("temporal_ordered", [(0, A), (1, C)], **three, condition={"gte": 2}) == [1]


def test_a_condition_in_words_joins_rules() -> None:
    """Extended conditions: and, or, not, brackets, with the rules named in them or listed."""
    assert ends("temporal", [(0, A), (30, C)], condition="a and (b or c)") == [30]
    assert ends("temporal", [(0, A)], condition="a and (b or c)") == []
    assert ends("temporal", [(0, C)], condition="a and b or c") == [0]
    assert ends("temporal_ordered", [(0, A), (1, B)], condition="a and b") == [1]
    assert ends("temporal_ordered", [(0, B), (1, A)], condition="a and b") == []


def test_what_must_not_follow_is_waited_for() -> None:
    """`a and not b` holds once the span after `a` is over and no `b` came; nothing is said before."""
    condition = "a and not b"
    assert ends("temporal", [(0, A), (61, C)], condition=condition) == [60]
    assert ends("temporal", [(0, A), (59, C)], condition=condition) == []  # not over yet
    assert ends("temporal", [(0, A), (60, B), (200, C)], condition=condition) == []
    assert ends("temporal", [(0, A), (61, B), (200, C)], condition=condition) == [60]
    assert ends("temporal", [(0, B), (1, A), (200, C)], condition=condition) == [61]
    assert ends("temporal", [(0, A), (200, C), (30, B)], condition=condition) == []  # the late one undoes it
    assert ends("temporal_ordered", [(0, A), (5, C), (90, A)], condition="a and c and not b") == [60]


def test_aliases_give_one_name_to_fields_of_different_rules() -> None:
    rows = [(0, A, "x", None), (1, B, None, "x"), (2, B, None, "y")]
    one = correlation("temporal", rules=["a", "b"], group="who", aliases={"who": {"a": "g", "b": "v"}})
    assert [(found.end, found.group) for found in alerts([one], rows)] == [(1, ("x",))]


def test_correlations_build_on_correlations() -> None:
    """Three failures within a minute, twice within the hour; the evidence is all six events and not the one between."""
    inner = correlation("event_count", name="burst", condition={"gte": 3}, group="g")
    outer = correlation("event_count", name="again", rules=["burst"], condition={"gte": 2}, group="g", timespan="1h")
    rows = [*((second, A, "x") for second in (0, 1, 2, 600, 1200, 1201, 1202)), (1, A, "y")]
    found = alerts([outer, inner], rows)
    assert [(one.end, one.group, one.metric) for one in found] == [(1202, ("x",), 2)]
    assert evidence([outer, inner], rows) == [[0, 1, 2, 4, 5, 6]]


def test_a_correlation_measures_another() -> None:
    inner = correlation("value_sum", name="volume", condition={"gte": 10, "field": "v"}, group="g")
    outer = correlation(
        "value_sum", name="much", rules=["volume"], condition={"gte": 30, "field": "value_sum"}, group="g"
    )
    rows = [(0, A, "x", 10), (1, A, "x", 10)]  # alerts of 10 and of 20
    assert [one.metric for one in alerts([inner, outer], rows)] == [30]


def test_the_evidence_is_what_the_windows_hold() -> None:
    rows = [(0, A), (10, A), (20, A), (500, A), (600, B), (601, A)]
    assert evidence([correlation("event_count", condition={"gte": 3})], rows) == [[0, 1, 2]]
    ordered = correlation("temporal_ordered", rules=["b", "a"])
    assert evidence([ordered], rows) == [[4, 5]]
    groups = correlation("event_count", condition={"gte": 2}, group="g")
    assert evidence([groups], [(0, A, "x"), (1, A, "y"), (2, A, "x"), (3, A, "y")]) == [[0, 2], [1, 3]]


def test_what_feeds_a_correlation_is_told_only_where_it_says_generate() -> None:
    from tests.sigma.sequence import known

    silent = known([correlation("event_count", condition={"gte": 2})])
    assert {rule.about.key: rule.told for rule in silent.rules} == {"a": False, "b": True, "c": True}
    told = known([correlation("event_count", condition={"gte": 2}, generate=True)])
    assert {rule.about.key: rule.told for rule in told.rules} == {"a": True, "b": True, "c": True}
    chain = known(
        [
            correlation("event_count", name="inner", condition={"gte": 2}),
            correlation("event_count", name="outer", rules=["inner"], condition={"gte": 2}),
        ]
    )
    assert {one.about.key: one.told for one in chain.correlations} == {"inner": False, "outer": True}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "value_mode"}, "value_mode"),
        ({"timespan": "a while"}, "Timespan"),
        ({"rules": ["nobody"]}, '"nobody"'),
        ({"type": "value_count"}, "field"),
        ({"type": "value_percentile", "condition": {"gte": 1, "field": "v"}}, "percentile"),
        ({"type": "value_count", "condition": {"gte": 1, "field": ["g", "v"]}}, "several fields"),
        ({"type": "temporal", "condition": "not a"}, "nothing happened"),
        ({"type": "temporal", "condition": "a or not b"}, "nothing happened"),
        ({"type": "temporal_ordered", "rules": ["a", "b"], "condition": {"lt": 2}}, "gte, gt or eq"),
        ({"rules": ["made"]}, "circle"),
    ],
)
def test_a_correlation_that_cannot_be_asked_is_refused_by_its_title(changes: Mapping[str, Any], said: str) -> None:
    text = correlation("event_count", name="made", condition={"gte": 2})
    document = yaml.safe_load(text)
    document["correlation"] |= changes
    if "type" in changes and "condition" not in changes:
        document["correlation"]["condition"] = {"gte": 2}
    if isinstance(document["correlation"]["condition"], str):
        del document["correlation"]["rules"]  # its words name them
    found = refused([yaml.safe_dump(document)])
    assert [one.title for one in found] == ["Correlation made"]
    assert said in found[0].reason


def test_a_parent_that_asks_what_its_child_does_not_tell_is_refused() -> None:
    inner = correlation("event_count", name="inner", condition={"gte": 2})
    outer = correlation("event_count", name="outer", rules=["inner"], condition={"gte": 2}, group="g")
    assert [one.title for one in refused([inner, outer])] == ["Correlation outer"]
