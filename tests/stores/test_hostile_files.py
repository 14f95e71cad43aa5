"""Does a file that was made to harm, harm? Memory, time and other files are kept from it, and it is named."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import fastavro
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import ipc

from custodes.records import Dataset
from custodes.stores import source, unpack
from custodes.stores.files import open_files
from custodes.stores.interface import Unreadable
from tests.stores.test_file_kinds import names
from tests.stores.test_files import read, skipped


def test_bombs_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that swells past all measure is broken off, a zip that says so is not opened, and both are told."""
    monkeypatch.setattr(unpack, "_FREE", 1 << 22)
    monkeypatch.setattr("custodes.stores.archive._FREE", 1 << 22)
    lines = b"id,name\n" + b"1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 400_000
    (tmp_path / "a.csv.bz2").write_bytes(bz2.compress(lines))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", lines)
    nested = lines
    for _ in range(7):
        nested = gzip.compress(nested)
    (tmp_path / "c.gz").write_bytes(nested)
    rows, reason = read(tmp_path, "a.csv.bz2")
    assert rows
    assert "bomb" in reason
    assert "bomb" in skipped(tmp_path)["b.zip"]
    assert "times over" in skipped(tmp_path)["c.gz"]


def test_a_zip_that_is_encrypted_or_cut(tmp_path: Path) -> None:
    """An encrypted file in it is named, the ones beside it are read; a cut zip is named."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("open.csv", "id\n1\n")
        file.writestr("closed.csv", "id\n1\n")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    (tmp_path / "b.zip").write_bytes(data[:-30])
    reasons = skipped(tmp_path)
    assert "encrypted" in reasons["a.zip/closed.csv"]
    assert "damaged or cut off" in reasons["b.zip"]
    assert read(tmp_path, "a.zip/open.csv")[0] == [{"id": "1"}]


def test_a_workbook_whose_cells_lie_far_apart(tmp_path: Path) -> None:
    """It would fill the memory, so it is named."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "here", "there"
    book.save(tmp_path / "a.xlsx")
    assert "far apart" in skipped(tmp_path)["a.xlsx"]


def test_xml_that_harms_is_refused(tmp_path: Path) -> None:
    """Entities, endless depth and what is not well-formed are told, without reading another file."""
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a><b>&b;</b><b>&b;</b></a>'
    outside = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a><b>&a;</b><b>x</b></a>'
    (tmp_path / "bomb.xml").write_text(bomb)
    (tmp_path / "outside.xml").write_text(outside)
    (tmp_path / "deep.xml").write_text("<a>" * 10_000)
    (tmp_path / "cut.xml").write_text("<a>" + "<b><c>1</c></b>" * 50 + "<b><c>")
    reasons = skipped(tmp_path)
    assert "entities" in reasons["bomb.xml"]
    assert "entities" in reasons["outside.xml"]
    assert "deep" in reasons["deep.xml"]
    rows, reason = read(tmp_path, "cut.xml")
    assert len(rows) == 50
    assert "not well-formed after row 50" in reason


