"""Do a few kilobytes that say they hold gigabytes take the memory, or the day?"""

from __future__ import annotations

import gzip
import io
import os
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.errors import BadInput, LedgerBroken
from custodes.events import context, parquet_bounds, segments, unpacking
from custodes.events.parquet_bounds import TooLarge, must_fit
from custodes.events.readers import Settings, open_log
from custodes.records import Rule, Tokeniser
from custodes.records.schema import SEALED_SCHEMA, events_table
from tests.records.test_canonical import an_event

RULES = {
    "time": Rule(path="t"),
    "actor": Rule(path="a"),
    "action": Rule(const="read"),
    "dataset": Rule(const="d"),
}
TIMES = pa.array(["2026-03-01T09:30:00Z"] * 64)


def bomb(size: int, codec: str, *, rows: int = 64, **how: object) -> bytes:
    """Rows whose texts are one letter repeated: of so many bytes together, in few kilobytes."""
    text = "x" * (size // rows)
    table = pa.table({"t": ["2026-03-01T09:30:00Z"] * rows, "a": ["e1"] * rows, "note": [text] * rows})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression=codec, **({"use_dictionary": False} | how))
    return sink.getvalue()


def read(folder: Path, data: bytes, kind: str = "parquet") -> tuple[int, list[str]]:
    """How many events a log gives, and why not more."""
    file = folder / f"log.{kind}"
    file.write_bytes(data)
    os.utime(file, (1, 1))
    reader = open_log(
        kind,
        "log",
        str(file),
        tokeniser=Tokeniser(b"k" * 32),
        settings=Settings(rules=RULES),
        clock=lambda: datetime(2026, 11, 30, tzinfo=UTC),
        root=folder,
    )
    batches = list(reader.bulk(file, None))
    events = sum(len(one.events) + (0 if one.table is None else one.table.num_rows) for one in batches)
    return events, [bad.reason for one in batches for bad in one.quarantined]


@pytest.mark.parametrize("codec", ["zstd", "gzip", "brotli", "snappy", "lz4"])
def test_pages_are_not_unpacked_that_expand_too_far(
    tmp_path: Path, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every codec: the file is named, with what helps, and little memory is taken."""
    monkeypatch.setattr(parquet_bounds, "HELD", 1 << 24)
    data = bomb(1 << 27, codec)
    assert len(data) < 1 << 23
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    with pytest.raises(BadInput, match=r"expand to more than 16,777,216 bytes at a time.*log\.parquet") as told:
        read(tmp_path, data)
    assert pa.default_memory_pool().max_memory() >= before
    assert tracemalloc.get_traced_memory()[1] < 1 << 24
    tracemalloc.stop()
    assert "write it again" in told.value.hint


def test_a_footer_that_lies_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sizes can be anything: the heads of the pages say how much memory is taken."""
    monkeypatch.setattr(parquet_bounds, "HELD", 1 << 24)
    file = tmp_path / "x.parquet"
    file.write_bytes(bomb(1 << 27, "zstd"))

    class Lying:
        metadata = _Modest(pq.read_metadata(file))

    with file.open("rb") as opened, pytest.raises(TooLarge, match="at a time"):
        must_fit(Lying(), opened)


class _Modest:
    """A footer by which everything is small."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        found = getattr(self._real, name)
        if name in {"row_group", "column"}:
            return lambda number: _Modest(found(number))
        return 1 if name in {"total_uncompressed_size", "total_byte_size"} else found


def test_rows_without_bytes_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of equal values takes a few bytes, however long it is."""
    monkeypatch.setattr(parquet_bounds, "_ROWS", 1_000)
    with pytest.raises(BadInput, match="1,000,000 rows"):
        read(tmp_path, bomb(1_000_000, "zstd", rows=1_000_000, use_dictionary=True))


def test_a_text_that_is_written_once_and_repeated_is_read_by_few_rows(tmp_path: Path) -> None:
    """A dictionary's page is small where each row that names its word is not; so is one of texts told by the last."""
    for how in ({"use_dictionary": True}, {"column_encoding": {"note": "DELTA_BYTE_ARRAY"}}):
        file = tmp_path / "x.parquet"
        file.write_bytes(bomb(64 << 22, "zstd", **how))
        with file.open("rb") as opened, pq.ParquetFile(file) as parquet:
            fits = must_fit(parquet, opened)
        assert fits.repeated >= 1 << 22
        assert fits.rows(10_000) <= 64


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_honest_files_are_read(tmp_path: Path, version: str) -> None:
    """Of both kinds of pages, with least and greatest values, nulls, lists and small pages."""
    rows = 5_000
    table = pa.table(
        {
            "t": ["2026-03-01T09:30:00Z"] * rows,
            "a": [f"e{number}" for number in range(rows)],
            "more": [[{"x": number}] if number % 3 else None for number in range(rows)],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink, data_page_version=version, data_page_size=1_000, compression="zstd")
    assert read(tmp_path, sink.getvalue()) == (rows, [])
    file = tmp_path / "log.parquet"
    with file.open("rb") as opened, pq.ParquetFile(file) as parquet:
        assert must_fit(parquet, opened).rows(128) == 128


def test_a_snapshot_of_context_is_held_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_bounds, "HELD", 1 << 24)
    file = tmp_path / "people.parquet"
    file.write_bytes(bomb(1 << 27, "zstd"))
    with pytest.raises(BadInput, match=r"is not read: pages of row group 0.*people\.parquet"):
        list(context.read_file(file))


def test_a_segment_is_held_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write the folder of evidence must not take the memory of who verifies it."""
    rows = events_table([an_event(event_id="x" * 60_000) for _ in range(600)])
    table = rows.append_column("leaf", pa.array(range(600), pa.int64())).select(SEALED_SCHEMA.names)
    file = tmp_path / "x.parquet"
    pq.write_table(table, file, compression="zstd", use_dictionary=False)
    monkeypatch.setattr(segments, "HELD", 1 << 24)
    monkeypatch.setattr(parquet_bounds, "HELD", 1 << 24)
    reads: Mapping[str, object] = {
        "pieces": lambda: list(segments.pieces(file)),
        "ids": lambda: list(segments.ids(file)),
        "rows": lambda: list(segments.rows_about(file, ["customer:c1"])),
        "row": lambda: segments.read_row(file, 1),
    }
    for name, reading in reads.items():
        with pytest.raises(LedgerBroken, match=r"expands? to more than"):
            reading()  # type: ignore[operator]  # each is called
        assert name


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_lines_that_expand_further_than_logs_do_end_there(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before stays; the rest is one entry of quarantine that says what helps."""
    monkeypatch.setattr(unpacking, "_ANY", 1 << 20)
    monkeypatch.setattr(unpacking, "_TIMES", 3)
    line = b'{"t": "2026-03-01T09:30:00Z", "a": "e1"}\n'
    lines = line * 200_000
    data = gzip.compress(lines) if kind == "gzip" else pa.compress(lines, codec="zstd", asbytes=True)
    events, reasons = read(tmp_path, data, "jsonl")
    assert 0 < events <= (1 << 20) // len(line)
    assert reasons == [unpacking.EXPANDS]
