"""Does each engine's own SQL give the edges that a reader of it would draw?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from custodes.datamap.lineage.dialects import dialect_of
from custodes.datamap.lineage.trace import trace

SHOP = {"shop.users": ["id", "email", "name"], "shop.orders": ["id", "user_id", "total", "items"]}
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{c.get('dialect', 'ansi')}: {c['sql'][:50]}" for c in CASES])
def test_statement_gives_its_edges(case: dict[str, Any]) -> None:
    """Direct edges, indirect edges and gaps are those written beside the statement, no more and no fewer."""
    schema = SHOP if case.get("schema") == "shop" else case.get("schema")
    found = trace(
        case["sql"], dialect=dialect_of(case.get("dialect", "")), schema=schema, default_schema=case.get("default", "")
    )
    direct = {f"{edge.source} -> {edge.target}" for edge in found.edges if edge.kind == "direct"}
    indirect = {f"{edge.source} -> {edge.target}" for edge in found.edges if edge.kind == "indirect"}
    assert direct == set(case["direct"])
    assert indirect == set(case.get("indirect", []))
    assert [gap.reason for gap in found.uncovered] == case.get("uncovered", [])
