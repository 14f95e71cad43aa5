"""Fields that a column of text hides: JSON, XML, query strings, key=value lines."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.datamap.documents import json_leaves, pair_leaves, query_leaves, xml_leaves
from custodes.datamap.nested import Unfolder
from custodes.records import Dataset
from tests.datamap.tables import classifier, verdicts

ROWS = 120
MAIL = [f"person{row}@mail.example" for row in range(ROWS)]


def found(cells: Sequence[str | None], column: str = "payload") -> dict[str, tuple[str, int, int]]:
    return {field.field: (field.category, field.matched, field.scanned) for field in verdicts({column: cells})}


def test_json_inside_text_is_reached_by_its_paths() -> None:
    """Objects, arrays and JSON inside JSON have their own verdicts; the column itself has none."""
    inner = json.dumps({"reply": MAIL[0]})
    cells = [
        json.dumps({"user": {"email": mail, "age": 7}, "items": [{"to": mail}, {"to": mail}], "raw": inner, "ok": True})
        for mail in MAIL
    ]
    assert found(cells) == {
        "payload.user.email": ("email", ROWS, ROWS),
        "payload.user.age": ("age", ROWS, ROWS),
        "payload.items[].to": ("email", 2 * ROWS, 2 * ROWS),
        "payload.raw.reply": ("email", ROWS, ROWS),
    }


def test_a_rare_key_is_not_lost() -> None:
    """One document of thousands with one more key has that key's value found."""
    cells = [json.dumps({"n": row}) for row in range(3000)]
    cells[2500] = json.dumps({"n": 1, "contact": "ann@example.com"})
    assert found(cells) == {"payload.contact": ("email", 1, 1)}


def test_keys_that_are_data_share_one_path() -> None:
    """An object keyed by people gives one path for its values and one for its keys."""
    cells = [json.dumps({"by": {mail: {"at": MAIL[-1 - row]}}}) for row, mail in enumerate(MAIL)]
    assert set(found(cells)) == {"payload.by.{key}", "payload.by.*.at"}
    cells = [json.dumps({f"u{row}": {"mail": mail}}) for row, mail in enumerate(MAIL)]
    assert found(cells) == {"payload.*.mail": ("email", ROWS, ROWS)}


def test_cells_that_are_no_documents_stay_with_their_column() -> None:
    """What cannot be read as JSON is judged as text, and nothing is counted twice."""
    cells = [json.dumps({"mail": mail}) for mail in MAIL] + ["write to ann@example.com, please"] * 5
    assert found(cells) == {"payload.mail": ("email", ROWS, ROWS), "payload": ("email", 5, 5)}


def test_xml_inside_text_is_reached_by_elements_and_attributes() -> None:
    """Elements and attributes are paths; names lose the prefix of their namespace."""
    cells = [f'<?xml version="1.0"?><o:order id="7"><buyer mail="{m}"/><note>to {m}!</note></o:order>' for m in MAIL]
    assert found(cells) == {
        "payload.order.buyer.@mail": ("email", ROWS, ROWS),
        "payload.order.note": ("email", ROWS, ROWS),
    }


def test_xml_that_declares_entities_is_not_read() -> None:
    """A document that could explode, or ask for another file, stays text."""
    for entity in ('<!ENTITY a "b">', '<!ENTITY a SYSTEM "file:///etc/passwd">'):
        assert xml_leaves(f"<?xml version='1.0'?><!DOCTYPE x [{entity}]><x>&a;</x>") is None


