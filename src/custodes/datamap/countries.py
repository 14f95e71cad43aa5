"""Which countries is a dataset about? Asked of country codes, domains, accounts and phone numbers in its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from custodes.datamap.claim import ColumnView

_CODES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
# Domains of countries that are used by everybody, for what they spell.
_EVERYBODYS: Final = frozenset({"IO", "CO", "ME", "TV", "AI", "FM", "LY", "GG", "CC", "TO", "SH", "IM", "LA", "WS"})
_DOMAIN: Final = re.compile(r"@[^@\s]+\.([a-z]{2})", re.IGNORECASE)
_PLUS: Final = re.compile(r"\+(\d{1,3})")
_LEAST: Final = 0.2  # of what a column says, so that a few foreign customers make no foreign table


def country_codes(columns: Sequence[ColumnView]) -> tuple[str, ...]:
    """Two-letter codes in a column that is called country, the most frequent first, a few of them."""
    for column in columns:
        if "country" in column.promises:
            codes = Counter(v.upper() for v in column.profile.values if len(v) == 2 and v.upper() in _CODES)
            return tuple(code for code, _ in sorted(codes.items(), key=lambda item: (-item[1], item[0]))[:8])
    return ()


def countries(columns: Sequence[ColumnView]) -> frozenset[str]:
    """Codes of the countries that a fifth or more of a column's values speak of."""
    found = set()
    for column in columns:
        best = column.best()
        spoken: Counter[str] = Counter()
        for value in column.profile.values:
            spoken.update(_said(value, best.category if best is not None else "", told="country" in column.promises))
        total = len(column.profile.values)
        found |= {code for code, count in spoken.items() if count >= max(2, _LEAST * total)}
    return frozenset(found)


def _said(value: str, category: str, *, told: bool) -> set[str]:
    if told:
        return {value.upper()} & _CODES
    if category == "email":
        domain = _DOMAIN.search(value)
        # The United Kingdom's domain is not its code.
        code = "" if domain is None else domain[1].upper().replace("UK", "GB")
        return {code} & _CODES - _EVERYBODYS
    if category == "iban":
        return {value[:2].upper()} & _CODES
    if category == "phone" and (plus := _PLUS.match(value)) is not None:
        regions = next(
            (
                COUNTRY_CODE_TO_REGION_CODE[int(plus[1][:n])]
                for n in (1, 2, 3)
                if int(plus[1][:n]) in COUNTRY_CODE_TO_REGION_CODE
            ),
            (),
        )
        return set(regions[:1])
    return set()
