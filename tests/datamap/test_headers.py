"""Are names of things kept apart from names of people, abbreviated headers read, and reasons true and signed?"""

from __future__ import annotations

import random
import re

import pytest

from custodes.datamap.headers import tokens
from tests.datamap.kinds import FAMILY, GIVEN
from tests.datamap.tables import classifier, held, verdicts

PETS = "Max Bella Luna Charlie Lucy Bruno Emma Leo Oscar Lily Mia Felix Rosa Anna Clara Hugo Ben Ella Sophie Jack"
THINGS = (
    *("product", "brand", "model", "item", "ship", "song", "artist_name", "product_name", "vessel_name", "pet_name"),
    *("Produktname", "produkt", "marke", "modell", "schiff", "lied", "Schiffsname", "artikel", "Haustier"),
    *("nom_produit", "marque", "modele", "navire", "chanson", "produit"),
    *(
        "nombre_del_producto",
        "marca",
        "modelo",
        "cancion",
        "articulo",
        "nave_nome",
        "prodotto",
        "artigo",
        "merk",
        "towar",
    ),
)
DATES = (
    *("Geb.-Datum", "Geb.", "Geb. Dat.", "Geb.Dat.", "geb.datum", "D.O.B.", "naiss.", "date naiss.", "dt naiss."),
    *(
        "né(e) le",
        "f. nac.",
        "fec. nac.",
        "F. de nac.",
        "data nasc.",
        "dt. nasc.",
        "d. nasc.",
        "data di nasc.",
        "data ur.",
    ),
)
PHONES = (
    *("tel.", "Tel.-Nr.", "Tel.Nr.", "Tel./Fax", "Tel. priv.", "Handy-Nr.", "N° tél.", "tél. port.", "tfno.", "telf."),
    *("cell.", "tlm.", "mob.", "nr tel.", "tel. kom."),
)
PLACES = ("PLZ/Ort", "PLZ / Ort", "C.P./Ville", "CP/Localidad", "CAP/Città", "postcode/plaats", "kod/miejscowość")


def drawn(words: str, count: int = 200) -> list[str]:
    rng = random.Random(words)
    return [rng.choice(words.split()) for _ in range(count)]


def full_names(count: int = 200) -> list[str]:
    return [
        f"{given} {family}"
        for given, family in zip(drawn(" ".join(GIVEN.values())), drawn(" ".join(FAMILY.values())), strict=True)
    ][:count]


@pytest.mark.parametrize("header", THINGS)
def test_given_names_of_a_thing_name_nobody(header: str) -> None:
    """Ships, pets and brands bear the given names of people; the header says whose they are."""
    assert held({header: drawn(PETS)}) == {}


@pytest.mark.parametrize("header", ["c1", "x", "customer", "owner_name", "vorname", "product_owner", "ship_to_name"])
def test_given_names_under_any_other_header_are_found(header: str) -> None:
    """A header that says nothing, or people, hides no names."""
    assert held({header: drawn(PETS)}) == {header: "first_name"}


def test_a_table_of_things_says_whose_names_they_are() -> None:
    """`pets.name` is called by the table; `customers.name` and the pets' owners are people."""
    assert held({"name": drawn(PETS)}, "main.pets") == {}
    assert held({"name": drawn(PETS)}, "main.customers") == {"name": "first_name"}
    assert held({"owner": drawn(PETS)}, "main.pets") == {"owner": "first_name"}


def test_full_names_are_found_under_names_that_say_nothing_or_lie() -> None:
    """Given and family names together outweigh a header that speaks of a thing, and the reasons say that it does."""
    for header in ("customer_name", "c1", "col_7"):
        (field,) = verdicts({header: full_names()})
        assert (field.category, field.confidence >= 0.9) == ("person_name", True)
    (field,) = verdicts({"artist_name": full_names()})
    assert field.category == "person_name"
    assert field.confidence < 0.9
    assert 'against: these are names of a thing: "artist"' in field.reasons


def test_names_that_the_mail_address_repeats_are_peoples() -> None:
    """Whatever the header says, what stands in the same row's address is the name of whose address it is."""
    names = drawn(PETS)
    table = {"item": names, "mail": [f"{name.lower()}.{row}@mail.example" for row, name in enumerate(names)]}
    assert held(table)["item"] == "first_name"


