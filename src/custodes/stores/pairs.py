"""Which `key=value` does a line hold, and what stands between them?"""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa

LONGEST: Final = 1 << 20  # characters of a line that is taken apart
LEAST: Final = 2  # pairs: one alone is a word of a sentence
# What a column of such lines says of itself, in its metadata: whoever reads it further takes its pairs apart.
TOLD: Final = {b"holds": b"pairs"}

_PAIR: Final = re.compile(r"(?:(?<=\s)|^)([A-Za-z_][\w.-]{0,63})=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\"]+))")


def pairs(text: str) -> list[tuple[str, str]]:
    """Keys and values of a line of two pairs or more; none of any other."""
    found = _PAIR.findall(text) if len(text) <= LONGEST else []
    return [(key, quoted or bare) for key, quoted, bare in found] if len(found) >= LEAST else []


def between(text: str) -> str:
    """The words between the pairs of a line; all of a line that holds none."""
    if len(text) > LONGEST:
        return text
    rest, found = _PAIR.subn(" ", text)
    return " ".join(rest.split()) if found >= LEAST else text


def told(batch: pa.RecordBatch, column: str) -> pa.RecordBatch:
    """The batch with TOLD in the metadata of a column."""
    place = batch.schema.get_field_index(column)
    schema = batch.schema.set(place, batch.schema.field(place).with_metadata(TOLD))
    return pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def hold(field: pa.Field) -> bool:
    """Whether a column says that its lines are of pairs."""
    return bool(field.metadata) and dict(field.metadata).items() >= TOLD.items()
