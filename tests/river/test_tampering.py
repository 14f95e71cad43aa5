"""Is every stored file watched? Each of them, changed in five ways; SECURITY.md says what came of it.

`python -m tests.river.test_tampering` puts the table into SECURITY.md anew.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from custodes.config import load
from custodes.errors import CustodesError
from custodes.ledger.check_proof import COSIGNATURE, Policy, read_policy
from custodes.ledger.cosign import cosign
from custodes.ledger.layout import Layout
from custodes.ledger.note import generate_key
from custodes.ledger.witness import Memory, Witness
from custodes.pipeline import index
from custodes.pipeline.ids import complete
from custodes.pipeline.index import make_index
from custodes.pipeline.progress import Silent
from custodes.pipeline.verify import verify
from custodes.pipeline.who import who
from custodes.pipeline.workspace import Workspace, open_workspace
from custodes.records.answer import Question
from custodes.records.canonical import file_bytes
from tests.river.test_prune import NOW, a_workspace

PAGE = Path(__file__).parents[2] / "SECURITY.md"
BEGIN, END = "<!-- tampering: begin (made by tests/river/test_tampering.py) -->", "<!-- tampering: end -->"

# What is stored, and the files of a workspace that are such.
KINDS = {
    "a segment of events": "events/day=2026-03-02/*.parquet",
    "an index of events": "index/day=2026-03-02/*.pack",
    "where ids of events are": "ids/*.ids",
    "a snapshot of context": "context/people/*.parquet",
    "a file of receipts": "ledger/receipts/*.jsonl",
    "a full tile": "ledger/tile/0/000",
    "a partial tile": "ledger/tile/0/001.p/*",
    "the checkpoint": "ledger/checkpoint",
    "the cosigned checkpoint": "ledger/witnessed",
    "the state, its seals": "state.db",
    "the signing key": "keys/ledger.key",
    "the public key": "keys/ledger.vkey",
    "the token key": "keys/token.key",
    "the marker": "workspace",
}
WAYS = (
    "a byte changed",
    "cut short",
    "deleted",
    "an older version put in its place",
    "another workspace's put in its place",
)
ACTOR = "staff:e1"  # of every event there
# What is not caught, and why nobody gains by it.
HARMLESS = {
    ("the cosigned checkpoint", WAYS[3]): "not caught: still true",
    ("where ids of events are", WAYS[2]): "not missed: made anew",
}
# Files that say nothing: locks, a second copy of the public key, and the folder's own number, which each copy has anew.
SILENT = {"lock", "ledger/lock", "keys/ledger.key.pub", "ledger/home"}
Made = tuple[Path, Path, Path, Policy]  # the workspace, an older copy of it, another workspace, its witnesses


def seal(workspace: Workspace, name: str, count: int) -> None:
    """A snapshot of context, many receipts, and a cosigned head."""
    data = f"people of {name} {count}".encode()
    with workspace.ledger.begin() as batch:
        leaf = file_bytes("people", hashlib.sha256(data).digest())
        batch.add("context/people", ".parquet", data, [leaf])
        batch.commit(NOW)
    workspace.seal_receipts([workspace.receipt("look", question=f"{name} {number}") for number in range(count)])


def seal_indexes(workspace: Workspace) -> None:
    """Of each day, however few events it has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "_ROWS", 1)
        assert make_index(workspace, Silent()) == 3


def made(folder: Path) -> Made:
    """A workspace, a copy of it as it was before the last batches, another one, and the policy of its witness."""
    own, old, other = folder / "own", folder / "old", folder / "other"
    signer = generate_key("witness.example/w", COSIGNATURE)
    policy = read_policy(f"witness w {signer.verifier.beside[0].text} http://w.example/\nquorum w\n")
    for place in (own, other):
        place.mkdir()
        workspace = a_workspace(place)
        seal_indexes(workspace)
        complete(workspace.data, workspace.segments())
        key = workspace.ledger.verifier
        witness = Witness(signer, {key.name: key}, Memory(folder / f"{place.name}.db"), NOW.timestamp)

        def ask(url: str, body: bytes, witness: Witness = witness) -> tuple[int, bytes]:
            answer = witness.add_checkpoint(body)
            return answer.status, answer.body.encode()

        for count in (300, 40):
            seal(workspace, place.name, count)
            assert cosign(Layout(workspace.data), key, policy, ask=ask).counts
            if place == own and count == 300:
                workspace.close()
                shutil.copytree(own, old)
                workspace = open_workspace(load(own / "custodes.toml"), clock=lambda: NOW, by="user:test")
        workspace.close()
    return own, old, other, policy


def find(folder: Path, kind: str) -> Path:
    """The newest file of a kind."""
    return max((folder / "custodes-data").glob(KINDS[kind]), key=lambda path: (path.stat().st_mtime_ns, path.name))