def test_elements_that_repeat_are_a_list() -> None:
    """Two buyers of one order are two values, not one joined cell; so is the one buyer of another order."""
    cells = [
        f"<order><buyer><mail>{mail}</mail></buyer>"
        + (f"<buyer><mail>{MAIL[-1 - row]}</mail></buyer>" if row % 2 else "")
        + "</order>"
        for row, mail in enumerate(MAIL)
    ]
    assert found(cells) == {"payload.order.buyer[].mail": ("email", ROWS * 3 // 2, ROWS * 3 // 2)}


def test_one_value_or_a_list_of_them_is_one_path() -> None:
    """JSON that has a text in one document and a list in the next, and a parameter given twice, have one path."""
    cells = [json.dumps({"to": mail if row % 2 else [mail, mail]}) for row, mail in enumerate(MAIL)]
    assert found(cells) == {"payload.to[]": ("email", ROWS * 3 // 2, ROWS * 3 // 2)}
    queries = [f"to={mail.replace('@', '%40')}&to={MAIL[0].replace('@', '%40')}&page=1" for mail in MAIL]
    assert found(queries) == {"payload.to[]": ("email", 2 * ROWS, 2 * ROWS)}


def test_reasons_and_counts_are_told_for_every_kind_of_field() -> None:
    """A path in JSON, an element of an array, a field of a struct and one of a log line say why, and of how many."""
    people = [
        {"id": row, "contact": {"mail": mail, "phones": [f"+1 202-555-01{row % 100:02d}"] * 2}}
        for row, mail in enumerate(MAIL)
    ]
    tally = classifier().tally(Dataset("crm", "people.parquet", ()))
    tally.add(
        pa.RecordBatch.from_pydict(
            {
                "who": pa.array(people),
                "raw": pa.array([json.dumps(person) for person in people]),
                "line": pa.array([f'time=12 level=info user="{mail}" msg=done' for mail in MAIL]),
            }
        )
    )
    told = {field.field: field for field in tally.verdicts()}
    assert {path: (field.category, field.matched, field.scanned) for path, field in told.items()} == {
        "who.contact.mail": ("email", ROWS, ROWS),
        "who.contact.phones[]": ("phone", 2 * ROWS, 2 * ROWS),
        "raw.contact.mail": ("email", ROWS, ROWS),
        "raw.contact.phones[]": ("phone", 2 * ROWS, 2 * ROWS),
        "line.user": ("email", ROWS, ROWS),
    }
    assert all("100 % of" in field.reasons[0] for field in told.values())
    assert (
        'for: header says "phones"' in told["raw.contact.phones[]"].reasons
        or 'for: header says "phone"' in told["raw.contact.phones[]"].reasons
    )


def test_rare_keys_of_a_long_column_are_all_found() -> None:
    """Each of twenty rare keys in thousands of documents of another form has its own verdict."""
    cells = [json.dumps({"n": row, "note": "late"}) for row in range(6000)]
    for key in range(20):
        cells[290 * key + 100] = json.dumps({"n": key, f"extra_{'abcdefghijklmnopqrst'[key]}": MAIL[key]})
    assert len(found(cells)) == 20


def test_query_strings_are_reached_by_their_parameters() -> None:
    """Addresses give `query.` paths, bare query strings their parameters."""
    assert found([f"https://shop.example/x?page=2&email={mail.replace('@', '%40')}" for mail in MAIL], "url") == {
        "url.query.email": ("email", ROWS, ROWS)
    }
    assert found([f"page=2&email={mail.replace('@', '%40')}" for mail in MAIL], "query") == {
        "query.email": ("email", ROWS, ROWS)
    }


def test_log_lines_are_reached_by_their_keys() -> None:
    """`key=value` pairs are fields; the words between them stay the column's text."""
    lines = [f'level=info user="{mail}" took=12ms' for mail in MAIL]
    assert found(lines, "message") == {"message.user": ("email", ROWS, ROWS)}


def test_siblings_are_seen_inside_a_document() -> None:
    """A name beside an e-mail address is a person's, in JSON as in a table."""
    rng = random.Random(4)
    names = [f"{rng.choice(['Emma', 'Noah', 'Priya', 'Omar'])} {rng.choice(['Smith', 'Khan', 'Rossi'])}" for _ in MAIL]
    cells = [json.dumps({"c": {"x": name, "mail": mail}}) for name, mail in zip(names, MAIL, strict=True)]
    assert {path: told[0] for path, told in found(cells).items()} == {
        "payload.c.x": "person_name",
        "payload.c.mail": "email",
    }


def test_later_batches_keep_their_paths() -> None:
    """Documents in many batches add up, whichever of them has which key."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    for start in range(0, ROWS, 50):
        cells = [json.dumps({"a": mail} if start else {"b": mail}) for mail in MAIL[start : start + 50]]
        tally.add(pa.RecordBatch.from_pydict({"p": pa.array(cells)}))
    assert {field.field: field.matched for field in tally.verdicts()} == {"p.a": 70, "p.b": 50}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | st.text("{}[]<>=&?\"' abc1@./:\\!", max_size=40), max_size=20))
def test_no_text_makes_the_unfolding_raise(cells: list[str | None]) -> None:
    """Half documents, stray marks and deep nesting are text."""
    hidden = Unfolder(classifier().personal).unfold("x", pa.array(cells, pa.string()))
    assert hidden.columns[0][0] == "x"
    for reader in (json_leaves, xml_leaves, query_leaves, pair_leaves):
        for cell in cells:
            if cell:
                reader(cell)


def test_nesting_has_a_floor() -> None:
    """What is nested too deep is judged as text instead of exhausting the stack."""
    deep = json.dumps(MAIL[0])
    for _ in range(60):
        deep = f'{{"a": {deep}}}'
    assert found([deep] * 5) == {"payload" + ".a" * 8: ("email", 5, 5)}
    assert found(["[" * 100_000] * 5) == {}


def test_an_address_that_is_escaped_in_a_line_is_found() -> None:
    """Lines of a web server hold links, and links hold `%40` for the sign of an address."""
    lines = [f'GET /reset?to={mail.replace("@", "%40")} HTTP/1.1" 200 17' for mail in MAIL]
    assert [told[0] for told in found(lines, "line").values()] == ["email"]
