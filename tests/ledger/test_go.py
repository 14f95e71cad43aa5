"""Does an implementation that is not ours accept what we sign and prove? Go's `sumdb/note` and `sumdb/tlog`."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from custodes.ledger.check_proof import read_hash
from tests.ledger.world import World, some_leaves

SOURCE = Path(__file__).parent / "go"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, built. Its one module comes from Go's module proxy, or from the cache."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not here (make test installs Debian's golang-go)")
    target = tmp_path_factory.mktemp("go") / "check"
    built = subprocess.run(
        [go, "build", "-o", str(target), "."],
        cwd=SOURCE,
        env={**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0 and ("dial tcp" in built.stderr or "proxy" in built.stderr):
        pytest.skip("golang.org/x/mod cannot be fetched")
    assert built.returncode == 0, built.stderr
    return target


def encoded(items: list[bytes]) -> list[str]:
    return [base64.b64encode(item).decode() for item in items]


def test_go_accepts_our_checkpoints_and_proofs(program: Path, tmp_path: Path) -> None:
    """Note, inclusion and consistency hold for Go too, at several shapes of the tree; changed ones do not."""
    world = World(tmp_path)
    ledger = world.create()
    for old, new, index in ((1, 2, 1), (3, 7, 2), (256, 300, 299), (300, 1500, 0)):
        if ledger.size < old:
            world.seal(ledger, some_leaves(old - ledger.size, ledger.size))
        before, root = (world.data / "ledger/checkpoint").read_text(), ledger.root
        world.seal(ledger, some_leaves(new - old, old))
        lines = ledger.prove(index).split("\n\n")[0].split("\n")[2:]
        asked: dict[str, Any] = {
            "Key": ledger.verifier.all[0].text,
            "Old": before,
            "New": (world.data / "ledger/checkpoint").read_text(),
            "Leaf": base64.b64encode(world.leaves[index]).decode(),
            "Index": index,
            "Inclusion": encoded([read_hash(line) for line in lines]),
            "Consistency": encoded(list(ledger.consistency(old, root))),
        }
        assert ask(program, asked) == (0, f"{new} extends {old}\n")
        other = base64.b64encode(b"another").decode()
        assert ask(program, asked | {"Leaf": other})[0] == 1
        assert ask(program, asked | {"Consistency": encoded([bytes(32)])})[0] == 1
        assert ask(program, asked | {"New": asked["New"].replace(f"\n{new}\n", f"\n{new + 1}\n", 1)})[0] == 1


def ask(program: Path, question: dict[str, Any]) -> tuple[int, str]:
    done = subprocess.run([program], input=json.dumps(question), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
