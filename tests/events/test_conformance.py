"""Does every kind of log keep the promises that logs share? One suite, run by all readers."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.config import LOG_KINDS
from custodes.errors import BadInput
from custodes.events.interface import LogReader
from custodes.events.readers import KINDS, open_log
from tests.events.builders import NOW, TOKENS, clock, read_all
from tests.events.samples import SAMPLES, Sample, Told, written

_OLD = (1_770_000_000, 1_770_000_000)


def _zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return bytes(sink.getvalue())


PACKS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "gzip": gzip.compress, "zstd": _zstd}

each = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.kind for sample in SAMPLES])


def reader(sample: Sample, folder: Path) -> LogReader:
    return open_log(
        sample.kind, "log", str(folder / "*"), tokeniser=TOKENS, settings=sample.settings, clock=clock, root=folder
    )


def told(reading: LogReader, file: Path) -> list[Told]:
    found: list[Told] = []
    for event in read_all(reading, file).events:
        actor = re.sub(r"tok_[0-9a-f]+", "?", event.actor)
        found.append((actor, event.action, event.dataset, event.subject, event.outcome))
    return found


def test_every_kind_has_a_sample() -> None:
    """A reader without one would not be held to anything."""
    assert tuple(sample.kind for sample in SAMPLES) == KINDS
    assert set(KINDS) == set(LOG_KINDS)


@each
@pytest.mark.parametrize("pack", PACKS)
def test_the_sample_is_told_as_it_should_be(sample: Sample, pack: str, tmp_path: Path) -> None:
    """Actor, action, dataset, subject and outcome, plain, gzip and zstd; what is no touch of data is counted."""
    if pack != "plain" and not sample.packs:
        pytest.skip("the format compresses itself")
    file = written(tmp_path, PACKS[pack](sample.file(*sample.records, *sample.quiet)))
    batch = read_all(reader(sample, tmp_path), file)
    assert [entry.reason for entry in batch.quarantined] == []
    assert told(reader(sample, tmp_path), file) == list(sample.told)
    assert batch.ignored >= len(sample.quiet)
    assert batch.position.done
    assert {(event.recorded, event.source) for event in batch.events} == {(NOW, "log")}
    assert all(event.time.tzinfo is not None and event.time <= NOW for event in batch.events)


@each
def test_a_bad_record_costs_itself_only(sample: Sample, tmp_path: Path) -> None:
    """The good ones around it are events; it is in quarantine with its number and the reason, without a value."""
    first, *rest = sample.records
    file = written(tmp_path, sample.file(first, sample.bad, *rest))
    batch = read_all(reader(sample, tmp_path), file)
    assert told(reader(sample, tmp_path), file) == list(sample.told)
    assert [(entry.file, entry.line, entry.reason) for entry in batch.quarantined] == [
        ("log", 3 if sample.header else 2, sample.reason)
    ]


@each
def test_a_record_in_quarantine_can_be_tried_again(sample: Sample, tmp_path: Path) -> None:
    """By its digest it is found again, with its place; the others are not read."""
    file = written(tmp_path, sample.file(sample.records[0], sample.bad, *sample.records[1:]))
    bad = read_all(reader(sample, tmp_path), file).quarantined
    digests = {entry.digest for entry in bad}
    again, found = reader(sample, tmp_path).again(file, digests | {"of another file"})
    assert found == digests
    assert (again.events, again.quarantined, again.ignored) == ([], bad, 0)


@each
def test_reading_twice_gives_the_same_ids(sample: Sample, tmp_path: Path) -> None:
    """An export that overlaps an earlier one names the same touches the same, wherever they stand."""
    whole = read_all(reader(sample, tmp_path), written(tmp_path, sample.file()))
    later = read_all(reader(sample, tmp_path), written(tmp_path, sample.file(*sample.records[-1:]), "later"))
    assert {event.event_id for event in later.events} <= {event.event_id for event in whole.events}
    assert len({(event.event_id, event.dataset, event.subject, event.object) for event in whole.events}) == len(
        whole.events
    )


@each
def test_reading_carries_on_where_it_ended(sample: Sample, tmp_path: Path) -> None:
    """A file that grew, and one that was whole before, each give every record once."""
    if sample.kind in {"cloudtrail", "parquet"}:
        pytest.skip("files of this kind are written once and whole")
    file = written(tmp_path, sample.file(sample.records[0]))
    log = reader(sample, tmp_path)
    first = read_all(log, file)
    written(tmp_path, sample.file())
    second = read_all(log, file, first.position)
    assert len(first.events) + len(second.events) == len(sample.told)
    assert list(log.read(file, second.position)) == []


@each
def test_an_empty_file_and_no_file(sample: Sample, tmp_path: Path) -> None:
    """Neither is taken for a quiet log: an empty file gives no event, a file that is gone is refused."""
    log = reader(sample, tmp_path)
    with pytest.raises(BadInput, match="matches no file"):
        log.files()
    file = written(tmp_path, b"")
    if sample.kind != "parquet":
        assert [event for batch in log.read(file, None) for event in batch.events] == []
    with pytest.raises(BadInput):
        list(log.read(tmp_path / "gone", None))


@each
def test_noise_is_accounted_for(sample: Sample, tmp_path: Path) -> None:
    """Bytes of any other kind give a refusal or quarantine, never an event or silence."""
    file = written(tmp_path, b"\x00\xff\xfe noise \x80\n" * 3)
    os.utime(file, _OLD)
    log = reader(sample, tmp_path)
    if sample.kind in {"csv", "parquet"}:
        with pytest.raises(BadInput, match=r"header|Parquet"):
            read_all(log, file)
        return
    batch = read_all(log, file)
    assert batch.events == []
    assert batch.quarantined
    assert len(batch.quarantined) + batch.ignored == batch.position.line


@each
def test_no_direct_identifier_gets_through(sample: Sample, tmp_path: Path) -> None:
    """An address that stands in a record is not in its events."""
    records = tuple(record.replace("e1", "ada@example.com") for record in sample.records)
    file = written(tmp_path, sample.file(*records))
    batch = read_all(reader(sample, tmp_path), file)
    assert batch.events
    assert "ada@example.com" not in repr(batch.events) + repr(batch.quarantined)
