"""Is what was not read always named, and what has not changed not read again?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from custodes.datamap.copies import copies
from custodes.datamap.scan import scan
from custodes.datamap.sketches import Sketches
from custodes.records import Column, Dataset, Examined, Field, Skipped
from custodes.stores.files import open_files
from custodes.stores.interface import Unreadable


@dataclass
class FakeStore:
    """Datasets held in memory; `breaks` names those that break off after their rows."""

    held: Mapping[str, Sequence[str | None]]
    breaks: frozenset[str] = frozenset()
    rows: dict[str, int] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    read_names: list[str] = field(default_factory=list)
    scattered: bool = False
    mended: bool = False
    name: str = "shop"
    kind: str = "fake"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        for name in self.held:
            yield Dataset(
                *("shop", name, (Column("mail", "text"),), "table"),
                self.rows.get(name),
                self.fingerprints.get(name, "f1"),
                self.scattered,
            )
        yield Skipped("scan", "shop", "closed", "the role lacks SELECT", "grant it")

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        self.read_names.append(dataset.name)
        cells = list(self.held[dataset.name])[: max_rows or None]
        for start in range(0, len(cells), 5_000):
            yield pa.RecordBatch.from_arrays([pa.array(cells[start : start + 5_000], pa.string())], names=["mail"])
        if dataset.name in self.breaks:
            raise Unreadable("the server ended the session", "run the scan again", ended=self.mended)

    def close(self) -> None: ...


class AtSigns:
    """A judge to whom a column is an e-mail column as soon as one cell has an at sign."""

    def tally(self, dataset: Dataset) -> AtSignTally:
        return AtSignTally(dataset)

    def recall(self, before: Examined) -> None: ...


class AtSignTally:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.found: dict[str, int] = {}
        self.scanned = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.scanned += batch.num_rows
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            hits = sum("@" in cell for cell in column.to_pylist() if cell)
            if hits:
                self.found[name] = self.found.get(name, 0) + hits

    def verdicts(self) -> tuple[Field, ...]:
        return tuple(
            Field(self.dataset.store, self.dataset.name, name, "email", 0.9, hits, self.scanned)
            for name, hits in self.found.items()
        )


def run(
    store: FakeStore,
    *,
    max_rows: int = 0,
    known: dict[str, Examined] | None = None,
    skip: dict[str, str] | None = None,
    sketches: Sketches | None = None,
) -> tuple[dict[str, Examined], dict[str, Skipped]]:
    found = list(scan(store, AtSigns(), max_rows=max_rows, known=known or {}, skip=skip or {}, sketches=sketches))
    examined = {one.dataset: one for one in found if isinstance(one, Examined)}
    return examined, {one.dataset: one for one in found if isinstance(one, Skipped)}


def mails(first: int, last: int) -> list[str]:
    return [f"c{number}@example.com" for number in range(first, last)]


def test_a_dataset_that_breaks_off_is_both_read_and_named() -> None:
    """What came before counts, the break is told, and the others are read whole."""
    store = FakeStore({"a": mails(0, 30), "b": mails(0, 3), "c": []}, breaks=frozenset({"a", "c"}))
    examined, skipped = run(store)
    assert examined["a"].rows_read == 30
    assert examined["a"].rows_total is None
    assert examined["a"].verdicts
    assert skipped["a"].reason == "the server ended the session; 30 rows were read, of an unknown number"
    assert "judged by the first 30 rows, of an unknown number" in examined["a"].verdicts[0].reasons[-1]
    assert examined["b"].rows_total == 3
    assert set(skipped) == {"a", "c", "closed"}
    assert "c" not in examined


def test_how_far_a_broken_reading_came_is_said() -> None:
    """Of rows in no order the share speaks against the verdict; rows in random order are a fair sample all the same."""
    for scattered in (False, True):
        store = FakeStore({"a": mails(0, 30)}, breaks=frozenset({"a"}), rows={"a": 1_000}, scattered=scattered)
        examined, skipped = run(store, max_rows=500)
        assert skipped["a"].reason == "the server ended the session; 30 of 1,000 rows (3.00%) were read"
        assert examined["a"].sampled is scattered
        told = examined["a"].verdicts[0].reasons[-1]
        assert told.startswith("for: judged by 30" if scattered else "against: judged by 30"), told


def test_a_mended_dataset_did_not_break_off() -> None:
    """Its end was reached: the reason stands alone, and what is not in it any more has gone."""
    held = {"a": [None, *mails(0, 30)]}
    before, _ = run(FakeStore(held))
    store = FakeStore({"a": [None]}, breaks=frozenset({"a"}), mended=True, fingerprints={"a": "f2"})
    examined, skipped = run(store, known={"shop.a": before["a"]})
    assert skipped["a"].reason == "the server ended the session"
    assert examined["a"].verdicts == ()


def test_what_an_earlier_scan_found_further_on_stays_where_a_reading_breaks_off() -> None:
    """Verdict and copies are still told, as of an earlier scan; a reading to the end takes them off."""
    held: dict[str, list[str | None]] = {"a": [*[None] * 6_000, *mails(0, 100)], "b": [*mails(0, 100)]}
    sketches = Sketches(b"k" * 32, {"email"})
    before, _ = run(FakeStore(held), sketches=sketches)
    known = {f"shop.{name}": one for name, one in before.items()}
    broken = FakeStore({"a": [None] * 3_000, "b": held["b"]}, breaks=frozenset({"a"}), fingerprints={"a": "f2"})
    for _ in range(2):
        again = Sketches(b"k" * 32, {"email"}, sketches.stored())
        examined, _ = run(broken, known=known, sketches=again)
        (verdict,) = examined["a"].verdicts
        assert (verdict.field, verdict.category) == ("mail", "email")
        assert "earlier scan" in verdict.reasons[-1]
        assert sum("earlier scan" in reason for reason in verdict.reasons) == 1
        (copy,) = copies(again.all())
        assert copy.at_least
        known = {**known, "shop.a": replace(examined["a"], rows_read=6_100)}
    emptied = FakeStore({"a": [None] * 3_000, "b": held["b"]}, fingerprints={"a": "f3"})
    assert run(emptied, known=known)[0]["a"].verdicts == ()


def test_copies_stay_where_nothing_could_be_read() -> None:
    """A dataset that gives no row today has lost nothing: what was kept of it is kept on."""
    held = {"a": mails(0, 100), "b": mails(0, 100)}
    sketches = Sketches(b"k" * 32, {"email"})
    run(FakeStore(held), sketches=sketches)
    again = Sketches(b"k" * 32, {"email"}, sketches.stored())
    run(FakeStore({"a": [], "b": held["b"]}, breaks=frozenset({"a"}), fingerprints={"a": "f2"}), sketches=again)
    again.keep(Dataset("shop", "a", ()))  # as whoever keeps the map does
    assert copies(again.all())


def test_what_broke_off_is_tried_again() -> None:
    """Without a fingerprint it cannot pass for unchanged the next time."""
    store = FakeStore({"a": mails(0, 30)}, breaks=frozenset({"a"}))
    examined, _ = run(store)
    again = FakeStore({"a": mails(0, 30)})
    after, skipped = run(again, known={"shop.a": examined["a"]})
    assert again.read_names == ["a"]
    assert after["a"].rows_total == 30
    assert set(skipped) == {"closed"}


def test_what_is_unchanged_is_not_read_again() -> None:
    """Equal fingerprints give the earlier answer; another fingerprint, or none, is read."""
    first = FakeStore({"a": mails(0, 3), "b": mails(0, 3)})
    known = {f"shop.{name}": one for name, one in run(first)[0].items()}
    second = FakeStore({"a": mails(0, 9), "b": mails(0, 9)}, fingerprints={"b": "f2"})
    examined, _ = run(second, known=known)
    assert second.read_names == ["b"]
    assert (examined["a"].rows_read, examined["b"].rows_read) == (3, 9)


def test_the_owner_can_leave_something_out_with_a_reason() -> None:
    """A name or a pattern under skip is not read and says why; it also answers for what could not be read."""
    store = FakeStore({"main.log_1": ["x"], "main.log_2": ["x"], "main.user": ["x"]})
    examined, skipped = run(store, skip={"main.log_*": "machine data", "closed": "another team's"})
    assert store.read_names == ["main.user"]
    assert "machine data" in skipped["main.log_1"].reason
    assert "another team's" in skipped["closed"].reason
    assert set(examined) == {"main.user"}


def test_the_share_that_was_read_is_stated() -> None:
    """Rows read of rows there are: exact after a full reading, the store's number or unknown after a limited one."""
    store = FakeStore({"counted": mails(0, 50), "uncounted": mails(0, 50), "short": mails(0, 4)}, rows={"counted": 50})
    examined, _ = run(store, max_rows=10)
    assert (examined["counted"].rows_read, examined["counted"].rows_total) == (10, 50)
    assert (examined["uncounted"].rows_read, examined["uncounted"].rows_total) == (10, None)
    assert (examined["short"].rows_read, examined["short"].rows_total) == (4, 4)


