"""What happens when the world is not as it should be? A clear word, the right exit code, and nothing lost."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.demonstration import Answer, custodes

Tiny = Callable[..., Path]

HOLD = """
import sys
from pathlib import Path
from custodes.pipeline.lock import only_writer
with only_writer(Path("custodes-data")):
    print("held", flush=True)
    sys.stdin.read()
"""


def line(number: int, **changes: object) -> str:
    """One good log line, with changes."""
    record: dict[str, object] = {"id": f"x{number}", "at": "2026-03-02T10:00:00Z", "user": "e1", "customer": number}
    return json.dumps({key: value for key, value in (record | changes).items() if value is not None})


def events(folder: Path) -> list[dict[str, object]]:
    """Every sealed event."""
    return [row for file in (folder / "custodes-data").glob("events/*/*") for row in pq.read_table(file).to_pylist()]


def verified(folder: Path) -> bool:
    return custodes("ledger", "verify", cwd=folder).code == 0


def refused(answer: Answer, code: int, *words: str) -> None:
    """The command ended with this code, said these words with a hint, and showed no trace."""
    assert answer.code == code, answer.err
    assert answer.err.startswith("custodes: error: ")
    assert "hint: " in answer.err
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err, answer.err


def uncovered(answer: Answer) -> str:
    return json.dumps(answer.json["uncovered"])


def test_a_clean_run_ends_with_zero(tiny: Tiny) -> None:
    """Nothing found and everything covered is exit code 0, and only that."""
    answer = custodes("run", "--json", cwd=tiny())
    assert answer.code == 0, answer.out + answer.err
    assert answer.json["ingest"] == {"events": 20, "duplicates": 0, "quarantined": 0}
    assert answer.json["ledger"]["verified"] is True


def test_a_missing_store_is_uncovered(tiny: Tiny) -> None:
    """The other store is read; the missing one is named with a next step; exit 3."""
    answer = custodes("run", "--json", cwd=tiny(extra='[stores.gone]\nkind = "sqlite"\npath = "gone.db"\n'))
    assert answer.code == 3
    assert "gone" in uncovered(answer)
    assert answer.json["scan"]["fields"] >= 1


def test_a_corrupt_sqlite_file_is_uncovered(tiny: Tiny) -> None:
    """A damaged database is said to be damaged, not empty."""
    folder = tiny(extra='[stores.bad]\nkind = "sqlite"\npath = "bad.db"\n')
    data = bytearray((folder / "shop.db").read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    (folder / "bad.db").write_bytes(bytes(data))
    answer = custodes("scan", "--json", cwd=folder)
    assert answer.code == 3
    assert any(one["store"] == "bad" for one in answer.json["uncovered"])


def test_damaged_files_do_not_hide_the_good_ones(tiny: Tiny) -> None:
    """Corrupt Parquet, cut gzip, ragged rows and wrong encoding are each told; the rest of the folder is read."""
    folder = tiny(extra='[stores.files]\nkind = "files"\npath = "files"\n')
    files = folder / "files"
    files.mkdir()
    rows = "".join(f"{n},person{n}@example.com\n" for n in range(200))
    (files / "good.csv").write_text("id,email\n" + rows)
    (files / "bad.parquet").write_bytes(b"PAR1" + os.urandom(300) + b"PAR1")
    (files / "cut.csv.gz").write_bytes(gzip.compress(("id,email\n" + rows * 50).encode())[:-200])
    (files / "ragged.csv").write_text("id,email\n" + rows + "1,2,3,4,5\n" + rows)
    (files / "latin.csv").write_bytes(b"id,email,ville\n" + "1,a@example.com,Orléans\n".encode("latin-1") * 50)
    answer = custodes("scan", "--json", cwd=folder)
    assert answer.code == 3
    told = uncovered(answer)
    for name in ("bad.parquet", "cut.csv.gz", "ragged.csv"):
        assert name in told, name
    found = {field["dataset"] for field in answer.json["fields"]}
    assert {"good.csv", "ragged.csv", "latin.csv"} <= found


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("this is no JSON", "JSON"),
        (line(1, user=None), "actor"),
        (line(1, at=None), "time"),
        (line(1, at="2026-03-02T10:00:00"), "zone"),
        (line(1, at="yesterday"), "time"),
    ],
)
def test_a_bad_line_goes_to_quarantine(tiny: Tiny, bad: str, reason: str) -> None:
    """It is counted with file, line and reason; the good lines around it are sealed."""
    folder = tiny(lines=[line(1), bad, line(2)])
    answer = custodes("ingest", "--json", cwd=folder)
    assert answer.code == 3
    assert (answer.json["events"], answer.json["quarantined"]) == (2, 1)
    told = uncovered(answer)
    assert "line 2" in told
    assert reason in told
    assert "no JSON" not in told.replace("no JSON object", "") or reason == "JSON"


def test_a_cut_gzip_log_is_read_as_far_as_it_goes(tiny: Tiny) -> None:
    """What can be unpacked is sealed; the rest is in quarantine."""
    folder = tiny()
    whole = "".join(line(n, id=f"z{n}") + "\n" for n in range(5000)).encode()
    (folder / "app2.jsonl.gz").write_bytes(gzip.compress(whole)[:-500])
    answer = custodes("ingest", "--json", cwd=folder)
    assert answer.code == 3
    assert 20 < answer.json["events"] < 5020
    assert answer.json["quarantined"] == 1


def test_reading_a_grown_and_an_overlapping_file_adds_nothing_twice(tiny: Tiny) -> None:
    """Only what is new becomes events, whatever file it comes in."""
    folder = tiny()
    assert custodes("ingest", "--json", cwd=folder).json["events"] == 20
    with (folder / "app.jsonl").open("a") as log:
        log.write(line(77) + "\n")
    (folder / "app-export.jsonl").write_text((folder / "app.jsonl").read_text() + line(78) + "\n")
    answer = custodes("ingest", "--json", cwd=folder)
    assert answer.json["events"] == 2
    assert len({row["event_id"] for row in events(folder)}) == len(events(folder)) == 22


def test_a_key_that_does_not_exist_is_refused(tiny: Tiny) -> None:
    """Exit 2, with the key path and what was probably meant."""
    folder = tiny(extra='[stores.crm]\nkind = "sqlite"\npth = "x"\n')
    refused(custodes("run", cwd=folder), 2, "stores.crm")


def test_no_configuration_is_refused(tmp_path: Path) -> None:
    """Exit 2, and how to begin."""
    refused(custodes("run", cwd=tmp_path), 2, "custodes init")


def test_init_writes_a_configuration_that_loads(tmp_path: Path) -> None:
    """`init` in an empty folder, then `run`: nothing is configured, so nothing was covered, and it says so."""
    assert custodes("init", cwd=tmp_path).code == 0
    refused(custodes("init", cwd=tmp_path), 2, "already")
    answer = custodes("run", "--json", cwd=tmp_path)
    assert answer.code == 3
    assert "no store" in uncovered(answer)


def test_asking_before_anything_ran_is_refused(tiny: Tiny) -> None:
    """Exit 4 and the next step, not an empty answer."""
    folder = tiny()
    refused(custodes("who", "customer:1", cwd=folder), 4, "custodes run")
    refused(custodes("ledger", "verify", cwd=folder), 4, "custodes run")


def test_a_second_run_at_the_same_time_is_refused(tiny: Tiny) -> None:
    """Exit 4 and the process that holds the lock."""
    folder = tiny()
    custodes("run", cwd=folder)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
        ],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        refused(custodes("run", cwd=folder), 4, str(holder.pid))
    finally:
        holder.communicate()
    assert custodes("run", cwd=folder).code == 0


def test_interrupting_a_run_loses_nothing(tiny: Tiny) -> None:
    """Ctrl-C at any moment: exit 4 with a hint, or the run had ended; after the next run all is there once."""
    folder = tiny(lines=[line(n % 90 + 1, id=f"y{n}") for n in range(20_000)])
    for wait in (0.6, 1.5, 2.4, 3.3):
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "custodes", "run"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode in {0, 1, 3, 4, -signal.SIGINT}, err
        assert b"Traceback" not in err or wait < 1.0, err
    assert custodes("run", cwd=folder).code in {0, 1}
    assert len(events(folder)) == 20_000
    assert verified(folder)


def test_a_killed_run_is_carried_on(tiny: Tiny) -> None:
    """kill -9 at several moments leaves nothing half-written: the next run ends well and every event is there once."""
    folder = tiny(lines=[line(n % 90 + 1, id=f"k{n}") for n in range(20_000)])
    for wait in (0.7, 1.4, 2.1, 2.8, 3.5):
        process = subprocess.Popen(
            [sys.executable, "-m", "custodes", "run"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(wait)
        process.kill()
        process.wait()
    assert custodes("run", cwd=folder).code in {0, 1}
    assert len(events(folder)) == 20_000
    assert verified(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount a small file system")
def test_a_full_disk_while_sealing_loses_nothing(tiny: Tiny) -> None:
    """Exit 4, what was sealed is kept, and with room again the next run carries on."""
    folder = tiny(lines=[line(n, id=os.urandom(24).hex(), user=os.urandom(24).hex()) for n in range(60_000)])
    data = folder / "custodes-data"
    data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "none", str(data)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let tests mount a small file system")
    try:
        refused(custodes("run", cwd=folder), 4, "disk")
        subprocess.run(["mount", "-o", "remount,size=200m", str(data)], check=True)
        answer = custodes("run", "--json", cwd=folder)
        assert answer.code in {0, 1, 3}, answer.err
        assert len(events(folder)) == 60_000
        assert verified(folder)
    finally:
        subprocess.run(["umount", str(data)], check=True)


def test_a_lost_ledger_is_not_begun_anew(tiny: Tiny) -> None:
    """A state without its key is refused: nothing is signed over the remains of another ledger."""
    folder = tiny()
    assert custodes("run", cwd=folder).code == 0
    (folder / "custodes-data/keys/ledger.key").unlink()
    refused(custodes("run", cwd=folder), 4, "ledger.key", "backup")


def test_a_restored_older_state_refuses_to_sign(tiny: Tiny) -> None:
    """An old state beside a newer ledger would fork the log: it is refused, with the reason."""
    folder = tiny()
    assert custodes("run", cwd=folder).code == 0
    old = (folder / "custodes-data/state.db").read_bytes()
    with (folder / "app.jsonl").open("a") as log:
        log.write(line(99) + "\n")
    assert custodes("run", cwd=folder).code == 0
    for file in (folder / "custodes-data").glob("state.db*"):
        file.unlink()
    (folder / "custodes-data/state.db").write_bytes(old)
    refused(custodes("run", cwd=folder), 1)


def test_a_copied_workspace_is_refused_before_anything_is_done(tiny: Tiny) -> None:
    """Not after an hour of looking whose outcome could not be sealed; it can be verified all the same."""
    folder = tiny()
    assert custodes("run", cwd=folder).code == 0
    copy = folder.parent / "copy"
    shutil.copytree(folder, copy)
    with (copy / "app.jsonl").open("a") as log:
        log.write(line(99) + "\n")
    before = (copy / "custodes-data/state.db").read_bytes()
    for words in (["run"], ["detect"], ["who", "--subject", "customer:1"]):
        answer = custodes(*words, cwd=copy)
        refused(answer, 1, "copy of a ledger", "adopt")
        assert not answer.out
    assert (copy / "custodes-data/state.db").read_bytes() == before
    assert verified(copy)


def test_an_unknown_store_table_for_context_is_uncovered(tiny: Tiny) -> None:
    """A context table that is not there is told with its key path; the rest runs."""
    folder = tiny()
    file = folder / "custodes.toml"
    file.write_text(file.read_text().replace('path = "cases.csv"', 'store = "shop"\ndataset = "main.tickets"'))
    answer = custodes("run", "--json", cwd=folder)
    assert answer.code == 3
    assert "main.tickets" in uncovered(answer)


def test_a_state_of_a_newer_release_is_refused(tiny: Tiny) -> None:
    """Exit 4 and "upgrade": an old release never writes into a newer state."""
    folder = tiny()
    assert custodes("run", cwd=folder).code == 0
    with sqlite3.connect(folder / "custodes-data/state.db") as state:
        state.execute("update alembic_version set version_num = '9999'")
    refused(custodes("run", cwd=folder), 4, "newer")


def test_a_rule_that_matches_nothing_is_told(tiny: Tiny) -> None:
    """A mistyped path gives no subject in any line: that is said, and is no clean run."""
    folder = tiny()
    file = folder / "custodes.toml"
    file.write_text(file.read_text().replace("{customer}", "{custmer}"))
    answer = custodes("run", "--json", cwd=folder)
    assert answer.code == 3
    assert "the rule for subject matched none of 20 events" in uncovered(answer)


def test_touches_of_a_table_that_is_not_there_are_told(tiny: Tiny) -> None:
    """A dataset that the scan of its store did not see is a mistake of the mapping or of the scan."""
    folder = tiny()
    file = folder / "custodes.toml"
    file.write_text(file.read_text().replace('"shop.main.customers"', '"shop.main.custmers"'))
    assert "shop.main.custmers, which no scan has seen" in uncovered(custodes("run", "--json", cwd=folder))


def test_a_changed_mapping_does_not_count_a_log_twice(tiny: Tiny) -> None:
    """Sealed events stay as they were read, are not sealed again, and the owner is told so; new lines are read anew."""
    folder = tiny()
    assert custodes("ingest", "--json", cwd=folder).json["events"] == 20
    file = folder / "custodes.toml"
    file.write_text(file.read_text().replace("customer:{customer}", "client:{customer}"))
    with (folder / "app.jsonl").open("a") as log:
        log.write(line(77) + "\n")
    answer = custodes("ingest", "--json", cwd=folder)
    assert (answer.json["events"], answer.json["duplicates"]) == (1, 20)
    assert "settings changed after 20 of its events" in uncovered(answer)
    assert len(events(folder)) == 21


def test_a_log_of_which_nothing_could_be_read_is_told_first(tiny: Tiny) -> None:
    """All lines in quarantine is not a quiet company."""
    answer = custodes("run", "--json", cwd=tiny(lines=["no", "json", "here"]))
    assert answer.code == 3
    assert "nobody was watched there" in uncovered(answer)


def test_who_finds_a_customer_named_by_a_token_and_never_seals_what_was_typed(tiny: Tiny) -> None:
    """A name that the mapping turns into a token is found by the name; no receipt holds it, known or not."""
    folder = tiny(lines=[line(1, customer="Anna Tamm")])
    config = folder / "custodes.toml"
    marked = 'subject = { template = "customer:{customer}", token = true }'
    config.write_text(config.read_text().replace('subject = "customer:{customer}"', marked))
    custodes("ingest", cwd=folder)
    known, unknown = (custodes("who", name, "--json", cwd=folder) for name in ("Anna Tamm", "Ants Kask"))
    assert (len(known.json["touches"]), len(unknown.json["touches"])) == (1, 0)
    written = b"".join(file.read_bytes() for file in folder.glob("custodes-data/**/*") if file.is_file())
    assert not [name for name in (b"Anna", b"Tamm", b"Ants", b"Kask") if name in written]


def test_an_event_from_the_future_goes_to_quarantine(tiny: Tiny) -> None:
    """Sealed, it would date the memo for ever, and in the last year there is it would be hidden from every question."""
    folder = tiny(lines=[line(1), line(2, at="9999-12-31T10:00:00Z")])
    answer = custodes("ingest", cwd=folder)
    assert (answer.code, len(events(folder))) == (3, 1)
    assert "its time is more than a day ahead of the clock" in answer.out


def test_another_touch_under_a_used_id_is_no_repetition(tiny: Tiny) -> None:
    """Who can choose a request's id must not hide an export behind an earlier search."""
    folder = tiny(lines=[line(1), line(1, at="2026-03-02T11:00:00Z"), line(1)])
    custodes("ingest", cwd=folder)
    assert len(events(folder)) == 2


