"""Does any reader crash, hang or lose a record in silence, whatever stands in its file?

A minute here; `dev/fuzz-logs SECONDS` goes on for as long as it is told.
"""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custodes.errors import BadInput
from custodes.events.readers import open_log
from tests.events.builders import TOKENS, clock, read_all
from tests.events.samples import SAMPLES, Sample

EXAMPLES = int(os.environ.get("CUSTODES_FUZZ_EXAMPLES", "40"))
HANG = 20.0  # seconds for a file of some kilobytes, on a busy machine
LINES = {"jsonl", "csv", "postgres_jsonlog", "mariadb_audit", "access"}  # kinds whose records can be counted by eye

_cuts = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 40), st.binary(max_size=12)), max_size=4)
_order = st.randoms(use_true_random=False)


def spoilt(data: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    """Some bytes taken out and others put in."""
    for place, length, put in cuts:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + length :]
    return data


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.kind for sample in SAMPLES])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=_cuts, order=_order)
def test_a_spoilt_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, sample: Sample, cuts: list[tuple[int, int, bytes]], order: object
) -> None:
    """Events, quarantine and what is ignored are all there is; both ways of reading say the same."""
    folder = tmp_path_factory.mktemp("fuzz")
    records = [*sample.records, *sample.quiet] * 2
    order.shuffle(records)  # type: ignore[attr-defined]  # a random.Random
    file = folder / "log"
    file.write_bytes(spoilt(sample.file(*records), cuts))
    os.utime(file, (1_770_000_000, 1_770_000_000))
    log = open_log(sample.kind, "log", str(file), tokeniser=TOKENS, settings=sample.settings, clock=clock, root=folder)
    start = time.monotonic()
    try:
        batch = read_all(log, file)
    except BadInput:
        return  # a Parquet file without its footer, a CSV file without its header: told as not covered
    assert time.monotonic() - start < HANG
    ends = [entry for entry in batch.quarantined if "ends before" in entry.reason or "damaged" in entry.reason]
    assert batch.position.line <= len(batch.events) + len(batch.quarantined) + batch.ignored
    if sample.kind in LINES - {"csv", "mariadb_audit", "postgres_jsonlog"}:
        # One line, one fate; the others may tell of one statement in several lines, or of several lines in one record.
        assert batch.position.line == len(batch.events) + len(batch.quarantined) - len(ends) + batch.ignored
        assert batch.position.line == len(file.read_bytes().removesuffix(b"\n").split(b"\n"))
    again, found = log.again(file, {entry.digest for entry in batch.quarantined})
    assert {entry.digest for entry in batch.quarantined} - found <= {entry.digest for entry in ends}
    assert not again.events or sample.kind in {"postgres_csvlog", "postgres_jsonlog", "mariadb_audit"}
