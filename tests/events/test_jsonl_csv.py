"""Does every kind of bad line end in quarantine with its place and reason, and the good ones as events?"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import BadInput
from custodes.events.delimited import CsvLog
from custodes.events.frames import RECORD_LIMIT
from custodes.events.jsonl import JsonLinesLog
from custodes.records import Rule
from tests.events.builders import RULES, TOKENS, a_record, clock, ids, json_lines, packed, read_all, write

HEADER = b"id,at,who,verb,customer,note\n"
CSV_RULES = RULES | {"actor": Rule(template="staff:{who}"), "object": Rule(path="note"), "fields": Rule(const="email")}


def csv_log(folder: Path) -> CsvLog:
    return CsvLog("csv", str(folder / "*.csv"), CSV_RULES, tokeniser=TOKENS, clock=clock, root=folder)


def row(name: str, note: str = "x") -> bytes:
    return f"{name},2026-03-01T09:30:00Z,e1,view,c1,{note}\n".encode()


def test_each_bad_line_has_its_reason(tmp_path: Path) -> None:
    """Good lines around bad ones are events; place and reason of the bad ones are kept, not their text."""
    data = json_lines([a_record(id="first")]) + b'\n{"id": \n[1, 2]\n\xff\xfe\n' + b"[" * 100_000 + b"\n"
    data += json_lines([a_record(user=None), a_record(at="2026-03-01T09:30:00"), a_record(id="last")])
    log = JsonLinesLog("app", str(tmp_path / "*"), RULES, tokeniser=TOKENS, clock=clock, root=tmp_path)
    batch = read_all(log, write(tmp_path / "a.jsonl", data))
    assert ids(batch.events) == ["first", "last"]
    assert [(entry.line, entry.reason) for entry in batch.quarantined] == [
        (3, "the record is no JSON"),
        (4, "the record is JSON, but no object"),
        (5, "the record is not UTF-8"),
        (6, "the record is nested too deeply"),
        (7, "the record has no actor"),
        (8, "time has no zone"),
    ]
    assert (batch.ignored, batch.position.line) == (1, 9)
    assert data[batch.quarantined[0].offset :].startswith(b'{"id": \n')


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    """Files saved with one read like others."""
    log = JsonLinesLog("app", str(tmp_path / "*"), RULES, tokeniser=TOKENS, clock=clock)
    batch = read_all(log, write(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + json_lines([a_record()])))
    assert ids(batch.events) == ["r1"]


def test_an_event_too_long_for_the_ledger_is_quarantined(tmp_path: Path) -> None:
    """Nothing is cut silently to fit a leaf."""
    log = JsonLinesLog("app", str(tmp_path / "*"), RULES | {"object": Rule(path="o")}, tokeniser=TOKENS, clock=clock)
    data = json_lines([a_record(o="x" * 70_000, customer=["c1", "c2"]), a_record(id="r2")])
    batch = read_all(log, write(tmp_path / "a.jsonl", data))
    assert ids(batch.events) == ["r2"]
    assert [entry.line for entry in batch.quarantined] == [1]


def test_nothing_that_names_a_person_gets_through(tmp_path: Path) -> None:
    """Addresses and numbers in any column are tokens in the batch."""
    record = a_record(user={"id": "ada@example.com"}, customer="+44 20 7946 0958", fields=["mail bob@example.com"])
    log = JsonLinesLog("app", str(tmp_path / "*"), RULES, tokeniser=TOKENS, clock=clock)
    (event,) = read_all(log, write(tmp_path / "a.jsonl", json_lines([record]))).events
    assert event.actor == f"staff:{TOKENS.token('ada@example.com')}"
    assert event.subject == f"customer:{TOKENS.token('+442079460958')}"
    assert "@" not in repr(event)


def test_csv_rows_may_hold_line_ends_and_quotes(tmp_path: Path) -> None:
    """RFC 4180: a quoted cell may hold line ends, delimiters and doubled quotes."""
    data = HEADER + row("a", '"two\r\nlines, ""quoted"""') + row("b") + b"\n"
    batch = read_all(csv_log(tmp_path), write(tmp_path / "a.csv", data))
    assert [event.object for event in batch.events] == ['two\nlines, "quoted"', "x"]
    assert (batch.quarantined, batch.ignored, batch.position.line) == ([], 1, 3)


