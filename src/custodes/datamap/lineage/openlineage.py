"""How is the lineage told to other tools, as OpenLineage events?

One JobEvent for each statement that writes: lineage of code at rest, not of a run. Direct edges are DIRECT, with
IDENTITY where no function is passed; indirect ones are INDIRECT without a subtype.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from custodes import __version__
from custodes.datamap.lineage.edges import Edge, Lineage

_PRODUCER: Final = f"urn:custodes:{__version__}"
_EVENT: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
_FACET: Final = (
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
)


def events(lineage: Lineage, *, namespace: str, time: datetime) -> Iterator[dict[str, Any]]:
    """One event for each statement and target. time: when the code was read, with its zone."""
    statements: dict[tuple[str, int], dict[str, list[Edge]]] = {}
    for edge in lineage.edges:
        if edge.target.table:
            statements.setdefault((edge.file, edge.statement), {}).setdefault(edge.target.table, []).append(edge)
    for (file, statement), targets in statements.items():
        sources = sorted({edge.source.table for edges in targets.values() for edge in edges if edge.source.table})
        yield {
            "eventTime": time.isoformat(),
            "producer": _PRODUCER,
            "schemaURL": _EVENT,
            "job": {"namespace": namespace, "name": f"{file}#{statement}"},
            "inputs": [{"namespace": namespace, "name": name} for name in sources],
            "outputs": [_output(name, edges, namespace) for name, edges in targets.items()],
        }


def _output(name: str, edges: list[Edge], namespace: str) -> dict[str, Any]:
    fields: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = {}
    for edge in edges:
        steps = fields.setdefault(edge.target.column, {}).setdefault((edge.source.table, edge.source.column), [])
        if edge.kind == "direct":
            steps.append({"type": "DIRECT", "subtype": "TRANSFORMATION" if edge.through else "IDENTITY"})
        else:
            steps.append({"type": "INDIRECT"})
    told = {
        column: {
            "inputFields": [
                {"namespace": namespace, "name": table, "field": field, "transformations": steps}
                for (table, field), steps in sources.items()
            ]
        }
        for column, sources in fields.items()
    }
    facet = {"_producer": _PRODUCER, "_schemaURL": _FACET, "fields": told}
    return {"namespace": namespace, "name": name, "facets": {"columnLineage": facet}}
