"""In which file is a hash of the tree? The layout of c2sp.org/tlog-tiles: `tile/<level>/<index>[.p/<width>]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from custodes import _native, kept
from custodes.errors import LedgerBroken
from custodes.ledger.check_proof import HASH
from custodes.ledger.tree import TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, Edge, perfect

_FORM = re.compile(r"tile/(0|[1-9]\d?)/((?:x\d{3}/)*)(\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A run of `width` hashes of one tile level, the first of which is number 256 * index. width 256: full."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it is kept, below the ledger's folder."""
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return f"tile/{self.level}/{_index_path(self.index)}{partial}"

    @property
    def partials(self) -> str:
        """The folder of its partial forms, below the ledger's folder."""
        return f"tile/{self.level}/{_index_path(self.index)}.p"

    @property
    def stop(self) -> int:
        """How many hashes its level must have for this tile to exist."""
        return self.index * TILE_WIDTH + self.width


def _index_path(index: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def parse(path: str) -> Tile | None:
    """The tile of a path below the ledger's folder; None when no tile is kept under that name."""
    match = _FORM.fullmatch(path)
    if match is None:
        return None
    level, high, low, width = match.groups()
    tile = Tile(int(level), int(high.replace("x", "").replace("/", "") + low), int(width or TILE_WIDTH))
    return tile if tile.path == path else None  # one tile, one name: 000/067 is not 067, and .p/256 is none


def count_at(level: int, size: int) -> int:
    """How many hashes a tile level has in a tree of `size` leaves."""
    return size >> (TILE_HEIGHT * level)


def new_tiles(old: int, new: int, height: int = TILE_HEIGHT) -> Iterator[Tile]:
    """Every tile that a tree of `new` leaves has and one of `old` has not. height: 8 in tlog-tiles."""
    width, level = 1 << height, 0
    while (after := new >> (height * level)) > (before := old >> (height * level)):
        for index in range(before // width, after // width):
            yield Tile(level, index, width)
        if after % width:
            yield Tile(level, after // width, after % width)
        level += 1


def edge_tiles(size: int) -> Iterator[Tile | None]:
    """The partial tile of each tile level, lowest first; None where the level ends with a full tile."""
    level = 0
    while count := count_at(level, size):
        yield Tile(level, count // TILE_WIDTH, count % TILE_WIDTH) if count % TILE_WIDTH else None
        level += 1


class TileReader:
    """Reads hashes of the tree of `size` leaves from the tiles in `folder` (the ledger's folder).

    Every method raises LedgerBroken, with the tile's file, when a tile is missing or has the wrong length.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self._cached = lru_cache(maxsize=64)(self._read)

    def read(self, tile: Tile) -> bytes:
        """The hashes of a tile, from its own file or from that of the full tile that replaced it."""
        return self._cached(tile)

    def full(self, first: int, count: int) -> bytes | None:
        """The hashes of so many full tiles of level 0, the first of this number; None where one cannot be had."""
        names = [Tile(0, first + number).path for number in range(count)]
        return _native.read_files(str(self.folder), names, TILE_BYTES)

    def _read(self, tile: Tile) -> bytes:
        for form in (tile, Tile(tile.level, tile.index)):
            try:
                data = kept.read(self.folder / form.path, TILE_BYTES, self.folder)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise broken_tile(self.folder, form, f"tile cannot be read ({error.strerror})") from error
            if len(data) != form.width * HASH:
                raise broken_tile(self.folder, form, f"tile has {len(data)} bytes instead of {form.width * HASH}")
            return data[: tile.width * HASH]
        raise broken_tile(self.folder, tile, "tile is missing")

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree number `index` of `level`."""
        tile_level, rest = divmod(level, TILE_HEIGHT)
        first = index << rest
        number = first // TILE_WIDTH
        width = min(TILE_WIDTH, count_at(tile_level, self.size) - number * TILE_WIDTH)
        row = self.read(Tile(tile_level, number, width))
        start = (first % TILE_WIDTH) * HASH
        return perfect(row[start : start + (HASH << rest)])

    def edge(self) -> Edge:
        """The right edge, to append to."""
        return Edge(self.size, tuple(b"" if tile is None else self.read(tile) for tile in edge_tiles(self.size)))


def broken_tile(folder: Path, tile: Tile, what: str) -> LedgerBroken:
    """The refusal that names a tile's file."""
    return LedgerBroken(
        what, where=str(folder / tile.path), hint='restore the file from a backup, then run "custodes ledger verify"'
    )