def change(way: str, file: Path, earlier: Path, foreign: Path) -> None:
    """Alter one file."""
    data = file.read_bytes()
    if way == "a byte changed":
        # Of the state, what a seal says of a file's hash. Of a note, a letter of the root, which is base64 still.
        if file.name in {"checkpoint", "witnessed"}:
            at = data.index(b"\n", data.index(b"\n") + 1) + 9
            other = b"A" if data[at : at + 1] != b"A" else b"B"
        else:
            seals = [found.end() for found in re.finditer(rb"\.jsonl[0-9a-f]{64}", data)]
            at = seals[-1] - 9 if file.name == "state.db" else len(data) * 3 // 5
            other = bytes([data[at] ^ 1])
        file.write_bytes(data[:at] + other + data[at + 1 :])
    elif way == "cut short":
        file.write_bytes(data[: len(data) // 2])
    elif way == "deleted":
        file.unlink()
    else:
        file.write_bytes((earlier if way.startswith("an older") else foreign).read_bytes())


def caught(folder: Path, file: Path, policy: Policy) -> str:
    """Who names the file, of an index also the answer that does without it; for the state, who says what is wrong."""
    path = file.relative_to(folder / "custodes-data").as_posix()
    words = (path, "seal", "older state") if path == "state.db" else (path,)

    def named(texts: Iterable[str]) -> bool:
        return any(word in text for text in texts for word in words)

    try:
        by_verify = named(verify(folder / "custodes-data", Silent(), policy=policy).problems)
    except CustodesError as error:
        by_verify = named([str(error)])
    try:
        open_workspace(load(folder / "custodes.toml"), clock=lambda: NOW, by="user:test").close()
        by_start = False
    except CustodesError as error:
        by_start = named([str(error)])
    by_answer = path.startswith("index/") and named(answered(folder))
    found = (("verify", by_verify), ("start", by_start), ("answer", by_answer))
    told = [who for who, does in found if does]
    return " and ".join(told) or "**not caught**"


def answered(folder: Path) -> list[str]:
    """What an answer about an actor tells of; that it has lost no touch is seen here, too."""
    (folder / "custodes-data/ledger/home").unlink()  # a copy may not sign the receipt of a look
    workspace = open_workspace(load(folder / "custodes.toml"), clock=lambda: NOW, by="user:test")
    try:
        answer = who(workspace, Question("actor", ACTOR))
    finally:
        workspace.close()
    assert len(answer.touches) == 30
    return [one.dataset for one in answer.uncovered]


def matrix(folder: Path) -> dict[str, dict[str, str]]:
    """What catches each way of altering each kind of file."""
    own, old, other, policy = made(folder)
    assert verify(own / "custodes-data", Silent(), policy=policy).problems == ()
    found: dict[str, dict[str, str]] = {}
    for kind in KINDS:
        for way in WAYS:
            if (kind, way) in HARMLESS:
                found[kind][way] = HARMLESS[kind, way]
                continue
            trial = folder / "trial"
            shutil.copytree(own, trial)
            file = find(trial, kind)
            before = file.read_bytes()
            change(way, file, find(old, kind), find(other, kind))
            same = file.exists() and file.read_bytes() == before
            found.setdefault(kind, {})[way] = "the same bytes" if same else caught(trial, file, policy)
            shutil.rmtree(trial)
    return found


def test_every_kind_of_file_is_tried(tmp_path: Path) -> None:
    """A kind of file that a release adds is in the table, or the test says why it need not be."""
    own, _, _, _ = made(tmp_path)
    data = own / "custodes-data"
    patterns = [re.sub(r"2026-03-02|people|000$|001\.p/\*|/0/", "*", one) for one in KINDS.values()]
    files = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    tried = {path for path in files if any(fnmatch(path, pattern) for pattern in patterns)}
    assert files - tried <= SILENT
    assert all(any(fnmatch(path, pattern) for path in files) for pattern in patterns)


def page(found: dict[str, dict[str, str]]) -> str:
    """The table, between its marks."""
    lines = [f"| file | {' | '.join(WAYS)} |", f"|---|{'---|' * len(WAYS)}"]
    for kind, ways in found.items():
        pattern = KINDS[kind].replace("2026-03-02", "\u2026").replace("001.p", "\u2026.p").replace("0/000", "\u2026")
        lines.append(f"| {kind}, `{pattern}` | {' | '.join(ways[way] for way in WAYS)} |")
    return "\n".join([BEGIN, *lines, END])


def test_every_stored_file_is_watched_as_the_page_says(tmp_path: Path) -> None:
    """Each alteration is found and the file is named, by `ledger verify`, by the next start, or by both."""
    found = matrix(tmp_path)
    # A head that witnesses cosigned earlier is as true as it was: a proof then falls back to the newest signed one.
    missed = {(kind, way) for kind, ways in found.items() for way in ways if "**not caught**" in ways[way]}
    assert missed == set()
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) : text.index(END) + len(END)] == page(found)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        told = page(matrix(Path(name)))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text[: text.index(BEGIN)] + told + text[text.index(END) + len(END) :], encoding="utf-8")
