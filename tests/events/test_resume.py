"""Is every record read once, whatever happens to the file between two readings?"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import BadInput
from custodes.events.frames import RECORD_LIMIT
from custodes.events.jsonl import JsonLinesLog
from custodes.events.reading import BATCH, closed_folders
from tests.events.builders import RULES, TOKENS, a_record, clock, ids, json_lines, packed, read_all, write
from tests.stores.rights import open_to_all, unprivileged


def reader(folder: Path) -> JsonLinesLog:
    return JsonLinesLog("app", str(folder / "*.jsonl*"), RULES, tokeniser=TOKENS, clock=clock, root=folder)


def records(first: int, last: int) -> bytes:
    return json_lines(a_record(id=f"r{number}") for number in range(first, last))


def test_a_growing_file_is_read_on(tmp_path: Path) -> None:
    """The second reading gives only what was appended, and a third gives nothing."""
    file = write(tmp_path / "a.jsonl", records(0, 3))
    first = read_all(reader(tmp_path), file)
    write(file, records(0, 5))
    second = read_all(reader(tmp_path), file, first.position)
    assert (ids(first.events), ids(second.events)) == (["r0", "r1", "r2"], ["r3", "r4"])
    assert (second.position.line, second.position.done, second.position.file) == (5, True, "a.jsonl")
    assert list(reader(tmp_path).read(file, second.position)) == []


def test_a_line_still_being_written_waits(tmp_path: Path) -> None:
    """A record cut short is neither lost nor quarantined: the next reading has it whole."""
    whole = records(0, 2)
    file = write(tmp_path / "a.jsonl", whole[:-20])
    first = read_all(reader(tmp_path), file)
    assert (ids(first.events), first.quarantined, first.position.done) == (["r0"], [], False)
    write(file, whole)
    assert ids(read_all(reader(tmp_path), file, first.position).events) == ["r1"]


def test_a_last_record_without_line_end_is_whole_when_it_parses(tmp_path: Path) -> None:
    """An export without a final line end loses nothing, and growing afterwards reads nothing twice."""
    file = write(tmp_path / "a.jsonl", records(0, 2)[:-1])
    first = read_all(reader(tmp_path), file)
    assert (ids(first.events), first.position.done) == (["r0", "r1"], True)
    write(file, records(0, 3))
    second = read_all(reader(tmp_path), file, first.position)
    assert (ids(second.events), second.ignored, second.position.line) == (["r2"], 0, 3)


def test_a_cut_line_nobody_writes_to_any_more_is_quarantined(tmp_path: Path) -> None:
    """What stays cut short is told, not waited for."""
    file = write(tmp_path / "a.jsonl", records(0, 2)[:-20], old=True)
    batch = read_all(reader(tmp_path), file)
    assert [(entry.line, entry.reason) for entry in batch.quarantined] == [(2, "the record is no JSON")]


@pytest.mark.parametrize("replacement", [records(7, 9), records(7, 40), records(0, 1)])
def test_a_replaced_or_truncated_file_is_read_from_its_start(tmp_path: Path, replacement: bytes) -> None:
    """A file that is not the one read before counts as new."""
    file = write(tmp_path / "a.jsonl", records(0, 5))
    first = read_all(reader(tmp_path), file)
    write(file, replacement)
    second = read_all(reader(tmp_path), file, first.position)
    assert second.position.line == len(second.events) == replacement.count(b"\n")


@pytest.mark.parametrize("pack", [bytes, packed])
def test_a_reading_stopped_in_the_middle_carries_on(tmp_path: Path, pack: type[bytes]) -> None:
    """Starting again from any batch's position gives each record exactly once."""
    file = write(tmp_path / "a.jsonl", pack(records(0, BATCH * 2 + 5)))
    batches = list(reader(tmp_path).read(file, None))
    assert [len(batch.events) for batch in batches] == [BATCH, BATCH, 5]
    assert [batch.position.done for batch in batches] == [False, False, True]
    rest = read_all(reader(tmp_path), file, batches[0].position)
    assert ids(batches[0].events + rest.events) == [f"r{number}" for number in range(BATCH * 2 + 5)]


