"""Which columns look like personal data and are none?"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from stdnum import ean, isin, luhn

from custodes.company.columns.draw import UPPER, Draw
from custodes.company.columns.kind import Family, Kind, Look

_GOODS: Final = (
    "Lamp",
    "Desk",
    "Kettle",
    "Backpack",
    "Keyboard",
    "Blanket",
    "Bottle",
    "Headphones",
    "Charger",
    "Notebook",
)
_HOW: Final = ("Steel", "Oak", "Compact", "Wireless", "Classic", "Cotton", "Folding", "Pro", "Mini", "Travel")
_STATES: Final = ("new", "paid", "shipped", "delivered", "returned", "cancelled", "pending")
_TEAMS: Final = ("Finance", "Human Resources", "Sales", "Logistics", "Legal", "Customer Care", "Marketing", "Research")
_ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Europe/Warsaw", "America/Sao_Paulo")
_TINTS: Final = ("red", "navy blue", "forest green", "ivory", "charcoal", "rose", "amber", "teal")
_TUNES: Final = (
    "Night",
    "River",
    "Heart",
    "Summer",
    "Shadow",
    "Fire",
    "Road",
    "Dream",
    "Rain",
    "Golden",
    "Home",
    "Broken",
)


def _order(draw: Draw) -> str:
    """Sixteen random digits that begin as cards do; one in ten passes the Luhn check."""
    return draw.any(("40", "42", "51", "55")) + draw.digits(14)


def _serial(draw: Draw) -> str:
    return str(4_000_000_000_000_000 + draw.form * 1_000 + draw.row * 7)


def _counter(draw: Draw) -> str:
    return str(100_000_000 + draw.form + draw.row)


def _seconds(draw: Draw) -> str:
    return str(1_600_000_000 + draw.rng.randrange(150_000_000))


def _milliseconds(draw: Draw) -> str:
    return _seconds(draw) + draw.digits(3)


def _version(draw: Draw) -> str:
    parts = (draw.rng.randint(1, 12), draw.rng.randint(0, 30), draw.rng.randint(0, 9), draw.rng.randint(0, 250))
    return ".".join(str(part) for part in parts)


def _tracking(draw: Draw) -> str:
    return "1Z" + draw.letters(6, UPPER + "0123456789") + draw.digits(10)


def _tracking_digits(draw: Draw) -> str:
    return draw.any(("9400", "9205", "9361")) + draw.digits(18)


def _sku(draw: Draw) -> str:
    return f"{draw.letters(3)}-{draw.digits(4)}-{draw.letters(2)}"


def _uuid(draw: Draw) -> str:
    return str(uuid.UUID(int=draw.rng.getrandbits(128), version=4))


def _md5(draw: Draw) -> str:
    return f"{draw.rng.getrandbits(128):032x}"


def _sha256(draw: Draw) -> str:
    return hashlib.sha256(draw.rng.randbytes(8)).hexdigest()


def _product(draw: Draw) -> str:
    return f"{draw.any(_HOW)} {draw.any(_GOODS)} {draw.rng.randint(2, 900)}"


def _isbn(draw: Draw) -> str:
    body = "978" + draw.digits(9)
    return body + ean.calc_check_digit(body)


def _ean(draw: Draw) -> str:
    body = draw.any(("40", "50", "59", "30", "76")) + draw.digits(10)
    return body + ean.calc_check_digit(body)


def _isin(draw: Draw) -> str:
    body = draw.any(("DE", "US", "FR", "GB")) + draw.digits(9)
    return body + isin.calc_check_digit(body)


def _price(draw: Draw) -> str:
    return f"{draw.rng.lognormvariate(3.2, 1):.2f}"


def _invoice(draw: Draw) -> str:
    return f"INV-{draw.rng.randint(2019, 2026)}-{draw.row + 10_000:06d}"


def _path(draw: Draw) -> str:
    return f"/var/data/{draw.any(('import', 'batch', 'archive'))}/{draw.digits(8)}/part-{draw.digits(5)}.parquet"


def _url(draw: Draw) -> str:
    return f"https://shop.example.com/{draw.any(('products', 'help', 'search'))}/{draw.digits(6)}?page={draw.digits(2)}"


def _song(draw: Draw) -> str:
    return draw.any(
        (
            f"{draw.any(_TUNES)} {draw.any(_TUNES)}",
            f"The {draw.any(_TUNES)} Song",
            f"{draw.any(_TUNES)} of {draw.any(_TUNES)}",
        )
    )


def _ordered(draw: Draw) -> str:
    year, month, day = draw.day(2021, 2025)
    return f"{year}-{month:02d}-{day:02d}"


def _stamp(draw: Draw) -> str:
    return datetime.fromtimestamp(int(_seconds(draw)), UTC).strftime("%Y-%m-%d %H:%M:%S")


def _hex(draw: Draw) -> str:
    return f"{draw.rng.getrandbits(48):012x}"


def _object(draw: Draw) -> str:
    return f"{draw.rng.getrandbits(96):024x}"


def _nine(draw: Draw) -> str:
    return draw.digits(9, "123456789")


def _eleven(draw: Draw) -> str:
    return draw.digits(11, "123456789")


def _luhn_ten(draw: Draw) -> str:
    """Ten digits of which the last is a Luhn digit: internal numbers are often made so."""
    body = draw.digits(9, "56789")
    return body + luhn.calc_check_digit(body)


def _measure(draw: Draw) -> str:
    return f"{draw.rng.gauss(21, 4):.3f}"


def _one_of(words: tuple[str, ...]) -> Callable[[Draw], str]:
    return lambda draw: draw.any(words)


def _decoy(
    identity: str,
    make: Callable[[Draw], str],
    names: tuple[str, ...],
    look: Look,
    family: Family,
    *,
    whole: bool = False,
    rising: bool = False,
) -> Kind:
    return Kind(identity, None, make, {"en": names}, look=look, family=family, whole=whole, rising=rising)


DECOYS: Final = (
    _decoy("order_number", _order, ("order number", "order no"), "digits", "orders", whole=True),
    _decoy("rising_order_number", _serial, ("order id", "sale no"), "digits", "orders", whole=True, rising=True),
    _decoy("counter", _counter, ("row number", "sequence", "event no"), "digits", "logs", whole=True, rising=True),
    _decoy("epoch_seconds", _seconds, ("created at", "ts", "updated"), "digits", "logs", whole=True),
    _decoy("epoch_milliseconds", _milliseconds, ("event time", "ts ms"), "digits", "logs", whole=True),
    _decoy("version", _version, ("version", "build", "firmware version"), "code", "logs"),
    _decoy("tracking_number", _tracking, ("tracking number", "tracking no"), "code", "orders"),
    _decoy("tracking_digits", _tracking_digits, ("parcel number", "shipment"), "digits", "orders"),
    _decoy("sku", _sku, ("sku", "article no"), "code", "orders"),
    _decoy("uuid_key", _uuid, ("order uuid", "event id", "request id"), "code", "logs"),
    _decoy("md5", _md5, ("checksum", "md5", "etag"), "code", "logs"),
    _decoy("sha256", _sha256, ("sha256", "content hash", "digest"), "code", "logs"),
    _decoy("product_name", _product, ("product name", "item", "title"), "words", "orders"),
    _decoy(
        "company_name", lambda draw: str(draw.fake.company()), ("company", "supplier name", "vendor"), "words", "orders"
    ),
    _decoy("isbn", _isbn, ("isbn", "isbn13"), "digits", "orders", whole=True),
    _decoy("ean", _ean, ("ean", "gtin", "barcode"), "digits", "orders", whole=True),
    _decoy("isin", _isin, ("isin", "security isin"), "code", "orders"),
    _decoy("price", _price, ("price", "amount", "net total"), "decimal", "orders"),
    _decoy(
        "quantity",
        lambda draw: str(draw.rng.randint(1, 40)),
        ("quantity", "qty", "stock"),
        "decimal",
        "orders",
        whole=True,
    ),
    _decoy("status", _one_of(_STATES), ("status", "order state"), "words", "orders"),
    _decoy("file_path", _path, ("path", "file path", "object key"), "text", "logs"),
    _decoy("url", _url, ("url", "link", "page url"), "text", "logs"),
    _decoy("song_title", _song, ("song", "track title"), "words", "orders"),
    _decoy("invoice_number", _invoice, ("invoice number", "invoice no"), "code", "orders", rising=True),
    _decoy("order_date", _ordered, ("order date", "shipped on", "invoice date"), "date", "orders"),
    _decoy("log_time", _stamp, ("timestamp", "logged at", "received"), "date", "logs"),
    _decoy(
        "port",
        lambda draw: str(draw.any((22, 80, 443, 5432, 8080, 8443, 9200)) + draw.rng.randrange(3)),
        ("port", "dst port"),
        "decimal",
        "logs",
        whole=True,
    ),
    _decoy("time_zone", _one_of(_ZONES), ("time zone", "timezone", "tz"), "words", "logs"),
    _decoy("colour", _one_of(_TINTS), ("colour", "color"), "words", "orders"),
    _decoy("department", _one_of(_TEAMS), ("department", "cost centre name"), "words", "orders"),
    _decoy("hex_id", _hex, ("node id", "trace id", "span"), "code", "logs"),
    _decoy("object_id", _object, ("document id", "oid"), "code", "logs"),
    _decoy("nine_digit_id", _nine, ("article number", "batch", "listing"), "digits", "orders", whole=True),
    _decoy("eleven_digit_id", _eleven, ("shipment number", "transaction no"), "digits", "orders", whole=True),
    _decoy("luhn_reference", _luhn_ten, ("payment reference", "reference no"), "digits", "orders", whole=True),
    _decoy("temperature", _measure, ("temperature", "reading", "value"), "decimal", "logs"),
)
