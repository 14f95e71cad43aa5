"""Is every stored file watched? Each of them, changed in five ways; SECURITY.md says what came of it.

`python -m tests.river.test_tampering` puts the table into SECURITY.md anew.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.config import load
from custodes.errors import CustodesError
from custodes.ledger.check_proof import COSIGNATURE, Policy, read_policy
from custodes.ledger.cosign import cosign
from custodes.ledger.layout import Layout
from custodes.ledger.note import generate_key
from custodes.ledger.witness import Memory, Witness
from custodes.pipeline.context import Snapshot
from custodes.pipeline.progress import Silent
from custodes.pipeline.verify import verify
from custodes.pipeline.workspace import Workspace, open_workspace
from tests.river.test_prune import NOW, a_workspace

PAGE = Path(__file__).parents[2] / "SECURITY.md"
BEGIN, END = "<!-- tampering: begin (made by tests/river/test_tampering.py) -->", "<!-- tampering: end -->"

# What is stored, and the files of a workspace that are such.
KINDS = {
    "a segment of events": "events/day=2026-03-02/*.parquet",
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
WAYS = ("a byte changed", "cut short", "deleted", "an older version put in its place", "another workspace's put in its place")
Made = tuple[Path, Path, Path, Policy]  # the workspace, an older copy of it, another workspace, its witnesses


def find(data: Path, kind: str) -> Path:
    """The newest file of a kind."""
    pattern = KINDS[kind] if kind != "the marker" else MARKER
    return max(data.glob(pattern), key=lambda path: path.stat().st_mtime_ns)
