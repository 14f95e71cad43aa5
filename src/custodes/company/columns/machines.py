"""Which columns tell which device, vehicle or place belongs to somebody?"""

from __future__ import annotations

import ipaddress
import uuid
from typing import Final

from stdnum import luhn

from custodes.company.columns.draw import Draw
from custodes.company.columns.kind import Kind

_GEOHASH: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
_VIN: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_VIN_VALUE: Final = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
_VIN_WEIGHT: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def ipv4(draw: Draw) -> str:
    """An address of the public or a private net."""
    first = draw.any((10, 23, 52, 81, 93, 145, 172, 192, 203))
    return f"{first}.{'.'.join(str(draw.rng.randint(1, 254)) for _ in range(3))}"


def ipv6(draw: Draw) -> str:
    """A global address, written short."""
    return str(ipaddress.IPv6Address((draw.any((0x2001, 0x2A02, 0x2600)) << 112) | draw.rng.getrandbits(112)))


def mac(draw: Draw) -> str:
    """Six bytes with colons or hyphens."""
    return draw.of((":", "-")).join(f"{draw.rng.randrange(256):02x}" for _ in range(6))


def imei(draw: Draw) -> str:
    """A type allocation code, a serial, a check digit."""
    body = draw.any(("35", "86", "01")) + draw.digits(12)
    return body + luhn.calc_check_digit(body)


def device_id(draw: Draw) -> str:
    """An advertising id: a random UUID."""
    text = str(uuid.UUID(int=draw.rng.getrandbits(128), version=4))
    return text.upper() if draw.form % 2 else text


def vin(draw: Draw) -> str:
    """Seventeen places, the ninth a check (ISO 3779 with the North American check digit)."""
    start = draw.any(("1HG", "1FT", "2T1", "3VW", "4T1", "5YJ", "1C4", "1G1"))
    body = start + draw.letters(5, _VIN) + "0" + draw.any("ABCDEFGHJKLMNPR") + draw.letters(1, _VIN) + draw.digits(6)
    rest = sum(_VIN_VALUE[letter] * weight for letter, weight in zip(body, _VIN_WEIGHT, strict=True)) % 11
    return body[:8] + ("X" if rest == 10 else str(rest)) + body[9:]


def plate(draw: Draw) -> str:
    """A registration plate in the way of the country."""
    forms = {
        "US": lambda: draw.digits(1) + draw.letters(3) + draw.digits(3),
        "GB": lambda: f"{draw.letters(2)}{draw.rng.randint(51, 74)} {draw.letters(3)}",
        "DE": lambda: f"{draw.any(('B', 'M', 'HH', 'K', 'S', 'F'))}-{draw.letters(2)} {draw.rng.randint(10, 9999)}",
        "FR": lambda: f"{draw.letters(2)}-{draw.digits(3)}-{draw.letters(2)}",
        "ES": lambda: f"{draw.digits(4)} {draw.letters(3, 'BCDFGHJKLMNPRSTVWXYZ')}",
        "PL": lambda: f"{draw.any(('WA', 'KR', 'GD', 'PO'))} {draw.digits(5)}",
    }
    return forms[draw.locale.country]()


def latitude(draw: Draw) -> str:
    """Degrees north with five or six places."""
    return f"{draw.rng.uniform(36, 60):.6f}"


def longitude(draw: Draw) -> str:
    """Degrees east with five or six places."""
    return f"{draw.rng.uniform(-10, 25):.6f}"


def position(draw: Draw) -> str:
    """Latitude and longitude in one cell."""
    return f"{latitude(draw)}, {longitude(draw)}"


def geohash(draw: Draw) -> str:
    """Nine places: a square of five metres."""
    return draw.any("ugeds") + draw.letters(8, _GEOHASH)


def user_agent(draw: Draw) -> str:
    """What a browser says of itself."""
    version = draw.rng.randint(80, 130)
    return f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"


MACHINES: Final = (
    Kind(
        "user_agent",
        "user_agent",
        user_agent,
        {"en": ("user agent", "browser agent")},
        look="text",
        tells=True,
        family="logs",
    ),
    Kind(
        "ipv4",
        "ip_address",
        ipv4,
        {"en": ("ip", "ip address", "client ip", "remote addr"), "de": ("ip adresse",), "fr": ("adresse ip",)},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind(
        "ipv6", "ip_address", ipv6, {"en": ("ipv6", "client ip", "source ip")}, look="code", tells=True, family="logs"
    ),
    Kind(
        "mac_address",
        "mac_address",
        mac,
        {"en": ("mac", "mac address", "wifi mac"), "de": ("mac adresse",)},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind("imei", "imei", imei, {"en": ("imei", "imei number", "device imei")}, tells=True, whole=True, family="logs"),
    Kind(
        "device_id",
        "advertising_id",
        device_id,
        {"en": ("idfa", "gaid", "advertising id", "device id")},
        look="code",
        family="logs",
        also=frozenset({"device_id"}),
    ),
    Kind(
        "vin",
        "vin",
        vin,
        {
            "en": ("vin", "vehicle identification number"),
            "de": ("fahrgestellnummer", "fin"),
            "es": ("numero bastidor",),
        },
        look="code",
        tells=True,
        family="orders",
    ),
    Kind(
        "licence_plate",
        "licence_plate",
        plate,
        {
            "en": ("license plate", "number plate", "vehicle registration"),
            "de": ("kennzeichen", "kfz kennzeichen"),
            "fr": ("immatriculation",),
            "es": ("matricula",),
            "pl": ("numer rejestracyjny",),
        },
        look="code",
        local=True,
        family="orders",
        lies=("first_name", "email", "birth_date"),
    ),
    Kind(
        "latitude",
        "latitude",
        latitude,
        {"en": ("latitude", "lat", "home lat"), "de": ("breitengrad",)},
        look="decimal",
        family="logs",
        also=frozenset({"coordinates"}),
    ),
    Kind(
        "longitude",
        "longitude",
        longitude,
        {"en": ("longitude", "lng", "home lon"), "de": ("laengengrad",)},
        look="decimal",
        family="logs",
        also=frozenset({"coordinates"}),
    ),
    Kind(
        "coordinates",
        "coordinates",
        position,
        {"en": ("location", "gps position", "coordinates", "lat lng"), "de": ("koordinaten",)},
        look="decimal",
        tells=True,
        family="logs",
    ),
    Kind("geohash", "geohash", geohash, {"en": ("geohash", "geo hash")}, look="code", family="logs"),
)
