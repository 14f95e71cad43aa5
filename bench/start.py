"""How long until the command line answers `--help`? It must stay under 0.3 seconds."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.line import Line


def _seconds(*command: str) -> float:
    """Wall time of a process, the best of seven."""
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)  # noqa: S603 - our own interpreter
        best = min(best, time.perf_counter() - start)
    return best


def run() -> list[Line]:
    """Milliseconds of wall time, and ours beside an empty Python's."""
    ours, peer = _seconds("-m", "custodes", "--help"), _seconds("-c", "pass")
    return [
        Line("start", "custodes --help", ours * 1e3, "ms"),
        Line("start", "python -c pass", peer * 1e3, "ms"),
        Line("start", "ours / peer", ours / peer, "times"),
    ]
