"""Datasets that others reference are judged before them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from stdnum.gb import nhs

from custodes.datamap.order import targets_first
from custodes.datamap.scan import scan
from custodes.records import Column, Dataset, Examined, Skipped
from tests.datamap.tables import classifier


def dataset(name: str, references: Mapping[str, str]) -> Dataset:
    return Dataset("crm", name, tuple(Column(key, "text", references=target) for key, target in references.items()))


def names(*found: Dataset | Skipped) -> list[str]:
    return [one.name for one in targets_first(found) if isinstance(one, Dataset)]


def test_what_is_referenced_comes_first() -> None:
    """Orders wait for customers, and customers for people; the rest keeps its place."""
    orders = dataset("s.orders", {"who": "s.customers.id"})
    customers = dataset("s.customers", {"person": "s.people.id"})
    people = dataset("s.people", {})
    assert names(orders, dataset("s.a", {}), customers, people) == ["s.people", "s.customers", "s.orders", "s.a"]


def test_circles_and_unknown_targets_do_no_harm() -> None:
    """Tables that reference each other, themselves or nothing known are each judged once; what was skipped stays."""
    one, other = dataset("s.a", {"b": "s.b.id"}), dataset("s.b", {"a": "s.a.id", "me": "s.b.id", "no": "gone.x.id"})
    assert sorted(names(one, other)) == ["s.a", "s.b"]
    skipped = Skipped("scan", "crm", "s.c", "no rights", "grant them")
    assert list(targets_first([skipped, one])) == [skipped, one]


def test_long_chains_are_followed() -> None:
    """A thousand tables in a row are no deeper than the stack."""
    chain = [dataset(f"s.t{at}", {"next": f"s.t{at + 1}.id"}) for at in range(3000)]
    assert names(*chain)[0] == "s.t2999"


@dataclass
class People:
    """A store whose orders reference people, and are named first."""

    numbers: Sequence[str]
    name: str = "crm"
    kind: str = "memory"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        orders = dataset("s.a_orders", {"who": "s.people.number"})
        yield Dataset("crm", orders.name, orders.columns, fingerprint="f")
        yield Dataset("crm", "s.people", (Column("number", "text"),), fingerprint="f")

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        cells = self.numbers if dataset.name == "s.people" else self.numbers[:2]
        yield pa.RecordBatch.from_pydict({dataset.columns[0].name: pa.array(cells, pa.string())})

    def close(self) -> None: ...


def judged(store: People, known: Mapping[str, Examined]) -> dict[str, Examined]:
    classifier().held.clear()
    found = scan(store, classifier(), max_rows=0, known=known, skip={})
    return {f"{one.store}.{one.dataset}": one for one in found if isinstance(one, Examined)}


def test_a_reference_inherits_whichever_table_the_store_names_first() -> None:
    """Two numbers prove nothing; that they reference a column of identity numbers does, on a rescan as well."""
    rng = random.Random(4)
    numbers = (f"{rng.randrange(4 * 10**9, 8 * 10**9)}" for _ in range(3000))
    people = People([number for number in numbers if nhs.is_valid(number)][:200])
    first = judged(people, {})
    assert {field.category for field in first["crm.s.people"].verdicts} == {"uk_nhs_number"}
    assert [field.category for field in first["crm.s.a_orders"].verdicts] == ["uk_nhs_number"]
    again = judged(people, {"crm.s.people": first["crm.s.people"]})
    assert again["crm.s.a_orders"].verdicts == first["crm.s.a_orders"].verdicts
