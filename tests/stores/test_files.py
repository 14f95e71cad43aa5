"""What does a store of files say when a file is not as it should be?"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores.files import open_files
from custodes.stores.interface import Unreadable
from tests.stores.rights import open_to_all, unprivileged

Row = dict[str, str | list[str] | None]


def read(folder: Path, name: str, max_rows: int = 0) -> tuple[list[Row], str]:
    """What was read of one file, and why it was not all (empty when it was)."""
    store = open_files("exports", folder)
    dataset = next(found for found in store.datasets() if isinstance(found, Dataset) and found.name == name)
    rows: list[Row] = []
    try:
        for batch in store.read(dataset, max_rows=max_rows):
            rows += batch.to_pylist()
    except Unreadable as error:
        return rows, error.reason
    return rows, ""


def skipped(folder: Path) -> dict[str, str]:
    return {
        found.dataset: found.reason for found in open_files("exports", folder).datasets() if isinstance(found, Skipped)
    }


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """The refusal names the store, the path and the next step."""
    with pytest.raises(StoreRefused, match='store "exports" cannot be read') as refusal:
        open_files("exports", tmp_path / "none")
    assert refusal.value.hint


def test_ragged_rows_are_mended_and_counted(tmp_path: Path) -> None:
    """A short row and a long row keep all their cells, the others are untouched, and the count is told."""
    (tmp_path / "a.csv").write_text("id,name,city\n1,Ann,Rome\n2,Bob\n3,Cy,Oslo,north\n4,Di,Bern\n")
    rows, reason = read(tmp_path, "a.csv")
    assert sorted(rows, key=lambda row: str(row["id"])) == [
        {"id": "1", "name": "Ann", "city": "Rome"},
        {"id": "2", "name": "Bob", "city": None},
        {"id": "3", "name": "Cy", "city": "Oslo,north"},
        {"id": "4", "name": "Di", "city": "Bern"},
    ]
    assert "2 of 4" in reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark, or plainly UTF-16 without one, a file is read as it was meant."""
    text = "id;name\n" + "".join(f"{number};Jürgen Groß {number}\n" for number in range(50))
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    rows, reason = read(tmp_path, "a.csv")
    assert rows[7] == {"id": "7", "name": "Jürgen Groß 7"}
    assert (len(rows), reason) == (50, "")


def test_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    """A file that is not UTF-8 is read as Windows-1252, and that is said."""
    (tmp_path / "a.csv").write_bytes("id,name\n1,Müller\n2,Ärger\n".encode("cp1252"))
    rows, reason = read(tmp_path, "a.csv")
    assert [row["name"] for row in rows] == ["Müller", "Ärger"]
    assert "Windows-1252" in reason


def test_one_bad_byte_does_not_lose_the_file(tmp_path: Path) -> None:
    """In a UTF-8 file a broken byte is replaced and counted; the rest is read."""
    good = "".join(f"{number},Müller\n" for number in range(500)).encode()
    (tmp_path / "a.csv").write_bytes(b"id,name\n" + good + b"500,b\xffd\n")
    rows, reason = read(tmp_path, "a.csv")
    assert len(rows) == 501
    assert rows[0]["name"] == "Müller"
    assert "cannot be decoded as utf-8: 1" in reason


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path) -> None:
    """It may swallow rows into one cell, so it is said."""
    (tmp_path / "a.csv").write_text('id,name\n1,Ann\n2,"Bob\n3,Cy\n')
    _, reason = read(tmp_path, "a.csv")
    assert "never closed" in reason


def test_a_file_without_header_is_read_from_its_first_row(tmp_path: Path) -> None:
    """A first row that looks like those below it is data."""
    (tmp_path / "a.csv").write_text("1,ann@example.com\n2,bob@example.com\n")
    rows, _ = read(tmp_path, "a.csv")
    assert rows[0] == {"column_1": "1", "column_2": "ann@example.com"}


