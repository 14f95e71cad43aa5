"""Do random sequences correlate as in the reference backend: the same windows, groups and events?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sigma.sequence import alerts, correlation, evidence, reference

_ROWS = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(["a", "b", "c", "ab", "ac"]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from([1, 2, 5, 10, None]),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("event_count", {"condition": {"gte": 2}, "rules": ["a", "b"], "group": "g"}),
        ("event_count", {"condition": {"lt": 3}, "rules": ["a", "b"]}),
        ("value_count", {"condition": {"gte": 2, "field": "v"}, "group": "g"}),
        ("value_sum", {"condition": {"gt": 5, "field": "v"}, "group": "g"}),
        ("value_avg", {"condition": {"gte": 3, "field": "v"}}),
        ("value_median", {"condition": {"gte": 2, "field": "v"}, "group": "g"}),
        ("value_percentile", {"condition": {"gte": 4, "field": "v", "percentile": 90}}),
        ("temporal", {"rules": ["a", "b"], "group": "g"}),
        ("temporal", {"rules": ["a", "b", "c"], "condition": {"gte": 2}}),
        ("temporal", {"condition": "a and (b or c)", "group": "g"}),
        ("temporal", {"condition": "a and not b"}),
        ("temporal_ordered", {"rules": ["a", "b"], "group": "g"}),
        ("temporal_ordered", {"rules": ["a", "b", "c"], "condition": {"gte": 2}}),
        ("temporal_ordered", {"condition": "a and b and not c"}),
    ],
)
@settings(max_examples=8)
@given(rows=_ROWS)
def test_sequences_correlate_as_in_the_reference(kind: str, more: dict[str, Any], rows: list[tuple[Any, ...]]) -> None:
    """Window by window, and event by event."""
    one = correlation(kind, **more)
    windows, members = reference(one, rows)
    assert sorted((found.end, found.start, found.group) for found in alerts([one], rows)) == windows
    assert evidence([one], rows) == members
