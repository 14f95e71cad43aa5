"""What must outlive a run does, and two writers cannot lose each other's work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from custodes.cases.casework import case_id, decide
from custodes.errors import BadInput, CouldNotRun
from custodes.events.interface import Position, Quarantined
from custodes.ledger.segments import Seal, SealConflict
from custodes.records import Examined, Field, Incident, Skipped
from custodes.state.casebook import Casebook
from custodes.state.coverage import Coverage
from custodes.state.database import Database
from custodes.state.datamap import DataMap
from custodes.state.intake import Intake
from custodes.state.rulings import Rulings
from custodes.state.schema import metadata
from custodes.state.seals import StateSeals

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def database(file: Path) -> Database:
    return Database.open(file)


def test_migrations_lead_to_the_schema_that_the_code_uses(database: Database) -> None:
    """A table or column added to the schema without a migration turns this red."""
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_a_state_of_the_first_release_is_brought_up_to_date(file: Path, database: Database) -> None:
    """What was in it stays, and the new table is there."""
    Coverage(database).replace("scan", [Skipped("scan", "shop", "", "gone", "")])
    with database.write() as connection:
        connection.execute(sa.text("drop table ruling"))
        connection.execute(sa.text("drop table flow"))
        for name in ("exemption", "told", "outbox"):
            connection.execute(sa.text(f"drop table {name}"))
        connection.execute(sa.text("drop table verdict_change"))
        connection.execute(sa.text("drop table declared"))
        connection.execute(sa.text("drop table drift"))
        connection.execute(sa.text("alter table field drop column place"))
        for column in ("modified", "dated", "sampled"):
            connection.execute(sa.text(f"alter table dataset drop column {column}"))
        for column in ("covers", "margin", "at_least"):
            connection.execute(sa.text(f"alter table copy drop column {column}"))
        connection.execute(sa.text("alter table dataset drop column scan"))
        connection.execute(sa.text("update alembic_version set version_num = '0001'"))
    database.close()
    again = Database.open(file)
    assert Rulings(again).all() == ()
    assert len(Coverage(again).all()) == 1


def test_a_commit_is_on_the_disk_when_it_returns(database: Database) -> None:
    """WAL with synchronous=FULL (2): a power cut after a write keeps it."""
    with database.read() as connection:
        assert connection.execute(sa.text("pragma journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("pragma synchronous")).scalar() == 2


def test_a_file_that_is_no_database_is_refused_with_a_hint(file: Path) -> None:
    """Not a trace: what, where and the next step."""
    file.write_bytes(b"this is no database, and long enough to look at" * 100)
    with pytest.raises(CouldNotRun) as refused:
        Database.open(file)
    assert str(file) in refused.value.where
    assert refused.value.hint


def a_field(**changes: object) -> Field:
    return replace(Field("shop", "main.customers", "email", "email", 0.9, 9, 10, ("header says e-mail",)), **changes)  # type: ignore[arg-type]  # a builder


def an_examined(*verdicts: Field, name: str = "main.customers") -> Examined:
    return Examined("shop", name, "table", 3, 10, 10, "f1", verdicts)


def test_when_a_field_was_first_seen_survives_rescans(database: Database) -> None:
    """A later scan renews the verdict and keeps the date; a dataset that is gone leaves the map."""
    datamap = DataMap(database)
    datamap.save(["shop"], [an_examined(a_field()), an_examined(name="main.gone")], judged_by="a", now=NOW)
    later = NOW + timedelta(days=9)
    datamap.save(["shop"], [an_examined(a_field(confidence=0.5))], judged_by="a", now=later)
    assert datamap.first_seen() == {("shop", "main.customers", "email", "email"): NOW}
    assert [one.dataset for one in datamap.all()] == ["main.customers"]
    assert datamap.all()[0].verdicts[0].confidence == 0.5


def test_other_categories_make_a_dataset_unknown(database: Database) -> None:
    """What was judged by other categories is read again."""
    datamap = DataMap(database)
    datamap.save(["shop"], [an_examined(a_field())], judged_by="a", now=NOW)
    assert set(datamap.known("shop", "a")) == {"main.customers"}
    assert datamap.known("shop", "b") == {}


def test_coverage_of_one_step_does_not_touch_another(database: Database) -> None:
    """A second scan replaces what the first could not see, and nothing of the logs'."""
    coverage = Coverage(database)
    coverage.replace("scan", [Skipped("scan", "crm", "", "refused", "grant it")])
    coverage.replace("ingest", [Skipped("ingest", "app", "x.log", "3 lines", "")])
    coverage.replace("scan", [])
    assert [one.room for one in coverage.all()] == ["ingest"]


def test_a_position_counts_only_for_the_mapping_it_was_read_with(database: Database) -> None:
    """After the owner mends a mapping the file is read from its start, and its quarantine is told anew."""
    intake = Intake(database)
    place = Position("app.jsonl", 10, 1, 10, 2, "h", done=True)
    bad = Quarantined("app.jsonl", 2, 5, "d", "the record is no JSON")
    intake.advance([("app", "m1", place)], [("app", bad)], [], NOW)
    assert intake.since("app", "app.jsonl", "m1") == place
    assert intake.since("app", "app.jsonl", "m2") is None
    assert intake.quarantined() == {"app": 1}
    intake.advance([("app", "m2", place)], [], [("app", "app.jsonl")], NOW)
    assert intake.quarantined() == {}


def test_seals_compare_and_set(database: Database) -> None:
    """A writer whose view is old is refused, and nothing of its batch is kept."""
    seals = StateSeals(database)
    first = Seal("events/a", "0" * 64, 0, 3, NOW)
    seals.append([first], 3, b"\x01" * 32)
    with pytest.raises(SealConflict):
        seals.append([Seal("events/b", "1" * 64, 0, 5, NOW)], 5, b"\x02" * 32)
    assert list(seals.list()) == [first]
    head = seals.head()
    assert head is not None
    assert (head.size, head.root) == (3, b"\x01" * 32)


def an_incident() -> Incident:
    return Incident("I-0123456789ab", 50.0, "A story", 4, ("staff:e1",), (), (), 3, NOW, NOW, NOW, "because", ("F-1",))


def test_two_people_deciding_at_once_cannot_lose_each_other(database: Database) -> None:
    """The second decision on an old view is refused, and the first one stays."""
    book = Casebook(database)
    book.open_all([an_incident()], NOW)
    book.open_all([an_incident()], NOW + timedelta(hours=1))
    seen = book.get(case_id(an_incident().id))
    one = decide(seen, "benign", "user:a", "planned migration", NOW + timedelta(hours=2))
    two = decide(seen, "confirmed", "user:b", "not planned", NOW + timedelta(hours=3))
    book.replace(seen, one)
    with pytest.raises(CouldNotRun, match="somebody else"):
        book.replace(seen, two)
    assert book.get(seen.id) == one
    with pytest.raises(BadInput):
        book.get("C-nothing")
