"""How does somebody without Custodes convince himself that a touch was sealed? With three small files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from custodes import kept
from custodes.errors import BadInput
from custodes.events import segments
from custodes.pipeline.evidence import EVENTS
from custodes.pipeline.ids import find
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.who import event_of
from custodes.pipeline.workspace import VERIFIER, Workspace
from custodes.records.canonical import event_bytes

_QUERY = "select * from event where event_id = $event order by leaf limit 1000"


@dataclass(frozen=True, slots=True)
class WrittenProof:
    """One touch's proof (C2SP tlog-proof), its leaf's bytes and the log's public key, as files."""

    leaf: int
    proof: Path
    leaf_file: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves one touch: the proof (C2SP tlog-proof) and the leaf's bytes."""

    proof: str
    leaf: bytes


def proof_of(workspace: Workspace, leaf: int) -> Proof | None:
    """The proof of the event at a ledger index; None where no event is. Raises as `prove`."""
    rows = _at_index(workspace, leaf)
    if not rows:
        return None
    return Proof(workspace.ledger.prove(leaf), event_bytes(event_of(rows[0])))


def prove(workspace: Workspace, event: str, folder: Path) -> list[WrittenProof]:
    """Write the proofs of an event (every row of it) or of the event at a ledger index. Raises BadInput."""
    rows = _at_index(workspace, int(event)) if event.isascii() and event.isdigit() and len(event) < 19 else []
    rows = rows or find(workspace.data, workspace.segments(), event)
    if not rows:  # it has no such event, or somebody took it out: only looking everywhere tells
        with open_engine(workspace) as engine:
            rows = engine.ask(_QUERY, {"event": event}).to_pylist()
    if not rows:
        raise BadInput("no sealed event has this id or index", hint='"custodes who SUBJECT" shows ledger indices')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "ledger.vkey"
        key.write_bytes(kept.read(workspace.data / VERIFIER, 65_536))
        written = []
        for row in rows:
            leaf = int(str(row["leaf"]))
            proof, leaf_file = folder / f"{leaf}.tlog-proof", folder / f"{leaf}.leaf"
            proof.write_text(workspace.ledger.prove(leaf), encoding="utf-8")
            _write_alone(leaf_file, event_bytes(event_of(row)))
            written.append(WrittenProof(leaf, proof, leaf_file, key))
    except OSError as error:
        raise BadInput(
            f"the proof cannot be written ({error.strerror})", where=str(folder), hint="name another folder with --out"
        ) from error
    return written


def _write_alone(file: Path, leaf: bytes) -> None:
    """For its owner alone, as the evidence is: the leaf says who touched whose data. Raises OSError."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        os.fchmod(handle, 0o600)
        out.write(leaf)


def _at_index(workspace: Workspace, leaf: int) -> list[dict[str, object]]:
    """The event at a ledger index, from the one row group that holds it; nothing where no event is."""
    for seal in workspace.seals.list():
        row = leaf - seal.first
        # The last leaf of a segment is the file itself.
        if not (seal.path.startswith(f"{EVENTS}/") and 0 <= row < seal.count - 1):
            continue
        file = workspace.data / seal.path
        if not file.exists() and file not in workspace.segments():
            raise BadInput(
                f"the event at index {leaf} is no longer kept",
                where=seal.path,
                hint="it was pruned; a proof that was given before still holds",
            )
        return segments.read_row(file, row)
    return []
