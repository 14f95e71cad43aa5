"""In which file is a hash of the tree? As tlog-tiles says."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import LedgerBroken
from custodes.ledger.tiles import Tile, TileReader, edge_tiles, new_tiles, parse


def test_paths_are_those_of_the_specification(vectors: Path) -> None:
    """Index paths, the tiles of two named trees, and how many tiles growth adds."""
    facts = json.loads((vectors / "tile_paths.json").read_text())
    for index, path in facts["index_to_path"].items():
        assert Tile(0, int(index)).path == f"tile/0/{path}"
        assert Tile(3, int(index), 7).path == f"tile/3/{path}.p/7"
    counts = Counter((tile.level, tile.width == 256) for tile in new_tiles(0, 70_000))
    partial = {tile.level: tile.width for tile in new_tiles(0, 70_000) if tile.width < 256}
    named = facts["size_70000"]
    assert counts[0, True] == named["level0_full"]
    assert counts[1, True] == named["level1_full"]
    assert partial == {level: named[f"level{level}_partial"] for level in (0, 1, 2)}
    assert list(new_tiles(0, 256)) == [Tile(0, 0), Tile(1, 0, facts["size_256"]["level1_partial"])]
    for old, new, count in facts["new_tiles_height10_count"]:
        assert len(list(new_tiles(old, new, height=10))) == count


@given(st.integers(0, 63), st.integers(0, 2**40), st.integers(1, 256))
def test_a_path_leads_back_to_its_tile(level: int, index: int, width: int) -> None:
    """Each tile has one name."""
    assert parse(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/67",
        "tile/0/x000/067",
        "tile/00/067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/07",
        "tile/entries/000",
        "tile/0/001/000",
        "tile/0/000.tmp",
        "tile/0/000/x",
        "tile/100/000",
        "checkpoint",
        "",
    ],
)
def test_other_names_are_no_tiles(path: str) -> None:
    """A second spelling of a tile's name, or anything else, is a stray file."""
    assert parse(path) is None


@given(st.integers(0, 10**7), st.integers(0, 10**5))
def test_growing_in_two_steps_adds_the_tiles_of_growing_at_once(old: int, more: int) -> None:
    """All tiles of the larger tree are among those of the smaller and the new ones; its edge too."""
    edge = {tile for tile in edge_tiles(old + more) if tile is not None}
    assert edge <= set(new_tiles(old, old + more)) | {tile for tile in edge_tiles(old) if tile is not None}


def test_a_missing_or_short_tile_is_named(tmp_path: Path) -> None:
    """The refusal says which file."""
    reader = TileReader(tmp_path, 300)
    with pytest.raises(LedgerBroken, match=r"tile is missing, .*tile/0/001\.p/44"):
        reader.read(Tile(0, 1, 44))
    (tmp_path / "tile/0/001.p").mkdir(parents=True)
    (tmp_path / "tile/0/001.p/44").write_bytes(bytes(44 * 32 - 1))
    with pytest.raises(LedgerBroken, match=r"1407 bytes instead of 1408, .*tile/0/001\.p/44"):
        reader.read(Tile(0, 1, 44))


def test_a_full_tile_stands_in_for_a_partial_one_that_was_removed(tmp_path: Path) -> None:
    """tlog-tiles lets the partial form go once the full one is there: a reader with an older checkpoint goes on."""
    (tmp_path / "tile/0").mkdir(parents=True)
    (tmp_path / "tile/0/000").write_bytes(bytes(range(256)) * 32)
    assert TileReader(tmp_path, 10).read(Tile(0, 0, 10)) == (bytes(range(256)) * 32)[:320]