def test_odd_names_and_loops(tmp_path: Path) -> None:
    """Names of 255 bytes, names that are not UTF-8, and a link to the folder itself."""
    (tmp_path / ("n" * 251 + ".csv")).write_text("id\n1\n")
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.csv"
    Path(os.fsdecode(odd)).write_text("id\n2\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = names(tmp_path)
    assert len(found) == 3
    assert all(name.encode() for name in found)
    assert "link" in skipped(tmp_path)["loop"]
    assert read(tmp_path, "\ufffd\ufffd.csv")[0] == [{"id": "2"}]


HEADS = (
    *(b"PK\x03\x04", b"\x1f\x8b\x08", b"(\xb5/\xfd", b"BZh9", b"\xfd7zXZ\0", b'\x04"M\x18', b"Obj\x01", b"ORC"),
    *(b"ARROW1\0\0", b"FEA1", b"\xff\xff\xff\xff", b"<?xml version='1.0'?><a>", b"<a><b>", b"[{", b"PAR1", b""),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(HEADS),
    st.binary(max_size=300) | st.text(max_size=100).map(str.encode),
)
def test_no_bytes_of_any_kind_break_the_store(tmp_path: Path, head: bytes, data: bytes) -> None:
    """Whatever a file holds behind a beginning that promises something, it is read, mended or named."""
    (tmp_path / "a").write_bytes(head + data)
    store = open_files("exports", tmp_path)
    for found in store.datasets():
        if isinstance(found, Dataset):
            with suppress(Unreadable):
                for batch in store.read(found, max_rows=10):
                    batch.validate(full=True)


def test_what_is_held_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Parquet file inside a compressed archive that is too large to hold is named."""
    monkeypatch.setattr(source, "HELD", 1_000)
    monkeypatch.setattr("custodes.stores.archive._BEGINNING", 500)
    pq.write_table(pa.table({"id": list(range(10_000))}), tmp_path / "a.parquet")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        tar.add(tmp_path / "a.parquet", "a.parquet")
    (tmp_path / "a.parquet").unlink()
    assert "256 MiB" in skipped(tmp_path)["a.tgz/a.parquet"]


FAR = '<row r="900000"><c r="CV900000"><v>2</v></c></row></sheetData>'


def workbook(behind: str = "</sheetData>", part: str = "worksheets/sheet1.xml") -> dict[str, bytes]:
    """The parts of a workbook with one sheet, whose XML ends as it is told and which lies in that part."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title, sheet["A1"], sheet["A2"] = "One", "name", "Ann"
    whole = io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as parts:
        found = {name: parts.read(name) for name in parts.namelist()}
    return {
        name.replace("worksheets/sheet1.xml", part): text.replace(b"</sheetData>", behind.encode()).replace(
            b"worksheets/sheet1.xml", part.encode()
        )
        for name, text in found.items()
    }


def zipped(parts: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("behind", "part"),
    [
        (FAR, "other/sheet1.xml"),
        (FAR, "worksheets/sheet1.XML"),
        (FAR.replace('"CV900000"', "'CV900000'"), "worksheets/sheet1.xml"),
        (FAR.replace("c r=", "c r ="), "worksheets/sheet1.xml"),
        (FAR.replace("<c ", '<c x=">" '), "worksheets/sheet1.xml"),
        (FAR.replace('"CV9', '"&#67;V9'), "worksheets/sheet1.xml"),
        (f'<row r="900000">{"<c><v>1</v></c>" * 200}</row></sheetData>', "worksheets/sheet1.xml"),
    ],
    ids=["elsewhere", "capitals", "single quotes", "blank", "bracket", "reference", "uncounted"],
)
def test_a_sheet_that_hides_how_far_it_reaches(tmp_path: Path, behind: str, part: str) -> None:
    """Wherever the sheet lies and however its cells are written, it is named before it fills the memory."""
    (tmp_path / "a.xlsx").write_bytes(zipped(workbook(behind, part)))
    assert "far apart" in skipped(tmp_path)["a.xlsx"]


def test_a_workbook_that_is_written_unusually_is_read(tmp_path: Path) -> None:
    """Another tool's quotes and places of parts are no reason to refuse."""
    row = "<row r='3'><c r='A3' t='inlineStr'><is><t>Bob</t></is></c></row></sheetData>"
    (tmp_path / "a.xlsx").write_bytes(zipped(workbook(row, "other/sheet1.xml")))
    assert read(tmp_path, "a.xlsx/One")[0] == [{"name": "Ann"}, {"name": "Bob"}]


def test_folders_deeper_than_any_stack(tmp_path: Path) -> None:
    """A file in a thousand folders is read, and the files beside them too."""
    (tmp_path / "a.csv").write_text("id\n1\n")
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1_500):
            Path("d").mkdir()
            os.chdir("d")
        Path("b.csv").write_text("id\n2\n")
        os.chdir(here)
        assert names(tmp_path) == ["a.csv", "d/" * 1_500 + "b.csv"]
        assert read(tmp_path, "d/" * 1_500 + "b.csv")[0] == [{"id": "2"}]
    finally:
        os.chdir(here)
        # Python itself cannot remove it.
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