def test_an_estimate_of_the_store_yields_to_counting() -> None:
    """A stale row count of the store is replaced by what a full reading counted."""
    examined, _ = run(FakeStore({"a": mails(0, 50)}, rows={"a": 70}), max_rows=1000)
    assert examined["a"].rows_total == 50


def test_copies_are_found_while_scanning_and_kept_without_reading() -> None:
    """A copied column is found, past the first look too; a second scan reads nothing and finds the same."""
    held = {
        "crm": mails(0, 30_000),
        "export": [m.upper() for m in mails(27_000, 33_000)],
        "other": mails(90_000, 91_000),
    }
    sketches = Sketches(b"k" * 32, {"email"})
    first, _ = run(FakeStore(dict(held)), sketches=sketches)
    (found,) = copies(sketches.all())
    a, b, containment = found.a, found.b, found.containment
    assert (a, b) == ("shop.export.mail", "shop.crm.mail")
    assert abs(containment - 0.5) < 0.06
    again = FakeStore(dict(held))
    kept = Sketches(b"k" * 32, {"email"}, sketches.stored())
    run(again, known={f"shop.{name}": one for name, one in first.items()}, sketches=kept)
    assert not again.read_names
    assert copies(kept.all()) == [found]


def test_a_dataset_that_is_gone_has_no_copies() -> None:
    """What was stored of a dataset that no longer exists is dropped."""
    sketches = Sketches(b"k" * 32, {"email"})
    run(FakeStore({"a": mails(0, 50), "b": mails(0, 50)}), sketches=sketches)
    later = Sketches(b"k" * 32, {"email"}, sketches.stored())
    run(FakeStore({"a": mails(0, 50)}), sketches=later)
    assert [sketch.name for sketch in later.all()] == ["shop.a.mail"]


def test_real_files_are_scanned_past_a_bad_one(tmp_path: Path) -> None:
    """Over a folder with a damaged file and late fields, every file is answered for."""
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    (tmp_path / "ragged.csv").write_text("id,mail\n1,ann@example.com\n2\n")
    late = [json.dumps({"id": number}) for number in range(2_000)] + [json.dumps({"mail": "bob@example.com"})]
    (tmp_path / "late.jsonl").write_text("\n".join(late))
    found = list(scan(open_files("f", tmp_path), AtSigns(), max_rows=0, known={}, skip={}))
    assert {one.dataset for one in found if isinstance(one, Skipped)} == {"bad.parquet", "ragged.csv"}
    verdicts = {(v.dataset, v.field) for one in found if isinstance(one, Examined) for v in one.verdicts}
    assert verdicts == {("ragged.csv", "mail"), ("late.jsonl", "mail")}
