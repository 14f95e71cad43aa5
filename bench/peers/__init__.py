"""Which others do the same work? Each is asked by a script in an environment of its own (bench/peers/setup)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_PYTHON: Final = FOLDER.parents[1] / ".peers" / "bin" / "python"


def installed() -> bool:
    """Whether the peers are set up."""
    return _PYTHON.exists()


def ask(script: str, *arguments: str) -> str:
    """Run one of the scripts here (`ask_presidio.py`) in their environment; its standard output."""
    command = [str(_PYTHON), str(FOLDER / script), *arguments]
    environment = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603 - our own
    return done.stdout


def speed(script: str, file: Path) -> tuple[float, float]:
    """A peer's megabytes of text, and short cells, in a second of one core: read from the lines of a file."""
    told = json.loads(ask(script, "speed", str(file)))
    return float(told["mb_per_s"]), float(told["cells_per_s"])
