"""Which shape does a value have? The small tests on one value, by the names that a category's file may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from custodes.datamap import figures, things
from custodes.datamap.days import age, birth_date, birth_year, day
from custodes.datamap.openers import handle, secret, security_code, token
from custodes.datamap.people import (
    full_name,
    gender,
    has_family_name,
    has_given_name,
    is_firm,
    name_word,
    salutation,
    words,
)
from custodes.datamap.places import (
    clear_postcode,
    clear_street,
    country,
    known_town,
    place,
    postcode,
    street,
    whole_address,
)

__all__ = [
    "SHAPES",
    "birth_date",
    "clear_postcode",
    "clear_street",
    "day",
    "has_family_name",
    "has_given_name",
    "is_firm",
    "known_town",
    "whole_address",
    "words",
]


_PHONE: Final = re.compile(r"(?:tel:)?\+?[\d\s().\-/\u2010-\u2013]+(?:,?\s?(?:x|ext\.?|#)\s?\d{1,6})?", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"\d+\.\d+")


def phone(value: str) -> bool:
    """Six to fifteen digits with nothing but the marks phone numbers have; no date, no decimal number."""
    plain = value.strip()
    if _PHONE.fullmatch(plain) is None:
        return False
    digits = sum(c.isdigit() for c in plain)
    return 6 <= digits <= 19 and _DECIMAL.fullmatch(plain) is None and day(plain) is None


def document(value: str) -> bool:
    """One word of five to twenty capitals and digits with a digit in it, perhaps parted, as papers are numbered."""
    plain = value.strip()
    compact = re.sub(r"[ \-./]", "", plain)
    return (
        re.fullmatch(r"[A-Za-z0-9]{5,20}", compact) is not None
        and any(sign.isdigit() for sign in compact)
        and len(plain) <= 26
        and day(plain) is None
    )


def plate(value: str) -> bool:
    """Two to ten letters and digits, at least one digit, as vehicles' plates have."""
    plain = value.strip()
    compact = re.sub(r"[ \-.\u00b7:]", "", plain)
    return 2 <= len(compact) <= 10 and compact.isalnum() and any(c.isdigit() for c in compact) and len(plain) <= 13


SHAPES: Final[Mapping[str, Callable[[str], bool]]] = {
    "name_word": name_word,
    "full_name": full_name,
    "salutation": salutation,
    "street": street,
    "postcode": postcode,
    "place": place,
    "country": country,
    "birth_date": birth_date,
    "birth_year": birth_year,
    "age": age,
    "security_code": security_code,
    "secret": secret,
    "token": token,
    "handle": handle,
    "gender": gender,
    "phone": phone,
    "document": document,
    "plate": plate,
    "amount": figures.amount,
    "credit_score": figures.credit_score,
    "template": figures.template,
    "latitude": things.latitude,
    "longitude": things.longitude,
    "coordinates": things.coordinates,
    "cookie": things.cookie,
    "card_month": things.card_month,
    "blood_type": things.blood_type,
    "terms": things.terms,
}
