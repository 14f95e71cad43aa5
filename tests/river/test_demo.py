"""Does the whole river do what it says on the sample company?"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from custodes.company import make
from tests.demonstration import Demo, custodes


def test_the_summary_tells_each_part_of_the_story(demo: Demo) -> None:
    """One screen: data, misplaced data, incidents, risks, ledger, what was not covered, memo, console."""
    for word in ("customer data", "in the wrong place", "incidents", "top risks", "verified", "not covered", "memo"):
        assert word in demo.answer.out, word
    assert "make serve" in demo.answer.out
    assert len(demo.answer.out.splitlines()) <= 60


def test_every_planted_insider_is_named_and_few_others_are(demo: Demo) -> None:
    """Each campaign's actors are in an incident; at most two incidents name nobody planted."""
    truth = json.loads((demo.folder / "truth.json").read_text())
    found = demo.run("detect", "--json").json
    named = {actor for incident in found["incidents"] for actor in incident["actors"]}
    planted = {actor for campaign in truth["campaigns"] for actor in campaign["actors"]}
    assert planted
    assert planted <= named
    about_people = [incident for incident in found["incidents"] if incident["actors"]]
    false = [incident for incident in about_people if not set(incident["actors"]) & planted]
    assert len(false) <= 2, [incident["title"] for incident in false]


def test_detect_answers_in_the_agreed_shape(demo: Demo) -> None:
    """Findings cite sealed events; times are RFC 3339; nothing was raised before it could be known."""
    answer = demo.run("detect", "--json")
    assert answer.code == 1
    assert set(answer.json) == {"incidents", "findings", "uncovered", "changes"}
    ids = {finding["id"] for finding in answer.json["findings"]}
    for incident in answer.json["incidents"]:
        assert {"id", "score", "title", "actors", "parties", "clients", "subjects"} <= set(incident)
        assert {"first", "last", "raised", "reason", "findings", "shown"} <= set(incident)
        assert set(incident["findings"]) <= ids
    for finding in answer.json["findings"]:
        assert re.fullmatch(r"F-[0-9a-f]{12}", finding["id"])
        assert finding["reason"]
        assert finding["tip"]
        assert finding["blind_spots"]
        if finding["evidence"]:
            assert finding["raised"] >= finding["first"]
            assert finding["touches"] >= len(finding["evidence"])


def test_a_findings_evidence_can_be_proven(demo: Demo, tmp_path: Path) -> None:
    """The leaf a finding cites is the event it names, and its proof holds with the public key alone."""
    findings = demo.run("detect", "--json").json["findings"]
    evidence = next(finding["evidence"][0] for finding in findings if finding["evidence"])
    proved = demo.run("ledger", "prove", evidence["event_id"], "--out", tmp_path, "--json")
    assert proved.code == 0, proved.err
    proof = next(one for one in proved.json["proofs"] if one["leaf"] == evidence["leaf"])
    good = custodes("ledger", "check-proof", proof["proof"], proof["leaf_file"], tmp_path / "ledger.vkey", cwd=tmp_path)
    assert good.code == 0, good.out
    Path(proof["leaf_file"]).write_bytes(Path(proof["leaf_file"]).read_bytes() + b"x")
    bad = custodes("ledger", "check-proof", proof["proof"], proof["leaf_file"], tmp_path / "ledger.vkey", cwd=tmp_path)
    assert bad.code == 1


def test_scan_answers_in_the_agreed_shape(demo: Demo) -> None:
    """Fields with category, confidence, counts and reasons; copies; what was not covered."""
    answer = demo.run("scan", "--json")
    assert {"fields", "copies", "uncovered"} <= set(answer.json)
    for field in answer.json["fields"]:
        assert {"store", "dataset", "field", "category", "confidence", "matched", "scanned", "reasons"} == set(field)
        assert 0 < field["confidence"] <= 1
        assert field["reasons"]
    places = {(field["store"], field["field"], field["category"]) for field in answer.json["fields"]}
    assert ("shop", "email", "email") in places


def test_who_shows_every_touch_with_its_ledger_index(demo: Demo) -> None:
    """The rows are AccessEvents in time order, and the question itself is recorded."""
    findings = demo.run("detect", "--json").json["findings"]
    leaf = next(finding["evidence"][0]["leaf"] for finding in findings if finding["evidence"])
    sealed = [row for file in demo.data.glob("events/*/*.parquet") for row in pq.read_table(file).to_pylist()]
    subject = next(row["subject"] for row in sealed if row["leaf"] == leaf)
    before = demo.run("ledger", "verify", "--json").json["size"]
    answer = demo.run("who", subject, "--json")
    assert answer.code == 3, "some lines of the logs are in quarantine"
    touches = answer.json["touches"]
    assert len(touches) == sum(row["subject"] == subject for row in sealed)
    assert [touch["time"] for touch in touches] == sorted(touch["time"] for touch in touches)
    assert leaf in {touch["ledger_index"] for touch in touches}
    assert demo.run("ledger", "verify", "--json").json["size"] == before + 1


def test_a_second_run_changes_nothing(own_demo: Demo) -> None:
    """Same findings, same ids, same memo; the ledger grows only by the receipt of the run."""
    before = own_demo.run("detect", "--json").json
    size = own_demo.run("ledger", "verify", "--json").json["size"]
    memos = {file: file.read_bytes() for file in own_demo.data.glob("memo/*.pdf")}
    events = sorted(own_demo.data.glob("events/*/*"))
    again = own_demo.run("run", "--json")
    assert again.code == 1, again.err
    assert again.json["changed"] is False
    assert again.json["ingest"]["events"] == 0
    assert own_demo.run("detect", "--json").json == before
    assert own_demo.run("ledger", "verify", "--json").json["size"] == size + 1
    assert {file: file.read_bytes() for file in own_demo.data.glob("memo/*.pdf")} == memos
    assert sorted(own_demo.data.glob("events/*/*")) == events


