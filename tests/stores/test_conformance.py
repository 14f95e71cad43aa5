"""Does every kind of store keep the same promises? One suite, run over all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from custodes.config import STORE_KINDS
from custodes.records import Dataset
from custodes.stores.interface import Store
from tests.stores.contents import ON_DISK, ROWS, Sample, in_bucket, in_mariadb, in_postgres

ON_SERVERS: dict[str, Callable[[Any], Sample]] = {"postgres": in_postgres, "mariadb": in_mariadb}
KINDS = [*ON_DISK, "s3", *(pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in ON_SERVERS)]


@pytest.fixture(params=KINDS)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sample]:
    kind = request.param
    if kind == "s3":
        made = in_bucket(request.getfixturevalue("storage"), tmp_path)
    else:
        made = ON_SERVERS[kind](request.getfixturevalue(kind)) if kind in ON_SERVERS else ON_DISK[kind](tmp_path)
    yield made
    made.store.close()


def the_dataset(store: Store) -> Dataset:
    (found,) = store.datasets()
    assert isinstance(found, Dataset), found
    return found


def read(store: Store, max_rows: int = 0) -> list[tuple[str | None, ...]]:
    """The rows, ordered by id."""
    rows = []
    for batch in store.read(the_dataset(store), max_rows=max_rows):
        rows += [tuple(row.values()) for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: int(row[0] or 0))


def test_it_is_named_as_the_data_map_names_it(sample: Sample) -> None:
    """Names outside ASCII arrive whole, with the store's name before them."""
    dataset = the_dataset(sample.store)
    assert (dataset.store, dataset.name) == ("shop", sample.dataset)
    assert dataset.full_name == f"shop.{sample.dataset}"


def test_columns_are_described(sample: Sample) -> None:
    """Columns come in their order, under their own names, with a type in lower case."""
    columns = the_dataset(sample.store).columns
    assert tuple(column.name for column in columns) == sample.columns
    assert all(column.type and column.type == column.type.lower() for column in columns)


def test_the_number_of_rows_is_told(sample: Sample) -> None:
    """Where the store can tell, it tells how many rows there are."""
    assert the_dataset(sample.store).rows == len(ROWS)


def test_every_row_arrives_with_its_nulls(sample: Sample) -> None:
    """Line breaks, quotes, other scripts and nulls survive."""
    assert read(sample.store) == list(ROWS)


def test_all_columns_are_text(sample: Sample) -> None:
    """Whatever the store's own types, a batch holds strings under the columns' names."""
    for batch in sample.store.read(the_dataset(sample.store), max_rows=0):
        assert tuple(batch.schema.names) == sample.columns
        assert all(kind == pa.string() for kind in batch.schema.types)


def test_reading_stops_at_the_limit(sample: Sample) -> None:
    """With max_rows no more than that is read, and each row is one of the store's."""
    rows = read(sample.store, max_rows=7)
    assert 0 < len(rows) <= 7
    assert set(rows) <= set(ROWS)


def test_reading_twice_gives_the_same(sample: Sample) -> None:
    """A store can be read again, and while another reading of it is under way."""
    dataset = the_dataset(sample.store)
    under_way = sample.store.read(dataset, max_rows=0)
    next(under_way)
    assert read(sample.store) == list(ROWS)
    assert read(sample.store) == list(ROWS)


def test_reading_changes_nothing(sample: Sample) -> None:
    """Neither the files nor what lies beside them are altered, and the fingerprint stays."""
    before = [(file.read_bytes(), file.stat().st_mtime_ns, sorted(file.parent.iterdir())) for file in sample.files]
    first = the_dataset(sample.store).fingerprint
    read(sample.store)
    sample.store.close()
    assert [
        (file.read_bytes(), file.stat().st_mtime_ns, sorted(file.parent.iterdir())) for file in sample.files
    ] == before
    again = sample.reopen()
    assert the_dataset(again).fingerprint == first
    again.close()


def test_writing_changes_the_fingerprint(sample: Sample) -> None:
    """What promises a fingerprint gives another one after it was written; what cannot promise gives none."""
    before = the_dataset(sample.store).fingerprint
    for file in sample.files:
        file.write_bytes(file.read_bytes())
    assert sample.settles or before is None if not sample.files else the_dataset(sample.reopen()).fingerprint != before


def test_a_time_that_was_set_back_hides_no_change(sample: Sample) -> None:
    """Who writes a file and sets its time back, as tools that copy do, changes the fingerprint all the same."""
    before = the_dataset(sample.store).fingerprint
    for file in sample.files:
        facts = file.stat()
        file.write_bytes(file.read_bytes())
        os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    if sample.files:
        assert the_dataset(sample.reopen()).fingerprint != before


def test_a_store_can_be_shown(sample: Sample) -> None:
    """Its repr names it and its kind is one of the configuration's."""
    assert "shop" in repr(sample.store)
    assert sample.store.kind in STORE_KINDS
