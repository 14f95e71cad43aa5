"""What does one measurement say?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A rate (per second of CPU on one core) of ours or of a peer, in `unit`."""

    what: str
    who: str
    rate: float
    unit: str


def rate(work: Callable[[], object], amount: float, *, least: float = 1.0) -> float:
    """Amount per second of this thread's CPU: the best of as many rounds as fit in `least` seconds."""
    best = float("inf")
    end = time.monotonic() + least
    while time.monotonic() < end or best == float("inf"):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return amount / max(best, 1e-9)


def wall(work: Callable[[], object], *, least: float = 1.0) -> float:
    """Seconds on the clock, for work that uses more than one thread or waits: the best of the rounds in `least`."""
    best = float("inf")
    end = time.monotonic() + least
    while time.monotonic() < end or best == float("inf"):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