def test_repeated_and_empty_headers_stay_apart(tmp_path: Path) -> None:
    """Two columns of one name are two columns."""
    (tmp_path / "a.csv").write_text("name,name,\nAnn,Lee,x\n")
    assert read(tmp_path, "a.csv")[0] == [{"name": "Ann", "name_2": "Lee", "column_3": "x"}]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_a_truncated_gzip_is_read_up_to_the_cut(tmp_path: Path, name: str) -> None:
    """What can be decompressed is read; the cut is told."""
    if name.startswith("a.csv"):
        text = "id,name\n" + "".join(f"{number},name {number * 7919}\n" for number in range(50_000))
    else:
        text = "".join(json.dumps({"id": number, "name": f"name {number * 7919}"}) + "\n" for number in range(50_000))
    whole = gzip.compress(text.encode())
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    rows, reason = read(tmp_path, name)
    assert 1_000 < len(rows) < 50_000
    assert rows[0]["name"] == "name 0"
    assert "cut off" in reason


def test_lines_that_are_no_json_are_counted(tmp_path: Path) -> None:
    """The other lines are read."""
    (tmp_path / "a.jsonl").write_text('{"id": 1}\nnot json\n{"id": 2\n\n{"id": 3}\n' + "[" * 100_000 + "\n")
    rows, reason = read(tmp_path, "a.jsonl")
    assert rows == [{"id": "1"}, {"id": "3"}]
    assert "3 of the 5" in reason


def test_nested_json_has_dotted_paths(tmp_path: Path) -> None:
    """Objects become paths, lists stay lists, a number keeps its digits, and a field that comes late is read."""
    first = {"customer": {"email": "ann@example.com"}, "items": [{"sku": "a"}, {"sku": "b"}], "card": 4111111111111111}
    lines = [json.dumps(first)] * 1_500 + [json.dumps({"late": True, "half": "\ud800"})]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    rows, reason = read(tmp_path, "a.jsonl")
    assert rows[0]["customer.email"] == "ann@example.com"
    assert rows[0]["items.sku"] == ["a", "b"]
    assert rows[0]["card"] == "4111111111111111"
    assert rows[-1]["late"] == "true"
    assert (len(rows), reason) == (1_501, "")


def test_keys_made_from_data_are_gathered(tmp_path: Path) -> None:
    """Past two thousand paths values are read under one name, so that a file cannot make endless columns."""
    wide = {f"field{number}": "x" for number in range(2_500)}
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({**wide, f"more{number}": "y"}) + "\n" for number in range(3)))
    rows, _ = read(tmp_path, "a.jsonl")
    assert len(rows[-1]) <= 2_002
    assert (rows[-1]["(other fields)"] or [])[-1] == "y"
    assert "more2" in (rows[-1]["(other fields).{key}"] or [])
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({f"user{number}": "x"}) + "\n" for number in range(2_500)))
    rows, _ = read(tmp_path, "a.jsonl")
    assert rows[-1] == {"{key}": ["user2499"], "*": ["x"]}


def test_one_json_document_is_read(tmp_path: Path) -> None:
    """A .json file that holds one list is read as its records."""
    (tmp_path / "a.json").write_text(json.dumps([{"id": 1}, {"id": 2}], indent=1))
    assert read(tmp_path, "a.json") == ([{"id": "1"}, {"id": "2"}], "")


