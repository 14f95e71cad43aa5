"""Can a person overrule the scan, and is that proven, told and kept?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.demonstration import Answer, custodes

Tiny = Callable[..., Path]
FIELD = "shop.main.customers.email"
REPLAY = "insert into ruling (body) select body from ruling where number = 1"
LATER = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"


@pytest.fixture
def scanned(tiny: Tiny) -> Path:
    folder = tiny()
    assert custodes("scan", cwd=folder).code == 0
    return folder


def suppress(folder: Path, *, why: str = "made-up addresses of a load test", until: str = LATER) -> Answer:
    return custodes("verdicts", "suppress", FIELD, "email", "--why", why, "--until", until, cwd=folder)


def fields(answer: Answer) -> set[str]:
    return {f"{one['store']}.{one['dataset']}.{one['field']}" for one in answer.json["fields"]}


def test_a_suppressed_verdict_stays_away_after_rescans_and_is_told(scanned: Path) -> None:
    """A changed table is read again, and the verdict is still off the map, with who, why and until when."""
    assert suppress(scanned).code == 0
    with sqlite3.connect(scanned / "shop.db") as shop:
        shop.execute("insert into customers values (99, 'person99@example.com', 'Tallinn')")
    answer = custodes("scan", "--json", cwd=scanned)
    assert FIELD not in fields(answer)
    (told,) = answer.json["suppressed"]
    assert (told["why"], told["until"][:10]) == ("made-up addresses of a load test", LATER)
    assert told["by"].startswith("user:")
    assert "not personal" in custodes("verdicts", "list", cwd=scanned).out
    assert "held not personal by a ruling: 1" in custodes("run", cwd=scanned).out


def test_a_confirmed_field_is_on_the_map_though_no_scan_finds_it(scanned: Path) -> None:
    """A person knows better: the field is sure, and the reason is theirs."""
    done = custodes("verdicts", "confirm", "shop.main.customers.id", "api_key", "--why", "ids open doors", cwd=scanned)
    assert done.code == 0, done.err
    answer = custodes("scan", "--json", cwd=scanned)
    one = next(each for each in answer.json["fields"] if each["field"] == "id")
    assert (one["category"], one["confidence"]) == ("api_key", 1.0)
    assert "ids open doors" in one["reasons"][0]


@pytest.mark.parametrize("name", ["email", "customers.email", "main.customers.email", FIELD])
def test_a_field_is_ruled_on_by_the_name_that_a_list_prints(scanned: Path, name: str) -> None:
    """A scan prints `email` under its dataset: that is enough, and the answer says which field was meant."""
    done = custodes("verdicts", "confirm", name, "email", "--why", "they are real", cwd=scanned)
    assert done.code == 0, done.err
    assert done.out == f"{FIELD} (email) is confirmed; the ruling is sealed\n"


def test_explain_takes_the_name_that_a_scan_prints(scanned: Path) -> None:
    answer = custodes("explain", "email", cwd=scanned)
    assert answer.code == 0, answer.err
    assert answer.out.startswith(f"{FIELD}: email")


def test_a_field_without_a_verdict_is_confirmed_by_a_short_name(scanned: Path) -> None:
    done = custodes("verdicts", "confirm", "customers.id", "api_key", "--why", "ids open doors", cwd=scanned)
    assert (done.code, done.out.split(" ")[0]) == (0, "shop.main.customers.id"), done.err


def test_a_short_name_that_may_mean_several_fields_is_refused_with_their_names(scanned: Path) -> None:
    with sqlite3.connect(scanned / "shop.db") as shop:
        shop.execute("create table leads (id integer primary key, email text)")
        shop.executemany("insert into leads values (?, ?)", [(n, f"lead{n}@example.com") for n in range(40)])
    custodes("scan", cwd=scanned)
    answer = custodes("verdicts", "confirm", "email", "email", "--why", "they are real", cwd=scanned)
    assert answer.code == 2
    assert '"email" may mean 2 fields' in answer.err
    assert f"name one of them in full: {FIELD}, shop.main.leads.email" in answer.err


def test_a_confirmed_field_of_a_table_that_is_gone_is_told_as_a_gap_until_it_is_withdrawn(scanned: Path) -> None:
    """It outlives the table, is told as uncovered, counts again when the table is back, and can be withdrawn."""
    custodes("verdicts", "confirm", FIELD, "email", "--why", "they are real", cwd=scanned)
    with sqlite3.connect(scanned / "shop.db") as shop:
        shop.execute("alter table customers rename to moved")
    answer = custodes("scan", "--json", cwd=scanned)
    gaps = [one["reason"] for one in answer.json["uncovered"] if one["dataset"] == "main.customers"]
    assert gaps == ["a ruling confirms email in email, but the dataset was not examined"]
    with sqlite3.connect(scanned / "shop.db") as shop:
        shop.execute("alter table moved rename to customers")
    answer = custodes("scan", "--json", cwd=scanned)
    assert not [one for one in answer.json["uncovered"] if one["dataset"] == "main.customers"]
    assert FIELD in fields(answer)
    with sqlite3.connect(scanned / "shop.db") as shop:
        shop.execute("drop table customers")
    assert custodes("verdicts", "withdraw", FIELD, "email", "--why", "it was dropped", cwd=scanned).code == 0
    answer = custodes("scan", "--json", cwd=scanned)
    assert not [one for one in answer.json["uncovered"] if one["dataset"] == "main.customers"]


def test_a_withdrawn_ruling_gives_the_verdict_back_and_history_tells_both(scanned: Path) -> None:
    """Nothing is overwritten."""
    suppress(scanned)
    assert custodes("verdicts", "withdraw", FIELD, "email", "--why", "they are real", cwd=scanned).code == 0
    assert FIELD in fields(custodes("scan", "--json", cwd=scanned))
    history = custodes("verdicts", "history", "--json", cwd=scanned).json["rulings"]
    assert [one["decided"] for one in history] == ["not_personal", "withdrawn"]


def test_every_ruling_is_a_leaf_of_the_ledger(scanned: Path) -> None:
    """A receipt names the field, the decision and the digest of every word of it."""
    suppress(scanned)
    lines = [line for file in scanned.glob("custodes-data/ledger/receipts/*") for line in file.read_text().splitlines()]
    receipt = next(json.loads(line) for line in lines if '"ruling"' in line)
    assert (receipt["detail"]["dataset"], receipt["detail"]["field"]) == ("main.customers", "email")
    assert len(receipt["detail"]["digest"]) == 64
    assert custodes("ledger", "verify", cwd=scanned).code == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update ruling set body = replace(body, 'load test', 'loud test')", "no receipt"),
        ("insert into ruling (body) select replace(body, 'load', 'loud') from ruling", "no receipt"),
        ("delete from ruling", "gone from the state"),
    ],
)
def test_a_ruling_changed_in_the_state_is_told(scanned: Path, change: str, said: str) -> None:
    """Who can write the state cannot hide a field by it: ledger and state must tell the same."""
    suppress(scanned)
    with sqlite3.connect(scanned / "custodes-data" / "state.db") as state:
        state.execute(change)
    answer = custodes("scan", "--json", cwd=scanned)
    assert answer.code == 3
    assert any(said in one["reason"] for one in answer.json["uncovered"])
    assert (FIELD in fields(answer)) == (not change.startswith("insert"))


@pytest.mark.parametrize("change", ["delete from ruling where number = 2", REPLAY])
def test_a_withdrawn_ruling_cannot_be_brought_back_by_the_state(scanned: Path, change: str) -> None:
    """Neither by repeating its row nor by taking away the withdrawal: the ledger's order decides."""
    suppress(scanned)
    assert custodes("verdicts", "withdraw", FIELD, "email", "--why", "they are real", cwd=scanned).code == 0
    with sqlite3.connect(scanned / "custodes-data" / "state.db") as state:
        state.execute(change)
    assert FIELD in fields(custodes("scan", "--json", cwd=scanned))


