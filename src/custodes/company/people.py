"""What is a made-up person called, where do they live, and how are they reached and paid, without being anyone real?

Mail domains are reserved (RFC 2606). Telephone numbers come from the ranges that Ofcom, the Bundesnetzagentur and the
North American numbering plan keep for drama. Card numbers continue well-known test prefixes up to a Luhn digit (ISO/IEC
7812-1). IBANs have right check digits (ISO 13616) over bank codes that no bank has. Streets, towns and surnames are
put together from syllables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

COUNTRIES: Final = ("GB", "DE", "US")
_SHARES: Final = (0.45, 0.35, 0.2)

_GIVEN: Final = {
    "GB": "Alice Amelia Arthur Charlotte Daniel Edward Emily Florence Freya George Grace Harry Imogen Isla Jack James "
    "Lucy Martha Oliver Oscar Poppy Rosie Samuel Sophie Theo Thomas William Zara Nadia Priya Omar Hassan",
    "DE": "Anna Anton Ben Emil Emma Felix Finn Frieda Greta Hanna Jakob Jonas Jürgen Karl Klara Lena Leon Lina "
    "Luisa Max Mia Moritz Noah Paul Sören Sophia Theo Käthe Aylin Emre Mehmet",
    "US": "Abigail Aiden Ava Benjamin Carlos Chloe Dylan Elena Ella Ethan Evelyn Gabriel Hannah Henry Isabella Jayden "
    "Liam Logan Lucas Maria Mason Mateo Mia Nora Owen Riley Ruby Sofia Victoria Wyatt Mei Jamal",
}
_SURNAME: Final = {
    "GB": (
        "Alder Bram Cold Dun Elder Fallow Gorse Hazel Ivers Kestle Lark Marrow Nettle Oaken Pell Quill Rown Thistle",
        "by brook combe croft dale fen field gate ham hurst leigh mere ridge stead thorpe wick",
    ),
    "DE": (
        "Ahorn Birken Distel Eichen Falken Gänse Hasel Immen Krähen Linden Moos Nebel Otter Quellen Rohr Silber Tannen",
        "acker bach berger eck feld grund hauser hof horst kamp lohe ried stätter tal wald",
    ),
    "US": (
        "Apple Briar Cedar Dover Ember Flint Granite Harlow Juniper Kettle Lantern Maple Orchard Pine Raven Willow",
        "burn cole dell ferry gard hollow kirk land ley mont ner row sby shaw ton well",
    ),
}
_STREET: Final = {
    "GB": (
        "Quarry Lantern Hawthorn Copper Millrace Kiln Saddler Weaver Heron Bramble",
        "Row Lane Close Street Mews Rise",
    ),
    "DE": ("Amsel Ziegel Mühlen Kupfer Weber Holunder Reiher Sattler Schmiede Wiesen", "straße weg gasse allee ring"),
    "US": ("Juniper Prairie Granite Cardinal Old Mill Harvest Sycamore Pebble Cottonwood", "Ave St Dr Ct Blvd"),
}
_TOWN: Final = {
    "GB": "Aldercombe Brackenford Coldmere Dunthorpe Fallowby Gorseleigh Ivershurst Kestlewick",
    "DE": "Ahornfelde Birkenried Distelgrund Falkenlohe Gänsehof Immenkamp Krähental Moosacker",
    "US": "Briarmont Cedarburn Emberton Flintdell Harlowferry Junipershaw Lanternrow Ravenkirk",
}
_PLAIN: Final = str.maketrans("äöüß", "aous")
_MAIL: Final = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")

# What comes before the reserved block of each area, which is the last three digits (two in the US).
_GB_AREAS: Final = (
    "113 496 0",
    "114 496 0",
    "116 496 0",
    "117 496 0",
    "121 496 0",
    "131 496 0",
    "141 496 0",
    "20 7946 0",
)
_DE_AREAS: Final = ("30 23125 ", "69 90009 ", "40 66969 ", "221 4710 ", "89 99998 ")
_US_AREAS: Final = "202 206 212 303 312 404 415 503 512 602 617 619 702 713 718 801 808 901 907 919"

_CARDS: Final = (
    ("visa", "424242", 16),
    ("visa", "411111", 16),
    ("mastercard", "555555", 16),
    ("amex", "378282", 15),
)


@dataclass(frozen=True, slots=True)
class People:
    """Columns of equal length, one place per person. birth: YYYY-MM-DD."""

    country: list[str]
    given: list[str]
    surname: list[str]
    email: list[str]
    phone: list[str]
    street: list[str]
    postcode: list[str]
    city: list[str]
    birth: list[str]

    def full_name(self, place: int) -> str:
        """Given name and surname."""
        return f"{self.given[place]} {self.surname[place]}"

    def home(self, place: int) -> str:
        """The whole address in one line."""
        return f"{self.street[place]}, {self.postcode[place]} {self.city[place]}"


def people(rng: np.random.Generator, count: int) -> People:
    """`count` people; e-mail addresses are unique within one call."""
    countries = [COUNTRIES[code] for code in rng.choice(len(COUNTRIES), size=count, p=_SHARES)]
    given = [_pick(rng, _GIVEN[country].split()) for country in countries]
    surname = [_pick(rng, _SURNAME[c][0].split()) + _pick(rng, _SURNAME[c][1].split()) for c in countries]
    days = rng.integers(np.datetime64("1941-01-01").astype(int), np.datetime64("2007-01-01").astype(int), size=count)
    addresses = [_address(rng, country) for country in countries]
    return People(
        country=countries,
        given=given,
        surname=surname,
        email=_emails(rng, given, surname),
        phone=[phone(rng, country) for country in countries],
        street=[address[0] for address in addresses],
        postcode=[address[1] for address in addresses],
        city=[address[2] for address in addresses],
        birth=np.datetime_as_string(days.astype("datetime64[D]")).tolist(),
    )


def phone(rng: np.random.Generator, country: str) -> str:
    """A number of a range reserved for drama; one in eight is written the national way."""
    national = rng.random() < 0.125
    if country == "US":
        area, line = _pick(rng, _US_AREAS.split()), 100 + int(rng.integers(100))
        return f"({area}) 555-0{line}" if national else f"+1 {area} 555 0{line}"
    area, line = _pick(rng, _GB_AREAS if country == "GB" else _DE_AREAS), int(rng.integers(1_000))
    code = "44" if country == "GB" else "49"
    return f"0{area}{line:03d}" if national else f"+{code} {area}{line:03d}"


def card(rng: np.random.Generator) -> tuple[str, str]:
    """Brand and number: a test prefix, chance digits, the Luhn digit."""
    brand, prefix, length = _CARDS[int(rng.integers(len(_CARDS)))]
    body = prefix + "".join(map(str, rng.integers(10, size=length - len(prefix) - 1)))
    return brand, body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    """The digit that makes `body` pass Luhn (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def iban(rng: np.random.Generator, country: str) -> str:
    """An IBAN (ISO 13616) of a bank code that does not exist; a seller from the US banks in GB."""
    digits = "".join(map(str, rng.integers(10, size=14)))
    country, account = ("DE", "00000000" + digits[:10]) if country == "DE" else ("GB", "XMPL" + digits)
    number = int("".join(str(int(sign, 36)) for sign in account + country + "00"))
    return f"{country}{98 - number % 97:02d}{account}"


def _emails(rng: np.random.Generator, given: Sequence[str], surname: Sequence[str]) -> list[str]:
    marks = rng.permutation(len(given))
    domains = rng.integers(len(_MAIL), size=len(given))
    return [
        f"{_ascii(first)}.{_ascii(last)}{mark}@{_MAIL[domain]}"
        for first, last, mark, domain in zip(given, surname, marks, domains, strict=True)
    ]


def _ascii(name: str) -> str:
    return name.lower().translate(_PLAIN)


def _address(rng: np.random.Generator, country: str) -> tuple[str, str, str]:
    """Street with house number, postcode, town. A town has its own postcodes."""
    front, back = _STREET[country]
    name, kind, house = _pick(rng, front.split()), _pick(rng, back.split()), int(rng.integers(1, 240))
    towns = _TOWN[country].split()
    town = int(rng.integers(len(towns)))
    local = int(rng.integers(100))
    if country == "DE":
        return f"{name}{kind} {house}", f"{(town + 1) * 1_0100 + local:05d}", towns[town]
    if country == "US":
        return f"{house} {name} {kind}", f"{(town + 1) * 1_1000 + local:05d}", towns[town]
    inward = f"{local % 9 + 1}{'ABDEFGHJ'[local % 8]}{'LNPQRSTU'[local % 7]}"
    return f"{house} {name} {kind}", f"{'ABCDEGHL'[town]}{'BHRTNYSE'[town]}{local // 9 + 1} {inward}", towns[town]


def _pick(rng: np.random.Generator, among: Sequence[str]) -> str:
    return among[int(rng.integers(len(among)))]
