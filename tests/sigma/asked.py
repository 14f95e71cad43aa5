"""A rule written as a detection, and records: which of them does it match? In our engine, and by the reference."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from custodes.engine.tables import DuckTables
from custodes.sigma.condition import where
from custodes.sigma.folder import load
from custodes.sigma.projection import Projection
from custodes.sigma.rule import Rule, RuleSet
from custodes.sigma.trial import tried
from tests.sigma.oracle import Record, converted, theirs


def rule_text(detection: str | Mapping[str, Any], **more: Any) -> str:
    """A whole rule around a detection; a mapping is one selection."""
    if not isinstance(detection, str):
        detection = yaml.safe_dump({"selection": dict(detection), "condition": "selection"}, allow_unicode=True)
    head = {
        "title": "Made up",
        "id": "6f6f6f6f-0000-4000-8000-000000000001",
        "status": "test",
        "level": "medium",
        "logsource": {"product": "aws", "service": "cloudtrail"},
    }
    return yaml.safe_dump({**head, **more}, allow_unicode=True) + "detection:\n" + indent(detection, "  ")


def read(*texts: str, placeholders: Mapping[str, Sequence[str]] | None = None) -> RuleSet:
    """The rules of these files, tried."""
    with tempfile.TemporaryDirectory() as folder, DuckTables(threads=1) as tables:
        for place, text in enumerate(texts):
            (Path(folder) / f"r{place}.yml").write_text(text, encoding="utf-8")
        return tried(load([Path(folder)], placeholders), tables, {})


def only(text: str, placeholders: Mapping[str, Sequence[str]] | None = None) -> Rule:
    """The one rule of a file, which must be understood."""
    rules = read(text, placeholders=placeholders)
    assert not rules.refused, rules.refused
    return rules.rules[0]


def refusal(text: str) -> str:
    """Why the one rule of a file is refused."""
    rules = read(text)
    assert len(rules.refused) == 1
    assert not rules.count
    return rules.refused[0].reason


def matches(rule: Rule, records: Sequence[Record]) -> list[int]:
    """Places of the records that match."""
    table, columns = Projection({name: name for name in rule.fields}, keywords=rule.keywords).table(records)
    with DuckTables(threads=1) as engine:
        engine.hold("record", table)
        answer = engine.ask(f"select row from record where {where(rule.trees, columns)} order by row")
        return [int(row) for row in answer.column("row").to_pylist()]


def fitting(detection: str | Mapping[str, Any], records: Sequence[Record]) -> list[int]:
    """The same, for a detection."""
    return matches(only(rule_text(detection)), records)


def values(key: str, value: Any, *texts: Any) -> list[Any]:
    """Which of these values of the field `f` match `key: value`."""
    found = fitting({key: value}, [{"f": text} for text in texts])
    return [texts[place] for place in found]


def reference_count(text: str, records: Sequence[Record]) -> int:
    """How many match by the reference backend."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "r.yml"
        file.write_text(text, encoding="utf-8")
        queries, failed = converted([file])
    assert not failed, failed
    return next(iter(theirs(queries, records).values()))
