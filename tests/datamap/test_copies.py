"""Are copies found by what values mean, and can nobody read a value out of a sketch?"""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.datamap.copies import copies, identifying
from custodes.datamap.sketch import Sketch
from custodes.datamap.sketches import Sketches
from custodes.records import Category, Copy, Dataset, Field

KEY = b"k" * 32


def sketches_of(fields: dict[tuple[str, str], list[str | None]], key: bytes = KEY) -> Sketches:
    sketches = Sketches(key, {"contact"})
    for (name, column), cells in fields.items():
        dataset = Dataset("shop", name, ())
        sketches.start(dataset, [Field("shop", name, column, "contact", 1.0, 1, 1)])
        sketches.add(dataset, pa.RecordBatch.from_arrays([pa.array(cells, pa.string())], names=[column]))
    return sketches


Told = tuple[str, str, float]


def told(found: list[Copy]) -> list[Told]:
    return [(copy.a, copy.b, copy.containment) for copy in found]


def compared(fields: dict[tuple[str, str], list[str | None]]) -> list[Told]:
    return told(copies(sketches_of(fields).all()))


def test_a_number_is_the_same_however_it_is_written() -> None:
    """Blanks, dashes, brackets and a plus do not hide a copied phone or card number, nor do capitals an address."""
    plain: list[str | None] = [f"1555010{number:04}" for number in range(100)]
    dressed: list[str | None] = [f" +1 (555) 010-{number:04} " for number in range(100)]
    assert compared({("a", "phone"): plain, ("b", "tel"): dressed}) == [("shop.a.phone", "shop.b.tel", 1.0)]


def test_items_of_lists_are_compared() -> None:
    """A verdict on the items of a list, `mail[]`, finds them in the column `mail`."""
    mails = [f"c{number}@example.com" for number in range(100)]
    sketches = sketches_of({("a", "mail"): [*mails]})
    dataset = Dataset("shop", "b", ())
    sketches.start(dataset, [Field("shop", "b", "mail[]", "contact", 1.0, 1, 1)])
    lists = pa.array([mails[:50], None, mails[50:]], pa.list_(pa.string()))
    sketches.add(dataset, pa.RecordBatch.from_arrays([lists], names=["mail"]))
    assert told(copies(sketches.all())) == [("shop.a.mail", "shop.b.mail[]", 1.0)]


def test_the_contained_field_comes_first() -> None:
    """A small export of a large table is told as contained in it."""
    large: list[str | None] = [f"c{number}@example.com" for number in range(2_000)]
    found = compared({("crm", "mail"): large, ("export", "mail"): [*large[:100], None]})
    assert found == [("shop.export.mail", "shop.crm.mail", 1.0)]


def test_chance_is_not_a_copy() -> None:
    """Fields of few values, of short values, of the same dataset, or with little in common are not reported."""
    few: list[str | None] = [f"c{number}@example.com" for number in range(19)]
    short: list[str | None] = [f"{number:03}" for number in range(500)]
    one: list[str | None] = [f"a{number}@example.com" for number in range(1_000)]
    other: list[str | None] = [*(f"b{number}@example.com" for number in range(950)), *one[:50]]
    assert compared({("a", "few"): few, ("b", "few"): few}) == []
    assert compared({("a", "cvv"): short, ("b", "cvv"): short}) == []
    assert compared({("a", "one"): one, ("a", "two"): one}) == []
    assert compared({("a", "one"): one, ("b", "two"): other}) == []


def test_a_name_that_begins_like_another_is_another() -> None:
    """What is kept of `x.csv` is not what is kept of `x.csv.gz`."""
    values: list[str | None] = [f"c{number}@example.com" for number in range(100)]
    stored = sketches_of({("x.csv", "mail"): values, ("x.csv.gz", "mail"): values}).stored()
    later = Sketches(KEY, {"contact"}, stored)
    later.keep(Dataset("shop", "x.csv", ()))
    later.forget(Dataset("shop", "x.csv.gz", ()))
    assert [sketch.name for sketch in later.all()] == ["shop.x.csv.mail"]


def test_another_key_shares_nothing() -> None:
    """Stolen sketches of two workspaces cannot be matched, nor can a list of known addresses without the key."""
    values: list[str | None] = [f"c{number}@example.com" for number in range(500)]
    here = sketches_of({("a", "mail"): values}).all()
    there = sketches_of({("b", "mail"): values}, key=b"l" * 32).all()
    assert copies([*here, *there]) == []


def test_no_value_is_in_a_sketch() -> None:
    """The stored bytes hold names of fields and hashes, nothing of a value."""
    data = sketches_of({("a", "mail"): ["someone.special@example.com"]}).stored()["shop.a.mail"]
    assert b"someone" not in data
    assert b"example" not in data


@given(st.binary(max_size=200))
def test_damaged_bytes_are_no_sketch(data: bytes) -> None:
    """Whatever was stored, it is a sketch or it is made anew."""
    for damaged in (data, b"\x01" + data):
        found = Sketch.from_bytes(damaged)
        assert found is None or isinstance(found, Sketch)


def test_only_what_points_at_one_person_is_compared() -> None:
    """Traits, places and single names are shared by strangers."""
    kinds = {
        "email": Category("email", "E-mail", "user.contact.email", 3),
        "birth_date": Category("birth_date", "Birth date", "user.demographic.date_of_birth", 3),
        "city": Category("city", "City", "user.contact.address.city", 2),
        "health": Category("health", "Health", "user.health_and_medical", 5, frozenset({"special"})),
    }
    assert identifying(kinds) == {"email"}


def test_a_key_that_is_too_short_is_refused() -> None:
    """A key of a few bytes could be tried out."""
    with pytest.raises(ValueError, match="16 to 64"):
        Sketches(b"short", {"email"})
