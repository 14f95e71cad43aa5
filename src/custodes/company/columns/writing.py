"""How is a column called, typed, dirtied and nested?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

import pyarrow as pa

from custodes.company.columns.draw import DIGITS, Draw

Place = Literal["column", "struct", "list", "json"]

_STYLES: Final = ("snake", "snake", "camel", "joined", "upper", "pascal", "prefixed")
_PREFIXES: Final = {
    "en": ("customer", "user", "cust"),
    "de": ("kunde", "kd"),
    "fr": ("client",),
    "es": ("cliente",),
    "pl": ("klient",),
}
_OPAQUE: Final = ("c{}", "col_{}", "attr_{}", "f{:03d}", "x{}", "field{}")
_DECIMAL: Final = re.compile(r"-?\d{1,9}\.\d{1,6}")
_EMPTY: Final = ("N/A", "-", "n/a", "unknown", "NULL")


def styled(words: str, draw: Draw) -> str:
    """`first name` as first_name, firstName, firstname, FIRST_NAME, FirstName or customer_first_name."""
    parts = words.split()
    style = draw.rng.choice(_STYLES)
    if style == "camel":
        return parts[0] + "".join(part.capitalize() for part in parts[1:])
    if style == "pascal":
        return "".join(part.capitalize() for part in parts)
    if style == "joined":
        return "".join(parts)
    if style == "prefixed":
        return "_".join((draw.rng.choice(_PREFIXES.get(draw.locale.language, _PREFIXES["en"])), *parts))
    name = "_".join(parts)
    return name.upper() if style == "upper" else name


def opaque(number: int, draw: Draw) -> str:
    """A name that says nothing, in the style of its table."""
    return draw.of(_OPAQUE).format(number)


def dirtied(values: Sequence[str], draw: Draw) -> list[str | None]:
    """A fifth is missing, some blank, some say so in words, and three in a hundred have a typing mistake."""
    made: list[str | None] = []
    for value in values:
        luck = draw.rng.random()
        if luck < 0.2:
            made.append(None)
        elif luck < 0.23:
            made.append("")
        elif luck < 0.26:
            made.append(draw.rng.choice(_EMPTY))
        elif luck < 0.29:
            made.append(_mistyped(value, draw))
        else:
            made.append(value)
    return made


def _mistyped(value: str, draw: Draw) -> str:
    at = draw.rng.randrange(len(value))
    kind = draw.rng.randrange(3)
    if kind == 0:
        return value[:at] + value[at + 1 :]
    if kind == 1 and at + 1 < len(value):
        return value[:at] + value[at + 1] + value[at] + value[at + 2 :]
    return value[:at] + draw.rng.choice(DIGITS) + value[at + 1 :]


def typed(values: Sequence[str | None]) -> pa.Array:
    """As whole numbers, dates, times or decimals where every value is one and none loses a zero in front; else text."""
    filled = [value for value in values if value is not None]
    if filled and all(value.isascii() and value.isdigit() and value[0] != "0" and len(value) <= 18 for value in filled):
        return pa.array([None if value is None else int(value) for value in values], pa.int64())
    for read, kind in ((date.fromisoformat, pa.date32()), (datetime.fromisoformat, pa.timestamp("us"))):
        try:
            return pa.array([None if value is None else read(value) for value in values], kind)
        except ValueError:
            continue
    if filled and all(_DECIMAL.fullmatch(value) for value in filled):
        return pa.array([None if value is None else Decimal(value) for value in values], pa.decimal128(18, 6))
    return pa.array(values, pa.string())


def placed(place: Place, name: str, leaf: str, values: Sequence[str | None]) -> tuple[pa.Array, str]:
    """The column and the path of its values: in a struct, a list, or a JSON document in a column of text."""
    if place == "struct":
        kind = pa.struct([("id", pa.int64()), (leaf, pa.string())])
        return pa.array([{"id": row, leaf: value} for row, value in enumerate(values)], kind), f"{name}.{leaf}"
    if place == "list":
        return pa.array([[] if value is None else [value] for value in values], pa.list_(pa.string())), f"{name}[]"
    if place == "json":
        documents = [
            json.dumps({"seq": row, "body": {leaf: value, "ok": True}}, ensure_ascii=row % 2 == 0)
            for row, value in enumerate(values)
        ]
        return pa.array(documents, pa.string()), f"{name}.body.{leaf}"
    return pa.array(values, pa.string()), name
