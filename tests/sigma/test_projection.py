"""What do rules see of a raw record?"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.sigma.projection import Projection
from tests.sigma.asked import fitting


def cells(path: str, *records: dict[str, Any]) -> list[Any]:
    table, columns = Projection({path: path}).table(records)
    return list(table.column(columns.column[path]).to_pylist())


def test_paths_lead_into_objects_lists_and_keys_with_points() -> None:
    assert cells("a.b", {"a": {"b": "x"}}, {"a.b": "x"}, {"a": "x"}, {"a": {"c": 1}}, {}) == [
        "x",
        "x",
        None,
        None,
        None,
    ]
    assert cells("a.b", {"a": [{"b": "x"}, {"b": "y"}, "z"]}) == [["x", "y"]]
    assert cells("a.1.b", {"a": [{"b": "x"}, {"b": "y"}]}) == ["y"]
    assert cells("a.b.c", {"a": {"b.c": "x"}}) == ["x"]


def test_keys_of_another_case_stand_for_those_that_are_not_there() -> None:
    assert cells("Name", {"name": "x"}, {"Name": "y", "name": "x"}) == ["x", "y"]
    assert cells("A.B", {"a": {"b": "x"}}) == ["x"]


def test_values_are_told_as_text() -> None:
    assert cells("f", {"f": True}, {"f": 5}, {"f": 5.5}, {"f": None}, {"f": "x"}) == ["true", "5", "5.5", None, "x"]
    assert cells("f", {"f": {"b": [1, "é"]}}) == ['{"b":[1,"é"]}']
    assert cells("f", {"f": ["a", ["b"], {"c": 1}]}) == [['["a",["b"],{"c":1}]', "a", "b", '{"c":1}']]
    assert cells("f", {"f": []}) == ["[]"]
    assert cells("f", {"f": "\ud800"}) == ["?"]


def test_any_element_of_a_list_may_match() -> None:
    """As a text among others, by its JSON, and not at all where it must not."""
    records: list[dict[str, Any]] = [{"f": ["a", "b"]}, {"f": "b"}, {"f": ["c"]}, {}]
    assert fitting({"f": "B"}, records) == [0, 1]
    assert fitting({"f|contains": '"a","b"'}, records) == [0]
    assert fitting("s:\n  f: b\ncondition: not s\n", records) == [2, 3]
    assert fitting({"f": None}, records) == [3]
    assert fitting({"f|contains|all": ["a", "b"]}, records) == [0]
    assert fitting({"g|fieldref": "f"}, [{"f": ["x", "y"], "g": ["Y"]}, {"f": ["x"], "g": "y"}]) == [0]
    assert fitting({"f|cidr": "10.0.0.0/8"}, [{"f": ["1.1.1.1", "10.2.3.4"]}, {"f": ["1.1.1.1"]}]) == [0]


_KEYS = st.sampled_from(["a", "b", "A", "a.b", "0"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=40)
@given(records=st.lists(st.dictionaries(st.sampled_from(["a", "b", "A", "a.b"]), _JSON, max_size=3), max_size=5))
def test_any_record_has_a_row(records: list[dict[str, Any]]) -> None:
    """Whatever a log holds: one row each, and every cell a text, a list of texts, or nothing."""
    table, columns = Projection({path: path for path in ("a", "a.b", "b.0", "a.b.a")}, keywords=True).table(records)
    assert table.num_rows == len(records)
    assert set(columns.column) == {"a", "a.b", "b.0", "a.b.a"}
