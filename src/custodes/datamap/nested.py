"""Which fields does a column of text hide? JSON, XML, query strings and key=value lines, each value under its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from custodes.datamap.documents import Leaf, Paths, json_leaves, pair_leaves, query_leaves, xml_leaves
from custodes.datamap.tally import LISTED

_LOOK: Final = 64  # filled cells looked at to decide what a column of text is
_ENOUGH: Final = 0.5  # of these are documents of one kind
_LEAST: Final = 1

Reader = Callable[[str], tuple[list[Leaf], str | None] | None]

_READERS: Final[dict[str, Reader]] = {
    "json": json_leaves,
    "xml": xml_leaves,
    "query": query_leaves,
    "pairs": pair_leaves,
}


@dataclass(slots=True)
class _Known:
    """What is known of one column of text: its reader (None: plain), and the paths found in it."""

    reader: Reader | None = None
    decided: bool = False
    paths: Paths = field(default_factory=Paths)


class Unfolder:
    """Takes the columns of one dataset apart, batch after batch; memory is bounded by the paths that it names."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def unfold(self, path: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
        """The column without what could be read, and under their paths the values that it hides."""
        known = self._known.setdefault(path, _Known())
        if not known.decided:
            known.reader, known.decided = _decide(array)
        if known.reader is None:
            yield path, array
            return
        rest: list[str | None] = []
        documents: list[tuple[int, list[Leaf]]] = []
        for row, cell in enumerate(array.to_pylist()):
            text = _text(cell)
            read = known.reader(text) if text else None
            if read is None:
                rest.append(text)
                continue
            documents.append((row, read[0]))
            rest.append(read[1])
        yield path, pa.array(rest, pa.string())
        separate = any(mark in path for mark in LISTED)
        for inner, cells in known.paths.columns(documents, len(rest)).items():
            yield f"{path}{inner}", pa.array([cell for cell in cells if cell] if separate else cells, pa.string())


def _text(cell: object) -> str | None:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return cell if isinstance(cell, str) else None


def _decide(array: pa.Array) -> tuple[Reader | None, bool]:
    """The reader of most of the first filled cells, and whether there was a cell to decide by."""
    texts: list[str] = []
    for start in range(0, len(array), _LOOK):
        texts += [
            text for cell in array.slice(start, _LOOK).to_pylist() if (text := _text(cell)) and not text.isspace()
        ]
        if len(texts) >= _LOOK:
            break
    if not texts:
        return None, False
    for reader in _READERS.values():
        if sum(reader(text) is not None for text in texts) >= max(_LEAST, _ENOUGH * len(texts)):
            return reader, True
    return None, True
