"""Do words that are held as dictionaries say the same as texts, and is one table held in one way?"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.words import coded, own, texts

WORD = st.one_of(st.none(), st.sampled_from(["", "a", "b", "é", "\U0001f9c2"]))
ROW = st.fixed_dictionaries(
    {
        "actor": st.sampled_from(["staff:a", "staff:b"]),
        "party": WORD,
        "subject": WORD,
        "fields": st.lists(st.sampled_from(["email", "phone", "é"]), max_size=3),
        "records": st.integers(0, 3),
    }
)
SCHEMA = pa.schema(
    [
        ("actor", pa.string()),
        ("party", pa.string()),
        ("subject", pa.string()),
        ("fields", pa.list_(pa.string())),
        ("records", pa.int64()),
    ]
)


def in_pieces(rows: list[dict[str, Any]], cut: int) -> pa.Table:
    """The rows in chunks that share no dictionary, the second one cut out of more."""
    first = pa.Table.from_pylist(rows[:cut], SCHEMA)
    more = pa.Table.from_pylist([*rows[:1], *rows[cut:], *rows[:2]], SCHEMA)
    second = coded(more).slice(1, len(rows) - cut)
    return pa.concat_tables([coded(first), second])


@settings(max_examples=50, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), st.integers(0, 12))
def test_however_rows_lay_they_are_held_in_one_way(rows: list[dict[str, Any]], cut: int) -> None:
    """Chunks, slices and words of other rows change neither what is said nor the dictionaries."""
    plain = pa.Table.from_pylist(rows, SCHEMA)
    held = own(coded(plain))
    again = own(coded(in_pieces(rows, min(cut, len(rows)))))
    for name in SCHEMA.names:
        assert held.column(name).chunk(0).equals(again.column(name).chunk(0))
    assert texts(held).cast(SCHEMA).equals(plain)
    assert held.to_pylist() == rows
    words = held.column("actor").chunk(0).dictionary.to_pylist()
    assert words == sorted({row["actor"] for row in rows})


def test_nothing_is_nothing() -> None:
    """A table without rows stays one."""
    empty = own(coded(SCHEMA.empty_table()))
    assert texts(empty).cast(SCHEMA).equals(SCHEMA.empty_table())
