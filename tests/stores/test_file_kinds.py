"""Is every kind of file read by what is in it, and every one that cannot be read named with its reason?"""

from __future__ import annotations

import bz2
import csv
import datetime as dt
import gzip
import io
import json
import lzma
import os
import random
import socket
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import fastavro
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.scan import scan
from custodes.records import Dataset, Examined, Skipped
from custodes.stores import windows
from custodes.stores.files import open_files
from tests.stores.test_files import Row, read, skipped


def names(folder: Path) -> list[str]:
    return [found.dataset if isinstance(found, Skipped) else found.name for found in open_files("f", folder).datasets()]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table", "id;mail\n1;ann@example.com\n2;bob@example.com\n3;cy@example.com\n"),
        ("a.dat", "id\tmail\n1\tann@example.com\n2\tbob@example.com\n3\tcy@example.com\n"),
        ("a.txt", '{"id": "1", "mail": "ann@example.com"}\n{"id": "2", "mail": "bob@example.com"}\n'),
        ("a.csv", '{"id": "1", "mail": "ann@example.com"}\n{"id": "2", "mail": "bob@example.com"}\n'),
        ("b.txt", '[{"id": 1, "mail": "ann@example.com"},\n {"id": 2, "mail": "bob@example.com"}]'),
        ("c.txt", "<a><b><id>1</id><mail>ann@example.com</mail></b><b><id>2</id><mail>bob@example.com</mail></b></a>"),
    ],
)
def test_the_content_says_what_a_file_is(tmp_path: Path, name: str, text: str) -> None:
    """Whatever it is called, a table, JSON or XML is read as such."""
    (tmp_path / name).write_text(text)
    rows, reason = read(tmp_path, name)
    assert rows[0] == {"id": "1", "mail": "ann@example.com"}
    assert not reason


def test_a_parquet_file_of_another_name_is_read(tmp_path: Path) -> None:
    """Its first bytes tell."""
    pq.write_table(pa.table({"mail": ["ann@example.com"]}), tmp_path / "a.csv")
    assert read(tmp_path, "a.csv")[0] == [{"mail": "ann@example.com"}]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("sep=|\r\nid|name\r\n1|Ann\r\n", {"id": "1", "name": "Ann"}),
        (
            "# made on monday\n# by us\nid,name\n1,Ann\n2,Bob\n",
            {"id": "1", "name": "Ann", "above": "# made on monday\n# by us"},
        ),
        ("id\x01name\n1\x01Ann\n2\x01Bob\n", {"id": "1", "name": "Ann"}),
        ("id^name\n1^Ann\n2^Bob\n", {"id": "1", "name": "Ann"}),
        ("id;price;name\n1;2,50;Ann\n2;3,50;Bob\n", {"id": "1", "price": "2,50", "name": "Ann"}),
        ("id,name\r1,Ann\r2,Bob\r", {"id": "1", "name": "Ann"}),
        ("id,name\n" + "'1','Ann, B'\n" * 8, {"id": "1", "name": "Ann, B"}),
        ('id,name\n"1","An\\"n"\n"2","Bob"\n', {"id": "1", "name": 'An"n'}),
    ],
    ids=["declared", "remarks", "hive", "caret", "decimal comma", "carriage return", "single quotes", "backslash"],
)
def test_dialects_are_found_out(tmp_path: Path, text: str, row: Row) -> None:
    """Delimiters, quotes, escapes and what stands before the table."""
    (tmp_path / "a.csv").write_bytes(text.encode())
    rows, reason = read(tmp_path, "a.csv")
    assert rows[0] == row
    assert not reason


