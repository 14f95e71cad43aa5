"""Is it a script of SQL statements?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from custodes.datamap.lineage.edges import Uncovered
from custodes.datamap.lineage.inputs.interface import Given, Script

SUFFIXES: Final = frozenset([
    ".sql", ".ddl", ".dml", ".hql", ".hive", ".psql", ".pgsql", ".plsql", ".pls", ".pks", ".pkb", ".pck", ".prc",
    ".fnc", ".trg", ".vw", ".bteq", ".btq", ".tsql", ".proc", ".view", ".spsql",
])  # fmt: skip
MOST_BYTES: Final = 64_000_000


def recognises(path: Path, _head: str) -> bool:
    """By its suffix."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path, name: str) -> Given:
    """The whole file as one script; what is no UTF-8 is read as Latin-1."""
    if path.stat().st_size > MOST_BYTES:
        return Given(uncovered=[Uncovered(name, 0, f"the file is larger than {MOST_BYTES // 1_000_000} MB")])
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    if ("{{" in text and "}}" in text) or "{%" in text:
        return Given(uncovered=[Uncovered(name, 0, "it is a template: give the compiled SQL or dbt's manifest.json")])
    return Given([Script(name, text)])
