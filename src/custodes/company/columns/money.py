"""Which columns hold accounts, cards and wallets?"""

from __future__ import annotations

import hashlib
from typing import Final

from stdnum import bic, iban, luhn
from stdnum.us import rtn

from custodes.company.columns.draw import DIGITS, Draw, grouped
from custodes.company.columns.kind import Kind

_BANKS: Final = ("DEUT", "COBA", "BNPA", "CHAS", "BARC", "INGB", "NDEA", "CAIX", "PKOP", "UNCR", "RABO", "SOGE")
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Country, its places behind the two check digits: n digits, a capital letters (ISO 13616).
_IBANS: Final = (
    "DEnnnnnnnnnnnnnnnnnn",
    "GBaaaannnnnnnnnnnnnn",
    "NLaaaannnnnnnnnn",
    "PLnnnnnnnnnnnnnnnnnnnnnnnn",
    "ATnnnnnnnnnnnnnnnn",
    "SEnnnnnnnnnnnnnnnnnnnn",
    "DKnnnnnnnnnnnnnn",
    "CHnnnnnnnnnnnnnnnnn",
    "IEaaaannnnnnnnnnnnnn",
    "LTnnnnnnnnnnnnnnnn",
    "PTnnnnnnnnnnnnnnnnnnnnn",
)


def card(draw: Draw) -> str:
    """A number with an issuer's range and its check digit."""
    start, length = draw.any(
        (("4", 16), ("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16))
    )
    body = start + draw.digits(length - 1 - len(start))
    number = body + luhn.calc_check_digit(body)
    sizes = (4, 6) if length == 15 else (4, 4, 4)
    return draw.of((number, grouped(number, sizes, " "), number, grouped(number, sizes, "-")))


def account(draw: Draw) -> str:
    """An IBAN of one of eleven countries, in groups of four in half of the columns."""
    layout = draw.any(_IBANS)
    body = "".join(draw.any(DIGITS) if place == "n" else draw.letters(1) for place in layout[2:])
    if layout.startswith(
        "PT"
    ):  # national check digits inside: python-stdnum asks for them only where it knows the country
        body = body[:-2] + f"{98 - int(body[:-2] + '00') % 97:02d}"
    number = layout[:2] + iban.calc_check_digits(f"{layout[:2]}00{body}") + body
    return grouped(number, (4,) * (len(number) // 4), " ") if draw.form % 2 else number


def bank_code(draw: Draw) -> str:
    """A BIC: bank, country, place, and a branch in half of the columns."""
    return draw.valid(
        lambda: (
            draw.any(_BANKS)
            + draw.any(("DE", "FR", "GB", "PL", "NL", "US"))
            + draw.any(("FF", "PP", "2L", "33", "PW"))
            + (draw.any(("XXX", "500", "LON")) if draw.form % 2 else "")
        ),
        bic,
    )


def routing(draw: Draw) -> str:
    """An ABA routing number with its check digit."""
    body = draw.any(("01", "02", "03", "04", "06", "07", "11", "12", "21", "31")) + draw.digits(6)
    return body + rtn.calc_check_digit(body)


def bank_account(draw: Draw) -> str:
    """An account number without a check."""
    return draw.digits(draw.of((8, 10, 12)), "123456789")


def security_code(draw: Draw) -> str:
    """What is printed on a card's back."""
    return draw.digits(3)


def expiry(draw: Draw) -> str:
    """Month and year."""
    return f"{draw.rng.randint(1, 12):02d}/{draw.rng.randint(26, 32)}"


def bitcoin(draw: Draw) -> str:
    """A pay-to-public-key-hash address with its double SHA-256 check."""
    payload = bytes([0]) + draw.rng.randbytes(20)
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def ethereum(draw: Draw) -> str:
    """Forty hexadecimal digits in small letters behind 0x."""
    return f"0x{draw.rng.getrandbits(160):040x}"


MONEY: Final = (
    Kind(
        "payment_card",
        "payment_card",
        card,
        {
            "en": ("card number", "credit card", "pan", "cc num"),
            "de": ("kartennummer", "kreditkarte"),
            "fr": ("numero carte",),
            "es": ("tarjeta", "numero tarjeta"),
        },
        tells=True,
        whole=True,
        family="orders",
    ),
    Kind(
        "card_security_code",
        "card_security_code",
        security_code,
        {"en": ("cvv", "cvc", "card security code"), "de": ("kartenpruefnummer",)},
        family="orders",
    ),
    Kind(
        "card_expiry",
        "card_expiry",
        expiry,
        {"en": ("card expiry", "exp date", "expiration date"), "de": ("gueltig bis",)},
        look="date",
        family="orders",
    ),
    Kind(
        "iban",
        "iban",
        account,
        {
            "en": ("iban", "bank account iban"),
            "de": ("iban", "bankverbindung"),
            "fr": ("iban",),
            "es": ("cuenta bancaria",),
        },
        look="code",
        tells=True,
        family="orders",
    ),
    Kind(
        "bic",
        "bic",
        bank_code,
        {"en": ("bic", "swift code", "swift"), "de": ("bic",)},
        look="code",
        tells=True,
        family="orders",
    ),
    Kind(
        "us_aba_routing",
        "us_aba_routing",
        routing,
        {"en": ("aba", "routing number", "aba routing")},
        tells=True,
        family="orders",
    ),
    Kind(
        "bank_account",
        "bank_account",
        bank_account,
        {"en": ("account number", "bank account number"), "de": ("kontonummer",), "es": ("numero de cuenta",)},
        family="orders",
    ),
    Kind(
        "bitcoin_address",
        "bitcoin_address",
        bitcoin,
        {"en": ("btc address", "bitcoin wallet", "wallet address")},
        look="code",
        tells=True,
        family="orders",
        also=frozenset({"crypto_address"}),
    ),
    Kind(
        "ethereum_address",
        "ethereum_address",
        ethereum,
        {"en": ("eth address", "ethereum wallet", "wallet")},
        look="code",
        tells=True,
        family="orders",
        also=frozenset({"crypto_address"}),
    ),
)