@pytest.mark.parametrize("becomes", ["link", "pipe"])
def test_a_file_that_becomes_something_else(tmp_path: Path, becomes: str) -> None:
    """A link put in its place is not followed out of the folder, and no pipe is waited on."""
    (tmp_path / "secret").write_text("id,mail\n1,ann@example.com\n")
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "a.csv"
    file.write_text("id,mail\n1,bob@example.com\n")
    store = open_files("exports", tmp_path / "in")
    (dataset,) = [one for one in store.datasets() if isinstance(one, Dataset)]
    file.unlink()
    if becomes == "link":
        file.symlink_to(tmp_path / "secret")
    else:
        os.mkfifo(file)
    with pytest.raises(Unreadable):
        list(store.read(dataset, max_rows=0))


def counted(number: int) -> bytes:
    """A number as Avro writes it."""
    number, out = number << 1, b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


@pytest.mark.parametrize("many", ["records", "items"])
def test_avro_that_claims_any_number_of_nothings(tmp_path: Path, many: str) -> None:
    """Where a value takes no byte, a few bytes could claim a billion: such a schema is named, its records not read."""
    nothing = {"type": "fixed", "size": 0, "name": "nothing"}
    field = nothing if many == "records" else {"type": "array", "items": "null"}
    whole = io.BytesIO()
    schema = {"type": "record", "name": "row", "fields": [{"name": "a", "type": field}]}
    fastavro.writer(whole, fastavro.parse_schema(schema), [])
    head = whole.getvalue()
    body = b"" if many == "records" else counted(1 << 33) + b"\0"
    block = counted(1 << 40 if many == "records" else 1) + counted(len(body)) + body
    (tmp_path / "a.avro").write_bytes(head + block + head[-16:])
    assert "no bytes" in skipped(tmp_path)["a.avro"]


def a_block(codec: str, packed: bytes, records: int = 1) -> bytes:
    """An Avro file of texts with one block as it is given, whatever is in it."""
    whole = io.BytesIO()
    schema = {"type": "record", "name": "row", "fields": [{"name": "mail", "type": "string"}]}
    fastavro.writer(whole, fastavro.parse_schema(schema), [], codec="null", metadata={})
    named = b"avro.codec" + counted(len(codec)) + codec.encode()
    head = whole.getvalue().replace(b"avro.codec" + counted(4) + b"null", named)
    return head + counted(records) + counted(len(packed)) + packed + head[-16:]


def packed_by(codec: str, plain: bytes) -> bytes:
    """A block as writers of that codec make it."""
    if codec == "deflate":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(plain) + packer.flush()
    if codec == "snappy":
        return bytes(pa.Codec("snappy").compress(plain, asbytes=True)) + zlib.crc32(plain).to_bytes(4, "big")
    if codec == "zstandard":
        return bytes(pa.Codec("zstd").compress(plain, asbytes=True))
    return bz2.compress(plain) if codec == "bzip2" else lzma.compress(plain)


CODECS = ["deflate", "snappy", "zstandard", "bzip2", "xz"]


@pytest.mark.parametrize("codec", CODECS)
def test_compressed_avro_is_read(tmp_path: Path, codec: str) -> None:
    """No library but our own is needed for any of them."""
    text = counted(15) + b"ann@example.com"
    (tmp_path / "a.avro").write_bytes(a_block(codec, packed_by(codec, text * 3), 3))
    assert read(tmp_path, "a.avro") == ([{"mail": "ann@example.com"}] * 3, "")


