"""What do plain lines of JSON say, as columns? They never become objects of Python.

The native part tells which lines are odd: those in which two readers of JSON might see different things, or where a
place holds what is neither text, whole number nor list of texts. They are for the careful ways.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes import _native

_TEXT: Final = 1
_WHOLE: Final = 2
_LIST: Final = 3


def places(paths: Collection[str]) -> list[tuple[str, str | None]] | None:
    """The paths as the native part takes them; None where one of them goes deeper than it looks."""
    split = [path.split(".") for path in paths]
    if any(len(steps) > 2 or "" in steps or not path.isprintable() for steps, path in zip(split, paths, strict=True)):
        return None
    return [(steps[0], steps[1] if len(steps) == 2 else None) for steps in split]


class PlainLines:
    """The lines of a block, each with its line end. odd: which of them say nothing here. See `columns.Work`."""

    def __init__(self, block: bytes, paths: Collection[str], asked: list[tuple[str, str | None]]) -> None:
        odd, ends, found = _native.json_lines(block, asked)
        self.block = block
        self.odd = np.frombuffer(odd, np.uint8).astype(bool)
        self.count = len(self.odd)
        self._ends = np.frombuffer(ends, "<u8")
        self._found = dict(zip(paths, found, strict=True))
        self._texts: dict[str, pa.Array] = {}

    def line(self, number: int) -> bytes:
        """A line as it is in the file, without its line end."""
        start = int(self._ends[number - 1]) + 1 if number else 0
        return self.block[start : int(self._ends[number])]

    def texts(self, path: str) -> pa.Array:
        """See Work."""
        known = self._texts.get(path)
        if known is None:
            kinds = self._kinds(path)
            self.odd |= kinds == _LIST
            known = self._texts[path] = trimmed(self._raw(path, kinds))
        return known

    def stamps(self, path: str) -> pa.Array | None:
        """See Work."""
        kinds = self._kinds(path)
        told = set(np.unique(kinds[~self.odd]).tolist())
        if told == {_TEXT}:
            return self._raw(path, kinds)
        return self._raw(path, kinds).cast(pa.int64()) if told == {_WHOLE} else None

    def lists(self, path: str) -> pa.Array | None:
        """See Work."""
        if np.any((kinds := self._kinds(path)) == _TEXT) or np.any(kinds == _WHOLE):
            return None
        _, _, _, lists, items, data = self._found[path]
        count = len(items) // 4 - 1
        texts = pa.StringArray.from_buffers(count, pa.py_buffer(items), pa.py_buffer(data))
        offsets = pa.Array.from_buffers(pa.int32(), self.count + 1, [None, pa.py_buffer(lists)])
        return pa.ListArray.from_arrays(offsets, texts)

    def found(self, path: str) -> list[Any]:
        """See Work."""
        kinds = self._kinds(path)
        lists = (
            self.lists(path) if np.any(kinds == _LIST) and not np.any((kinds == _TEXT) | (kinds == _WHOLE)) else None
        )
        if lists is not None:
            return [value if kind == _LIST else None for kind, value in zip(kinds, lists.to_pylist(), strict=True)]
        self.odd |= kinds == _LIST
        texts = self._raw(path, kinds).to_pylist()
        return [int(text) if kind == _WHOLE else text for kind, text in zip(kinds, texts, strict=True)]

    def _kinds(self, path: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
        return np.frombuffer(self._found[path][0], np.uint8)

    def _raw(self, path: str, kinds: np.ndarray[Any, np.dtype[np.uint8]]) -> pa.Array:
        _, ends, data, *_ = self._found[path]
        there = (kinds == _TEXT) | (kinds == _WHOLE)
        validity = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
        return pa.StringArray.from_buffers(self.count, pa.py_buffer(ends), pa.py_buffer(data), validity)


def trimmed(texts: pa.Array) -> pa.Array:
    """Without blanks around each text, null where nothing is left."""
    texts = pc.utf8_trim_whitespace(texts)
    if pc.any(pc.equal(pc.binary_length(texts), 0)).as_py():
        texts = pc.if_else(pc.equal(texts, ""), None, texts)
    return texts


def suspect(column: pa.Array) -> pa.Array | None:
    """Which texts may hold a direct identifier; None where none does."""
    if not len(column):
        return None
    found = np.frombuffer(_native.suspects(*cut(column), len(column)), np.uint8).astype(bool)
    return pc.and_kleene(pa.array(found), column.is_valid()) if found.any() else None


def cut(column: pa.Array) -> tuple[pa.Buffer, pa.Buffer]:
    """Offsets and data of a column of texts that is not empty, without what lies before and behind it."""
    offsets, data = column.buffers()[1:3]
    offsets = offsets.slice(column.offset * 4, (len(column) + 1) * 4)
    first, last = np.frombuffer(offsets, "<i4")[[0, -1]].tolist()
    return offsets, pa.py_buffer(b"") if data is None else data.slice(first, last - first)