@pytest.mark.parametrize("header", DATES)
def test_abbreviated_headers_of_birth_dates_are_read(header: str) -> None:
    """Points and strokes part words, and what is cut short is known."""
    rng = random.Random(header)
    days = [f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.{rng.randint(1940, 2005)}" for _ in range(200)]
    assert held({header: days}) == {header: "birth_date"}


@pytest.mark.parametrize("header", PHONES)
def test_abbreviated_headers_of_phone_numbers_are_read(header: str) -> None:
    """The same for phones, in many languages."""
    rng = random.Random(header)
    assert held({header: [f"030 {rng.randint(1000000, 9999999)}" for _ in range(200)]}) == {header: "phone"}


@pytest.mark.parametrize("header", PLACES)
def test_a_header_of_postcode_and_town_is_one_of_addresses(header: str) -> None:
    """Postcode and town in one cell are part of an address."""
    rng = random.Random(header)
    cells = [f"{rng.randint(10000, 99999)} {rng.choice(['Berlin', 'Hamburg', 'Bonn'])}" for _ in range(200)]
    assert held({header: cells}) == {header: "postal_address"}


def test_other_abbreviated_headers_are_read() -> None:
    """Names and places of birth, cut short."""
    families, towns = drawn(" ".join(FAMILY.values())), drawn("Berlin Hamburg Bonn Lyon")
    for header in ("Nachn.", "cogn.", "apell.", "nazw.", "Geb.-Name"):
        assert held({header: families}) == {header: "last_name"}
    for header in ("Vorn.", "prén.", "voorn."):
        assert held({header: drawn(PETS)}) == {header: "first_name"}
    for header in ("Geb.-Ort", "Geb.Ort", "luogo nasc.", "miejsce ur.", "lieu naiss."):
        assert held({header: towns}) == {header: "place_of_birth"}
    assert held({"customer.birth_date": ["1980-02-03", "1971-04-05"] * 50}) == {"customer.birth_date": "birth_date"}
    assert held({"email.verified": ["2021-02-03", "2021-03-04"] * 50}) == {}


@pytest.mark.parametrize(
    ("header", "category"),
    [
        *[("Cod. Fisc.", "it_codice_fiscale"), ("P.E.S.E.L.", "pl_pesel"), ("C.P.F.", "br_cpf"), ("B.S.N.", "nl_bsn")],
        *[("Steuer-Nr.", "de_steuernummer"), ("Soz.-Vers.-Nr.", "de_rentenversicherung"), ("N° sécu", "fr_nir")],
        *[("C.P.", "postcode"), ("cód. postal", "postcode"), ("postc.", "postcode"), ("woonpl.", "city")],
        *[
            ("E-Mail-Adr.", "email"),
            ("I.B.A.N.", "iban"),
            ("Kto.-Nr.", "bank_account"),
            ("Kfz-Kennz.", "licence_plate"),
        ],
        *[
            ("Geschl.", "gender"),
            ("gesl.", "gender"),
            ("Fam.-Stand", "marital_status"),
            ("est. civil", "marital_status"),
        ],
        *[("Str./Nr.", "postal_address"), ("tel. móv.", "phone"), ("Staatsang.", "nationality")],
    ],
)
def test_what_other_abbreviated_headers_promise(header: str, category: str) -> None:
    """The phrase is found outright, whatever the values then say."""
    found = classifier().phrases.promises(tokens(header))
    assert found[category].strength >= 0.9


SHARE = re.compile(r"(?:about )?(\d+) % of (?:the )?([\d,]+) (?:of the |different )?cells")


def gaps(cells: list[str]) -> list[str | None]:
    """Every third cell says that there is nothing."""
    return [cell if at % 3 else "n/a" for at, cell in enumerate(cells)]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("religion", drawn("Muslim Jewish Catholic Hindu Buddhist")),
        ("religion_code", drawn("A4 B1 KX")),
        ("land", drawn("Germany France Spain Italy")),
        ("first_name", drawn(PETS)),
        ("phone", [f"030 {1000000 + 7919 * at % 9000000}" for at in range(200)]),
        ("birth_date", [f"19{50 + at % 50}-0{1 + at % 9}-11" for at in range(200)]),
    ],
)
def test_shares_in_reasons_are_of_the_cells_they_name(header: str, cells: list[str]) -> None:
    """A share is of the cells that say something where gaps are said in words, and agrees with the counts beside it."""
    (field,) = verdicts({header: gaps(cells)})
    assert field.scanned == 200
    told = [SHARE.search(reason) for reason in field.reasons]
    shares = [(int(found[1]), int(found[2].replace(",", ""))) for found in told if found is not None]
    assert shares
    for share, cells_said in shares:
        assert cells_said in {133, 200}
        assert abs(share / 100 * cells_said - field.matched) <= 2


def test_words_of_a_list_are_counted_however_seldom_each_is() -> None:
    """Words that are under one in a hundred of the cells are among the words all the same."""
    countries = ["Germany", "France", "Spain", "Italy", "Poland", "Portugal", "Austria", "Belgium", "Greece", "Denmark"]
    cells = ["Germany"] * 600 + [country for country in countries for _ in range(4)] * 2
    (field,) = verdicts({"country": cells}, "main.customers")
    assert field.matched == field.scanned


def test_every_reason_says_whether_it_speaks_for_or_against() -> None:
    """Each reason begins with its sign; a check that fails more often than luck would speaks against."""
    rng = random.Random(1)
    table: dict[str, list[str | None]] = {
        "mail": [f"p{row}@mail.example" for row in range(200)],
        "full_name": list(full_names()),
        "plz": [f"{rng.randint(10000, 99999)}" for _ in range(200)],
        "card_number": [f"4{rng.randint(10**14, 10**15 - 1)}" for _ in range(200)],
        "notes": [f"please ask p{row}@mail.example about the parcel" for row in range(200)],
        "religion": list(drawn("Muslim Jewish Catholic")),
        "song": list(full_names()),
        "Geb.": [f"19{50 + at % 50}-0{1 + at % 9}-11" for at in range(200)],
        "Tel.": [f"+49 30 {1000000 + 7919 * at % 9000000}" for at in range(200)],
    }
    found = verdicts(table)
    assert len(found) >= 7
    reasons = [reason for field in found for reason in field.reasons]
    assert all(reason.startswith(("for: ", "against: ")) for reason in reasons)
    assert any(reason.startswith("against: ") for reason in reasons)
