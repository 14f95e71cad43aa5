"""Which column or view did a query mean that names one there is not? The nearest, and all there are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from custodes.engine.interface import QuestionFailed

_COLUMN: Final = re.compile(
    r'Referenced column "(?P<free>[^"\n]+)" (?:was )?not found'
    r'|"(?P<of>[^"\n]+)" does not have a column named "(?P<bound>[^"\n]+)"'
)
_CANDIDATES: Final = re.compile(r"^Candidate bindings:[: ]*(?P<names>.*)$", re.MULTILINE)


def misnamed(error: str, sql: str, views: Mapping[str, Sequence[str]]) -> QuestionFailed | None:
    """What to say of a column that is not there; None where the error is about something else.

    error: DuckDB's words. sql: the query. views: by name, their columns; those that the query speaks of are listed.
    """
    match = _COLUMN.search(error)
    if match is None:
        return None
    name = match["free"] or match["bound"]
    spoken = {view: columns for view, columns in views.items() if re.search(rf"\b{view}\b", sql, re.IGNORECASE)}
    listed = _CANDIDATES.search(error)
    # First what the engine itself sees at that place: a query's own common tables have columns, too.
    near = re.findall(r'"([^"]+)"', listed["names"]) if listed else []
    known = [*near, *(column for columns in spoken.values() for column in columns)]
    close = get_close_matches(name, list(dict.fromkeys(known)), n=1)
    steps = [f'did you mean "{close[0]}"?'] if close else []
    steps += [f"{view} has: {', '.join(columns)}" for view, columns in spoken.items()]
    return QuestionFailed(f'there is no column "{name}"', " ".join(steps) or "correct the query")