def test_what_did_not_change_is_not_read_again(tiny: Callable[..., Path]) -> None:
    """The second run is another process, and knows all the same what the first one read, and by which categories."""
    folder = tiny()
    read = []
    for _ in range(2):
        custodes("run", cwd=folder)
        files = folder.glob("custodes-data/ledger/receipts/*.jsonl")
        receipts = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        scans = [one for one in receipts if "datasets_read" in one["detail"]]
        read.append(max(scans, key=lambda one: str(one["time"]))["detail"]["datasets_read"])
    assert read == [1, 0]


def test_memo_is_a_pdf_of_at_most_six_pages_and_an_appendix(demo: Demo) -> None:
    """The path is printed, and the file is a PDF."""
    file = Path(demo.run("memo").out.strip())
    assert file.read_bytes().startswith(b"%PDF")
    assert str(file) in demo.answer.out or file.name in demo.answer.out


def test_no_planted_value_is_in_anything_written_or_said(demo: Demo) -> None:
    """Neither the workspace's files (unpacked), nor any output, nor the memo holds a raw personal value."""
    truth = make(demo.folder.parent / "again")
    values = {value.casefold() for value in truth.planted_values() if len(value) >= 5}
    assert len(values) > 1_000
    said = [demo.answer.out, demo.answer.err]
    for command in (["scan"], ["detect"], ["risk", "--json"], ["run", "--json"], ["cases", "list"]):
        answer = demo.run(*command)
        said += [answer.out, answer.err]
    text = "\n".join([*said, *(_unpacked(file) for file in demo.data.rglob("*") if file.is_file())]).casefold()
    assert "staff:e0" in text
    assert _found(["staff:e0", "no such value"], text) == ["staff:e0"]
    assert len(_found(values, text)) == 0, "planted values leaked"


def _found(values: Iterable[str], text: str) -> list[str]:
    """Which of many values stand in a long text: their first five letters are looked for everywhere at once."""
    heads: dict[bytes, list[str]] = {}
    for value in values:
        heads.setdefault(value.encode()[:5], []).append(value)
    data = np.frombuffer(text.encode(), np.uint8).astype(np.uint64)
    windows = sum((data[shift : len(data) - 4 + shift] << np.uint64(8 * shift) for shift in range(5)), np.uint64(0))
    wanted = np.array([int.from_bytes(head, "little") for head in heads], np.uint64)
    present = np.intersect1d(np.unique(windows), wanted)
    likely = [value for head in present for value in heads[int(head).to_bytes(5, "little")]]
    return [value for value in likely if value in text]


def _unpacked(file: Path) -> str:
    """Everything a reader of the file could see: Parquet by cells, SQLite by rows, PDF by text, the rest as is."""
    if file.suffix == ".parquet":
        return json.dumps(pq.read_table(file).to_pylist(), default=str, ensure_ascii=False)
    if file.suffix == ".db":
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as state:
            names = [row[0] for row in state.execute("select name from sqlite_master where type = 'table'")]
            return "\n".join(str(row) for name in names for row in state.execute(f'select * from "{name}"'))
    if file.suffix == ".pdf":
        if shutil.which("pdftotext") is None:
            pytest.fail("pdftotext is missing: dev/test-setup installs poppler-utils")
        import subprocess

        return subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    data = file.read_bytes()
    if data[:2] == b"\x1f\x8b":
        # One tile in 65,536 begins with these two bytes by chance: what is no gzip file is read as it is.
        with contextlib.suppress(gzip.BadGzipFile, EOFError, zlib.error):
            data = gzip.decompress(data)
    return data.decode("utf-8", errors="replace")


def _sealed_files(data: Path) -> list[Path]:
    """One of each kind of file that verification vouches for."""
    kinds: dict[object, Path] = {}
    for file in sorted(data.rglob("*")):
        if file.is_file():
            path = file.relative_to(data)
            if path.parts[0] in {"events", "context"} or path.parts[0] == "ledger":
                kinds.setdefault((path.parts[:2], file.suffix, ".p" in str(path)), file)
    return [file for file in kinds.values() if not file.name.startswith(("lock", "."))]


@pytest.mark.parametrize("place", [0.0, 0.5, 0.999])
def test_one_changed_byte_anywhere_is_found_and_named(own_demo: Demo, place: float) -> None:
    """Segments, snapshots, receipts, tiles and checkpoint: verification fails and names the file."""
    files = [file for file in _sealed_files(own_demo.data) if file.stat().st_size]
    assert len(files) >= 5
    changed = []
    for file in files:
        data = bytearray(file.read_bytes())
        spot = int(place * len(data))
        data[spot] ^= 0x01
        file.chmod(0o600)
        file.write_bytes(bytes(data))
        changed.append(file.relative_to(own_demo.data).as_posix())
    answer = own_demo.run("ledger", "verify", "--json")
    assert answer.code == 1
    for name in changed:
        assert any(name in problem for problem in answer.json["problems"]), name


def test_help_does_not_import_the_heavy_parts() -> None:
    """`custodes --help` stays quick because it imports neither the engine nor the parsers."""
    import subprocess
    import sys

    code = "import sys\nfrom custodes.cli import commands\nprint(sorted(set(sys.modules) & set(%r)))" % [
        "duckdb",
        "pyarrow",
        "sqlalchemy",
        "fastapi",
        "sqlglot",
        "pydantic",
    ]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