TEXTS = {
    "cp1252": "Jürgen Groß;Straße 5;Köln\nZoë Müller;Größe;Österreich\n",
    "cp1250": "Łukasz Wójcik;ulica Żwirki;Łódź\nŻaneta Święs;Kraków;Śląsk\n",
    "cp1251": "Иванов Иван;улица Ленина;Москва\nПетрова Анна;проспект Мира;Казань\n",
    "koi8_r": "Иванов Иван;улица Ленина;Москва\nПетрова Анна;проспект Мира;Казань\n",
    "cp1253": "Γιώργος Παπαδόπουλος;Αθήνα;Ελλάδα\nΜαρία Κωνσταντίνου;Θεσσαλονίκη;Ελλάδα\n",
    "cp1254": "Mehmet Yılmaz;İstanbul;Şişli\nAyşe Öztürk;İzmir;Çiğli\n",
    "cp932": "山田太郎;東京都港区;カタカナ\n佐藤花子;大阪府大阪市;ひらがな\n",
    "gb18030": "王小明;北京市朝阳区;张伟\n李娜;上海市浦东新区;刘洋\n",
    "big5": "王小明;臺北市信義區;張偉\n李娜;高雄市前鎮區;劉洋\n",
    "euc_kr": "김철수;서울특별시 강남구;이영희\n박민수;부산광역시;최지우\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_before_unicode_are_told_apart(tmp_path: Path, encoding: str) -> None:
    """By their letters; that it was guessed is said."""
    text = "name;street;town\n" + TEXTS[encoding] * 8
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    rows, reason = read(tmp_path, "a.csv")
    assert list(rows[0].values()) == TEXTS[encoding].split("\n")[0].split(";")
    assert len(rows) == 16
    assert "not UTF-8" in reason


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "utf-16-be"])
def test_wide_text_without_a_mark(tmp_path: Path, encoding: str) -> None:
    """Also of a script in which only the line ends and digits have zero bytes."""
    text = "名前,番号\n" + "".join(f"山田太郎{number},{number}\n" for number in range(200))
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    rows, reason = read(tmp_path, "a.csv")
    assert rows[7] == {"名前": "山田太郎7", "番号": "7"}
    assert (len(rows), reason) == (200, "")


@pytest.mark.parametrize("megabytes", [1, 12])
def test_megabyte_cells_are_read(tmp_path: Path, megabytes: int) -> None:
    """Rows around a huge cell are read; of the cell its first 100,000 characters."""
    with (tmp_path / "a.csv").open("w", newline="") as file:
        rows = [
            ("id", "text"),
            *((number, "x" * (megabytes << 20) if number == 7 else "short") for number in range(20)),
        ]
        csv.writer(file).writerows(rows)
    found, reason = read(tmp_path, "a.csv")
    assert [row["id"] for row in found] == [str(number) for number in range(20)]
    assert len(str(found[7]["text"])) == 100_000
    assert not reason


@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "line breaks in cells"])
def test_a_large_table_is_read_from_anywhere(tmp_path: Path, quoted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit that is not met every record comes once, in random order, whatever stands in the cells."""
    monkeypatch.setattr(windows, "LARGE", 10_000)
    monkeypatch.setattr(windows, "_SIZE", 5_000)
    chance = random.Random(5)
    filler = ["plain, words", 'said "so"', "two\nlines", "a\n\n,b", "é"] if quoted else ["words", "é"]
    rows = [[str(number), chance.choice(filler), f"p{number}@example.com"] for number in range(20_000)]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", "note", "mail"], *rows])
    store = open_files("f", tmp_path)
    (dataset,) = store.datasets()
    assert isinstance(dataset, Dataset)
    assert dataset.scattered
    found = [list(row.values()) for batch in store.read(dataset, max_rows=10**6) for row in batch.to_pylist()]
    assert sorted(found, key=lambda row: int(str(row[0]))) == rows
    first = [int(str(row[0])) for row in found[:500]]
    assert max(first) - min(first) > 5_000


def test_large_json_lines_and_texts_are_read_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each record once, in random order."""
    monkeypatch.setattr(windows, "LARGE", 10_000)
    monkeypatch.setattr(windows, "_SIZE", 5_000)
    lines = [json.dumps({"number": str(number), "x": "y" * (number % 90)}) for number in range(5_000)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "b.txt").write_text("".join(f"note {number} of a day\n" for number in range(5_000)))
    found = [int(str(row["number"])) for row in read(tmp_path, "a.jsonl", max_rows=10**6)[0]]
    assert sorted(found) == list(range(5_000))
    assert found != sorted(found)
    told = [str(row["line"]) for row in read(tmp_path, "b.txt", max_rows=10**6)[0]]
    assert sorted(told) == sorted(f"note {number} of a day" for number in range(5_000))


def test_a_large_parquet_file_is_read_from_anywhere(tmp_path: Path) -> None:
    """With a limit row groups come in random order, and each row once."""
    table = pa.table({"number": list(range(50_000))})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2_000)
    rows = [int(str(row["number"])) for row in read(tmp_path, "a.parquet", max_rows=10**6)[0]]
    assert sorted(rows) == list(range(50_000))
    assert rows[:5_000] != list(range(5_000))


