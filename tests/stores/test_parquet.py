"""Which kinds of columns does a Parquet file give, and what of one that cannot be read?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from custodes.datamap.tally import flatten
from custodes.records import Dataset
from custodes.stores import leaves
from custodes.stores.files import open_files
from custodes.stores.interface import Unreadable

MAIL = ["ann@example.com", "bob@example.com", "cy@example.com"]


def read(folder: Path, table: pa.Table) -> tuple[dict[str, list[Any]], str]:
    """The columns of a file of this table, and why not all was read."""
    pq.write_table(table, folder / "a.parquet")
    store = open_files("exports", folder)
    (dataset,) = store.datasets()
    assert isinstance(dataset, Dataset)
    batches = []
    reason = ""
    try:
        for batch in store.read(dataset, max_rows=0):
            batch.validate(full=True)
            batches.append(batch)
    except Unreadable as error:
        reason = error.reason
    assert [column.name for column in dataset.columns] == batches[0].schema.names
    return pa.Table.from_batches(batches).to_pydict(), reason


MAPS = pa.array(
    [[(MAIL[0], {"n": 1}), (MAIL[1], {"n": 2})], None, [], [(MAIL[2], None)]],
    pa.map_(pa.string(), pa.struct([("n", pa.int64())])),
)
KINDS: dict[str, tuple[pa.Array, dict[str, list[Any]]]] = {
    "map": (MAPS, {"x.{key}": [MAIL[:2], None, [], MAIL[2:]], "x.*.n": [["1", "2"], None, [], [None]]}),
    "list_view": (pa.array([MAIL, None, []], pa.list_view(pa.string())), {"x": [MAIL, None, []]}),
    "large_list_view": (pa.array([None, MAIL, []], pa.large_list_view(pa.string())), {"x": [None, MAIL, []]}),
    "fixed lists": (pa.array([MAIL[:2], None], pa.list_(pa.string(), 2)), {"x": [MAIL[:2], None]}),
    "lists of views": (
        pa.array([[MAIL[:1], None, MAIL[1:]], None], pa.large_list(pa.list_view(pa.string()))),
        {"x": [MAIL, None]},
    ),
    "string_view": (pa.array(MAIL, pa.string_view()), {"x": MAIL}),
    "binary_view": (pa.array([b"a", None], pa.binary_view()), {"x": ["a", None]}),
    "struct": (
        pa.array([{"a.b": "x", "a": {"b": "y"}}]),
        {'x."a.b"': ["x"], "x.a.b": ["y"]},
    ),
    "dictionary": (pa.array(MAIL).dictionary_encode(), {"x": MAIL}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_column_is_read(tmp_path: Path, kind: str) -> None:
    """Maps give their keys, lists of every kind are lists, and nothing is refused."""
    array, expected = KINDS[kind]
    columns, reason = read(tmp_path, pa.table({"x": array, "id": pa.array(range(len(array)))}))
    assert columns == {**expected, "id": [str(row) for row in range(len(array))]}
    assert not reason


def test_a_column_that_cannot_be_read_keeps_no_other_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named as not read, and empty."""
    known = leaves._text

    def text(array: pa.Array) -> pa.Array:
        if pa.types.is_duration(array.type):
            raise pa.ArrowNotImplementedError("no such cast")
        return known(array)

    monkeypatch.setattr(leaves, "_text", text)
    table = pa.table({"mail": MAIL, "took": pa.array([1, 2, 3], pa.duration("s")), "n": [1, 2, 3]})
    columns, reason = read(tmp_path, table)
    assert columns == {"mail": MAIL, "took": [None] * 3, "n": ["1", "2", "3"]}
    assert reason == "columns whose type cannot be read: took"


def hidden(array: pa.Array) -> dict[str, list[Any]]:
    return {
        path: [cell.decode() if isinstance(cell, bytes) else cell for cell in cells.to_pylist()]
        for path, cells in flatten("x", array)
    }


def test_kinds_that_only_arrow_has_are_flattened() -> None:
    """Unions, run ends, dictionaries of structs and slices of maps, as other programs may hand them over."""
    codes = pa.array([0, 1, 0], pa.int8())
    sparse = pa.UnionArray.from_sparse(codes, [pa.array(MAIL), pa.array([7, 8, 9])])
    dense = pa.UnionArray.from_dense(codes, pa.array([0, 0, 1], pa.int32()), [pa.array(MAIL[:2]), pa.array([8])])
    assert hidden(sparse) == {"x": [MAIL[0], "8", MAIL[2]]}
    assert hidden(sparse.slice(1)) == {"x": ["8", MAIL[2]]}
    assert hidden(dense) == {"x": [MAIL[0], "8", MAIL[1]]}
    assert hidden(dense.slice(1)) == {"x": ["8", MAIL[1]]}
    structs = pa.UnionArray.from_sparse(codes, [pa.array(MAIL), pa.array([{"a": "x"}] * 3)])
    assert hidden(structs) == {"x": [MAIL[0], None, MAIL[2]], "x.a": [None, "x", None]}
    assert hidden(pc.run_end_encode(pa.array([MAIL[0], MAIL[0], None]))) == {"x": [MAIL[0], MAIL[0], None]}
    named = pa.DictionaryArray.from_arrays(pa.array([0, None, 0]), pa.array([{"a": "x"}]))
    assert hidden(named) == {"x.a": ["x", None, "x"]}
    assert hidden(MAPS.slice(2)) == {"x.{key}": MAIL[2:], "x.*.n": [None]}
    assert hidden(pa.array([MAIL, None], pa.list_view(pa.string())).slice(0, 1)) == {"x[]": MAIL}