def test_a_ruling_names_nobody(scanned: Path) -> None:
    """The ledger keeps a reason for ever, so one with somebody's address in it is refused, and not repeated."""
    answer = suppress(scanned, why="only ann@example.com is in it")
    assert answer.code == 2
    assert "looks like email" in answer.err
    assert "ann@" not in answer.out + answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["suppress", "shop.main.customers.emial", "email", "--why", "x", "--until", LATER], FIELD),
        (["suppress", FIELD, "emails", "--why", "x", "--until", LATER], 'did you mean "email"'),
        (["suppress", FIELD, "email", "--why", " ", "--until", LATER], "needs a reason"),
        (["suppress", FIELD, "email", "--why", "x", "--until", "2020-01-01"], "still to come"),
        (["suppress", FIELD, "email", "--why", "x", "--until", "9999-12-31"], "within two years"),
        (["confirm", "shop.main.customers.nosuch", "email", "--why", "x"], "nothing is known"),
        (["withdraw", FIELD, "email", "--why", "x"], "no ruling to withdraw"),
    ],
)
def test_a_ruling_that_makes_no_sense_is_refused_with_the_next_step(
    scanned: Path, arguments: list[str], said: str
) -> None:
    """Bad input is exit code 2, and nothing is sealed."""
    answer = custodes("verdicts", *arguments, cwd=scanned)
    assert answer.code == 2
    assert said in answer.err


def test_explain_says_why_a_field_is_or_is_not_personal(scanned: Path) -> None:
    """Told or not, the candidates come with what speaks for and against them, and no value is shown."""
    answer = custodes("explain", FIELD, "--json", cwd=scanned)
    assert answer.code == 0, answer.err
    first = answer.json["candidates"][0]
    assert (first["category"], first["told"], answer.json["personal"]) == ("email", True, True)
    assert first["reasons"][0] == "for: 100 % of 40 cells are e-mail addresses"
    quiet = custodes("explain", "shop.main.customers.city", cwd=scanned)
    assert quiet.code == 0, quiet.err
    assert quiet.out.startswith("shop.main.customers.city: ")
    assert 'for: header says "city"' in quiet.out
    number = custodes("explain", "shop.main.customers.id", cwd=scanned)
    assert number.out.startswith("shop.main.customers.id: nothing personal (40 filled cells in 40 rows)")
    for shown in (answer.out, quiet.out, number.out):
        assert "example.com" not in shown
        assert "Tallinn" not in shown


