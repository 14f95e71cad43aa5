"""How do tests run the real command, and what is a finished demonstration to them?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def custodes(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None, timeout: int = 200) -> Answer:
    """Run the real command in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "custodes", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Demo:
    """A finished demonstration: its folder and what it printed."""

    folder: Path
    answer: Answer

    @property
    def data(self) -> Path:
        return self.folder / "custodes-data"

    def run(self, *arguments: str | Path) -> Answer:
        return custodes(*arguments, cwd=self.folder)
