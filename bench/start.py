"""How long until the command line answers `--help` (0.3 seconds at most), and until it has what a question needs?"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bench.line import Line


def _seconds(*command: str) -> float:
    """Wall time of a process, the best of seven; what Python compiles is kept, as in an installation."""
    best = float("inf")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True, env=environment)  # noqa: S603 - our own interpreter
        best = min(best, time.perf_counter() - start)
    return best


def run() -> list[Line]:
    """Milliseconds of wall time, and ours beside an empty Python's."""
    ours, peer = _seconds("-m", "custodes", "--help"), _seconds("-c", "pass")
    asked = _seconds("-c", "import custodes.cli.commands, custodes.cli.answer, custodes.pipeline.who")
    return [
        Line("start", "custodes --help", ours * 1e3, "ms"),
        Line("start", "what custodes who imports", asked * 1e3, "ms"),
        Line("start", "python -c pass", peer * 1e3, "ms"),
        Line("start", "ours / peer", ours / peer, "times"),
    ]