def test_nested_parquet_has_dotted_paths(tmp_path: Path) -> None:
    """Structs, lists, lists of structs, maps, decimals, times and binary values arrive as text."""
    table = pa.table(
        {
            "who": pa.array([{"mail": "ann@example.com", "tags": [1, 2]}, None]),
            "lines": pa.array([[{"sku": "a"}, {"sku": "b"}], None]),
            "notes": pa.array([[("k", "v")], []], pa.map_(pa.string(), pa.string())),
            "raw": pa.array([b"plain", b"\xff"]),
            "kind": pa.array(["x", None]).dictionary_encode(),
            "at": pa.array([0, None], pa.timestamp("us", "UTC")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    rows, reason = read(tmp_path, "a.parquet")
    assert rows[0] == {
        "who.mail": "ann@example.com",
        "who.tags": ["1", "2"],
        "lines.sku": ["a", "b"],
        "notes.{key}": ["k"],
        "notes.*": ["v"],
        "raw": "plain",
        "kind": "x",
        "at": "1970-01-01 00:00:00.000000Z",
    }
    assert rows[1]["who.mail"] is None
    assert rows[1]["lines.sku"] is None
    assert not reason


def test_a_damaged_parquet_file_is_told(tmp_path: Path) -> None:
    """Without its footer a file is skipped; with a damaged page it breaks off; the file beside it is read."""
    table = pa.table({"id": [f"{number * 7919}" for number in range(1000)]})
    for name in ("cut.parquet", "page.parquet", "sound.parquet"):
        pq.write_table(table, tmp_path / name)
    data = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(data[:-30])
    (tmp_path / "page.parquet").write_bytes(data[:4] + b"\x00" * 40 + data[44:])
    assert "damaged" in skipped(tmp_path)["cut.parquet"]
    assert "damaged" in read(tmp_path, "page.parquet")[1]
    assert len(read(tmp_path, "sound.parquet")[0]) == 1000


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    """Unknown kinds, empty files and links are listed with a reason, not passed over."""
    (tmp_path / "notes.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "link.csv").symlink_to(tmp_path / "empty.csv")
    (tmp_path / "folder").symlink_to(tmp_path / "deep")
    reasons = skipped(tmp_path)
    assert set(reasons) == {"notes.docx", "empty.csv", "deep/x.xlsx", "link.csv", "folder"}
    assert "link" in reasons["folder"]
    assert "empty" in reasons["empty.csv"]


def test_without_the_right_to_read() -> None:
    """A file and a folder that may not be read are named, a store that may not be read is refused."""
    with open_to_all() as folder:
        (folder / "open.csv").write_text("id,name\n1,Ann\n")
        (folder / "closed.csv").write_text("id,name\n1,Ann\n")
        (folder / "closed").mkdir()
        (folder / "closed.csv").chmod(0)
        (folder / "closed").chmod(0)
        with unprivileged():
            reasons = skipped(folder)
            rows = read(folder, "open.csv")[0]
            with pytest.raises(StoreRefused, match="permission denied"):
                open_files("exports", folder / "closed")
        assert set(reasons) == {"closed", "closed.csv"}
        assert set(reasons.values()) == {"permission denied"}
        assert len(rows) == 1


def test_a_sample_is_spread_over_the_file(tmp_path: Path) -> None:
    """With max_rows the rows come from all over a CSV, JSON-lines or Parquet file."""
    numbers = range(10_000)
    (tmp_path / "a.csv").write_text("number,word\n" + "".join(f"{number:05},w\n" for number in numbers))
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"number": f"{number:05}"}) + "\n" for number in numbers))
    pq.write_table(pa.table({"number": [f"{number:05}" for number in numbers]}), tmp_path / "a.parquet")
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        found = [int(str(row["number"])) for row in read(tmp_path, name, max_rows=400)[0]]
        assert 200 <= len(found) <= 400, name
        assert min(found) < 1_000, name
        assert max(found) > 9_000, name


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")), st.text('ab,"\n;')),
        min_size=1,
        max_size=6,
    )
)
@example(rows=[("\\", ";")])
@example(rows=[("\ufffd", "")])
def test_any_csv_of_ours_comes_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    """What Python's csv module writes arrives cell by cell, whatever the cells hold."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("first", "second"), *rows])
    (tmp_path / "a.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    found, reason = read(tmp_path, "a.csv")
    assert [tuple(row.values()) for row in found] == rows
    assert not reason


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.json", "a.parquet", "a.csv.gz"]))
def test_no_bytes_break_the_store(tmp_path: Path, data: bytes, name: str) -> None:
    """Whatever a file holds, it is read, mended or skipped; nothing else is raised."""
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / name).write_bytes(data)
    store = open_files("exports", tmp_path)
    for found in store.datasets():
        if isinstance(found, Dataset):
            with suppress(Unreadable):
                for batch in store.read(found, max_rows=10):
                    batch.validate(full=True)


@pytest.mark.timeout(20)
def test_a_pipe_as_store_is_refused(tmp_path: Path) -> None:
    """A store that is a pipe is refused at once instead of waited for."""
    os.mkfifo(tmp_path / "f.csv")
    with pytest.raises(StoreRefused, match="no regular file") as refusal:
        open_files("exports", tmp_path / "f.csv")
    assert refusal.value.hint


def fields(folder: Path) -> list[str]:
    found = open_files("exports", folder).datasets()
    return [column.name for dataset in found if isinstance(dataset, Dataset) for column in dataset.columns]


def test_keys_that_are_personal_share_one_field(tmp_path: Path) -> None:
    """E-mail addresses, phone and card numbers used as keys are values of `{key}` and never part of a field's name."""
    keys = ["ann@example.com", "bob@example.com", "+44 20 7946 0958", "020-7946-0958", "4111111111111111"]
    lines = [{"id": 1, "by": {key: {"phone": "1"}}} for key in keys]
    last = dict.fromkeys(keys, "x") | {"address2": "kept", "2024-01-01": "kept", "list": [{keys[0]: None}]}
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, [*lines, last])))
    rows, reason = read(tmp_path, "a.jsonl")
    assert fields(tmp_path) == ["id", "by.{key}", "by.*.phone", "{key}", "*", "address2", "2024-01-01", "list.{key}"]
    assert [row["by.{key}"] for row in rows[:-1]] == [[key] for key in keys]
    assert rows[0]["by.*.phone"] == ["1"]
    assert rows[-1]["{key}"] == keys
    assert rows[-1]["list.{key}"] == keys[:1]
    assert not reason


