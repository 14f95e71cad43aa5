"""Are copies found by what values mean, and can nobody read a value out of a sketch?"""

from __future__ import annotations

import datasketches as ds
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.datamap.copies import copies, identifying, related
from custodes.datamap.sketch import LG_OPEN, Sketch, kept, normal
from custodes.datamap.sketches import Sketches
from custodes.records import Category, Column, Copy, Dataset, Field

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


def test_a_sketch_says_what_the_package_says() -> None:
    """Hashes and theta are read from the serialised form as the package's own reader gives them."""
    for count in (0, 1, 2, 500, 40_000):
        theta = ds.update_theta_sketch(LG_OPEN)
        for value in range(count):
            theta.update(value)
        sketch = Sketch("s.d", "f", "contact", kept(theta))
        again = ds.compact_theta_sketch.deserialize(sketch.body)
        assert sketch.hashes.tolist() == list(again)
        assert sketch.theta == again.theta64
        assert abs(sketch.size - count) <= 0.02 * count
        assert Sketch.from_bytes(sketch.to_bytes()) == sketch


def test_readers_that_share_a_field_bring_it_together() -> None:
    """Two readers of one table, each with a part: the union is what one reader would have made."""
    values: list[str | None] = [f"c{number}@example.com" for number in range(50_000)]
    whole = sketches_of({("a", "mail"): values})
    first, second = (sketches_of({("a", "mail"): part}) for part in (values[:30_000], values[20_000:]))
    first.merge(second.stored().values())
    ((one,), (other,)) = first.all(), whole.all()
    assert one.hashes.tolist() == other.hashes.tolist()
    assert one.cells == 60_000


def test_a_part_is_told_as_a_bound() -> None:
    """Where a dataset was not read whole, more may be shared than was seen."""
    values: list[str | None] = [f"c{number}@example.com" for number in range(500)]
    sketches = sketches_of({("a", "mail"): values, ("b", "mail"): values[:400]})
    verdict = Field("shop", "b", "mail", "contact", 1.0, 1, 1)
    sketches.close(Dataset("shop", "b", ()), [verdict], whole=False)
    (found,) = copies(sketches.all())
    assert found.at_least
    assert found.said == "as far as was read, 100%"


def test_a_small_export_of_a_large_table_is_found() -> None:
    """A hundred values of three hundred thousand: the sketch of the large one still holds some of them."""
    large: list[str | None] = [f"c{number}@example.com" for number in range(300_000)]
    (found,) = copies(sketches_of({("crm", "mail"): large, ("export", "mail"): large[5::3_000]}).all())
    assert (found.a, found.containment) == ("shop.export.mail", 1.0)
    assert 0 < found.margin < 1
    assert "about 100% (±" in found.said


def test_choices_are_no_copies_though_judged_to_identify() -> None:
    """Thirty values that each stand in hundreds of rows are a list to choose from."""
    few: list[str | None] = [f"choice-{number % 30}" for number in range(6_000)]
    assert compared({("a", "kind"): few, ("b", "kind"): few}) == []


def test_a_declared_reference_is_told_apart() -> None:
    """It shares values because a foreign key says so."""
    values: list[str | None] = [f"c{number}@example.com" for number in range(100)]
    sketches = Sketches(KEY, {"contact"})
    for name, target in (("customers", None), ("orders", "customers.mail"), ("export", None)):
        dataset = Dataset("shop", name, (Column("mail", "text", references=target),))
        sketches.start(dataset, [Field("shop", name, "mail", "contact", 1.0, 1, 1)])
        sketches.add(dataset, pa.RecordBatch.from_arrays([pa.array(values)], names=["mail"]))
    found = related(sketches.all())
    assert {frozenset((copy.a, copy.b)) for copy in found.references} == {
        frozenset(("shop.customers.mail", "shop.orders.mail"))
    }
    assert len(found.copies) == 2


def test_of_very_many_copies_the_closest_are_told() -> None:
    """And how many more there are."""
    values: list[str | None] = [f"c{number}@example.com" for number in range(40)]
    found = related(sketches_of({(f"t{number:03}", "mail"): values for number in range(130)}).all())
    assert len(found.copies) + sum(found.left_out.values()) == 130 * 129 // 2
    assert found.left_out


def test_values_in_keys_that_turn_out_to_be_data_stay_with_their_field() -> None:
    """What was taken in under one path is part of another one's sketch from then on."""
    sketches = sketches_of({("a", "by.x.mail"): [f"a{number}@example.com" for number in range(50)]})
    dataset = Dataset("shop", "a", ())
    sketches.start(dataset, [Field("shop", "a", "by.*.mail", "contact", 1.0, 1, 1)])
    sketches.take(dataset, "by.*.mail", pa.array([f"b{number}@example.com" for number in range(50)]))
    sketches.moved(dataset, "by.x.mail", "by.*.mail")
    (one,) = sketches.all()
    assert (one.field, one.size, one.cells) == ("by.*.mail", 100, 100)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("DE89 3704 0044 0532 0130 00", "de89370400440532013000", True),
        ("+44 20 7946 0958", "0044-20-7946-0958", True),
        ("ANN@Example.com", " ann@example.com\u00a0", False),
        ("4111\u200b1111 1111-1111", "4111111111111111", False),
        ("\uff14\uff11\uff11\uff11 1111 1111 1111", "4111111111111111", False),
        ("Straße 5", "STRASSE 5", False),
    ],
)
def test_one_form_of_what_is_written_in_many(one: str, other: str, apart: bool) -> None:
    """Case, blanks, separators, full-width digits and signs that nobody sees make no difference."""
    assert normal(one, apart=apart) == normal(other, apart=apart)


def test_an_addresss_own_signs_count() -> None:
    """Two addresses that differ in a point are two."""
    assert normal("a.b@example.com", apart=True) != normal("ab@example.com", apart=True)
