"""Is it dbt's manifest.json? Its compiled models are traced into the tables and views that they become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from custodes.datamap.lineage.edges import Uncovered
from custodes.datamap.lineage.inputs.interface import Given, Script
from custodes.errors import BadInput

_TRACED: Final = frozenset(["model", "snapshot"])
_ADAPTERS: Final = {"sqlserver": "tsql", "synapse": "tsql", "dremio": "dremio", "glue": "spark", "spark": "spark"}


def recognises(path: Path, head: str) -> bool:
    """By its suffix and dbt's own address in it."""
    return path.suffix.lower() == ".json" and "getdbt.com/dbt/manifest" in head


def read(path: Path, _name: str) -> Given:
    """Its models, what others read first; the columns of tables from catalog.json, if it lies beside it."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
        nodes: dict[str, dict[str, Any]] = {
            key: node for key, node in manifest.get("nodes", {}).items() if node.get("resource_type") in _TRACED
        }
    except (ValueError, AttributeError) as broken:
        raise BadInput("it is no manifest of dbt", where=str(path), hint="run dbt compile again") from broken
    adapter = str((manifest.get("metadata") or {}).get("adapter_type") or "")
    scripts: list[Script] = []
    uncovered: list[Uncovered] = []
    covers: set[str] = set()
    for key in _ordered(nodes):
        node = nodes[key]
        file = str(node.get("original_file_path") or key)
        covers.add(file)
        code = node.get("compiled_code") or node.get("compiled_sql")
        target = node.get("relation_name") or _relation(node)
        if (node.get("config") or {}).get("materialized") == "ephemeral":
            continue  # dbt writes it into the models that use it
        if node.get("language", "sql") != "sql":
            uncovered.append(Uncovered(file, 1, f"the model is written in {node['language']}, which is not read"))
        elif not isinstance(code, str) or not code.strip():
            uncovered.append(Uncovered(file, 1, "the model is not compiled: run dbt compile first"))
        else:
            text = code.strip().rstrip(";")
            scripts.append(
                Script(file, f"CREATE TABLE {target} AS\n{text}", 1, dialect=_ADAPTERS.get(adapter, adapter))
            )
    return Given(scripts, (), uncovered, _catalogue(path.with_name("catalog.json")), frozenset(covers))


def _relation(node: Mapping[str, Any]) -> str:
    parts = [node.get("database"), node.get("schema"), node.get("alias") or node.get("name")]
    return ".".join(str(part) for part in parts if part)


def _ordered(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What others read comes first; a circle, which dbt forbids, is cut somewhere."""
    done: dict[str, None] = {}
    open_: set[str] = set()
    for start in nodes:
        stack = [(start, iter((nodes[start].get("depends_on") or {}).get("nodes") or ()))]
        while stack:
            key, rest = stack[-1]
            following = next((one for one in rest if one in nodes and one not in done and one not in open_), None)
            open_.add(key)
            if following is None:
                stack.pop()
                open_.discard(key)
                done[key] = None
            else:
                stack.append((following, iter((nodes[following].get("depends_on") or {}).get("nodes") or ())))
    return list(done)


def _catalogue(path: Path) -> dict[str, list[str]]:
    if not path.is_file():
        return {}
    try:
        catalogue = json.loads(path.read_text("utf-8"))
        found: dict[str, list[str]] = {}
        for node in [*catalogue.get("nodes", {}).values(), *catalogue.get("sources", {}).values()]:
            about = node["metadata"]
            table = ".".join(str(about[part]) for part in ("database", "schema", "name") if about.get(part))
            columns = sorted(node["columns"].values(), key=lambda column: column.get("index", 0))
            found[table] = [str(column["name"]) for column in columns]
    except (ValueError, KeyError, AttributeError, TypeError) as broken:
        raise BadInput("it is no catalogue of dbt", where=str(path), hint="run dbt docs generate again") from broken
    return found
