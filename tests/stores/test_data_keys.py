"""Are keys that are data values of `{key}` in every form of file, and never part of a field's name?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, ipc, orc

from custodes.datamap.tally import flatten
from custodes.records import Dataset
from custodes.stores.files import open_files
from custodes.stores.interface import Unreadable

PEOPLE = [f"u{number:02}x{number * 7919 % 1000}" for number in range(60)]
ADDRESSES = [f"{one}@example.com" for one in PEOPLE]


def json_lines(path: Path, keys: list[str]) -> None:
    path.with_suffix(".jsonl").write_text("\n".join(json.dumps({"by": {key: {"age": "9"}}}) for key in keys))


def json_list(path: Path, keys: list[str]) -> None:
    path.with_suffix(".json").write_text(json.dumps([{"by": {key: {"age": "9"}}} for key in keys]))


def xml(path: Path, keys: list[str]) -> None:
    rows = "".join(f"<row><by><{key}><age>9</age></{key}></by></row>" for key in keys)
    path.with_suffix(".xml").write_text(f"<rows>{rows}</rows>")


AGE = {"type": "record", "name": "Person", "fields": [{"name": "age", "type": "string"}]}


def avro(path: Path, keys: list[str]) -> None:
    by = {"name": "by", "type": ["null", {"type": "map", "values": AGE}]}
    schema = fastavro.parse_schema({"type": "record", "name": "Row", "fields": [by]})
    with path.with_suffix(".avro").open("wb") as file:
        fastavro.writer(file, schema, [{"by": {key: {"age": "9"}}} for key in keys])


def table(keys: list[str]) -> pa.Table:
    kind = pa.map_(pa.string(), pa.struct([("age", pa.string())]))
    return pa.table({"by": pa.array([[(key, {"age": "9"})] for key in keys], kind)})


def parquet(path: Path, keys: list[str]) -> None:
    pq.write_table(table(keys), path.with_suffix(".parquet"))


def orc_file(path: Path, keys: list[str]) -> None:
    orc.write_table(table(keys), path.with_suffix(".orc"))


def arrow_file(path: Path, keys: list[str]) -> None:
    feather.write_feather(table(keys), path.with_suffix(".feather"))


Write = Callable[[Path, list[str]], None]
FORMS: list[Write] = [json_lines, json_list, xml, avro, parquet, orc_file, arrow_file]


def read(folder: Path, max_rows: int = 0) -> tuple[list[str], dict[str, list[Any]], str]:
    """The columns as they are declared, and as they are read, cells that are filled alone; why not all was read."""
    store = open_files("exports", folder)
    (found,) = [one for one in store.datasets() if isinstance(one, Dataset)]
    columns: dict[str, list[Any]] = {}
    reason = ""
    try:
        for batch in store.read(found, max_rows=max_rows):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                columns.setdefault(name, []).extend(cell for cell in column.to_pylist() if cell is not None)
    except Unreadable as error:
        reason = error.reason
    return [column.name for column in found.columns], columns, reason


@pytest.mark.parametrize("write", FORMS)
def test_keys_that_come_once_are_values(tmp_path: Path, write: Write) -> None:
    """Each record has a key of its own: those are told as data, every one of them."""
    write(tmp_path / "a", PEOPLE)
    declared, columns, reason = read(tmp_path)
    assert sorted(declared) == sorted(columns) == ["by.*.age", "by.{key}"]
    assert [key for cell in columns["by.{key}"] for key in cell] == PEOPLE
    assert [age for cell in columns["by.*.age"] for age in cell] == ["9"] * len(PEOPLE)
    assert not reason


@pytest.mark.parametrize("write", [form for form in FORMS if form is not xml])
def test_keys_that_are_addresses_are_values(tmp_path: Path, write: Write) -> None:
    """Also where there is only one of them."""
    write(tmp_path / "a", ADDRESSES[:1])
    declared, columns, reason = read(tmp_path)
    assert sorted(declared) == sorted(columns) == ["by.*.age", "by.{key}"]
    assert columns["by.{key}"] == [ADDRESSES[:1]]
    assert not reason


def test_a_second_reading_is_like_the_first(tmp_path: Path) -> None:
    """What is learnt while a file is read does not change what is told when it is read again."""
    lines = [{"id": "1"}] * 1_100 + [{"by": {key: "x"}} for key in PEOPLE]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    store = open_files("exports", tmp_path)
    (found,) = [one for one in store.datasets() if isinstance(one, Dataset)]
    first, second = ([batch.to_pydict() for batch in store.read(found, max_rows=0)] for _ in range(2))
    assert first == second
    assert "by.{key}" in first[0]


def test_elements_that_are_names_keep_their_names(tmp_path: Path) -> None:
    """A point in an element's name is part of it; attributes stand beside texts."""
    (tmp_path / "a.xml").write_text('<rows><row id="1"><a.b x="2">t</a.b></row><row id="3"/></rows>')
    assert read(tmp_path)[1] == {"@id": ["1", "3"], '"a.b".@x': ["2"], '"a.b"': ["t"]}


def test_a_record_nested_past_the_limit_is_counted(tmp_path: Path) -> None:
    """It keeps no other record from being read."""
    deep = '{"a":' * 900 + "1" + "}" * 900
    (tmp_path / "a.jsonl").write_text(f'{{"id": "1"}}\n{deep}\n{{"id": "2"}}\n')
    _, columns, reason = read(tmp_path)
    assert columns == {"id": ["1", "2"]}
    assert reason == "records that are no JSON: 1 of the 3 that were read"


def test_a_schema_that_holds_itself_is_read(tmp_path: Path) -> None:
    """Maps in a record that is made of itself are found as far down as is looked."""
    fields = [
        {"name": "tags", "type": {"type": "map", "values": "string"}},
        {"name": "next", "type": ["null", "Node"], "default": None},
        {"name": "other", "type": ["null", "Node"], "default": None},
    ]
    schema = fastavro.parse_schema({"type": "record", "name": "Node", "namespace": "made", "fields": fields})
    leaf = {"tags": {"colour": "red"}, "next": None, "other": None}
    with (tmp_path / "a.avro").open("wb") as file:
        fastavro.writer(file, schema, [{"tags": {"size": "m"}, "next": None, "other": leaf}])
    _, columns, reason = read(tmp_path)
    assert columns == {
        "tags.{key}": [["size"]],
        "tags.*": [["m"]],
        "other.tags.{key}": [["colour"]],
        "other.tags.*": [["red"]],
    }
    assert not reason


def test_kinds_that_only_arrow_has_are_read_from_its_files(tmp_path: Path) -> None:
    """Run ends, views and dictionaries of other things than text, as an Arrow file may hold them."""
    mail = ["ann@example.com", "ann@example.com", "bob@example.com"]
    ends = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([mail[0], mail[2]]))
    views = pa.array(mail, pa.string_view())
    numbers = pa.array([7, 7, 8]).dictionary_encode()
    batch = pa.record_batch({"ends": ends, "views": views, "numbers": numbers})
    with ipc.new_file(str(tmp_path / "a.arrow"), batch.schema) as file:
        file.write_batch(batch)
    _, columns, reason = read(tmp_path)
    assert columns == {"ends": mail, "views": mail, "numbers": ["7", "7", "8"]}
    assert not reason
    assert [path for path, _ in flatten("x", ends)] == ["x"]
