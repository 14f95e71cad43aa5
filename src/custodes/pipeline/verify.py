"""Does the evidence still match its proofs?"""

from __future__ import annotations

from pathlib import Path

from custodes.pipeline.progress import Progress
from custodes.records import LedgerStatus


def verify(data: Path, progress: Progress) -> LedgerStatus:
    """Check every sealed file, leaf, tile and the signed checkpoint of a workspace's folder."""
