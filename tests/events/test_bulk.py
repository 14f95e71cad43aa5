"""Do many records at once give exactly what they give one by one?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.blocks import Rest
from custodes.events.interface import Position
from custodes.events.jsonl import JsonLinesLog
from custodes.events.source import Source
from custodes.records import AccessEvent, Rule
from custodes.records.schema import events_table
from tests.events.builders import RULES, TOKENS, a_record, clock, json_lines, packed, read_all, write

MAPPINGS: list[dict[str, Rule]] = [
    RULES,
    {
        **{key: rule for key, rule in RULES.items() if key != "event_id"},
        "actor": Rule(path="user.id", default="anonymous"),
        "action": Rule(path="verb", values={"view": "read"}, default="search"),
        "dataset": Rule(path="on"),
        "object": Rule(path="note"),
        "records": Rule(path="count"),
        "outcome": Rule(path="ok", values={"true": "success", "no": "denied"}, default="failure"),
        "subject": Rule(path="customer"),
        "fields": Rule(path="fields", default="none"),
    },
]


def reader(folder: Path, rules: dict[str, Rule], timezone: str | None = None) -> JsonLinesLog:
    log = JsonLinesLog(
        "app", str(folder / "*"), rules, tokeniser=TOKENS, clock=clock, timezone=timezone, store="shop", root=folder
    )
    assert log._columns is not None
    return log


def same(
    folder: Path, file: Path, rules: dict[str, Rule], timezone: str | None = None, since: Position | None = None
) -> None:
    log = reader(folder, rules, timezone)
    slow = read_all(log, file, since)
    events: list[AccessEvent] = []
    batches = list(log.bulk(file, since))
    tables = [batch.table for batch in batches if batch.table is not None]
    for batch in batches:
        events += batch.events
    fast = [row for table in (*tables, events_table(events)) for row in table.to_pylist()]
    key = json.dumps
    assert sorted(key(row, default=str) for row in fast) == sorted(
        key(row, default=str) for row in events_table(slow.events).to_pylist()
    )
    assert [entry for batch in batches for entry in batch.quarantined] == slow.quarantined
    assert sum(batch.ignored for batch in batches) == slow.ignored
    assert batches[-1].position == replace(slow.position)


_texts = st.sampled_from(
    [
        "",
        " ",
        " x ",
        "ada@example.com",
        "+44 20 7946 0958",
        "4111 1111 1111 1111",
        "Zoë",
        "a\u00a0",
        "\x1cy",
        "view",
        "READ",
        "٤١١١١١١١١١١١١١١١",
    ]
)
_scalars: Any = st.none() | st.booleans() | _texts | st.integers(-5, 10**20) | st.floats() | st.just(5.0)
_times = st.sampled_from(
    [
        *("2026-03-01T09:30:00Z", "2026-03-01 09:30:00+02:00", "2026-03-01T09:30:00", "2026-03-01T09:30:00.1234567Z"),
        *(
            "2026-03-01",
            "2026-03-01t09:30:00z",
            " 2026-03-01T09:30:00Z ",
            "2026-03-01T24:00:00Z",
            "0000-01-01T00:00:00Z",
        ),
        *(
            "2026-03-01T09:30Z",
            "2026-03-01T09:30:60Z",
            "9999-12-31T23:59:59-05:00",
            "1772357400",
            "2026-03-01T09:30:00+0200",
        ),
        *(
            "20260301T093000Z",
            "2026-W09-7T09:30:00Z",
            "0001-01-01T00:00:00+05:00",
            "2026-03-01T09:30:00 UTC",
            "12:30:00Z",
        ),
    ]
) | st.sampled_from([1772357400, 1772357400123, 1772357400123456, 10**18, 5, -1, 1772357400.5])
_records: Any = st.fixed_dictionaries(
    {},
    optional={
        "id": _scalars,
        "at": _times | _scalars,
        "user": st.none()
        | st.fixed_dictionaries({}, optional={"id": _scalars})
        | _scalars
        | st.lists(_scalars, max_size=2),
        "user.id": _scalars,
        "verb": st.sampled_from(["view", "read", "Export", "?"]) | _scalars,
        "customer": _scalars | st.lists(_scalars, max_size=3),
        "fields": _scalars | st.lists(_scalars, max_size=3) | st.just('["a", "b"]') | st.just("a, b"),
        "on": st.sampled_from(["shop.main.x", "main.y"]) | _scalars,
        "note": _scalars | st.just("n" * 13_000),
        "count": _scalars,
        "ok": _scalars,
    },
)
_good = st.builds(a_record, id=_texts, on=st.just("main.z"))
_lines = st.lists(
    (_records | _good).map(lambda record: json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    | st.sampled_from(
        [
            b"",
            b"null",
            b"[1]",
            b"{}",
            b"\xff",
            b'{"id": "a", "id": "b"}',
            b"\xef\xbb\xbf{}",
            b'{"a":1}{"b":2}',
            b'{"x": "\\ud800"}',
            b"[" * 3_000,
            # What two readers of JSON might see differently, around a record that is good otherwise.
            *(
                b'{"id": "r", "at": "2026-03-01T09:30:00Z", "user": {"id": "e1"}, "verb": "view", "on": "x", '
                b'"customer": "c"%s}' % more
                for more in (
                    b"",
                    b', "id": "s"',
                    b', "user": {"id": "e2"}',
                    b', "user": {}',
                    b', "i\\u0064": "s"',
                    b', "other": 1, "other": 2',
                    b', "customer": -0',
                    b', "customer": 1e2',
                    b', "customer": 12345678901234567890',
                    b', "note": "\\u00e9\\/\\n\\ud83d\\ude00"',
                    b', "note": "\\u0000"',
                    b', "note": "\\n x \\t"',
                    b', "note": "\t"',
                    b', "note": "\xe9"',
                    b', "fields": ["a\\u0062"], "x": NaN',
                    b', "fields": ["a", "b"]',
                    b', "fields": [["a"]]',
                    b', "fields": []',
                    b', "x": ' + b"[" * 40 + b"]" * 40,
                    b', "x": ' + b"1" * 5_000,
                    b', "x": 01',
                    b', "user.id": "e3"',
                    b', "count": 7, "ok": "no"',
                    b"}{",
                    b"} ",
                    b"}\t\r",
                    b"} x",
                    b",",
                )
            ),
        ]
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(_lines, st.integers(0, 1), st.sampled_from([None, "Europe/Tallinn"]), st.booleans(), st.booleans())
def test_any_lines_give_the_same_both_ways(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    which: int,
    timezone: str | None,
    pack: bool,
    crlf: bool,
) -> None:
    """Events, quarantine with its places, and what is ignored."""
    folder = tmp_path_factory.mktemp("bulk")
    data = (b"\r\n" if crlf else b"\n").join(lines) + b"\n"
    file = write(folder / "log", packed(data) if pack else data, old=True)
    same(folder, file, MAPPINGS[which], timezone)


def test_blocks_long_lines_and_a_cut_end(tmp_path: Path) -> None:
    """Several blocks, a line longer than a record may be, a last line without its end, and reading on from anywhere."""
    data = json_lines(a_record(id=f"r{number}", pad="p" * 900) for number in range(6_000))
    data += b"x" * (3 << 20) + b"\n" + json_lines(a_record(id=f"s{number}") for number in range(50))
    file = write(tmp_path / "log", data + json_lines([a_record(id="last")])[:-1])
    same(tmp_path, file, RULES)
    first = next(iter(reader(tmp_path, RULES).bulk(file, None))).position
    assert 0 < first.line < 6_000
    same(tmp_path, file, RULES, since=first)


def test_direct_identifiers_become_tokens(tmp_path: Path) -> None:
    """In columns of few values and in columns of many."""
    records = [
        a_record(id=f"r{number}", customer=f"c{number}@example.com", user={"id": "ada@example.com"})
        for number in range(500)
    ]
    file = write(tmp_path / "log", json_lines(records))
    same(tmp_path, file, RULES)
    tables = [batch.table for batch in reader(tmp_path, RULES).bulk(file, None) if batch.table is not None]
    assert sum(table.num_rows for table in tables) == 500
    assert "example.com" not in repr(tables[0].to_pylist())


@pytest.mark.parametrize("at", ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"])
def test_times_at_the_beginning_of_all_years(tmp_path: Path, at: str) -> None:
    """Arrow knows years before the first, whose days nobody can name: one such line would end every reading."""
    file = write(tmp_path / "log", json_lines([a_record(id="a"), a_record(id="b", at=at), a_record(id="c")]), old=True)
    same(tmp_path, file, RULES)


def test_a_block_has_few_lines(tmp_path: Path) -> None:
    """A file of nothing but line ends has millions in what is a block of others; all would be in memory at once."""
    data = json_lines([a_record(id="a")]) + b"\n" * 150_000 + b"{}\n" * 10 + json_lines([a_record(id="b")])
    file = write(tmp_path / "log", data, old=True)
    with Source(file, None) as source:
        blocks = list(Rest(source).blocks())
    assert b"".join(blocks) == data
    assert max(block.count(b"\n") for block in blocks) <= 1 << 16
    same(tmp_path, file, RULES)
