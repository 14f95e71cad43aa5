"""How does somebody without Custodes convince himself that a touch was sealed? With three small files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from custodes.errors import BadInput
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.who import event_of
from custodes.pipeline.workspace import VERIFIER, Workspace
from custodes.records.canonical import event_bytes

_QUERY = "select * from event where event_id = $event or leaf = try_cast($event as bigint) order by leaf limit 1000"


@dataclass(frozen=True, slots=True)
class WrittenProof:
    """One touch's proof (C2SP tlog-proof), its leaf's bytes and the log's public key, as files."""

    leaf: int
    proof: Path
    leaf_file: Path
    key: Path


def prove(workspace: Workspace, event: str, folder: Path) -> list[WrittenProof]:
    """Write the proofs of an event (every row of it) or of the event at a ledger index. Raises BadInput."""
    with open_engine(workspace) as engine:
        rows = engine.ask(_QUERY, {"event": event}).to_pylist()
    if not rows:
        raise BadInput("no sealed event has this id or index", hint='"custodes who SUBJECT" shows ledger indices')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "ledger.vkey"
        key.write_bytes((workspace.data / VERIFIER).read_bytes())
        written = []
        for row in rows:
            leaf: int = row["leaf"]
            proof, leaf_file = folder / f"{leaf}.tlog-proof", folder / f"{leaf}.leaf"
            proof.write_text(workspace.ledger.prove(leaf), encoding="utf-8")
            leaf_file.write_bytes(event_bytes(event_of(row)))
            written.append(WrittenProof(leaf, proof, leaf_file, key))
    except OSError as error:
        raise BadInput(
            f"the proof cannot be written ({error.strerror})", where=str(folder), hint="name another folder with --out"
        ) from error
    return written
