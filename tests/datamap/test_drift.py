"""Is a schema that changed told, and nothing that only looks like it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from custodes.datamap.drift import columns, differences, drift_findings, gone
from custodes.records import Column, Dataset, Drift, Field

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEFORE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_dataset(*columns: tuple[str, str], declared: bool = True) -> Dataset:
    return Dataset("crm", "main.orders", tuple(Column(*one) for one in columns), declared=declared)


def differing(dataset: Dataset, before: Mapping[str, tuple[tuple[str, str], ...] | None]) -> list[tuple[str, ...]]:
    found = differences(dataset, before, since=NOW, until=BEFORE)
    return [(one.what, one.field, one.before, one.after) for one in found]


def test_fields_that_are_new_gone_or_of_another_type() -> None:
    """Each is told with what it was and what it is."""
    before = {"main.orders": (("id", "integer"), ("mail", "text"), ("note", "text"))}
    now = a_dataset(("id", "bigint"), ("note", "text"), ("phone", "text"))
    assert differing(now, before) == [
        ("new_field", "phone", "", "text"),
        ("gone_field", "mail", "text", ""),
        ("retyped_field", "id", "integer", "bigint"),
    ]


def test_an_order_of_columns_is_no_drift() -> None:
    """A table that was made anew with the same columns is the same."""
    assert differing(a_dataset(("b", "text"), ("a", "text")), {"main.orders": (("a", "text"), ("b", "text"))}) == []


def test_paths_of_documents_are_no_schema() -> None:
    """What one sample did not meet is not gone."""
    now = a_dataset(("id", "text"), declared=False)
    assert differing(now, {"main.orders": None}) == []
    assert differing(now, {"main.orders": (("id", "text"), ("mail", "text"))}) == []


def test_a_dataset_that_is_new() -> None:
    """Its fields are not told one by one."""
    assert differing(a_dataset(("id", "integer")), {}) == [("new_dataset", "", "", "")]


def test_what_cannot_be_looked_into_is_not_gone() -> None:
    """A schema without a grant, a folder that cannot be listed, an archive that is damaged."""
    before = ["a.csv", "in/b.csv", "z.zip/c.csv", "hr.people", "crm.orders"]
    assert gone(before, {"a.csv"}, {"in", "z.zip", "hr"}) == ["crm.orders"]
    assert gone(before, set(before), set()) == []


def test_findings_say_what_where_and_since_when() -> None:
    """One for the fields of a dataset, one for all new datasets of a store and scan; graver where data of people is."""
    drifts = [
        Drift("crm", "orders", "mail", "gone_field", "text", "", NOW, BEFORE),
        Drift("crm", "orders", "id", "retyped_field", "integer", "bigint", NOW, BEFORE),
        *(Drift("exports", f"{day}.csv", "", "new_dataset", "", "", NOW, BEFORE) for day in range(9)),
    ]
    fields, datasets = drift_findings(drifts, [Field("exports", "3.csv", "mail", "email", 0.9, 5, 5)])
    assert fields.reason == (
        "crm.orders has other fields than before: gone: mail; of another type: id (integer became bigint). "
        "Seen since 2026-03-02 12:00 UTC; the scan before was at 2026-03-01 12:00 UTC."
    )
    assert (fields.check, fields.severity, fields.datasets) == ("schema_drift", 1, ("crm.orders",))
    assert "exports has 9 new datasets: exports.0.csv, exports.1.csv" in datasets.reason
    assert "and 3 more" in datasets.reason
    assert "Personal data was found in exports.3.csv." in datasets.reason
    assert (datasets.severity, datasets.raised) == (2, NOW)


def test_a_type_that_is_somebodys_data_is_not_kept() -> None:
    """SQLite takes any text for the type of a column."""
    dataset = a_dataset(("a", "maria.example@example.com"), ("b", "varchar(10)"), ("c", "4111 1111 1111 1111"))
    assert columns(dataset) == (("a", "*"), ("b", "varchar(10)"), ("c", "*"))
