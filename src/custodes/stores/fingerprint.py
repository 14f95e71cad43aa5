"""Has a file changed since it was last read? Size, times of change and inode tell, and what a database counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def of_file(facts: os.stat_result) -> str:
    """What the file system tells of a file.

    It sets the second time itself, so that a program that sets the first one back is noticed.
    """
    return f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ctime_ns}-{facts.st_ino}"


def of_database(path: Path, log: str, counters: Sequence[tuple[int, int]]) -> str:
    """The same of a database file and of its write-ahead log, and what the database itself counts on.

    log: what the log's name has behind that of the file. counters: place and length, in bytes, of what is written anew
    with each change or checkpoint. Raises OSError when the file may not be read.
    """
    parts = []
    for file in (path, path.with_name(path.name + log)):
        try:
            parts.append(of_file(file.stat()))
        except FileNotFoundError:
            parts.append("none")
    with path.open("rb") as data:
        for place, length in counters:
            data.seek(place)
            parts.append(data.read(length).hex())
    return "/".join(parts)
