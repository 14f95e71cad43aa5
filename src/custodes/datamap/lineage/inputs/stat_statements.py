"""Is it what psql prints of pg_stat_statements: a table of text with a column of queries?"""

from __future__ import annotations

import re
from pathlib import Path

from custodes.datamap.lineage.inputs.interface import Given, Script
from custodes.datamap.lineage.inputs.query_log import column_of

_RULE = re.compile(r"^[-+]+$")


def recognises(path: Path, head: str) -> bool:
    """By the rule of minus signs under a header that names a column of queries."""
    lines = head.lstrip("\ufeff").splitlines()[:3]
    return (
        path.suffix.lower() in {".txt", ".out", ".log", ""}
        and len(lines) > 1
        and bool(_RULE.match(lines[1].strip()))
        and column_of([cell.strip() for cell in lines[0].split("|")]) is not None
    )


def read(path: Path, name: str) -> Given:
    """Each row counts as one statement; a query of several lines is put together by psql's `+` at their ends."""
    lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    names = [cell.strip() for cell in lines[0].split("|")]
    column = column_of(names)
    place = names.index(column) if column in names else 0
    # The columns are as wide as the rule under the header says; a `|` inside a query is part of it.
    edges = [0]
    for part in lines[1].split("+"):
        edges.append(edges[-1] + len(part) + 1)
    scripts: list[Script] = []
    query: list[str] = []
    number = 0
    for line in lines[2:]:
        if line.startswith("(") and line.rstrip().endswith((" rows)", " row)")):
            break
        cell = line[edges[place] : edges[place + 1] - 1]
        continues = cell.rstrip().endswith("+")
        query.append(cell.rstrip()[:-1] if continues else cell)
        if not continues:
            number += 1
            text = "\n".join(part.strip() for part in query).strip()
            query = []
            if text:
                scripts.append(Script(name, text, number))
    return Given(scripts)
