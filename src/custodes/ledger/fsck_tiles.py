"""Which file is wrong when leaves, tiles and signed root disagree?

The tree is built again from the leaves of intact segments and compared with every stored tile. Where a segment is
altered, the stored hashes of its leaves stand in for it, if they lead to the signed root: so one altered file is one
problem, and not a cascade of them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from custodes import _native, kept
from custodes.errors import LedgerBroken
from custodes.ledger.check_proof import HASH, node_hash
from custodes.ledger.tiles import Tile, TileReader, count_at, edge_tiles, parse
from custodes.ledger.tree import TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, Edge, perfect, range_root, split

# A few lost tiles must not make honest seals look like a lie: so many leaves more are believed.
_LOST_LEAVES = TILE_WIDTH * TILE_WIDTH

_TILES_AT_ONCE = 256  # two megabytes

_UNKNOWN = b""  # a hash that neither an intact segment nor an authentic tile tells


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. file: below the data folder. what: reads on from the file's name; no person's value."""

    file: str
    what: str


class TreeCheck:
    """Takes leaf hashes in order and compares the tree they make with the tiles below `ledger` and the signed root.

    size: leaves of the tree. root: signed, or None when no checkpoint could be trusted. Adds to `problems`.
    """

    def __init__(self, ledger: Path, size: int, root: bytes | None, problems: list[Problem]) -> None:
        self.size = size
        self.count = 0
        self.compared = 0
        self._root = root
        self._problems = problems
        self._reader = TileReader(ledger, size)
        self._pieces: list[tuple[int, bytes, str]] = []  # of the level-0 tile being filled: (hashes, row, segment)
        self._believed: list[Tile] = []  # upper tiles that had to stand in for what is below them
        self._rows: dict[int, list[bytes]] = {}  # of the tiles being filled above it

    def add(self, row: bytes, segment: str) -> None:
        """The hashes of the next leaves, as an intact segment has them."""
        self.compared += len(row) // HASH
        at = 0
        while at < len(row):
            at += self._as_stored(row, at)
            room = (TILE_WIDTH - self.count % TILE_WIDTH) * HASH
            piece = row[at : at + room]
            if piece:
                self._piece(len(piece) // HASH, piece, segment)
            at += room

    def _as_stored(self, row: bytes, at: int) -> int:
        """How many bytes from `at` on are whole tiles exactly as stored: many at once, which is nearly always so."""
        count = min((len(row) - at) // TILE_BYTES, _TILES_AT_ONCE)
        if self.count % TILE_WIDTH or self._pieces or not count:
            return 0
        stored = self._reader.full(self.count // TILE_WIDTH, count)
        if stored is None or row[at : at + len(stored)] != stored:
            return 0  # which of them, and why: one by one
        roots = _native.hash_nodes(stored, TILE_HEIGHT)
        for root in range(0, len(roots), HASH):
            self.count += TILE_WIDTH
            self._root_of_tile(0, roots[root : root + HASH])
        return len(stored)

    def trust(self, count: int) -> None:
        """The next `count` leaves cannot be had from a segment: what the tiles say must do."""
        while count > 0:
            step = min(count, TILE_WIDTH - self.count % TILE_WIDTH)
            self._piece(step, b"", "")
            count -= step

    def finish(self) -> None:
        """All leaves were given: compare the right edge and the root."""
        if self._pieces:
            self._leaf_tile()
        levels = sum(1 for _ in edge_tiles(self.size))
        for level in range(1, levels):
            if self._rows.get(level):
                self._upper_tile(level)
        edge = [self._rows.get(level, []) for level in range(levels)]
        if self._root is None or any(_UNKNOWN in row for row in edge):
            return  # reported already: as a checkpoint without a signature, or as the file that is wrong
        root = Edge(self.size, tuple(b"".join(row) for row in edge)).root
        if root == self._root:
            return
        for tile in self._believed:
            self._wrong(_file(tile), "does not lead to the signed root, and nothing intact below it tells why")
        if not self._believed:
            self._wrong("ledger/checkpoint", "signs another root than that of the sealed leaves: history was rewritten")

    def _piece(self, count: int, row: bytes, segment: str) -> None:
        self._pieces.append((count, row, segment))
        self.count += count
        if self.count % TILE_WIDTH == 0:
            self._leaf_tile()

    def _leaf_tile(self) -> None:
        """Settle the level-0 tile whose pieces are all there."""
        width = sum(count for count, _, _ in self._pieces)
        tile = Tile(0, (self.count - 1) // TILE_WIDTH, width)
        stored = self._stored(tile)
        settled: list[bytes] = []
        for count, row, segment in self._pieces:
            at = len(settled) * HASH
            there = stored[at : at + count * HASH]
            chosen = row if row == there or not stored else self._judge(tile, stored, row, there, segment)
            settled += [chosen[i : i + HASH] for i in range(0, len(chosen), HASH)] if chosen else [_UNKNOWN] * count
        self._pieces.clear()
        self._settled(0, settled)

    def _judge(self, tile: Tile, stored: bytes, row: bytes, there: bytes, segment: str) -> bytes:
        """Which of segment and tile is wrong, and the hashes to go on with (none: neither can be believed)."""
        if self._is_authentic(tile, stored):
            if row:
                self._wrong(segment, "its leaves are not those that were signed, though its seal says so")
            return there
        if row:
            self._wrong(_file(tile), f"differs from the leaves of {segment}")
            return row
        if self._agrees_with_parent(tile, stored):
            return there  # if the root is wrong all the same, it is for another file
        self._wrong(_file(tile), "does not lead to the signed root, and the segment it covers cannot replace it")
        return b""

    def _settled(self, level: int, hashes: list[bytes]) -> None:
        """One tile's hashes are known: hand its root to the level above."""
        if len(hashes) < TILE_WIDTH:
            self._rows[level] = hashes
            return
        self._rows[level] = []
        self._root_of_tile(level, _UNKNOWN if _UNKNOWN in hashes else perfect(b"".join(hashes)))

    def _root_of_tile(self, level: int, root: bytes) -> None:
        above = self._rows.setdefault(level + 1, [])
        above.append(root)
        if len(above) == TILE_WIDTH:
            self._upper_tile(level + 1)

    def _upper_tile(self, level: int) -> None:
        hashes = self._rows[level]
        count = self.count >> (TILE_HEIGHT * level)
        tile = Tile(level, (count - 1) // TILE_WIDTH, len(hashes))
        stored = self._stored(tile)
        if stored:
            there = [stored[at : at + HASH] for at in range(0, len(stored), HASH)]
            if any(known not in {_UNKNOWN, found} for known, found in zip(hashes, there, strict=True)):
                self._wrong(_file(tile), "differs from the tiles below it")
            if _UNKNOWN in hashes:
                self._believed.append(tile)
            hashes = [known or found for known, found in zip(hashes, there, strict=True)]
        self._settled(level, hashes)

    def _stored(self, tile: Tile) -> bytes:
        """The tile's hashes; empty, and reported, when there is none of the right length."""
        try:
            return self._reader.read(tile)
        except LedgerBroken as error:
            self._wrong(_file(tile), error.what)
            return b""

    def _is_authentic(self, tile: Tile, row: bytes) -> bool:
        """Whether stored hashes of a level-0 tile lead to the signed root, along the other stored tiles."""
        if self._root is None:
            return False
        try:
            return self._root_through(tile, row, 0, self.size) == self._root
        except LedgerBroken:
            return False

    def _agrees_with_parent(self, tile: Tile, row: bytes) -> bool:
        try:
            return tile.width == TILE_WIDTH and self._reader.node(TILE_HEIGHT, tile.index) == perfect(row)
        except LedgerBroken:
            return False

    def _root_through(self, tile: Tile, row: bytes, start: int, stop: int) -> bytes:
        """MTH(D[start:stop]) with these hashes in the place of the tile's leaves."""
        first = tile.index * TILE_WIDTH
        last = first + tile.width
        if stop <= first or last <= start:
            return range_root(self._reader.node, start, stop)
        if (start, stop) == (first, last):
            return perfect(row) if tile.width == TILE_WIDTH else Edge(tile.width, (row,)).root
        middle = start + split(stop - start)
        return node_hash(self._root_through(tile, row, start, middle), self._root_through(tile, row, middle, stop))

    def _wrong(self, file: str, what: str) -> None:
        self._problems.append(Problem(file, what))


def most_leaves(ledger: Path) -> int:
    """How many leaves a tree can have had whose level-0 tiles lie here: 256 each, and some for lost ones."""
    tiles = sum(len(names) for _, _, names in os.walk(ledger / "tile" / "0"))
    return tiles * TILE_WIDTH + _LOST_LEAVES


def stray_tiles(ledger: Path, size: int, blamed: Collection[str]) -> Iterator[Problem]:
    """Files below tile/ that no tree of `size` leaves explains, and old partial tiles that differ from their successor.

    blamed: files already known to be wrong; nothing is judged by them.
    """
    reader = TileReader(ledger, size)
    before = len(f"{ledger}/")
    for where, _, names in os.walk(ledger / "tile"):
        for name in names:
            path = f"{where}/{name}"[before:]
            tile = parse(path)
            if tile is None:
                yield Problem(f"ledger/{path}", "is no tile")
                continue
            there = count_at(tile.level, size)
            if tile.stop > there:
                yield Problem(_file(tile), f"is no tile of a tree of {size} leaves")
                continue
            successor = Tile(tile.level, tile.index, min(TILE_WIDTH, there - tile.index * TILE_WIDTH))
            if successor.width == tile.width or _file(successor) in blamed:
                continue  # compared with the leaves already, or nothing to compare with
            try:
                found = kept.read(f"{where}/{name}", TILE_BYTES)
            except OSError as error:
                yield Problem(_file(tile), f"cannot be read: {error.strerror}")
                continue
            if found != reader.read(successor)[: tile.width * HASH]:
                yield Problem(_file(tile), f"differs from {successor.path}, which continues it")


def lost_partials(ledger: Path, size: int, sizes: Iterable[int]) -> Iterator[Problem]:
    """Partial tiles that earlier checkpoints, of these sizes, needed and that no full tile has replaced yet."""
    for earlier in sizes:
        for tile in edge_tiles(earlier):
            full = tile is None or (tile.index + 1) * TILE_WIDTH <= count_at(tile.level, size)
            if tile is not None and not full and not (ledger / tile.path).exists():
                yield Problem(_file(tile), "is missing: the checkpoint of that size needs it")


def _file(tile: Tile) -> str:
    return f"ledger/{tile.path}"
