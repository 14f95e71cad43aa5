"""How does a row of numbers become a sentence that a person can follow?

A reason is a text, or a list of sentences. `{column}` is replaced by the column's value (or the parameter of that
name): numbers with separators, times to the minute in UTC, lists by their first five. `{n:customer}` counts ("1
customer", "3 customers"; `{n:party/parties}` where adding an s is wrong), `{share:%}` is a percentage. A sentence of a
list is left out when one of its values is absent, so that no reader ever meets an empty word.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

_SHOWN: Final = 5
_UNKNOWN: Final = "unknown"


def names(sentence: str) -> frozenset[str]:
    """The columns a sentence uses. Raises ValueError when it is no template, or uses more than plain names."""
    found = set()
    for _, name, _, conversion in string.Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            raise ValueError(f'"{name}" is no column name')
        found.add(name)
    return frozenset(found)


def tell(sentences: Sequence[str], values: Mapping[str, object]) -> str:
    """The reason. A sentence with an absent value is left out; the first one says "unknown" instead."""
    told = []
    for place, sentence in enumerate(sentences):
        if place and any(_absent(values.get(name)) for name in names(sentence)):
            continue
        parts = []
        for literal, name, spec, _ in string.Formatter().parse(sentence):
            parts.append(literal)
            if name is not None:
                parts.append(_shown(values.get(name), spec or ""))
        told.append("".join(parts))
    return " ".join(" ".join(told).split())


def _absent(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, float) and math.isnan(value))


def _shown(value: object, spec: str) -> str:
    if _absent(value):
        return _UNKNOWN
    if isinstance(value, list | tuple):
        # In order, because an aggregate gives its items in any: two runs must tell the same sentence.
        shown = [_shown(item, "") for item in sorted(value, key=str)[:_SHOWN]]
        rest = len(value) - len(shown)
        return ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return f"{moment:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, spec)
    return str(value)


def _number(value: float, spec: str) -> str:
    if spec == "%":
        return f"{value * 100:.0f} %"
    number = f"{value:,.0f}" if value == int(value) or abs(value) >= 10 else f"{value:.2g}"
    if not spec:
        return number
    one, _, many = spec.partition("/")
    return f"{number} {one if number == '1' else many or one + 's'}"