def test_a_hostile_name_cannot_draw_on_the_terminal(tiny: Tiny) -> None:
    """Escape sequences and line breaks from a log are shown as marks, not obeyed."""
    folder = tiny(lines=[line(1, user="\u001b[31mred\n2026-03-02 09:00  staff:innocent")])
    assert custodes("ingest", cwd=folder).code in {0, 3}
    told = custodes("who", "customer:1", cwd=folder).out
    assert "\u001b" not in told
    assert "\\u001b[31mred\\u000a" in told
    assert not any(row.startswith("2026-03-02 09:00") for row in told.splitlines())


def test_context_that_meets_nothing_in_the_logs_is_told(tiny: Tiny) -> None:
    """Ids spelt in another way join with nothing; a mistyped column is empty everywhere: both are said."""
    folder = tiny()
    (folder / "people.csv").write_text("id,team,role\nperson:e1,desk,support\n")
    file = folder / "custodes.toml"
    file.write_text(
        file.read_text().replace('"cases.csv"\n', '"cases.csv"\n[context.cases.map]\nsubject = "customer:{custmer}"\n')
    )
    told = uncovered(custodes("run", "--json", cwd=folder))
    assert "none of the 1 ids of people is an actor" in told
    assert "the rule for subject matched none of 99 rows" in told
    assert "no case explains anything" in told