@pytest.mark.parametrize("codec", CODECS)
def test_an_avro_block_that_swells_is_told_and_not_unpacked(
    tmp_path: Path, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes that stand for gigabytes take no memory."""
    monkeypatch.setattr("custodes.stores.avro_blocks.HELD", 1 << 22)
    text = counted(1 << 23) + b"a" * (1 << 23)
    (tmp_path / "a.avro").write_bytes(a_block(codec, packed_by(codec, text)))
    assert "swells to over 256 MiB" in skipped(tmp_path)["a.avro"]


def test_avro_blocks_that_swell_together_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No block is large, and all of them are: what came before is read."""
    monkeypatch.setattr(unpack, "_FREE", 1 << 22)
    schema = {"type": "record", "name": "row", "fields": [{"name": "note", "type": "string"}]}
    with (tmp_path / "a.avro").open("wb") as file:
        rows = ({"note": "a" * 10_000} for _ in range(3_000))
        fastavro.writer(file, fastavro.parse_schema(schema), rows, codec="deflate", sync_interval=200_000)
    rows_read, reason = read(tmp_path, "a.avro")
    assert 100 < len(rows_read) < 3_000
    assert "bomb" in reason


@pytest.mark.parametrize("codec", ["snappy", "deflate", "null", "nosuch"])
def test_avro_that_lies_about_its_blocks(tmp_path: Path, codec: str) -> None:
    """A size that is not there, a wrong checksum, a codec that nobody knows: named, nothing else."""
    for name, block in {"a": b"\xff\xff\xff\xff\x7f", "b": b"", "c": b"\x05abcdefgh"}.items():
        (tmp_path / f"{name}.avro").write_bytes(a_block(codec, block))
    whole = a_block(codec, b"")
    (tmp_path / "d.avro").write_bytes(whole[:-17] + counted(1 << 62))
    assert set(skipped(tmp_path)) == {"a.avro", "b.avro", "c.avro", "d.avro"}


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
@pytest.mark.parametrize("form", ["file", "stream"])
def test_arrow_batches_that_swell_are_told_and_not_unpacked(
    tmp_path: Path, codec: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a batch becomes stands in it, and is looked at first; one that is well is read."""
    table = pa.table({"note": ["a" * 1_000] * 20_000, "kind": pa.array(["x", "y"] * 10_000).dictionary_encode()})
    new = ipc.new_file if form == "file" else ipc.new_stream
    with new(tmp_path / "a.arrow", table.schema, options=ipc.IpcWriteOptions(compression=codec)) as out:
        for batch in table.to_batches(5_000):
            out.write_batch(batch)
    assert len(read(tmp_path, "a.arrow")[0]) == 20_000
    monkeypatch.setattr(unpack, "_FREE", 1 << 22)
    monkeypatch.setattr(unpack, "_MOST_RATIO", 50)
    assert "bomb" in skipped(tmp_path)["a.arrow"]
    monkeypatch.setattr("custodes.stores.arrow_blocks._MOST", 1 << 22)
    assert "a batch that swells to over 1 GiB" in skipped(tmp_path)["a.arrow"]


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arrow_and_avro_with_any_bytes_spoilt(tmp_path: Path, data: st.DataObject) -> None:
    """Each is read or named: nothing else comes of a byte."""
    table = pa.table({"note": ["a", "b"] * 50, "n": list(range(100))})
    whole = io.BytesIO()
    with ipc.new_file(whole, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as out:
        out.write_table(table)
    streamed = io.BytesIO()
    with ipc.new_stream(streamed, table.schema, options=ipc.IpcWriteOptions(compression="lz4")) as out:
        out.write_table(table)
    avro = a_block("snappy", packed_by("snappy", (counted(3) + b"ann") * 3), 3)
    spoilt = bytearray(data.draw(st.sampled_from([whole.getvalue(), streamed.getvalue(), avro])))
    for place in data.draw(st.lists(st.integers(0, len(spoilt) - 1), min_size=1, max_size=4)):
        spoilt[place] = data.draw(st.integers(0, 255))
    (tmp_path / "a.bin").write_bytes(spoilt)
    store = open_files("f", tmp_path)
    for found in store.datasets():
        if isinstance(found, Dataset):
            with suppress(Unreadable):
                list(store.read(found, max_rows=0))


def test_a_quote_that_swallows_the_rest_is_told(tmp_path: Path) -> None:
    """Where a cell has no end, what came before it is read and the rest is never passed over in silence."""
    before = csv.field_size_limit(1 << 16)
    try:
        text = 'id,note\n1,a\n2,x"y"z\n3,"' + "x" * 100_000 + '"\n' + "4,ann@example.com\n" * 1_000
        (tmp_path / "a.csv").write_text(text)
        rows, reason = read(tmp_path, "a.csv")
    finally:
        csv.field_size_limit(before)
    assert [row["id"] for row in rows] == ["1", "2"]
    assert "cannot be told apart after row 2" in reason
