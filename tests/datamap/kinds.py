"""What do columns about people look like in many countries, when they are made up? Headers and values by category.

Values are invented or from ranges that are reserved for examples. Every maker draws one form of writing for a column
and then gives one value after another.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import yaml

Maker = Callable[[], str]
Kind = Callable[[random.Random], Maker]

GIVEN: Final = {
    "en": "Olivia Liam Emma Noah Ethan Sophie Grace Harry Amelia Jack Lily Oscar Daniel Hannah Ryan Chloe",
    "de": "Lukas Anna Jürgen Sabine Katharina Uwe Heike Jonas Lena Matthias Petra Dieter Ulrike Felix",
    "fr": "Camille Élodie Jean-Luc Antoine Chloé Benoît Margaux Thierry Océane Mathieu Sylvie Rémi",
    "es": "Lucía Mateo Íñigo Carmen Javier Pilar Álvaro Rocío Gonzalo Inés Joaquín Marta Sergio",
    "pl": "Zofia Tadeusz Agnieszka Łukasz Małgorzata Krzysztof Ewa Paweł Katarzyna Grzegorz Jadwiga",
    "it": "Giulia Lorenzo Chiara Matteo Francesca Giovanni Alessia Stefano Martina Luca Beatrice",
    "pt": "Beatriz João Rui Catarina Tiago Inês Gonçalo Mafalda Duarte Leonor Vasco Marta",
    "nl": "Sanne Daan Femke Joris Lieke Bram Anouk Thijs Marloes Sjoerd Wouter Maaike",
    "ja": "Haruto Yui Sakura Kenji Aiko Takumi Hiroshi Naoko Yuki Daichi Emi Kaori",
}
FAMILY: Final = {
    "en": "Smith Johnson Walker O'Brien Patel Hughes Clarke Bennett Turner Fletcher Okafor Reid",
    "de": "Müller Schmidt Weiß Krüger Neumann Hartmann Vogel Köhler Lindner Brandt Seidel Engel",
    "fr": "Dubois Lefèvre Moreau Girard Rousseau Lambert Fontaine Mercier Blanchard Gauthier Perrin",
    "es": "García López Fernández Muñoz Ortega Navarro Castillo Peña Iglesias Vázquez Romero",
    "pl": "Nowak Kowalska Wiśniewski Wójcik Zielińska Szymański Dąbrowska Kozłowski Mazur",
    "it": "Rossi Bianchi Esposito Ferrari Colombo Ricci Marino Conti De Luca Barbieri Galli",
    "pt": "Silva Santos Ferreira Pereira Oliveira Rodrigues Almeida Carvalho Teixeira Moreira",
    "nl": "Jansen Bakker Visser Smit Mulder Dijkstra Vermeulen Hoekstra Kuipers Postma",
    "ja": "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato",
}
TOWNS: Final = {
    "en": "London Leeds Bristol Portland Austin Denver Toronto Melbourne Dublin Chicago Boston Seattle",
    "de": "Berlin Hamburg München Köln Leipzig Ulm Kassel Bremen Graz Zürich Bonn Mainz",
    "fr": "Paris Lyon Marseille Toulouse Nantes Lille Rennes Grenoble Dijon Angers",
    "es": "Madrid Sevilla Valencia Zaragoza Bilbao Granada Bogotá Lima Quito Málaga",
    "pl": "Warszawa Kraków Łódź Wrocław Poznań Gdańsk Lublin Toruń Rzeszów Opole",
    "it": "Roma Milano Napoli Torino Bologna Firenze Verona Genova Palermo Parma",
    "pt": "Lisboa Porto Braga Coimbra Recife Salvador Fortaleza Manaus Faro Aveiro",
    "nl": "Amsterdam Utrecht Groningen Eindhoven Tilburg Leiden Haarlem Gent Breda Zwolle",
    "ja": "Tokyo Osaka Kyoto Nagoya Sapporo Fukuoka Kobe Sendai Hiroshima Yokohama",
}
STREETS: Final = {
    "en": "{n} {w} Street|{n} {w} Ave|{n} {w} Rd, Apt {m}|{n} {w} Lane",
    "de": "{w}straße {n}|{w}weg {n}a|Am {w}berg {n}|{w}gasse {n}",
    "fr": "{n} rue de {w}|{n}, avenue {w}|{n} bis bd {w}|{n} chemin de {w}",
    "es": "Calle {w} {n}|Avda. {w}, {n}|C/ {w} {n}, {m}º A|Plaza {w} {n}",
    "pl": "ul. {w} {n}|ul. {w} {n}/{m}|al. {w} {n}|os. {w} {n}",
    "it": "Via {w} {n}|Viale {w}, {n}|Piazza {w} {n}|Corso {w} {n}/B",
    "pt": "Rua {w}, {n}|Av. {w} {n}|Travessa {w} {n}|Praça {w}, {n}",
    "nl": "{w}straat {n}|{w}laan {n}|{w}plein {n}|{w}weg {n}-{m}",
    "ja": "{m}-{n} {w}-cho|{n}-{m}-1 {w}|{w} {m}-chome {n}",
}
WORDS: Final = [
    "Linden",
    "Rosen",
    "Garten",
    "Berg",
    "Park",
    "Mill",
    "Church",
    "Example",
    "Station",
    "Nelson",
    "Flora",
    "Markt",
    "Bern",
    "Wald",
    "Sonnen",
    "Oak",
]
POSTCODES: Final = {
    "en": "00000|A00 0AA|AA0 0AA|A0A 0A0|00000-0000", "de": "00000|0000|D-00000", "fr": "00000|F-00000", "es": "00000",
    "pl": "00-000", "it": "00000", "pt": "0000-000|00000-000", "nl": "1000 AA|1000AA", "ja": "000-0000",
}  # fmt: skip
LAND: Final = {
    "en": "United Kingdom|Ireland|United States|Canada|Australia", "de": "Deutschland|Österreich|Schweiz|Polen",
    "fr": "France|Belgique|Suisse|Allemagne", "es": "España|México|Perú|Chile", "pl": "Polska|Niemcy|Czechy",
    "it": "Italia|Francia|Svizzera", "pt": "Portugal|Brasil|Angola", "nl": "Nederland|België|Duitsland",
    "ja": "Japan|Korea|China",
}  # fmt: skip
STATES: Final = {
    "en": "California|Texas|New York|Ontario|Kent|Victoria", "de": "Bayern|Hessen|Sachsen|Tirol|Zürich",
    "fr": "Bretagne|Normandie|Occitanie|Île-de-France", "es": "Andalucía|Galicia|Aragón|Jalisco",
    "pl": "mazowieckie|małopolskie|śląskie|łódzkie", "it": "Lazio|Lombardia|Toscana|Sicilia",
    "pt": "São Paulo|Bahia|Algarve|Minas Gerais", "nl": "Utrecht|Gelderland|Drenthe", "ja": "Kanto|Hokkaido|Aichi",
}  # fmt: skip
LOCALES: Final = tuple(GIVEN)


def filled(form: str, rng: random.Random) -> str:
    """A form with its zeros, As and lower as drawn anew: `00-AA` gives `42-QX`."""
    signs = {
        "0": "0123456789",
        "1": "123456789",
        "5": "12345679",
        "A": "ABCDEFGHJKLMNPRSTUVWXY",
        "a": "abcdefghjkmnpqrstuvwxyz",
    }
    return "".join(rng.choice(signs[sign]) if sign in signs else sign for sign in form)


def one_of(*lists: Sequence[str]) -> Kind:
    """Values of one of several lists; those in front more often than others."""

    def kind(rng: random.Random) -> Maker:
        words = rng.choice(lists)
        weights = [1 / (at + 1) for at in range(len(words))]
        return lambda: rng.choices(words, weights)[0]

    return kind


def formed(*forms: str) -> Kind:
    """Values of one of several forms."""

    def kind(rng: random.Random) -> Maker:
        form = rng.choice(forms)
        return lambda: filled(form, rng)

    return kind


def dated(*styles: str, first: int = 1940, last: int = 2006) -> Kind:
    """Days of one style between two years."""

    def kind(rng: random.Random) -> Maker:
        style = rng.choice(styles)
        days = (last - first) * 365
        return lambda: (date(first, 1, 1) + timedelta(days=rng.randrange(days))).strftime(style)

    return kind


def _by_locale(pools: dict[str, str], parted: str | None = None) -> Kind:
    def kind(rng: random.Random) -> Maker:
        words = pools[rng.choice(LOCALES)].split(parted)
        small = rng.random() < 0.15
        capital = rng.random() < 0.1
        written = [word.lower() if small else word.upper() if capital else word for word in words]
        return lambda: rng.choice(written)

    return kind


def _full(rng: random.Random) -> Maker:
    locale = rng.choice(LOCALES)
    given, family = GIVEN[locale].split(), FAMILY[locale].split()
    style = rng.choice(["{g} {f}", "{g} {f}", "{f}, {g}", "{g} {i}. {f}", "{F} {g}", "Dr. {g} {f}"])

    def made() -> str:
        last = rng.choice(family)
        return style.format(g=rng.choice(given), f=last, F=last.upper(), i=rng.choice("ABCDEFGHJKLMNPRST"))

    return made


def _street(rng: random.Random, locale: str = "") -> Maker:
    forms = STREETS[locale or rng.choice(LOCALES)].split("|")
    return lambda: rng.choice(forms).format(n=rng.randint(1, 240), m=rng.randint(1, 30), w=rng.choice(WORDS))


def _whole_address(rng: random.Random) -> Maker:
    locale = rng.choice(LOCALES)
    street, towns, code = _street(rng, locale), TOWNS[locale].split(), POSTCODES[locale].split("|")[0]
    style = rng.choice(["{s}, {c} {t}", "{s}, {t} {c}", "{s}; {c} {t}", "{s}\n{c} {t}", "{s} {c} {t}"])
    return lambda: style.format(s=street(), c=filled(code, rng), t=rng.choice(towns))


def _postcode(rng: random.Random) -> Maker:
    form = rng.choice(POSTCODES[rng.choice(LOCALES)].split("|"))
    return lambda: filled(form, rng)


def _number(low: float, high: float, *places: int) -> Kind:
    def kind(rng: random.Random) -> Maker:
        digits = rng.choice(places)
        middle = rng.uniform(low * 0.8, high * 0.8)
        wide = rng.choice([0.5, 3.0, (high - low) / 4])
        return lambda: f"{max(low, min(high, rng.gauss(middle, wide))):.{digits}f}"

    return kind


def _pair(rng: random.Random) -> Maker:
    one, other = _number(-89, 89, 4, 5, 6)(rng), _number(-179, 179, 4, 5, 6)(rng)
    style = rng.choice(["{},{}", "{}, {}", "{} {}", "({}, {})", "{};{}"])
    return lambda: style.format(one(), other())


def _icd(rng: random.Random) -> Maker:
    dotted = rng.random() < 0.7
    chapters = [("A", 0, 99), ("C", 0, 97), ("E", 0, 90), ("F", 0, 99), ("I", 0, 99), ("J", 0, 99), ("K", 0, 93),
                ("M", 0, 99), ("N", 0, 99), ("S", 0, 99), ("Z", 0, 99), ("G", 0, 99), ("R", 0, 99)]  # fmt: skip

    def made() -> str:
        letter, low, high = rng.choice(chapters)
        code = f"{letter}{rng.randint(low, high):02d}"
        return code if rng.random() < 0.15 else f"{code}{'.' if dotted else ''}{rng.randint(0, 9)}"

    return made


def _nino(rng: random.Random) -> Maker:
    style = rng.choice(["{}{}{}{}{}", "{} {} {} {} {}"])

    def made() -> str:
        first = rng.choice("ABCEHJKLMNPRSTWXYZ") + rng.choice("ABCEHJKLMPRSTWXYZ")
        pairs = [f"{rng.randrange(100):02d}" for _ in range(3)]
        if first in ("GB", "NK", "TN", "ZZ", "KN", "NT", "BG"):
            first = "JA"
        return style.format(first, *pairs, rng.choice("ABCD"))

    return made


def _mbi(rng: random.Random) -> Maker:
    letters, digits = "ACDEFGHJKMNPQRTUVWXY", "0123456789"
    dashed = rng.random() < 0.4
    sets = [
        digits[1:],
        letters,
        letters + digits,
        digits,
        letters,
        letters + digits,
        digits,
        letters,
        letters,
        digits,
        digits,
    ]

    def made() -> str:
        code = "".join(map(rng.choice, sets))
        return f"{code[:4]}-{code[4:7]}-{code[7:]}" if dashed else code

    return made


def _itin(rng: random.Random) -> Maker:
    groups = [*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)]
    mark = rng.choice(["-", ""])
    return lambda: f"9{rng.randrange(100):02d}{mark}{rng.choice(groups)}{mark}{rng.randrange(10000):04d}"


def _checked(length: int, weights: tuple[int, ...], first: str, *styles: str) -> Kind:
    """Numbers with a last digit of modulo 11 over weights, written in one of the styles."""

    def kind(rng: random.Random) -> Maker:
        style = rng.choice(styles)

        def made() -> str:
            while True:
                body = rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(length - 2))
                check = 11 - sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11
                if check == 10 or (check == 11 and length == 9):
                    check = 0 if length == 9 else check
                if check == 11:
                    check = 0
                if check < 10:
                    digits = iter(body + str(check))
                    return "".join(next(digits) if sign == "0" else sign for sign in style)

        return made

    return kind


def _luhn(form: str) -> Kind:
    def kind(rng: random.Random) -> Maker:
        def made() -> str:
            body = filled(form, rng)
            total = 0
            for place, digit in enumerate(reversed(body)):
                number = int(digit) * (2 - place % 2)
                total += number - 9 * (number > 9)
            return body + str(-total % 10)

        return made

    return kind


def _routing(rng: random.Random) -> Maker:
    prefixes = [*range(1, 13), *range(21, 33)]
    banks = []
    for _ in range(rng.choice([12, 60, 400])):
        body = f"{rng.choice(prefixes):02d}{rng.randrange(10**6):06d}"
        total = sum(w * int(d) for w, d in zip((3, 7, 1, 3, 7, 1, 3, 7), body, strict=True))
        banks.append(body + str(-total % 10))
    as_number = rng.random() < 0.3
    written = [bank.lstrip("0") if as_number else bank for bank in banks]
    return lambda: rng.choice(written)


def _month(rng: random.Random) -> Maker:
    style = rng.choice(["{m:02d}/{y}", "{m:02d}/20{y}", "20{y}-{m:02d}", "{m:02d}{y}", "{m:02d}-{y}"])
    return lambda: style.format(m=rng.randint(1, 12), y=rng.randint(25, 32))


def _age(rng: random.Random) -> Maker:
    whole = rng.random() < 0.7
    bands = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
    return lambda: str(rng.randint(18, 90)) if whole else rng.choice(bands)


def _user(rng: random.Random) -> Maker:
    given = [name.lower() for name in GIVEN["en"].split()]
    style = rng.choice(["{g}{n}", "{g}_{n}", "{g}.{f}", "{f}{n}"])
    family = [name.lower().replace("'", "") for name in FAMILY["en"].split()]
    return lambda: style.format(g=rng.choice(given), f=rng.choice(family), n=rng.randint(1, 99))


def _mail(rng: random.Random) -> Maker:
    user = _user(rng)
    return lambda: f"{user()}@{rng.choice(['mail', 'post', 'web'])}.example"


def _phone(rng: random.Random) -> Maker:
    form = rng.choice(
        ["+1 202-555-{:04d}", "(202) 555-{:04d}", "+44 7700 90{:04d}", "07700 90{:04d}", "+49 30 12{:04d}",
         "202555{:04d}",          "+33 1 99 00 {:04d}", "030 12{:04d}", "+4830123{:04d}"]
    )  # fmt: skip
    return lambda: form.format(rng.randrange(10_000))


_DOCUMENT: Final = yaml.safe_load((Path(__file__).parent / "kinds.yml").read_text(encoding="utf-8"))
HEADERS: Final[dict[str, list[str]]] = _DOCUMENT["headers"]
DECOY_HEADERS: Final[dict[str, list[str]]] = _DOCUMENT["decoys"]

# How the values of a category are made; what is an answer is drawn from the lists of kinds.yml.
KINDS: Final[dict[str, Kind]] = {key: one_of(*lists) for key, lists in _DOCUMENT["answers"].items()} | {
    "first_name": _by_locale(GIVEN),
    "last_name": _by_locale(FAMILY),
    "person_name": _full,
    "city": _by_locale(TOWNS),
    "country": one_of(*(words.split("|") for words in LAND.values()), ["DE", "FR", "GB", "US"], ["DEU", "FRA", "GBR"]),
    "region": one_of(*(words.split("|") for words in STATES.values()), ["CA", "TX", "NY", "WA"], ["BY", "HE", "NW"]),
    "postcode": _postcode,
    "postal_address": lambda rng: rng.choice([_street, _whole_address])(rng),
    "birth_date": dated("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d %b %Y"),
    "age": _age,
    "card_expiry": _month,
    "card_security_code": formed("000", "000", "0000"),
    "driving_licence": formed(
        *("A0000000", "00000000", "A000-0000-0000", "AA0000000A", "000000000", "00000/00/0000", "0000000000"),
        *("A00000000000000", "00AA00000"),
    ),
    "licence_plate": formed(
        *("AAA-0000", "0AAA000", "A-AA 0000", "AA-000-AA", "0000 AAA", "AA 000 AA", "AA00 AAA", "AAA 0A00"),
        *("00-AAA-0", "AA 00000"),
    ),
    "passport": formed(
        *("000000000", "A00000000", "AA0000000", "00AA00000", "AAA000000", "C00A0A0AA", "AA 0000000", "AA000000"),
    ),
    "latitude": _number(-89, 89, 3, 4, 6, 7),
    "longitude": _number(-179, 179, 3, 4, 6, 7),
    "coordinates": _pair,
    "icd10_code": _icd,
    "gb_nino": _nino,
    "us_mbi": _mbi,
    "us_itin": _itin,
    "us_aba_routing": _routing,
    "pt_nif": _checked(9, (9, 8, 7, 6, 5, 4, 3, 2), "12356", "000000000", "000 000 000"),
    "uk_nhs_number": _checked(10, (10, 9, 8, 7, 6, 5, 4, 3, 2), "4567", "0000000000", "000 000 0000", "000-000-0000"),
    "ca_sin": _luhn("50000000"),
    "il_id": _luhn("00000000"),
    "username": _user,
    "email": _mail,
    "phone": _phone,
}
