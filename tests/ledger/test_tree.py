"""Which tree do these leaves make? Against RFC 9162 word by word, and against public vectors."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.ledger.check_proof import HASH, ProofRefused, leaf_hash, node_hash
from custodes.ledger.tree import (
    EMPTY,
    EMPTY_ROOT,
    append,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hashes,
    perfect,
    range_root,
)
from tests.ledger.world import reference_root, some_leaves


def probes(vectors: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((vectors / name).read_text())["probes"]
    assert found
    return found


def hashes(items: list[str] | None) -> list[bytes]:
    return [base64.b64decode(item) for item in items or []]


def node_over(leaves: list[bytes]) -> Any:
    row = leaf_hashes(leaves)
    return lambda level, index: perfect(row[(index << level) * HASH : ((index + 1) << level) * HASH])


def test_the_reference_tree_has_the_published_hashes(vectors: Path) -> None:
    """Leaf, node and root hashes are those of the public reference tree, at every size."""
    tree = json.loads((vectors / "rfc6962_reference_tree.json").read_text())
    leaves = [bytes.fromhex(leaf) for leaf in tree["leaf_inputs_hex"]]
    node = node_over(leaves)
    for level, row in enumerate(tree["node_hashes_hex_by_level"]):
        assert [node(level, index).hex() for index in range(len(row))] == row
    for size, root in enumerate(tree["roots_hex_by_size"]):
        assert append(EMPTY, leaf_hashes(leaves[:size]))[0].root.hex() == root
    named = tree["hasher"]
    assert EMPTY_ROOT.hex() == named["empty_root"]
    assert leaf_hash(b"").hex() == named["leaf_empty"]
    assert leaf_hash(b"L123456").hex() == named["leaf_ascii_L123456"]
    assert node_hash(b"N123", b"N456").hex() == named["node_ascii_N123_N456"]


def test_inclusion_probes(vectors: Path) -> None:
    """Every valid public inclusion proof is accepted, every invalid one refused."""
    for probe in probes(vectors, "merkle_inclusion_probes.json"):
        root, leaf = hashes([probe["root"], probe["leafHash"]])
        arguments = (probe["leafIdx"], probe["treeSize"], leaf, hashes(probe["proof"]), root)
        if probe["wantErr"]:
            with pytest.raises(ProofRefused):
                check_inclusion(*arguments)
        else:
            check_inclusion(*arguments)


def test_consistency_probes(vectors: Path) -> None:
    """As above for consistency; we are stricter than the source in one way: a hash has 32 bytes."""
    for probe in probes(vectors, "merkle_consistency_probes.json"):
        old, new = hashes([probe["root1"], probe["root2"]])
        arguments = (probe["size1"], probe["size2"], hashes(probe["proof"]), old, new)
        if probe["wantErr"] or len(old) != HASH:
            with pytest.raises(ProofRefused):
                check_consistency(*arguments)
        else:
            check_consistency(*arguments)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=5))
def test_appending_in_any_steps_gives_the_rfc_root(steps: list[int]) -> None:
    """However leaves are split into batches, root and tiles are those of the whole tree."""
    edge, tiles = EMPTY, []
    for step in steps:
        edge, full = append(edge, leaf_hashes(some_leaves(step, edge.size)))
        tiles += full
    leaves = some_leaves(sum(steps))
    assert edge.size == len(leaves)
    assert edge.root == reference_root(leaves)
    assert sorted(tiles) == sorted(append(EMPTY, leaf_hashes(leaves))[1])


def test_a_tree_of_several_tile_levels_has_the_rfc_root() -> None:
    """Tiles of level 1 and 2 are right too."""
    leaves = some_leaves(70_000)
    edge, full = append(EMPTY, leaf_hashes(leaves))
    assert edge.root == reference_root(leaves)
    assert [len(row) // HASH for row in edge.rows] == [112, 17, 1]
    assert [(level, index) for level, index, _ in full] == [(0, index) for index in range(273)] + [(1, 0)]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.data())
def test_every_path_we_make_is_accepted_and_no_other(size: int, data: st.DataObject) -> None:
    """Inclusion and consistency paths verify; with a bit turned, a hash dropped or added, they do not."""
    leaves = some_leaves(size)
    node = node_over(leaves)
    root = range_root(node, 0, size)
    assert root == reference_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(node, index, size)
    check_inclusion(index, size, node(0, index), path, root)
    old = data.draw(st.integers(1, size))
    proof = consistency_path(node, old, size)
    old_root = reference_root(leaves[:old])
    check_consistency(old, size, proof, old_root, root)

    def included(bad: tuple[bytes, ...]) -> None:
        check_inclusion(index, size, node(0, index), bad, root)

    def consistent(bad: tuple[bytes, ...]) -> None:
        check_consistency(old, size, bad, old_root, root)

    for good, check in ((path, included), (proof, consistent)):
        bad = [(*good, bytes(HASH)), (bytes(HASH), *good)]
        if good:
            at = data.draw(st.integers(0, len(good) - 1))
            turned = bytes([good[at][0] ^ 1]) + good[at][1:]
            bad += [good[:-1], good[1:], (*good[:at], turned, *good[at + 1 :])]
        for each in bad:
            with pytest.raises(ProofRefused):
                check(each)
