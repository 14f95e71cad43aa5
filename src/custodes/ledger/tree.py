"""Which tree do these leaves make? RFC 9162: append at a compact right edge, prove, check.

Hashes are 32 bytes; a row of hashes is one bytes object, 32 bytes each, without separators. Levels count from the
leaves (0); a *tile level* spans eight of them, as in c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from custodes import _native
from custodes.ledger.check_proof import HASH, ProofRefused, inclusion_root, node_hash

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
TILE_BYTES: Final = TILE_WIDTH * HASH
LEAF_LIMIT: Final = 65_535  # tlog-tiles: an entry's length is a uint16

Node = Callable[[int, int], bytes]  # (level, index) -> hash of a complete subtree

_LEAVES_AT_ONCE: Final = 16_384


@dataclass(frozen=True, slots=True)
class Hashed:
    """Leaves of which the caller has only the hashes. row: 32 bytes each. He has seen that each leaf fits."""

    row: bytes

    def __post_init__(self) -> None:
        if len(self.row) % HASH:
            raise ValueError("a row of hashes has 32 bytes for each")

    def __len__(self) -> int:
        return len(self.row) // HASH


def leaf_hashes(leaves: Sequence[bytes]) -> bytes:
    """The row of leaf hashes."""
    sha = hashlib.sha256
    return b"".join([sha(b"\x00" + leaf).digest() for leaf in leaves])


def hash_rows(leaves: Iterable[bytes | Hashed]) -> Iterator[bytes]:
    """The rows of leaf hashes of leaves that come as bytes, as hashes, or as some of both, in order."""
    rest = iter(leaves)
    while found := list(islice(rest, _LEAVES_AT_ONCE)):
        plain: list[bytes] = []
        for one in found:
            if isinstance(one, Hashed):
                yield leaf_hashes(plain) + one.row
                plain = []
            else:
                plain.append(one)
        if plain:
            yield leaf_hashes(plain)


def parents(row: bytes) -> bytes:
    """The row above a row with an even number of hashes."""
    return _native.hash_nodes(row, 1)


def perfect(row: bytes) -> bytes:
    """The root over a row whose number of hashes is a power of two."""
    return _native.hash_nodes(row, (len(row) // HASH).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Edge:
    """All that is needed to append: the hashes of the partial tile of every tile level, lowest first."""

    size: int
    rows: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """The root of the tree of `size` leaves."""
        peaks = [peak for row in reversed(self.rows) for peak in _peaks(row)]
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root


def _peaks(row: bytes) -> Iterator[bytes]:
    """Roots of the complete subtrees a partial row decomposes into, largest first."""
    start, count = 0, len(row) // HASH
    for bit in range(TILE_HEIGHT - 1, -1, -1):
        if count >> bit & 1:
            stop = start + (HASH << bit)
            yield perfect(row[start:stop])
            start = stop


EMPTY: Final = Edge(0, ())


def append(edge: Edge, hashes: bytes) -> tuple[Edge, list[tuple[int, int, bytes]]]:
    """The edge after appending a row of leaf hashes, and the tiles it filled: (tile level, index, 256 hashes)."""
    size = edge.size + len(hashes) // HASH
    full: list[tuple[int, int, bytes]] = []
    rows: list[bytes] = []
    level, rising = 0, hashes
    while rising or level < len(edge.rows):
        row = (edge.rows[level] if level < len(edge.rows) else b"") + rising
        index = (edge.size >> (TILE_HEIGHT * level)) // TILE_WIDTH
        stop = len(row) // TILE_BYTES * TILE_BYTES
        full += [(level, index + at // TILE_BYTES, row[at : at + TILE_BYTES]) for at in range(0, stop, TILE_BYTES)]
        rows.append(row[stop:])
        rising = _native.hash_nodes(row[:stop], TILE_HEIGHT)
        level += 1
    return Edge(size, tuple(rows)), full


def range_root(node: Node, start: int, stop: int) -> bytes:
    """MTH(D[start:stop]) for a range that RFC 9162 can ask for: it starts at a multiple of its largest subtree."""
    count = stop - start
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    middle = start + split(count)
    return node_hash(range_root(node, start, middle), range_root(node, middle, stop))


def inclusion_path(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """The sibling hashes from leaf `index` up to the root of the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            path.append(range_root(node, middle, stop))
            stop = middle
        else:
            path.append(range_root(node, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_path(node: Node, old: int, new: int) -> tuple[bytes, ...]:
    """The hashes that show the tree of `new` leaves extends that of `old`, 0 < old <= new (RFC 9162, 2.1.4.1)."""
    path: list[bytes] = []
    start, stop, whole = 0, new, True
    while stop != old:
        middle = start + split(stop - start)
        if old <= middle:
            path.append(range_root(node, middle, stop))
            stop = middle
        else:
            path.append(range_root(node, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(node, start, stop))
    return tuple(reversed(path))


def check_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Raises ProofRefused unless the leaf hash is at `index` of the tree with this root."""
    if inclusion_root(index, size, leaf, path) != root:
        raise ProofRefused("the path leads to another root")


def check_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises ProofRefused unless the new tree extends the old one (RFC 9162, 2.1.4.2).

    Nothing can be shown about a tree without leaves, so `old` = 0 is refused.
    """
    if any(len(item) != HASH for item in (old_root, new_root, *path)):
        raise ProofRefused("a hash is not 32 bytes long")
    if not 0 < old <= new:
        raise ProofRefused("the sizes are not in order, or the old tree is empty")
    if old == new:
        if path or old_root != new_root:
            raise ProofRefused("two trees of one size must be the same and need no path")
        return
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        raise ProofRefused("the path is too short")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_seen = new_seen = hashes[0]
    for item in hashes[1:]:
        if last == 0:
            raise ProofRefused("the path is too long")
        if at & 1 or at == last:
            old_seen, new_seen = node_hash(item, old_seen), node_hash(item, new_seen)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_seen = node_hash(new_seen, item)
        at, last = at >> 1, last >> 1
    if last != 0 or old_seen != old_root or new_seen != new_root:
        raise ProofRefused("the new tree does not extend the old one")


def split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
