"""Do people, cases, parties, keys and subjects arrive with their times placed and nobody named?"""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.errors import BadInput
from custodes.events.context import build, read_file
from custodes.records import Rule, Skipped
from custodes.records.schema import CONTEXT_SCHEMAS
from tests.events.builders import TOKENS, packed, write

PEOPLE = b"""id,team,joined,left,household,surname,manager
e1,support,2024-05-01,,10 High Street,Example,boss@example.com
,support,2024-05-01,,,,
e2,support,soon,,,,
e3,ops
e4,ops,2024-05-01T08:00:00+02:00,2025-01-31,,example ,e1
"""
RULES = {"id": Rule(template="staff:{id}")}


def test_people_from_csv(tmp_path: Path) -> None:
    """Dates are placed, names and homes are tokens, rows without an id or with an unreadable date are counted out."""
    table, skipped = build("people", read_file(write(tmp_path / "people.csv", PEOPLE)), RULES, TOKENS, None)
    assert table.schema == CONTEXT_SCHEMAS["people"]
    first, last = table.to_pylist()
    assert (first["id"], first["team"], first["left"]) == ("staff:e1", "support", None)
    assert first["joined"] == datetime(2024, 5, 1, tzinfo=UTC)
    assert last["joined"] == datetime(2024, 5, 1, 6, tzinfo=UTC)
    assert first["household"] == TOKENS.token("10 High Street")
    assert first["surname"] == last["surname"] == TOKENS.token("example")
    assert first["manager"] == TOKENS.token("boss@example.com")
    assert [entry.reason for entry in skipped] == [
        "1 rows cannot be read: the row has 2 cells, the header 7",
        "1 of 4 rows left out: joined: time is not understood",
        "1 of 4 rows left out: no id",
    ]


def test_a_time_without_a_zone_needs_the_owners_word() -> None:
    """The same text is left out without a zone and placed with one."""
    batch = pa.RecordBatch.from_pydict({"id": ["k1"], "opened": ["2026-03-01 11:30:00"]})
    table, skipped = build("cases", [batch], {}, TOKENS, None)
    assert (table.num_rows, skipped[0].reason) == (0, "1 of 1 rows left out: opened: time has no zone")
    table, skipped = build("cases", [batch], {}, TOKENS, "Europe/Tallinn")
    assert table.column("opened").to_pylist() == [datetime(2026, 3, 1, 9, 30, tzinfo=UTC)]
    assert skipped == []


def test_relations_of_a_subject_are_tokens_that_join(tmp_path: Path) -> None:
    """What a customer shares with a member of staff meets the same token there, from a list or from text."""
    wanted = f"{TOKENS.token('Example')} {TOKENS.token('10 High Street')}"
    lines = b'{"id": "c1", "relations": ["Example", "10 High Street"], "watched": "vip"}\n'
    lines += b'{"id": "c2", "relations": "Example|10 high street"}\n{"id": "c3"}\nnonsense\n'
    table, skipped = build("subjects", read_file(write(tmp_path / "s.jsonl.gz", packed(lines))), {}, TOKENS, None)
    assert table.column("relations").to_pylist() == [wanted, wanted, None]
    assert [entry.reason for entry in skipped] == ["1 rows cannot be read: the record is no JSON"]
    again, _ = build("subjects", table.to_batches(), {}, TOKENS, None)
    assert again.column("relations").to_pylist() == [wanted, wanted, None]


def test_parquet_and_nested_json_read_alike(tmp_path: Path) -> None:
    """Typed columns become text with their zone, and objects inside records dotted names."""
    issued = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    pq.write_table(pa.table({"key": ["k1"], "issued": [issued], "n": [5], "party": [None]}), tmp_path / "k.parquet")
    table, skipped = build("keys", read_file(tmp_path / "k.parquet"), {"developer": Rule(path="n")}, TOKENS, None)
    assert (table.to_pylist(), skipped) == (
        [{"key": "k1", "party": None, "developer": "5", "scopes": None, "issued": issued}],
        [],
    )
    nested = write(tmp_path / "k.jsonl", b'{"key": {"id": "k2"}}\n')
    table, _ = build("keys", read_file(nested), {"key": Rule(path="key.id")}, TOKENS, None)
    assert table.column("key").to_pylist() == ["k2"]


def test_what_cannot_be_read_at_all_is_refused(tmp_path: Path) -> None:
    """A missing file, a corrupt Parquet file and an unknown kind are errors with a next step."""
    for name, data in (("a.parquet", b"PAR1"), ("a.xlsx", b"x"), ("a.csv", b"a,a\n1,2\n")):
        with pytest.raises(BadInput) as refusal:
            list(read_file(write(tmp_path / name, data)))
        assert refusal.value.hint
    with pytest.raises(BadInput):
        list(read_file(tmp_path / "gone.csv"))


def test_a_truncated_gzip_is_told(tmp_path: Path) -> None:
    """The rows before the cut are there, and the cut is in what was skipped."""
    data = packed(b"id,team\n" + b"".join(f"e{number},t{number % 97}\n".encode() for number in range(9000)))
    found = list(read_file(write(tmp_path / "p.csv.gz", data[: len(data) // 2])))
    assert isinstance(found[-1], Skipped)
    assert found[-1].reason == "1 rows cannot be read: the compressed data ends before its end mark"
    assert sum(batch.num_rows for batch in found if isinstance(batch, pa.RecordBatch)) > 1000