def test_archives_in_archives(tmp_path: Path) -> None:
    """A zip in a tar.gz is read through; each file has the path through the archives as its name."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("a.csv", "id,name\n1,Ann\n")
        file.writestr("empty.csv", "")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as tar:
        for name, data in (
            ("in/c.zip", inner.getvalue()),
            ("d.jsonl", b'{"id": 2}\n'),
            ("e.csv.gz", gzip.compress(b"id\n3\n")),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert names(tmp_path) == [
        *("b.tar.gz/in/c.zip/a.csv", "b.tar.gz/in/c.zip/empty.csv", "b.tar.gz/d.jsonl", "b.tar.gz/e.csv.gz"),
        "b.tar.gz/link",
    ]
    assert read(tmp_path, "b.tar.gz/in/c.zip/a.csv")[0] == [{"id": "1", "name": "Ann"}]
    assert read(tmp_path, "b.tar.gz/e.csv.gz")[0] == [{"id": "3"}]
    reasons = skipped(tmp_path)
    assert "link" in reasons["b.tar.gz/link"]
    assert "empty" in reasons["b.tar.gz/in/c.zip/empty.csv"]


def test_a_large_file_in_a_compressed_tar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than the beginning that is held is read to its end."""
    monkeypatch.setattr("custodes.stores.archive._BEGINNING", 1_000)
    data = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(50_000))
    with tarfile.open(tmp_path / "a.tar.xz", "w:xz") as tar:
        for name in ("a.csv", "b.csv"):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    for name in ("a.csv", "b.csv"):
        rows, reason = read(tmp_path, f"a.tar.xz/{name}")
        assert (len(rows), rows[-1], reason) == (50_000, {"id": "49999", "name": "name 49999"}, "")