def test_a_truncated_gzip_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Whole records before the cut are events; the rest is one entry in quarantine with the reason."""
    data = packed(records(0, 4000))
    file = write(tmp_path / "a.jsonl.gz", data[: len(data) // 2])
    batch = read_all(reader(tmp_path), file)
    assert 0 < len(batch.events) == batch.position.line < 4000
    assert [entry.reason for entry in batch.quarantined] == ["the compressed data ends before its end mark"]
    assert batch.quarantined[0].line == len(batch.events) + 1
    write(file, data)
    rest = read_all(reader(tmp_path), file, batch.position)
    assert ids(batch.events + rest.events) == [f"r{number}" for number in range(4000)]


def test_a_damaged_gzip_says_so(tmp_path: Path) -> None:
    """A flipped byte in compressed data is told from a short file."""
    data = bytearray(packed(records(0, 4000)))
    data[len(data) // 2] ^= 0xFF
    batch = read_all(reader(tmp_path), write(tmp_path / "a.jsonl.gz", bytes(data)))
    assert batch.quarantined[-1].reason == "the compressed data is damaged from here on"


def test_gzip_members_in_a_row_are_one_file(tmp_path: Path) -> None:
    """A compressed log that was appended to is read to its end."""
    file = write(tmp_path / "a.jsonl.gz", packed(records(0, 2)))
    first = read_all(reader(tmp_path), file)
    write(file, packed(records(0, 2)) + packed(records(2, 4)))
    assert ids(read_all(reader(tmp_path), file, first.position).events) == ["r2", "r3"]


def test_a_line_too_long_to_hold_is_skipped_and_named(tmp_path: Path) -> None:
    """Two megabytes without a line end cost one quarantine entry and no other record."""
    data = records(0, 1) + b"x" * (2 * RECORD_LIMIT) + b"\n" + records(1, 2)
    batch = read_all(reader(tmp_path), write(tmp_path / "a.jsonl", data))
    assert ids(batch.events) == ["r0", "r1"]
    assert [(entry.line, entry.reason) for entry in batch.quarantined] == [(2, "the record is longer than 1 MiB")]


def test_no_file_and_no_access_are_refusals(tmp_path: Path) -> None:
    """A pattern that matches nothing, or a file that is gone, is an error with a next step, not an empty log."""
    with pytest.raises(BadInput, match="matches no file") as refusal:
        reader(tmp_path).files()
    assert refusal.value.hint
    with pytest.raises(BadInput, match="cannot read the log file"):
        list(reader(tmp_path).read(tmp_path / "gone.jsonl", None))


def test_files_come_oldest_first(tmp_path: Path) -> None:
    """A rotated file is read before the one that replaced it."""
    write(tmp_path / "a.jsonl", records(0, 1))
    write(tmp_path / "b.jsonl.1", records(0, 1), old=True)
    assert [file.name for file in reader(tmp_path).files()] == ["b.jsonl.1", "a.jsonl"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.lists(st.binary(max_size=60)).map(b"\n".join), st.booleans())
def test_any_bytes_are_accounted_for(tmp_path_factory: pytest.TempPathFactory, data: bytes, pack: bool) -> None:
    """Whatever a file holds, reading never raises and every record is an event, quarantined or ignored."""
    folder = tmp_path_factory.mktemp("any")
    file = write(folder / "a.jsonl", packed(data) if pack else data, old=True)
    batch = read_all(reader(folder), file)
    torn = [entry for entry in batch.quarantined if entry.reason.startswith("the compressed data")]
    assert len(batch.events) + len(batch.quarantined) - len(torn) + batch.ignored == batch.position.line
    if not torn:
        assert batch.position.line == len(data.split(b"\n")) - data.endswith(b"\n") - (not data)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b'{"id":"x"}', b"", b"\xff", b"plain"]), max_size=8), st.integers(0, 60))
def test_cutting_a_file_anywhere_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], cut: int
) -> None:
    """Read in two goes, a file gives the same quarantine and the same count as read in one."""
    folder = tmp_path_factory.mktemp("cut")
    data = b"".join(part + b"\n" for part in parts)
    once = read_all(reader(folder), write(folder / "once.jsonl", data))
    file = write(folder / "twice.jsonl", data[:cut])
    first = read_all(reader(folder), file)
    second = read_all(reader(folder), write(file, data), first.position)
    told = [(entry.line, entry.digest) for entry in first.quarantined + second.quarantined]
    assert told == [(entry.line, entry.digest) for entry in once.quarantined]
    assert second.position.line == once.position.line


@pytest.mark.parametrize("pattern", ["logs/**/*.jsonl", "logs/*/a.jsonl", "logs/*"])
def test_a_folder_that_cannot_be_listed_is_named(pattern: str) -> None:
    """A glob passes over a closed folder in silence; where the pattern reaches into it, that is told."""
    with open_to_all() as folder:
        closed = folder / "logs" / "closed"
        closed.mkdir(parents=True)
        closed.chmod(0)
        with unprivileged():
            found = closed_folders(str(folder / pattern))
    assert found == ([] if pattern == "logs/*" else [str(closed)])
