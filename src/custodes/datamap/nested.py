"""Which fields does a column of text hide? JSON, XML, query strings and key=value lines, each value under its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from custodes.datamap.documents import Leaf, json_leaves, pair_leaves, query_leaves, unescaped, xml_leaves
from custodes.datamap.keys import Personal
from custodes.datamap.paths import Move, Paths
from custodes.stores.names import listed

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

    paths: Paths
    reader: Reader | None = None
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A batch of one column. columns: itself without what could be read, and the values it hides, by path.

    moves: paths of earlier batches that are told as part of another one from now on.
    """

    columns: tuple[tuple[str, pa.Array], ...]
    moves: tuple[Move, ...] = ()


class Unfolder:
    """Takes the columns of one dataset apart, batch after batch; memory is bounded by the paths that it names."""

    def __init__(self, personal: Personal) -> None:
        self._personal = personal
        self._known: dict[str, _Known] = {}

    def unfold(self, path: str, array: pa.Array, *, pairs: bool = False) -> Unfolded:
        """Take in a batch of one column. pairs: its store says that its lines are of `key=value`."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = _Known(Paths(self._personal.keyed()))
        if not known.decided:
            known.reader, known.decided = _decide(array)
            if known.decided and known.reader in (None, unescaped) and pairs:
                known.reader = pair_leaves
        if known.reader is None:
            return Unfolded(((path, array),))
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
        moves = known.paths.learn([leaves for _, leaves in documents])
        found = known.paths.columns(documents, len(rest))
        inner = _arrays(path, found)
        moved = tuple([_below(path, move) for move in moves])
        return Unfolded(((path, pa.array(rest, pa.string())), *inner), moved)


def _arrays(path: str, found: dict[str, list[str | None]]) -> Iterator[tuple[str, pa.Array]]:
    separate = listed(path)
    for inner, cells in found.items():
        yield f"{path}{inner}", pa.array([cell for cell in cells if cell] if separate else cells, pa.string())


def _below(path: str, move: Move) -> Move:
    return Move(f"{path}{move.old}", f"{path}{move.new}", tuple([(f"{path}{keys}", key) for keys, key in move.keys]))


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
    # Lines of a log hold links now and then: whoever is named in one of the first is not the only one.
    return (unescaped if any(map(unescaped, texts)) else None), True
