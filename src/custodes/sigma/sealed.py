"""What do rules for the product `custodes` see? The columns of our sealed events, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custodes.records import EVENT_COLUMNS
from custodes.sigma.condition import Columns
from custodes.sigma.value import quoted

_LISTS: Final = ("fields",)
_TEXTS: Final = tuple(name for name in EVENT_COLUMNS if name not in {"time", "recorded", "records", *_LISTS})


def sealed_columns(fields: Mapping[str, str]) -> Columns:
    """The columns of the view `event`, and the owner's names for some of them: `User = "actor"`."""
    column = {name: quoted(name) if name in _LISTS else f"cast({quoted(name)} as varchar)" for name in EVENT_COLUMNS}
    meant = {name: column[its] for name, its in fields.items() if its in column}
    listed = {name for name, its in fields.items() if its in _LISTS}
    words = ", ".join(quoted(name) for name in _TEXTS)
    return Columns(
        {**column, **meant},
        frozenset({*_LISTS, *listed}),
        f"concat_ws(chr(10), {words}, array_to_string(fields, chr(10)))",
    )
