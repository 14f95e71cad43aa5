"""Are copies found in real stores by what they hold, whatever they are called and however they are written?"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes import config
from custodes.pipeline.progress import Silent
from custodes.pipeline.scan import ScanOutcome, scan
from custodes.pipeline.workspace import create_or_open, prepare
from custodes.records import Copy
from tests.postgres import Cluster

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 20_000  # more than a sketch keeps, so that what is told is an estimate
POINTS = 0.05
DATABASE = "copied"
TOML = """
name = "Copies"

[stores.erp]
kind = "postgres"
url = "{url}"
password_env = "COPIES_PASSWORD"

[stores.crm]
kind = "sqlite"
path = "crm.db"

[stores.files]
kind = "files"
path = "files"
"""


def mail(number: int) -> str:
    return f"person.{number}@mail{number % 7}.example"


def phone(number: int) -> str:
    return f"+1 (202) 555-{number:05}"


def spread(number: int) -> str:
    """An IBAN of a made-up account with the right check digits, as people write it."""
    account = f"{37040044:08}{number:010}"
    check = 98 - int(account + "131400") % 97
    plain = f"DE{check:02}{account}"
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def a_csv(file: Path, header: str, rows: Iterator[tuple[object, ...]]) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header.split())
        writer.writerows(rows)


@pytest.fixture(scope="module")
def company(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The customers of a PostgreSQL table, and what has become of them elsewhere."""
    folder = tmp_path_factory.mktemp("copies")
    countries = ["EE", "DE", "FR", "GB", "US", "SE", "FI", "LV", "LT", "PL", "ES", "PT", "IT", "NL", "BE", "AT"]
    chance = random.Random(5)
    everyone = list(range(ROWS))
    postgres.create_database(DATABASE)
    with psycopg.connect(postgres.dsn(DATABASE), autocommit=True) as connection:
        connection.execute("create table customers (id int primary key, email text unique, iban text, country text)")
        connection.execute("create table orders (id int primary key, customer_id int references customers,"
                           " contact_email text references customers (email), status text)")  # fmt: skip
        with connection.cursor().copy("copy customers from stdin") as copy:
            for one in everyone:
                copy.write_row((one, mail(one), spread(one), chance.choice(countries)))
        with connection.cursor().copy("copy orders from stdin") as copy:
            for number in range(ROWS):
                customer = chance.randrange(ROWS)
                copy.write_row((number, customer, mail(customer), chance.choice(["open", "paid", "sent"])))
    files = folder / "files"
    a_csv(files / "exact.csv", "email country", ((mail(one), chance.choice(countries)) for one in everyone))
    a_csv(files / "loud.csv", "mail", ((mail(one).upper(),) for one in everyone[: ROWS // 2]))
    a_csv(files / "padded.csv", "contact", ((f"  {mail(one)}   ",) for one in everyone[: ROWS // 2]))
    a_csv(files / "few.csv", "email", ((mail(one),) for one in everyone[::40]))
    digests = ((hashlib.sha256(mail(one).encode()).hexdigest(),) for one in everyone)
    a_csv(files / "hashed.csv", "email_sha256", digests)
    bare = ((spread(one).replace(" ", "").lower(),) for one in everyone[: ROWS // 4])
    a_csv(files / "payouts.csv", "iban", bare)
    lines = [json.dumps({"event": "signup", "user": {"contact": {"email": mail(one)}}}) for one in everyone[::4]]
    (files / "events.jsonl").write_text("\n".join(lines))
    superset = pa.table({"email": [mail(one) for one in range(2 * ROWS)], "seen": [NOW.isoformat()] * (2 * ROWS)})
    pq.write_table(superset, files / "warehouse.parquet")
    with closing(sqlite3.connect(folder / "crm.db")) as crm, crm:
        crm.execute("create table leads (id integer primary key, email text, country text)")
        part = int(0.37 * ROWS)
        leads = [*everyone[:part], *range(10 * ROWS, 11 * ROWS - part)]
        crm.executemany(
            "insert into leads values (?, ?, ?)",
            [(row, mail(one), chance.choice(countries)) for row, one in enumerate(leads)],
        )
        crm.execute("create table messages (id integer primary key, payload text)")
        crm.executemany(
            "insert into messages values (?, ?)",
            [(one, json.dumps({"to": [{"address": mail(one)}], "kind": "welcome"})) for one in everyone[ROWS // 2 :]],
        )
    (folder / "custodes.toml").write_text(TOML.format(url=postgres.url(DATABASE)))
    return folder


def scanned(folder: Path) -> ScanOutcome:
    asked = config.load(folder / "custodes.toml")
    prepare(asked)
    with closing(create_or_open(asked, clock=lambda: NOW, by="user:test")) as workspace:
        return scan(workspace, Silent())


@pytest.fixture(scope="module")
def outcome(company: Path, postgres: Cluster) -> Iterator[ScanOutcome]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIES_PASSWORD", postgres.password)
        yield scanned(company)


def between(outcome: ScanOutcome, one: str, other: str) -> Copy:
    (found,) = [copy for copy in outcome.copies if {copy.a, copy.b} == {one, other}]
    return found


CUSTOMERS = "erp.public.customers.email"


@pytest.mark.parametrize(
    ("other", "of_theirs", "of_customers"),
    [
        ("files.exact.csv.email", 1.0, 1.0),
        ("files.loud.csv.mail", 1.0, 0.5),
        ("files.padded.csv.contact", 1.0, 0.5),
        ("files.few.csv.email", 1.0, 0.025),
        ("crm.main.leads.email", 0.37, 0.37),
        ("files.warehouse.parquet.email", 0.5, 1.0),
        ("files.events.jsonl.user.contact.email", 1.0, 0.25),
        ("crm.main.messages.payload.to[].address", 1.0, 0.5),
    ],
)
def test_a_planted_copy_is_found(outcome: ScanOutcome, other: str, of_theirs: float, of_customers: float) -> None:
    """Exact, in part, the other way round, in capitals, padded, and nested in JSON: within five points."""
    found = between(outcome, CUSTOMERS, other)
    theirs, mine = (found.containment, found.covers) if found.a == other else (found.covers, found.containment)
    assert abs(theirs - of_theirs) <= POINTS
    assert abs(mine - of_customers) <= POINTS
    assert found.margin <= POINTS
    assert not found.at_least


def test_numbers_written_in_groups_are_the_same(outcome: ScanOutcome) -> None:
    """An account with blanks and without, in capitals or not."""
    found = between(outcome, "files.payouts.csv.iban", "erp.public.customers.iban")
    assert found.containment == 1.0
    assert abs(found.covers - 0.25) <= POINTS


def test_what_is_hashed_is_not_claimed(outcome: ScanOutcome) -> None:
    """Digests share nothing with what they are digests of."""
    assert not [copy for copy in outcome.copies if "hashed" in copy.a + copy.b]


def test_references_and_choices_are_no_copies(outcome: ScanOutcome) -> None:
    """A foreign key is told apart; countries and states that all tables share are told nowhere."""
    told = {name for copy in outcome.copies for name in (copy.a, copy.b)}
    assert not [name for name in told if name.endswith((".country", ".status", ".customer_id", ".id"))]
    assert [(copy.a, copy.b) for copy in outcome.references] == [("erp.public.orders.contact_email", CUSTOMERS)]


def test_a_new_table_is_compared_with_unchanged_ones(company: Path, outcome: ScanOutcome, postgres: Cluster) -> None:
    """The files that did not change are not read again, and the copy of them is found."""
    assert outcome.copies
    a_csv(company / "files" / "late.csv", "email", ((mail(one),) for one in range(3 * ROWS // 2, 7 * ROWS // 4)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIES_PASSWORD", postgres.password)
        again = scanned(company)
    assert again.read == 1
    assert between(again, "files.late.csv.email", "files.warehouse.parquet.email").containment >= 1 - POINTS
    assert set(outcome.copies) <= set(again.copies)
