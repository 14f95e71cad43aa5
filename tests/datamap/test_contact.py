"""Names, places, days, papers and accounts: how they are written in many languages, and what only looks alike."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes import _native
from custodes.datamap import values
from custodes.datamap.headers import promise, tokens
from custodes.datamap.places import country
from custodes.datamap.values import SHAPES
from tests.datamap.tables import classifier

TODAY = date(2026, 1, 1)


def found(text: str, category: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in classifier().recogniser.text(text) if hit.category == category]


@given(st.sampled_from(sorted(SHAPES)), st.text(max_size=60) | st.text(alphabet="0123456789.-/ ,'AaäЖ山", max_size=60))
def test_any_value_is_answered(shape: str, value: str) -> None:
    """No value makes a shape raise."""
    assert SHAPES[shape](value) in (True, False)


@pytest.mark.parametrize(
    "name",
    [
        "Lee, Ann",
        "Prof. Dr. Anna Maria von der Heide",
        "J. R. Lee",
        "山田太郎",
        "山田 太郎",
        "マイケル・リー",
        "김민수",
        "Олена Шевченко",
        "Ελένη Παπαδοπούλου",
        "محمد علي",
        "राज कुमार",
        "María de los Ángeles García",
        "Ann O\u2019Neil-Smith, PhD",
    ],
)
def test_names_of_people_have_their_shape_in_every_script(name: str) -> None:
    """Order, initials, titles, particles and scripts without blanks are all names."""
    assert SHAPES["full_name"](name)


@pytest.mark.parametrize(
    "name", ["Example GmbH", "Track 7", "J. R.", "Foo S.r.l.", "Bank of Example", "", "a@b.example"]
)
def test_firms_and_other_things_are_no_names_of_people(name: str) -> None:
    """An ending of a firm, a digit, or initials alone speak against it."""
    assert not SHAPES["full_name"](name)


def test_lists_know_names_of_many_countries() -> None:
    """Given names and family names of twenty countries are on the lists; titles and particles are passed over."""
    given_names = (
        "Ann Lee;Lee, Wei;Dr. Jürgen Klein;Oluwaseun Ade;Zeynep Kaya;João Silva;Aarav Rao;Sanne Bakker;"
        "Agnieszka Lis;Jean-Luc Roy"
    )
    family_names = (
        "Ann Smith;García, Luis;Eva van den Berg;Jan Kowalski;Thi Nguyen;Aiko Tanaka;Ivan Petrov;Ana Popescu;"
        "Ali Yilmaz;Lars Hansen;김민수;王伟"
    )
    assert all(map(values.has_given_name, given_names.split(";")))
    assert all(map(values.has_family_name, family_names.split(";")))
    assert not values.has_given_name("Premium Widget")
    assert not values.has_family_name("Blue Widget")
    assert values.known_town("Genève")


@pytest.mark.parametrize(
    "header",
    "GivenName prenom Vorname nombres voornaam fornamn fornavn etunimi imie jmeno keresztnev prenume imya".split(),  # noqa: SIM905 - a list of words reads better
)
def test_given_names_are_promised_in_many_languages(header: str) -> None:
    """A column called so in any of twelve languages promises given names."""
    rules = {rules.id: rules for rules in classifier().categories}
    assert promise(tokens(header), rules["first_name"].column.headers).strength >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "12 Example Street",
        "Beispielstraße 7a",
        "3 bis rue de l'Exemple",
        "Calle Ejemplo 12",
        "Via Esempio, 3",
        "Voorbeeldlaan 5",
        "ul. Przykładowa 5/7",
        "Exempelgatan 3",
        "Rua do Exemplo 45",
        "Példa utca 3",
        "Örnek Sokak No 5",
        "ул. Примерная, 5",
        "東京都千代田区1丁目2番",
        "중앙로 12",
        "PO Box 12",
        "Ann Lee, 12 Example Road, AB1 2DE Exampleton",
        "12 Example Ave\nSpringfield, IL 62704",
    ],
)
def test_streets_of_many_languages_have_their_shape(text: str) -> None:
    """A word that streets are called by is known in the language, on one line or on several."""
    assert values.clear_street(text)
    assert SHAPES["street"](text)


def test_a_whole_address_in_one_cell_is_told_from_a_street() -> None:
    """A postcode or a known town behind the street makes it whole."""
    assert values.whole_address("12 Example Road, AB1 2DE Exampleton")
    assert values.whole_address("Beispielweg 7\n10115 Berlin")
    assert not values.whole_address("Beispielweg 7")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ship to 12 Example Street today", "12 Example Street"),
        ("12 Sample Drive, Apt 4, Springfield, IL 62704.", "12 Sample Drive, Apt 4, Springfield, IL 62704"),
        ("wohnt in der Beispielstraße 7a, 10115 Berlin.", "Beispielstraße 7a, 10115 Berlin"),
        ("habite 3 bis rue de l'Exemple, 75001 Paris", "3 bis rue de l'Exemple, 75001 Paris"),
        ("vive en Calle del Ejemplo, 12", "Calle del Ejemplo, 12"),
        ("abita in Via Esempio 3", "Via Esempio 3"),
        ("mieszka ul. Przykładowa 5/7, 00-001 Warszawa", "ul. Przykładowa 5/7, 00-001 Warszawa"),
        ("write to P.O. Box 1234", "P.O. Box 1234"),
    ],
)
def test_addresses_in_text_are_found_whole(text: str, expected: str) -> None:
    """By their exact characters, with what belongs to them and nothing else."""
    assert found(text, "postal_address") == [expected]


@pytest.mark.parametrize(
    "text",
    ["at 12 o'clock", "22 Acacia Avenue", "to 3 Street", "Via Example", "chapter 3 Road"],
)
def test_what_only_sounds_like_an_address_is_none(text: str) -> None:
    """Titles of songs, times and words without a number are no addresses."""
    assert found(text, "postal_address") == []


@pytest.mark.parametrize(
    "code",
    [
        "AB1 2DE",
        "W1A 0AX",
        "K1A 0B1",
        "1000 AP",
        "12345-6789",
        "D02 AF30",
        "01001-000",
        "100-0001",
        "00-001",
        "1000-205",
        "D-10115",
    ],
)
def test_clear_postcodes_need_nothing_else(code: str) -> None:
    """Forms of nine countries that other values do not have."""
    assert values.clear_postcode(code)


@pytest.mark.parametrize("code", ["12345", "1234 SS", "2021-01-01", "AB12", "QQ1 2CD"])
def test_other_codes_are_not_clear(code: str) -> None:
    """Plain digits, and letters that the posts do not use."""
    assert not values.clear_postcode(code)


def test_countries_are_codes_or_words() -> None:
    """ISO codes and names alike."""
    assert country("DE")
    assert country("Côte d'Ivoire")
    assert not country("12")


@pytest.mark.parametrize(
    "value",
    [
        "1980-02-29",
        "29.02.1980",
        "02/29/1980",
        "3 mars 1975",
        "May 5, 1990",
        "5 de mayo de 1990",
        "1980年2月29日",
        "19800229",
        "7. März 1961",
    ],
)
def test_days_of_birth_are_read_in_many_orders_and_languages(value: str) -> None:
    """Figures in any order, months spelt out, compact days."""
    assert values.birth_date(value, TODAY)


@pytest.mark.parametrize(
    "value", ["1980-13-45", "2027-01-01", "31 feb 1980", "1880-01-01", "soon", "12:30", "1980-1980"]
)
def test_other_values_are_no_days_of_birth(value: str) -> None:
    """No such day, too long ago, not yet."""
    assert not values.birth_date(value, TODAY)


def weighed(line: str, weights: tuple[int, ...] = (7, 3, 1)) -> str:
    """The check digit of ICAO 9303, computed in as few words as possible."""
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return str(sum(max(signs.find(sign), 0) * weights[place % 3] for place, sign in enumerate(line)) % 10)


def passport_line(rng: random.Random) -> str:
    number = "".join(rng.choice("ABCDEFGHIJKLMNPRSTUVWXYZ0123456789") for _ in range(9))
    born, ends = (f"{rng.randrange(100):02d}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}" for _ in range(2))
    own = "".join(rng.choice("ABCDEF0123456789<") for _ in range(14))
    parts = number + weighed(number), born + weighed(born), ends + weighed(ends) + own + weighed(own)
    return f"{parts[0]}UTO{parts[1]}F{parts[2]}{weighed(''.join(parts))}"


MRZ = _native.Scanner([("mrz", "digits", [], r"[A-Z0-9<]{44}", 9, "mrz", False)])


def test_machine_readable_lines_agree_with_a_slow_reference() -> None:
    """A made-up line is right; with one sign of a checked field changed it is wrong."""
    rng = random.Random(3)
    for _ in range(10_000):
        line = passport_line(rng)
        place = rng.choice([*range(9), *range(13, 19), *range(21, 27), *range(28, 42)])
        other = rng.choice([sign for sign in "0123456789" if weighed(sign) != weighed(line[place])])
        wrong = line[:place] + other + line[place + 1 :]
        assert (0, 44, 0, True) in MRZ.scan_text(b" ".join([line.encode()]))
        assert (0, 44, 0, True) not in MRZ.scan_text(wrong.encode())


@pytest.mark.parametrize(
    "text", ["git clone git@github.com:example/repo.git", "getty@tty1.service", "pkg@1.2.3", "ann [at] example.com"]
)
def test_what_looks_like_an_e_mail_address_is_none(text: str) -> None:
    """Repositories, units of a service manager, versions, and what was written so as not to be found."""
    assert found(text, "email") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("mailto:ann@example.com?subject=x", "ann@example.com"), ("<ann@example.com>,", "ann@example.com")],
)
def test_e_mail_addresses_end_where_they_end(text: str, expected: str) -> None:
    """Marks around them do not belong to them."""
    assert found(text, "email") == [expected]


def test_profiles_are_pages_of_people() -> None:
    """An account's page counts, the network's own pages and other hosts do not."""
    text = (
        "https://instagram.com/ann.lee, https://instagram.com/explore, https://dropbox.com/ann, "
        "linkedin.com/in/ann-lee-01"
    )
    assert found(text, "social_profile") == ["instagram.com/ann.lee", "linkedin.com/in/ann-lee-01"]
