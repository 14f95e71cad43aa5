"""Between which days do a dataset's rows lie? Told by a column that says when each row was made, where there is one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from custodes.datamap import headers

_ISO: Final = r"^(19|20)\d\d-\d\d-\d\d($|[T ]\d\d:\d\d)"
# Words in the header of a column that dates its rows; the first ones say it best.
_MADE: Final = (
    *("created", "inserted", "added", "placed", "logged", "ordered", "paid", "at", "ts", "timestamp", "time"),
    *("date", "day", "datetime", "recorded", "received", "registered", "opened", "modified", "updated"),
)
# And of one that dates something else.
_OTHER: Final = frozenset(
    {"birth", "born", "dob", "expiry", "expires", "expired", "exp", "valid", "until", "due", "end", "ends", "next"}
)
_MOST: Final = 8  # columns looked at
_AHEAD: Final = timedelta(days=2)

Dated = tuple[str, datetime, datetime]  # the column, the first and the last moment in it


class Dates:
    """The first and last date of each column that dates the rows of one dataset."""

    def __init__(self) -> None:
        self._columns: dict[str, tuple[str, str]] = {}
        self._refused: set[str] = set()

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in a batch: columns of text whose header says so and whose cells are dates as ISO 8601 writes them."""
        for name, cells in zip(batch.schema.names, batch.columns, strict=True):
            if name in self._refused or not _is_string(cells.type) or len(cells) == cells.null_count:
                continue
            if name not in self._columns and (_rank(name) is None or len(self._columns) >= _MOST):
                self._refused.add(name)
                continue
            # Dates of this form rise as texts do: the first and the last one are enough to see.
            ends = pc.min_max(cells).as_py()
            fits = all(pc.match_substring_regex(pa.scalar(ends[end]), _ISO).as_py() for end in ("min", "max"))
            if not fits:
                self._refused.add(name)
                self._columns.pop(name, None)
                continue
            first, last = self._columns.get(name, (ends["min"], ends["max"]))
            self._columns[name] = min(first, ends["min"]), max(last, ends["max"])

    def told(self, personal: Collection[str], now: datetime) -> Dated | None:
        """The column that says best when rows were made.

        personal: fields that hold somebody's data, such as a birth date.
        """
        found = []
        for name, (first, last) in self._columns.items():
            rank = _rank(name)
            if name in personal or rank is None:
                continue
            try:
                span = _moment(first), _moment(last)
            except ValueError:
                continue
            if span[1] <= now + _AHEAD:  # what lies ahead is no date of a row
                found.append((rank, name, *span))
        return min(found)[1:] if found else None


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _rank(name: str) -> int | None:
    words = headers.tokens(name)
    if not _OTHER.isdisjoint(words):
        return None
    return min((_MADE.index(word) for word in words if word in _MADE), default=None)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
