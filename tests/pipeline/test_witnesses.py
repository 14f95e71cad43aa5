"""Which logs does a witness watch? Each that it was given, or it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from custodes.errors import BadInput
from custodes.ledger.note import generate_key
from custodes.pipeline.witnesses import open_witness


def test_two_logs_of_one_name_are_refused(tmp_path: Path) -> None:
    """Only the later one would be watched, and nobody would be told."""
    files = []
    for number in range(2):
        file = tmp_path / f"{number}.vkey"
        file.write_text(generate_key("custodes/company").verifier.text)
        files.append(file)
    with pytest.raises(BadInput, match="two logs are called"):
        open_witness(tmp_path / "w", files, "w.example/w", "127.0.0.1", 0, say=lambda _: None)
    assert not (tmp_path / "w").exists()