def test_explain_refuses_a_field_that_is_not_there(scanned: Path) -> None:
    """The nearest field is named; a workspace and a store are needed as for any look."""
    refused = custodes("explain", "shop.main.customers.emial", cwd=scanned)
    assert refused.code == 2
    assert f'did you mean "{FIELD}"?' in refused.err
    assert custodes("explain", "gone.main.customers.email", cwd=scanned).code == 2
    whole = custodes("explain", "shop.main.customers", cwd=scanned)
    assert (whole.code, "name one of the fields in it: shop.main.customers." in whole.err) == (2, True)
    store = custodes("explain", "shop", cwd=scanned)
    assert (store.code, "this is a store" in store.err) == (2, True)


def test_explain_never_calls_a_nested_field_empty(tiny: Tiny) -> None:
    """A name that is too short is refused with the whole names, whether it is a record's or a list's."""
    folder = tiny(extra='[stores.files]\nkind = "files"\npath = "files"\n')
    (folder / "files").mkdir()
    records = [json.dumps({"user": {"mails": [f"person{n}@example.com"]}}) for n in range(40)]
    (folder / "files" / "a.jsonl").write_text("\n".join(records))
    assert custodes("scan", cwd=folder).code == 0
    for short in ("files.a.jsonl.user", "files.a.jsonl.user.mails"):
        refused = custodes("explain", short, cwd=folder)
        assert refused.code == 2, refused.out
        assert "name one of the fields in it: files.a.jsonl.user.mails[]" in refused.err


def test_explain_tells_what_people_ruled(scanned: Path) -> None:
    """A suppressed verdict is still explained, with who ruled it away and why."""
    assert suppress(scanned).code == 0
    answer = custodes("explain", FIELD, cwd=scanned)
    assert "held not personal by user:" in answer.out
    assert "made-up addresses of a load test" in answer.out
    assert answer.out.startswith(f"{FIELD}: nothing personal (")
    told = custodes("explain", FIELD, "--json", cwd=scanned).json
    assert (told["personal"], told["suppressed"], told["confirmed"]) == (False, ["email"], [])


def test_explain_counts_what_people_confirmed(scanned: Path) -> None:
    """The first line never contradicts the map, and says that the cells alone do not tell it."""
    number = "shop.main.customers.id"
    assert custodes("verdicts", "confirm", number, "api_key", "--why", "ids open doors", cwd=scanned).code == 0
    answer = custodes("explain", number, cwd=scanned)
    assert answer.out.startswith(f"{number}: api_key (ruled, not found in its cells) (40 filled")
    told = custodes("explain", number, "--json", cwd=scanned).json
    assert (told["personal"], told["suppressed"], told["confirmed"]) == (True, [], ["api_key"])


def test_a_field_is_confirmed_by_the_path_that_a_scan_would_tell(tiny: Tiny) -> None:
    """Where paths of two columns are alike, and where keys turn out to be people, though no scan found anything."""
    folder = tiny(extra='[stores.files]\nkind = "files"\npath = "files"\n')
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute('create table t ("a.b" text, a text)')
        shop.executemany("insert into t values (?, ?)", [(f"w{n}", f'{{"b": "v{n}"}}') for n in range(40)])
    (folder / "files").mkdir()
    people = {name: {"score": 1} for name in ("anna", "peter", "maria", "thomas", "laura", "martin", "julia", "paul")}
    (folder / "files" / "a.jsonl").write_text(json.dumps({"by": people}) + "\n")
    assert custodes("scan", cwd=folder).code == 0
    for field in ('shop.main.t."a".b', "files.a.jsonl.by.*.score", "files.a.jsonl.by.{key}"):
        done = custodes("verdicts", "confirm", field, "api_key", "--why", "it opens doors", cwd=folder)
        assert done.code == 0, done.err
    absent = "files.a.jsonl.of.*.score"
    assert custodes("verdicts", "confirm", absent, "api_key", "--why", "it opens doors", cwd=folder).code == 2


def test_explain_judges_what_could_be_read_of_a_mended_file(tiny: Tiny) -> None:
    """Where the scan reads a file in part and tells the gap, so does explain."""
    folder = tiny(extra='[stores.files]\nkind = "files"\npath = "files"\n')
    (folder / "files").mkdir()
    rows = "".join(f"{n},person{n}@example.com\n" for n in range(40))
    (folder / "files" / "a.csv").write_text(f"id,mail\n{rows}41,x@example.com,surplus\n")
    scanned = custodes("scan", "--json", cwd=folder)
    assert "rows of another width" in str(scanned.json["uncovered"])
    answer = custodes("explain", "files.a.csv.mail", "--json", cwd=folder)
    assert answer.code == 3, answer.err
    assert answer.json["candidates"][0]["category"] == "email"
    assert "rows of another width" in answer.json["gap"]
    assert "not all of it was read: rows of another width" in custodes("explain", "files.a.csv.mail", cwd=folder).out
