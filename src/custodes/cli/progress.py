"""How does long work look on a terminal? A line that moves on stderr, and nothing at all when nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from custodes.pipeline.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.status import Status

_TELLING: Final = 0.01  # of the work: before, the time left is anybody's guess


class _OnTerminal:
    """Shows the current step and what it is at."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._title = ""
        self._begun = time.monotonic()

    def step(self, title: str) -> None:
        """A new step begins."""
        self._title = title
        self._begun = time.monotonic()
        self._status.update(f"{title} …")

    def advance(self, detail: str, done: int = 0, total: int | None = None) -> None:
        """Something inside the step was done."""
        seconds = max(time.monotonic() - self._begun, 0.001)
        text = f"{self._title}: {detail}"
        if total:
            left = seconds * (total - done) / done if done else 0
            text += f"  {done:,} of {total:,}" + (f", about {left:.0f} s left" if left >= 1 else "")
        elif done:
            text += f"  {done:,} ({done / seconds:,.0f}/s)"
        self._status.update(text)

    def amount(self, detail: str, *, rows: int, size: int, share: float) -> None:
        """So much was read by now."""
        seconds = max(time.monotonic() - self._begun, 0.001)
        text = f"{self._title}: {detail}  {rows:,} rows, {_bytes(size)}, {_bytes(size / seconds)}/s"
        if share >= _TELLING and seconds >= 1:
            left = seconds * (1 - share) / share
            text += f", {share:.0%}" + (f", about {_span(left)} left" if left >= 1 else "")
        self._status.update(text)


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:.1f} h"


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """A progress to hand to the pipeline: on stderr when that is a terminal and nobody asked for quiet."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console

    with Console(stderr=True, highlight=False, markup=False).status("starting …") as status:
        yield _OnTerminal(status)
