"""How is a peer asked? JSON lines in, JSON lines out; this file needs nothing but Python.

`columns`: {"key", "header", "cells"} gives {"key", "told": [[entity, share of the cells]]}.
`text`: {"text"} gives {"found": [[start, end, entity]]}. `speed`: a text file gives {"mb_per_s", "cells_per_s"}.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# A text and the words of the column's name beside it: start, end, entity; the surest first, they may overlap.
Find = Callable[[str, Sequence[str]], Sequence[tuple[int, int, str]]]

_COVERS = 0.6  # of a cell's characters: the cell is one of it
_SHARE = 0.5  # of the cells: the column is one of it
_SPEED_SECONDS = 5.0


def words(header: str) -> list[str]:
    """The words of a column's name."""
    return [piece.lower() for piece in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", header)]


def column(find: Find, header: str, cells: Sequence[str]) -> list[tuple[str, float]]:
    """The entity that most cells are; of free text, every entity that stands in it."""
    whole: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for cell in cells:
        found = find(cell, words(header))
        whole.update({name for start, end, name in found if end - start >= _COVERS * len(cell)})
        inside.update({name for start, end, name in found if end - start < _COVERS * len(cell)})
    best = [(name, count / len(cells)) for name, count in whole.most_common() if count >= _SHARE * len(cells)]
    if best:
        return best
    prose = sum(len(cell.split()) >= 4 for cell in cells) > len(cells) / 2
    return [(name, count / len(cells)) for name, count in inside.most_common()] if prose else []


def disjoint(found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Of those that overlap, the first."""
    kept: list[tuple[int, int, str]] = []
    for start, end, name in found:
        if all(end <= first or last <= start for first, last, _ in kept):
            kept.append((start, end, name))
    return kept


def speed(find: Find, file: Path) -> dict[str, float]:
    """Megabytes of lines, and short cells, in a second of one core's time."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    done = 0
    begun = time.process_time()
    for line in lines:
        find(line, ())
        done += len(line.encode()) + 1
        if time.process_time() - begun > _SPEED_SECONDS:
            break
    text = done / 1e6 / max(time.process_time() - begun, 1e-9)
    cells = 0
    begun = time.process_time()
    for line in lines:
        for cell in line.split():
            find(cell, ())
            cells += 1
        if time.process_time() - begun > _SPEED_SECONDS:
            break
    return {"mb_per_s": text, "cells_per_s": cells / max(time.process_time() - begun, 1e-9)}


def run(find: Find) -> None:
    """`columns IN OUT`, `text IN OUT` or `speed FILE`."""
    if sys.argv[1] == "speed":
        print(json.dumps(speed(find, Path(sys.argv[2]))))
        return
    asked = [json.loads(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()]
    with Path(sys.argv[3]).open("w", encoding="utf-8") as out:
        for one in asked:
            answer: dict[str, Any] = {}
            if sys.argv[1] == "columns":
                answer = {"key": one["key"], "told": column(find, one["header"], one["cells"])}
            else:
                answer = {"found": disjoint(find(one["text"], ()))}
            out.write(json.dumps(answer) + "\n")
