"""Does setting up say what is missing before it begins?"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("version", ["1.63.0", "1.9.0", None])
def test_a_rust_that_is_too_old_or_missing_is_told_first(version: str | None, tmp_path: Path) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text(f"#!/bin/sh\necho cargo {version}\n" if version else "#!/bin/sh\nexit 127\n")
    cargo.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    answer = subprocess.run(
        ["bash", "dev/setup"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 4
    assert "Rust 1.88 or later is needed" in answer.stderr
    assert (version or "no cargo") in answer.stderr
    assert "rustup.rs" in answer.stderr