def test_headers_that_are_personal_are_not_told(tmp_path: Path) -> None:
    """A column of a CSV or Parquet file named after a person is called `*`, and its rows are read."""
    (tmp_path / "a.csv").write_text("day,ann@example.com,bob@example.com\nmonday,in,out\n")
    table = pa.table({"by": pa.array([{"ann@example.com": "x", "bob@example.com": "y"}]), "+442079460958": ["z"]})
    pq.write_table(table, tmp_path / "b.parquet")
    assert "@" not in "".join(fields(tmp_path))
    assert "0958" not in "".join(fields(tmp_path))
    assert read(tmp_path, "a.csv")[0] == [{"day": "monday", "*": "in", "*_2": "out"}]
    assert read(tmp_path, "b.parquet")[0] == [{"by.*": "x", "by.*_2": "y", "*": "z"}]


def test_files_named_after_people_are_not_told(tmp_path: Path) -> None:
    """Their e-mail addresses are replaced, two of them stay apart, and both can be read by another store object."""
    (tmp_path / "cy@example.com").mkdir()
    for name in ("ann@example.com.csv", "export bob@mail.example.com.csv", "cy@example.com/a.csv"):
        (tmp_path / name).write_text(f"id,name\n1,{name[:2]}\n")
    for name in ("di@example.com.docx", "ed@example.com", "+442079460958"):
        (tmp_path / name).write_bytes(b"PK\x03\x04")
    found = [one for one in open_files("exports", tmp_path).datasets() if isinstance(one, Dataset)]
    assert len({one.name for one in found}) == 3
    told = "".join(one.name for one in found) + repr(skipped(tmp_path))
    assert not any(word in told for word in ("@", "0958"))
    assert len(skipped(tmp_path)) == 3
    assert all(len(read(tmp_path, one.name)[0]) == 1 for one in found)
