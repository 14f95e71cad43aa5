"""Are they OpenLineage events, whose columnLineage facet tells edges that another tool found?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from custodes.datamap.lineage.edges import STAR, Edge, Kind, Ref, Uncovered
from custodes.datamap.lineage.inputs.interface import Given, Script
from custodes.errors import BadInput

#: How propagation knows that another tool calls a transformation a masking one.
MASKED: Final = "openlineage:masking"
_SUFFIXES: Final = frozenset([".json", ".jsonl", ".ndjson", ".log"])


def recognises(path: Path, head: str) -> bool:
    """By what every event has."""
    return path.suffix.lower() in _SUFFIXES and (
        "openlineage.io/spec" in head or ('"outputs"' in head and '"job"' in head and '"eventTime"' in head)
    )


def read(path: Path, name: str) -> Given:
    """Each event counts as one statement. An event without the facet but with SQL is traced from the SQL."""
    edges: list[Edge] = []
    scripts: list[Script] = []
    uncovered: list[Uncovered] = []
    for number, event in enumerate(_events(path), 1):
        if event is None:
            uncovered.append(Uncovered(name, number, "the line is no JSON object"))
            continue
        found = list(_edges(event, name, number))
        edges.extend(found)
        if not found:
            query = _facet(event.get("job"), "sql").get("query")
            if isinstance(query, str) and query.strip():
                scripts.append(Script(name, query, number))
            elif event.get("inputs") and event.get("outputs"):
                uncovered.append(Uncovered(name, number, "the event tells datasets, but no columns and no SQL"))
    return Given(scripts, edges, uncovered)


def _events(path: Path) -> Iterator[dict[str, Any] | None]:
    text = path.read_text("utf-8-sig", errors="replace")
    try:
        whole = json.loads(text)
    except ValueError:
        for line in text.splitlines():
            if line.strip():
                yield _parsed(line)
        return
    except RecursionError as bomb:
        raise BadInput("its JSON is nested too deep", where=str(path), hint="give the events one to a line") from bomb
    for event in whole if isinstance(whole, list) else [whole]:
        yield event if isinstance(event, dict) else None


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _facet(holder: object, name: str) -> dict[str, Any]:
    facets = holder.get("facets") if isinstance(holder, dict) else None
    facet = facets.get(name) if isinstance(facets, dict) else None
    return facet if isinstance(facet, dict) else {}


def _dataset(about: dict[str, Any]) -> str:
    """The dataset's name as the data map has it; a file's keeps its address."""
    namespace, name = str(about.get("namespace") or ""), str(about.get("name") or "")
    scheme = namespace.split("://", 1)[0].lower() if "://" in namespace else namespace.lower()
    if scheme in {"s3", "s3a", "gs", "gcs", "abfss", "abfs", "wasbs", "hdfs", "dbfs", "file"}:
        base = namespace if "://" in namespace else f"{namespace}:"
        return f"{base.rstrip('/')}/{name.lstrip('/')}" if "://" in base else f"{base}{name}"
    return name


def _edges(event: dict[str, Any], file: str, number: int) -> Iterator[Edge]:
    outputs = event.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        facet = _facet(output, "columnLineage")
        target = _dataset(output)
        fields = facet.get("fields")
        fields = fields if isinstance(fields, dict) else {}
        for column, told in fields.items():
            about = told if isinstance(told, dict) else {}
            inputs = about.get("inputFields")
            old = f"{about.get('transformationType') or ''}".upper()
            for source in inputs if isinstance(inputs, list) else ():
                if isinstance(source, dict) and source.get("field"):
                    yield from _one(source, Ref(target, str(column)), file, number, old)
        yield from _of_dataset(facet, output, target, list(fields), file, number)


def _of_dataset(
    facet: dict[str, Any], output: dict[str, Any], target: str, known: list[str], file: str, number: int
) -> Iterator[Edge]:
    """What the newer form says once for the whole dataset holds for each of its columns."""
    whole = facet.get("dataset")
    columns = known or [
        str(field["name"])
        for field in _facet(output, "schema").get("fields") or ()
        if isinstance(field, dict) and field.get("name")
    ]
    for source in whole if isinstance(whole, list) else ():
        if isinstance(source, dict) and source.get("field"):
            for column in columns or [STAR]:
                yield Edge(file, number, Ref(_dataset(source), str(source["field"])), Ref(target, column), "indirect")


def _one(source: dict[str, Any], target: Ref, file: str, number: int, old: str) -> Iterator[Edge]:
    ref = Ref(_dataset(source), str(source["field"]))
    steps = source.get("transformations")
    if not isinstance(steps, list) or not steps:
        # The older form says MASKED or IDENTITY for the whole column, or nothing.
        through = frozenset([MASKED]) if old == "MASKED" else frozenset()
        kind: Kind = "indirect" if old == "INDIRECT" else "direct"
        yield Edge(file, number, ref, target, kind, through if kind == "direct" else frozenset())
        return
    told = [step for step in steps if isinstance(step, dict)]
    direct = [step for step in told if str(step.get("type", "DIRECT")).upper() == "DIRECT"]
    if direct:
        masked = all(step.get("masking") is True for step in direct)
        yield Edge(file, number, ref, target, "direct", frozenset([MASKED]) if masked else frozenset())
    if len(direct) < len(told):
        yield Edge(file, number, ref, target, "indirect")
