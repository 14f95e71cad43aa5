"""Does an index still say what the segments say? Every row against the tree, none missing, all else made again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from custodes.events.leaves import leaf_hashes
from custodes.events.pack import Covered, Pack, PackDamaged, describe
from custodes.ledger.check_proof import HASH
from custodes.ledger.segments import Seal
from custodes.ledger.tiles import Tile, TileReader
from custodes.ledger.tree import TILE_WIDTH
from custodes.pipeline.evidence import EVENTS, INDEX, day_of
from custodes.pipeline.received import COLUMNS, RECEIVED, count
from custodes.records.schema import SEALED_SCHEMA


class _Wrong(Exception):
    """An index that does not hold what it should."""


def index_problems(
    data: Path,
    seals: Sequence[Seal],
    size: int,
    known: Collection[str],
    advance: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[tuple[str, str]]:
    """Each index that is not what its segments make, with what is wrong. Never raises for what it finds on disk.

    size: leaves of the tree that the tiles were found to lead to. known: paths with a problem that is told already,
    or that were removed on purpose.
    """
    segments = {seal.sha256: seal for seal in seals if seal.path.startswith(f"{EVENTS}/")}
    reader = TileReader(data / "ledger", size)
    indexes = [seal for seal in seals if seal.path.startswith(f"{INDEX}/") and seal.path not in known]
    for number, seal in enumerate(indexes):
        advance(number, len(indexes))
        try:
            pack = Pack(data / seal.path)
            pack.open()
            for one in _segments(pack, seal, segments):
                del segments[one.sha256]  # each is held once
            _rows(pack, reader)
        except (_Wrong, PackDamaged) as error:
            yield seal.path, str(error)
        except Exception as error:  # noqa: BLE001 - what decodes it may fail in any way; its message could hold a value
            yield seal.path, f"it cannot be compared ({type(error).__name__})"


def _segments(pack: Pack, seal: Seal, segments: dict[str, Seal]) -> list[Seal]:
    found = []
    for one in pack.covers:
        named = segments.get(one.sha256)
        if named is None or (named.first, named.count - 1) != (one.first, one.count):
            raise _Wrong("it names a segment that was not sealed so, or that another index holds")
        if day_of(named.path) != day_of(seal.path):
            raise _Wrong("it holds a segment of another day than its folder's")
        found.append(named)
    if not found:
        raise _Wrong("it holds no segment")
    return found


def _rows(pack: Pack, reader: TileReader) -> None:
    """Every row is the event that the tree has at its leaf, and no leaf of the segments is left out."""
    wanted = np.concatenate([np.arange(one.first, one.first + one.count) for one in pack.covers])
    sealed = np.concatenate([_hashes(reader, one) for one in pack.covers])
    order = np.argsort(wanted)
    wanted, sealed = wanted[order], sealed[order]
    seen: list[np.ndarray] = []
    parts: list[pa.Table] = []
    end, latest = 0, ("", -1, -1)
    for place, part in zip(pack.directory.to_pylist()[:-1], pack.parts(), strict=True):
        told = dict(describe(part))
        # A part whose names are not listed is looked into for any of them: earlier releases listed fewer.
        told |= {} if place["names"] is not None else {"names": None}
        if place["offset"] != end or {name: place[name] for name in ("low", "high", "names")} != told:
            raise _Wrong("its directory does not describe its parts")
        end += place["length"]
        if place["rows"] != part.num_rows:
            raise _Wrong("a part has another number of rows than its directory says")
        latest = _in_order(part, latest)
        leaf = part.column("leaf").to_numpy()
        at = np.searchsorted(wanted, leaf)
        if (at >= len(wanted)).any() or (wanted[np.minimum(at, len(wanted) - 1)] != leaf).any():
            raise _Wrong("it holds a row of no segment that it names")
        hashes = np.frombuffer(leaf_hashes(part), np.uint8).reshape(-1, HASH)
        if (sealed[at] != hashes).any():
            raise _Wrong("a row of it is not the event that was sealed")
        seen.append(leaf)
        parts.append(pa.table({name: part.column(name).cast(SEALED_SCHEMA.field(name).type) for name in COLUMNS}))
    leaves = np.concatenate(seen) if seen else np.empty(0, np.int64)
    if len(leaves) != len(wanted) or len(np.unique(leaves)) != len(wanted):
        raise _Wrong(f"it holds {len(np.unique(leaves)):,} of the {len(wanted):,} events of its segments")
    if not pack.counted().cast(RECEIVED).equals(count(pa.concat_tables(parts))):
        raise _Wrong("what it counted is not what its segments hold")


def _in_order(part: pa.Table, latest: tuple[str, int, int]) -> tuple[str, int, int]:
    actors = part.column("actor").cast(pa.string()).to_pylist()
    times = part.column("time").cast(pa.int64()).to_pylist()
    for one in zip(actors, times, part.column("leaf").to_pylist(), strict=True):
        if one <= latest:
            raise _Wrong("its rows are not in order of actor and time")
        latest = one
    return latest


def _hashes(reader: TileReader, one: Covered) -> np.ndarray:
    """The leaf hashes that the tree has for a segment's events, one row each."""
    first, last = one.first // TILE_WIDTH, (one.first + one.count - 1) // TILE_WIDTH
    rows = b"".join(_tiles(reader, range(first, last + 1)))
    start = one.first - first * TILE_WIDTH
    return np.frombuffer(rows, np.uint8).reshape(-1, HASH)[start : start + one.count]


def _tiles(reader: TileReader, numbers: Iterable[int]) -> Iterator[bytes]:
    for number in numbers:
        yield reader.read(Tile(0, number, min(TILE_WIDTH, reader.size - number * TILE_WIDTH)))