@pytest.mark.parametrize("kind", ["bz2", "xz", "zst"])
def test_what_is_cut_off_is_read_up_to_the_cut(tmp_path: Path, kind: str) -> None:
    """As of gzip."""
    chance = random.Random(1)
    text = "id,name\n" + "".join(f"{number},{chance.random()}\n" for number in range(200_000))
    pack: Callable[[bytes], bytes] = {
        "bz2": bz2.compress,
        "xz": lambda data: lzma.compress(data, preset=0),
        "zst": lambda data: pa.compress(data, "zstd", asbytes=True),
    }[kind]
    data = pack(text.encode())
    (tmp_path / f"a.csv.{kind}").write_bytes(data[: len(data) // 2])
    rows, reason = read(tmp_path, f"a.csv.{kind}")
    assert 1_000 < len(rows) < 200_000
    assert "cut off" in reason


def test_every_sheet_of_a_workbook(tmp_path: Path) -> None:
    """A title above the header is no header, dates are dates, and empty sheets are named."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "People"
    for row in (
        *(["Report of our customers"], []),
        ["id", "name", "born", "card"],
        [1, "Ann Lee", dt.date(1980, 2, 3), "4111111111111111"],
        [2, "Bob Ray", dt.datetime(1990, 5, 6, 7, 8), None],
    ):
        sheet.append(row)
    book.create_sheet("Nothing")
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    for row in ([1, "x@example.com"], [2, "y@example.com"]):
        hidden.append(row)
    book.save(tmp_path / "a.xlsx")
    rows, reason = read(tmp_path, "a.xlsx/People")
    title = "Report of our customers"
    assert rows == [
        {"id": "1", "name": "Ann Lee", "born": "1980-02-03", "card": "4111111111111111", "above": title},
        {"id": "2", "name": "Bob Ray", "born": "1990-05-06 07:08:00", "card": None, "above": None},
    ]
    (people,) = [one for one in open_files("f", tmp_path).datasets() if one_name(one) == "a.xlsx/People"]
    assert isinstance(people, Dataset)
    assert people.rows == 2
    assert not reason
    assert read(tmp_path, "a.xlsx/Hidden")[0][0] == {"column_1": "1", "column_2": "x@example.com"}
    assert "empty" in skipped(tmp_path)["a.xlsx/Nothing"]


def one_name(found: Dataset | Skipped) -> str:
    return found.dataset if isinstance(found, Skipped) else found.name


def test_a_title_of_one_column_is_no_header(tmp_path: Path) -> None:
    """Above a list of one column a title is as wide as its header: the gap below it tells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Newsletter, by Ann Lee"], [], ["mail"], ["a@example.com"], ["b@example.com"]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    (name,) = names(tmp_path)
    assert read(tmp_path, name)[0] == [
        {"mail": "a@example.com", "above": "Newsletter, by Ann Lee"},
        {"mail": "b@example.com", "above": None},
    ]


TITLES = [
    "Customers of the south\nMade by Ann Lee on 2024-05-01\n\n",
    "Customers of the south;;;\n;;;\nMade by;Ann Lee;;\n",
    "\n\nCustomers of the south: all\n",
]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("titles", TITLES)
@pytest.mark.parametrize("large", [False, True])
def test_titles_above_a_table_are_no_rows(
    tmp_path: Path, titles: str, ending: str, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header is found below them, every row is read once, and the titles are in a field of their own."""
    lines = [f"{number};Ann {number};a{number}@example.com;Köln" for number in range(20_000 if large else 4)]
    if large:
        monkeypatch.setattr(windows, "_SMALL", 1 << 16, raising=False)
    text = titles + "id;name;mail;town\n" + "\n".join(lines) + "\n"
    (tmp_path / "a.csv").write_bytes(text.replace("\n", ending).encode())
    rows, _ = read(tmp_path, "a.csv")
    assert rows[0] == {
        "id": "0", "name": "Ann 0", "mail": "a0@example.com", "town": "Köln",
        "above": titles.strip().replace("\n", ending),
    }  # fmt: skip
    assert [row["id"] for row in rows] == [str(number) for number in range(len(lines))]
    assert {row["above"] for row in rows[1:]} == {None}
    (dataset,) = open_files("f", tmp_path).datasets()
    assert isinstance(dataset, Dataset)
    if not large:
        assert dataset.rows == len(lines)
    some = [row for batch in open_files("f", tmp_path).read(dataset, max_rows=3) for row in batch.to_pylist()]
    assert some[0]["above"]
    assert all("@example.com" in str(row["mail"]) for row in some)


@pytest.mark.parametrize(
    "text",
    [
        "1;;;\n2;Ann;a@example.com;Bern\n3;Bob;b@example.com;Bern\n4;Cy;c@example.com;Bern\n",
        "only;\na;b\nc;d\ne;f\ng;h\n",
        "id;name;mail;town\n1;;;\n2;Ann;a@example.com;Bern\n3;Bob;b@example.com;Bern\n",
        "id;name\n\n1;Ann\n2;Bob\n3;Cy\n",
    ],
    ids=["no header", "words alone", "a sparse row", "a gap"],
)
def test_what_may_be_a_row_is_no_title(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    rows, _ = read(tmp_path, "a.csv")
    assert "above" not in rows[0]


def test_an_encrypted_workbook_is_named(tmp_path: Path) -> None:
    """Excel wraps it into a file of the old kind."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    (tmp_path / "a.xlsx").write_bytes(head)
    assert "encrypted" in skipped(tmp_path)["a.xlsx"]


def test_xml_of_several_kinds_of_rows(tmp_path: Path) -> None:
    """Names of elements stand before fields, what is inside a row stays there, and what is outside is a row."""
    (tmp_path / "a.xml").write_text(
        """<?xml version="1.0" encoding="UTF-8"?>
        <s:shop xmlns:s="urn:x" owner="Eve Own"><made>2024-01-01</made>
          <customers><s:customer id="1"><mail>a@example.com</mail><phone>1</phone><phone>2</phone></s:customer>
                     <s:customer id="2"><mail>b@example.com</mail><at><town>Bern</town></at></s:customer></customers>
          <orders><order no="7">text <b>bold</b> more</order><order no="8"/></orders>
        </s:shop>"""
    )
    rows, reason = read(tmp_path, "a.xml")
    assert not reason
    found = [{key: value for key, value in row.items() if value is not None} for row in rows]
    assert found == [
        {"customer.@id": "1", "customer.mail": "a@example.com", "customer.phone": ["1", "2"]},
        {"customer.@id": "2", "customer.mail": "b@example.com", "customer.at.town": "Bern"},
        {"order.@no": "7", "order.b": "bold", "order": "text  more"},
        {"order.@no": "8"},
        {"@owner": "Eve Own", "made": "2024-01-01"},
    ]


def test_lines_that_are_alike_have_slots(tmp_path: Path) -> None:
    """Each line stays whole; what differs in lines of one template has a field, by its key where it has one."""
    users = ["ann", "bob", "cy", "di", "ed"]
    lines = []
    for number in range(100):
        lines.append(f"2024-01-01 10:00:{number % 60:02} INFO login user={users[number % 5]} from 10.0.0.{number}")
        if number % 10 == 0:
            lines.append(f"Something else happened {'again ' * (number % 7)}today")
    (tmp_path / "app.log").write_text("\n".join(lines) + "\n")
    rows, reason = read(tmp_path, "app.log")
    assert [row["line"] for row in rows] == lines
    assert rows[0]["template1.user"] == "ann"
    assert "10.0.0.0" in rows[0].values()
    assert not reason


def test_pairs_of_a_line_are_told_once(tmp_path: Path) -> None:
    """Where lines are of `key=value`, the line has its pairs, and a template only what stands between them."""
    lines = [
        f'2024-01-01 10:00:{number:02} login user=person{number}@example.com note="a {number} b" from 10.0.0.{number}'
        for number in range(60)
    ]
    (tmp_path / "app.log").write_text("\n".join(lines) + "\n")
    (dataset,) = open_files("f", tmp_path).datasets()
    assert isinstance(dataset, Dataset)
    assert [column.name for column in dataset.columns] == ["line", "template1.2", "template1.5"]
    found = scan(open_files("f", tmp_path), Classifier(load_categories()), max_rows=0, known={}, skip={})
    (examined,) = [one for one in found if isinstance(one, Examined)]
    assert [one.field for one in examined.verdicts if one.category == "email"] == ["line.user"]


def test_prose_is_lines(tmp_path: Path) -> None:
    """A comma makes no table."""
    (tmp_path / "note.md").write_text("# Notes\n\nDear Ann, thanks.\nYours, Bob\n")
    assert read(tmp_path, "note.md")[0] == [{"line": "# Notes"}, {"line": "Dear Ann, thanks."}, {"line": "Yours, Bob"}]


def test_a_json_list_of_any_size(tmp_path: Path) -> None:
    """A list is taken record by record; a file of several documents is read, a cut one up to the cut."""
    records = [{"id": number, "text": "x" * 300} for number in range(5_000)]
    (tmp_path / "a.json").write_text(json.dumps(records, indent=1))
    (tmp_path / "b.json").write_text(json.dumps({"id": 1}, indent=1) + "\n" + json.dumps({"id": 2}, indent=1))
    (tmp_path / "c.json").write_text(json.dumps(records, indent=1)[:100_000])
    assert len(read(tmp_path, "a.json")[0]) == 5_000
    assert read(tmp_path, "b.json") == ([{"id": "1"}, {"id": "2"}], "")
    rows, reason = read(tmp_path, "c.json")
    assert len(rows) > 200
    assert "no JSON" in reason


def test_lists_of_one_length_are_rows(tmp_path: Path) -> None:
    """A JSON list of lists is a table, with the names of its first row where that is no data; other lists are lists."""
    rows = [[1, "ann@example.com", None], [2, "bob@example.com", ["x"]], [3, "cy@example.com", None]]
    (tmp_path / "a.json").write_text(json.dumps([["id", "mail", "tags"], *rows]))
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "c.json").write_text(json.dumps([["x"], ["x", "y"], ["z", "y", "x"]]))
    assert read(tmp_path, "a.json")[0][:2] == [
        {"id": "1", "mail": "ann@example.com", "tags": None},
        {"id": "2", "mail": "bob@example.com", "tags": ["x"]},
    ]
    assert len(read(tmp_path, "a.json")[0]) == 3
    assert read(tmp_path, "b.jsonl")[0][0]["column_2"] == "ann@example.com"
    assert list(read(tmp_path, "c.json")[0][0]) == ["value"]


def test_lines_of_a_log_and_statements_are_no_table(tmp_path: Path) -> None:
    """A sign that every line has by chance makes no cells, and no line is lost as a header."""
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
    log = [
        f'198.51.100.{n} - - [01/Mar/2026:10:00:{n:02} +0000] "GET /p/{n} HTTP/1.1" 200 {n} "-" "{agent}"'
        for n in range(60)
    ]
    (tmp_path / "access.log").write_text("\n".join(log) + "\n")
    (tmp_path / "dump.sql").write_text(
        "".join(f"INSERT INTO t VALUES ({n}, 'Ann {n}', 'x', 'y');\n" for n in range(60))
    )
    for name in ("access.log", "dump.sql"):
        rows, _ = read(tmp_path, name)
        assert len(rows) == 60
        assert "line" in rows[0]


def test_lines_of_one_key_have_fields_by_it(tmp_path: Path) -> None:
    """Cards of addresses: one word or many behind a key, and never the same twice."""
    people = [(f"Ann{n}", f"Lee{n}", f"a{n}@example.com") for n in range(30)]
    (tmp_path / "a.vcf").write_text("".join(f"FN:{a} {b}\nEMAIL:{mail}\nEND:VCARD\n" for a, b, mail in people))
    rows, _ = read(tmp_path, "a.vcf")
    named = {name for row in rows for name, cell in row.items() if cell is not None}
    assert {"FN", "EMAIL"} <= {name.partition(".")[2] for name in named}


def test_nested_avro_and_arrow(tmp_path: Path) -> None:
    """Dotted paths and lists, as of JSON and Parquet."""
    schema = {
        "type": "record",
        "name": "r",
        "fields": [
            {"name": "who", "type": {"type": "record", "name": "w", "fields": [{"name": "mail", "type": "string"}]}},
            {"name": "tags", "type": {"type": "array", "items": "string"}},
            {"name": "raw", "type": "bytes"},
        ],
    }
    with (tmp_path / "a.avro").open("wb") as file:
        fastavro.writer(file, schema, [{"who": {"mail": "ann@example.com"}, "tags": ["a", "b"], "raw": b"plain"}])
    assert read(tmp_path, "a.avro")[0] == [{"who.mail": "ann@example.com", "tags": ["a", "b"], "raw": "plain"}]
    table = pa.table({"who": [{"mail": "ann@example.com"}], "tags": [["a", "b"]]})
    with ipc.new_stream(tmp_path / "b.arrows", table.schema) as stream:
        stream.write_table(table)
    assert read(tmp_path, "b.arrows")[0] == [{"who.mail": "ann@example.com", "tags": ["a", "b"]}]


def test_what_no_reader_knows_is_named(tmp_path: Path) -> None:
    """Binary files, databases, images and encrypted files each with what they are; sockets and pipes are not opened."""
    (tmp_path / "a.bin").write_bytes(random.Random(3).randbytes(5_000))
    (tmp_path / "b.db").write_bytes(b"SQLite format 3\x00" + b"\0" * 100)
    (tmp_path / "c").write_bytes(b"%PDF-1.7 text")
    (tmp_path / "d.gpg").write_bytes(b"-----BEGIN PGP MESSAGE-----\n")
    (tmp_path / "e.7z").write_bytes(b"7z\xbc\xaf\x27\x1c")
    os.mkfifo(tmp_path / "f.csv")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "g.csv"))
    reasons = skipped(tmp_path)
    listening.close()
    assert "binary" in reasons["a.bin"]
    assert "SQLite" in reasons["b.db"]
    assert "PDF" in reasons["c"]
    assert "encrypted" in reasons["d.gpg"]
    assert "7z" in reasons["e.7z"]
    assert "regular file" in reasons["f.csv"]
    assert "regular file" in reasons["g.csv"]


def test_a_compressed_file_is_read_to_its_end_with_a_limit(tmp_path: Path) -> None:
    """Every n-th row, not the first ones."""
    chance = random.Random(1)
    rows = "".join(f"{number},{chance.random()}\n" for number in range(300_000))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(f"id,x\n{rows}".encode()))
    found = [int(str(row["id"])) for row in read(tmp_path, "a.csv.gz", max_rows=2_000)[0]]
    assert 1_000 < len(found) <= 2_000
    assert max(found) > 200_000
