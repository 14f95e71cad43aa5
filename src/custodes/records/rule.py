"""How does the owner say which part of a record is which column?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """How one column is made from a record: exactly one of path, template, query or const, then the value map.

    path: dotted (`user.id`, `items.0.sku`). template: text with `{dotted.path}` parts. query: a JMESPath expression.
    values: translations; `default` when the value (or the path) is missing. format: of a time, as strptime has it.
    """

    path: str | None = None
    template: str | None = None
    query: str | None = None
    const: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    token: bool = False  # always replace by a keyed token: a name or address has no pattern to be seen by
    format: str | None = None
