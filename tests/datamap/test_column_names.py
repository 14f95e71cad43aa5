"""What do names of columns promise, in many languages and cut short, and what do values say where names are silent?"""

from __future__ import annotations

import random

import pytest

from custodes.datamap.crossing import freed
from custodes.datamap.headers import Phrases, thing, tokens
from custodes.datamap.profile import Profile
from tests.datamap.decoys import DECOYS, TOLD_BY_HEADER
from tests.datamap.kinds import DECOY_HEADERS, HEADERS, KINDS
from tests.datamap.tables import held

# What their values tell without a name: a check, letters in their places, words of a list, names people bear.
TOLD_BY_VALUES = (
    *("email", "us_aba_routing", "pt_nif", "uk_nhs_number", "ca_sin", "il_id", "us_mbi", "gb_nino", "us_itin"),
    *("person_name", "last_name", "postal_address"),
)
LIES = ("product_name", "notes", "quantity", "status", "order_ref", "created_at", "amount", "colour")


def cells(kind: str, rng: random.Random, rows: int) -> list[str | None]:
    """A column of a kind, three cells of a hundred of which are gaps or slips."""
    make = KINDS[kind](rng)
    made: list[str | None] = []
    for _ in range(rows):
        value, what = make(), rng.random()
        made.append(rng.choice([None, "N/A", "-", ""]) if what < 0.02 else value[1:] if what < 0.03 else value)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_every_usual_name_is_understood(kind: str) -> None:
    """A column is told by its name in any language and style, whatever form and language its values have."""
    rng = random.Random(kind)
    missed = []
    for at, header in enumerate(HEADERS[kind]):
        rows = rng.choice((50, 200, 1000))
        table: dict[str, list[str | None]] = {header: cells(kind, rng, rows)}
        if at % 2:
            table["mailbox"] = [f"p{row}@mail.example" for row in range(rows)]
        if held(table).get(header) != kind:
            missed.append(header)
    assert len(missed) <= 1 + len(HEADERS[kind]) // 12, f"{kind} was not told under {missed}"


@pytest.mark.parametrize("kind", TOLD_BY_VALUES)
def test_values_tell_under_names_that_are_silent_or_lie(kind: str) -> None:
    """Opaque and lying names hide none of what values say by themselves, but for single names: things bear them."""
    rng = random.Random(kind)
    under = ("c1", "col_7", *(lie for lie in LIES if kind != "last_name" or not thing(tokens(lie))))
    missed = [header for header in under if held({header: cells(kind, rng, 300)}).get(header) != kind]
    assert len(missed) <= 2, f"{kind} was not told under {missed}"


@pytest.mark.parametrize("kind", DECOYS)
def test_things_are_nobodys_under_their_own_names_and_silent_ones(kind: str) -> None:
    """No column of things is called personal."""
    rng = random.Random(kind)
    for header in (*DECOY_HEADERS[kind], *(("c1", "x") if kind not in TOLD_BY_HEADER else ())):
        make = DECOYS[kind](rng)
        table = {header: [make() for _ in range(250)], "mailbox": [f"p{row}@mail.example" for row in range(250)]}
        assert header not in held(table), f"{kind} under {header}"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("cust_last_nm", "last_name"),
        ("name_of_customer", "person_name"),
        ("StaatsAngehoerigkeit", "nationality"),
        ("position_gps", "coordinates"),
        ("TRAVEL_DOC_NO", "passport"),
        ("fecha_de_nacimiento", "birth_date"),
        ("passport_expiry", None),
        ("has_passport", None),
    ],
)
def test_names_cut_short_written_out_and_turned_round(name: str, category: str | None) -> None:
    """Abbreviations, umlauts as two letters, small words between and another order leave a phrase what it is."""
    phrases = Phrases(
        {
            "last_name": ["last name"],
            "person_name": ["customer name"],
            "nationality": ["staatsangehorigkeit"],
            "coordinates": ["gps position"],
            "passport": ["passport", "travel document number"],
            "birth_date": ["fecha nacimiento"],
        }
    )
    strong = {key for key, found in phrases.promises(tokens(name)).items() if found.strength >= 0.9}
    assert strong == ({category} if category is not None else set())


def test_a_list_of_places_names_nobody() -> None:
    """Towns, each once, without anything about people beside them are a register; towns again and again are not."""
    towns = [f"Town {letter}{other}".replace(" ", "") for letter in "abcdefg" for other in "hijklmn"]
    assert held({"city": towns, "size": ["7"] * len(towns)}) == {}
    assert held({"city": towns[:8] * 20}) == {"city": "city"}
    assert held({"city": towns[:8] * 20}, "main.warehouses") == {}


def test_answers_that_no_list_knows_are_told_by_an_outright_name() -> None:
    """Codes under `religion_code` are told; under `orientation`, said of pages as well, only words of the list."""
    codes = ["A4", "B1", "KX"] * 60
    assert held({"religion_code": ["kk", "ve", "zz"] * 60}) == {"religion_code": "religion"}
    assert held({"religion": ["yes", "no"] * 60}) == {}
    assert held({"orientation": ["landscape", "portrait"] * 60}) == {}
    assert held({"orientation": ["straight", "gay", "bisexual"] * 60}) == {"orientation": "sexual_orientation"}
    assert held({"race": codes}) == {}


def test_gaps_said_in_words_are_gaps() -> None:
    """Half of a column being `n/a` does not hide what the rest is, and is not counted as it."""
    profile = Profile(["Muslim", "n/a", "Jewish", "-", None, "N/A"], [6])
    assert profile.values == ("Muslim", "Jewish")
    assert profile.filled == 5


def test_freed_values_keep_what_never_varies() -> None:
    """A prefix stays; a place with most of an alphabet has all of it, one of few signs only those."""
    rng = random.Random(3)
    made = freed([f"ID{rng.choice('ABCD')}{rng.randrange(10**5):05d}" for _ in range(400)])
    assert len(made) > 100
    assert all(value[:2] == "ID" and value[2] in "ABCD" and value[3:].isdigit() for value in made)
    assert len({value[3] for value in made}) == 10
