"""How exact is lineage on statements whose truth is known by construction, and how fast, beside sqllineage?"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.line import Line
from custodes.company.queries import Case, cases
from custodes.datamap.lineage.dialects import dialect_of
from custodes.datamap.lineage.edges import Lineage
from custodes.datamap.lineage.trace import trace

_OURS = "custodes"
_PEER = "sqllineage"
_COUNT = 1_600  # a hundred of each dialect
_SEED = 20
_PYTHON = Path(__file__).resolve().parents[1] / ".peers" / "bin" / "python"
#: What both can be asked: sqllineage gives columns only for statements that write.
_WRITES = frozenset(["create table", "create view", "insert list", "insert place", "update", "merge"])

Pairs = set[tuple[str, str]]


def run() -> list[Line]:
    """Exact shares in per cent, rates in statements a second of one core's time, statements that were not parsed."""
    made = list(cases(_COUNT, seed=_SEED))
    begun = time.thread_time()
    found = [trace(case.sql, dialect=dialect_of(case.dialect), schema=case.schema) for case in made]
    seconds = time.thread_time() - begun
    direct = sum(_direct(one) == _named(case.direct) for case, one in zip(made, found, strict=True))
    both = sum(
        _direct(one) == _named(case.direct) and _indirect(one) == _named(case.indirect)
        for case, one in zip(made, found, strict=True)
    )
    lines = [
        Line("direct edges exact", _OURS, 100 * direct / _COUNT, "%"),
        Line("direct and indirect exact", _OURS, 100 * both / _COUNT, "%"),
        Line("lineage", _OURS, _COUNT / seconds, "statements/s"),
        Line("statements not parsed", _OURS, sum(bool(one.uncovered) for one in found), f"of {_COUNT}"),
    ]
    writes = [(case, one) for case, one in zip(made, found, strict=True) if case.kind in _WRITES]
    lines.extend(_beside(writes))
    return lines


def _beside(writes: list[tuple[Case, Lineage]]) -> list[Line]:
    """The same measure for both: every direct edge, and nothing that has no part in the value or its rows."""
    right = sum(_fits(_direct(one), case) for case, one in writes)
    lines = [Line("writes: fits the truth", _OURS, 100 * right / len(writes), "%")]
    if not _PYTHON.exists():
        print("bench: sqllineage is missing: run bench/peers/setup, to have it beside ours", file=sys.stderr)
        return lines
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "asked.jsonl", Path(folder) / "told.jsonl"
        rows = [json.dumps({"sql": c.sql, "dialect": c.dialect, "schema": c.schema}) for c, _ in writes]
        asked.write_text("\n".join(rows), encoding="utf-8")
        script = Path(__file__).parent / "peers" / "ask_sqllineage.py"
        command = [str(_PYTHON), str(script), str(asked), str(told)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our script
        answers = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    speed = answers.pop()["per_s"]
    failed = sum("failed" in answer for answer in answers)
    right = sum(
        _fits({(a.lower(), b.lower()) for a, b in answer.get("pairs", ())}, case) and "failed" not in answer
        for answer, (case, _) in zip(answers, writes, strict=True)
    )
    return [
        *lines,
        Line("writes: fits the truth", _PEER, 100 * right / len(writes), "%"),
        Line("writes", _PEER, speed, "statements/s"),
        Line("writes not parsed", _PEER, failed, f"of {len(writes)}"),
    ]


def _fits(found: Pairs, case: Case) -> bool:
    direct, indirect = _named(case.direct), _named(case.indirect)
    return direct <= found <= direct | indirect


def _named(edges: frozenset[tuple[tuple[str, str], tuple[str, str]]]) -> Pairs:
    return {(f"{a}.{b}".lower(), f"{c}.{d}".lower()) for (a, b), (c, d) in edges}


def _direct(found: Lineage) -> Pairs:
    return {(str(e.source).lower(), str(e.target).lower()) for e in found.edges if e.kind == "direct"}


def _indirect(found: Lineage) -> Pairs:
    return {(str(e.source).lower(), str(e.target).lower()) for e in found.edges if e.kind == "indirect"}