def test_ragged_and_broken_rows_are_quarantined(tmp_path: Path) -> None:
    """A short row, a long row, a wrong encoding and an unclosed quote cost one entry each, and no other row."""
    data = HEADER + row("a") + b"a,b\n" + b"1,2,3,4,5,6,7\n" + row("\xe9").decode().encode("latin-1") + row("b")
    data += row("c", '"open') + row("d") + row("e")
    batch = read_all(csv_log(tmp_path), write(tmp_path / "a.csv", data, old=True))
    assert ids(batch.events) == ["a", "b", "d", "e"]
    assert [(entry.line, entry.reason) for entry in batch.quarantined] == [
        (3, "the row has 2 cells, the header 6"),
        (4, "the row has 7 cells, the header 6"),
        (5, "the row is not UTF-8"),
        (7, "a quote is opened and never closed"),
    ]


def test_an_unclosed_quote_does_not_swallow_a_large_file(tmp_path: Path) -> None:
    """After one mebibyte without the closing quote the rows behind it are rows again."""
    rows = b"".join(row(f"r{number}") for number in range(40_000))
    assert len(rows) > RECORD_LIMIT
    batch = read_all(csv_log(tmp_path), write(tmp_path / "a.csv", HEADER + row("c", '"open') + rows))
    assert (len(batch.events), len(batch.quarantined)) == (40_000, 1)


def test_a_growing_csv_is_read_on(tmp_path: Path) -> None:
    """A row cut short waits; the header is known although reading starts behind it."""
    file = write(tmp_path / "a.csv", HEADER + row("a") + row("b", '"two\nlines"')[:-8])
    first = read_all(csv_log(tmp_path), file)
    assert (ids(first.events), first.position.done) == (["a"], False)
    write(file, HEADER + row("a") + row("b", '"two\nlines"') + row("c"))
    second = read_all(csv_log(tmp_path), file, first.position)
    assert (ids(second.events), second.position.line) == (["b", "c"], 3)


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_delimiters_are_seen_in_the_header(tmp_path: Path, mark: str) -> None:
    """A semicolon export reads like a comma one."""
    data = (HEADER + row("a")).replace(b",", mark.encode())
    assert ids(read_all(csv_log(tmp_path), write(tmp_path / "a.csv", data)).events) == ["a"]


@pytest.mark.parametrize("data", [b"a,a\n1,2\n", b"\n1,2\n", b"\xff\xfe\n1,2\n", b'"a,b\n1,2\n'])
def test_a_header_that_names_no_columns_is_refused(tmp_path: Path, data: bytes) -> None:
    """Without names no row can be read: an error with the next step, not ten thousand quarantined rows."""
    with pytest.raises(BadInput, match="header"):
        list(csv_log(tmp_path).read(write(tmp_path / "a.csv", data, old=True), None))


def test_an_empty_csv_has_nothing_to_say(tmp_path: Path) -> None:
    """A file whose header is still to come is no error."""
    assert list(csv_log(tmp_path).read(write(tmp_path / "a.csv", b""), None)) == []


_CELL = st.sampled_from(['"', ",", "\n", "a", "\r", "é", '""', "a,b\n", '"x"'])


@settings(max_examples=80, deadline=None)
@given(st.lists(_CELL, max_size=25).map("".join), st.booleans())
def test_any_csv_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, text: str, pack: bool) -> None:
    """Every record of any text is an event, quarantined or ignored, and reading never raises."""
    folder = tmp_path_factory.mktemp("any")
    data = HEADER + row("first") + text.encode()
    batch = read_all(csv_log(folder), write(folder / "a.csv", packed(data) if pack else data, old=True))
    assert len(batch.events) + len(batch.quarantined) + batch.ignored == batch.position.line
    assert batch.events[0].event_id.startswith("first")
    assert batch.position.offset == len(data)


@settings(max_examples=80, deadline=None)
@given(st.lists(_CELL, max_size=25).map("".join), st.integers(0, 80))
def test_cutting_a_csv_anywhere_changes_nothing(tmp_path_factory: pytest.TempPathFactory, text: str, cut: int) -> None:
    """Read in two goes while it grows, a file of whole rows gives what it gives in one."""
    folder = tmp_path_factory.mktemp("cut")
    data = HEADER + row("first", '"' + text.replace('"', '""') + '"') + row("second")
    once = read_all(csv_log(folder), write(folder / "once.csv", data))
    file = write(folder / "twice.csv", data[: len(HEADER) + cut])
    first = read_all(csv_log(folder), file)
    second = read_all(csv_log(folder), write(file, data), first.position)
    assert first.events + second.events == once.events
    assert ids(once.events) == ["first", "second"]
