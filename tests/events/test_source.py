"""What does the reader of logs refuse to open?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from custodes.errors import BadInput
from custodes.events import context
from custodes.events.source import Source


@pytest.mark.timeout(20)
def test_a_pipe_as_log_is_refused(tmp_path: Path) -> None:
    """A log that is a pipe is refused at once instead of waited for."""
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(BadInput, match="no regular file"):
        Source(tmp_path / "a.jsonl", None)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_pipe_as_context_is_refused(tmp_path: Path, name: str) -> None:
    """A context file that is a pipe is refused at once instead of waited for."""
    os.mkfifo(tmp_path / name)
    with pytest.raises(BadInput, match="no regular file"):
        list(context.read_file(tmp_path / name))
