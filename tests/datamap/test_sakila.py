"""Is every person's data in a real PostgreSQL sample found, and nothing else called personal?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.copies import copies, identifying
from custodes.datamap.misplaced import misplaced
from custodes.datamap.scan import scan
from custodes.datamap.sketches import Sketches
from custodes.records import Examined, Field, Skipped
from custodes.stores.postgres import open_postgres
from tests.datamap.truth import score
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def sketches() -> Sketches:
    return Sketches(b"k" * 32, identifying({rules.id: rules.category for rules in load_categories()}))


@pytest.fixture(scope="module")
def scanned(sakila: Cluster, sketches: Sketches) -> list[Examined | Skipped]:
    store = open_postgres("sakila", sakila.url("sakila"), sakila.password)
    judge = Classifier(load_categories())
    found = list(scan(store, judge, max_rows=0, known={}, skip={}, sketches=sketches))
    store.close()
    return found


def verdicts(scanned: list[Examined | Skipped]) -> list[Field]:
    return [field for one in scanned if isinstance(one, Examined) for field in one.verdicts]


def test_sakila_is_read_whole(scanned: list[Examined | Skipped]) -> None:
    """Every table and view is read to its end; nothing is left uncovered."""
    assert [one for one in scanned if isinstance(one, Skipped)] == []
    examined = {one.dataset: one for one in scanned if isinstance(one, Examined)}
    assert (examined["public.customer"].rows_read, examined["public.customer"].rows_total) == (599, 599)
    assert examined["public.customer_list"].kind == "view"
    assert all(one.rows_read == one.rows_total for one in examined.values())


def test_precision_and_recall_on_sakila(scanned: list[Examined | Skipped], capsys: pytest.CaptureFixture[str]) -> None:
    """No labelled column is missed, and nothing else is called personal."""
    result = score(verdicts(scanned), "sakila")
    with capsys.disabled():
        print(f"\nsakila: {result}")
    assert (result.precision, result.recall) == (1.0, 1.0), str(result)


def test_views_are_copies_of_their_tables(scanned: list[Examined | Skipped], sketches: Sketches) -> None:
    """The list view shares its addresses with the address table."""
    assert scanned
    pairs = {(one.a, one.b) for one in copies(sketches.all()) if one.containment > 0.9}
    assert ("sakila.public.customer_list.address", "sakila.public.address.address") in pairs


def test_password_hashes_outside_a_vault_are_reported(scanned: list[Examined | Skipped], sketches: Sketches) -> None:
    """The staff table is the one misplaced place; its severity is that of the category."""
    categories = {rules.id: rules.category for rules in load_categories()}
    now = datetime(2026, 3, 1, tzinfo=UTC)
    findings = misplaced(verdicts(scanned), categories, lambda *_: False, now, copies(sketches.all()))
    assert [finding.datasets for finding in findings] == [("sakila.public.staff",)]
