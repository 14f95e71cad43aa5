"""How is the map told to catalogues? As OpenLineage events: one for each dataset, and one that tells what is missing.

A DatasetEvent tells a dataset outside of any run. Its facets: the fields with personal data, their kinds as tags, which
columns flow into it, who owns it, and for what it is processed. The JobEvent of the scan has the gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from json import dumps
from typing import Any, Final

from custodes import __version__
from custodes.datamap.export.told import MapTold, far, sure
from custodes.records import Examined, Field, FlowEdge, Place
from custodes.records.processing import NOT_STATED

_PRODUCER: Final = f"urn:custodes:{__version__}"
_SPEC: Final = "https://openlineage.io/spec"
_CORE: Final = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_FACETS: Final = {
    "schema": "1-2-0/SchemaDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "ownership": "1-0-1/OwnershipDatasetFacet",
    "documentation": "1-1-0/DocumentationDatasetFacet",
    "tags": "1-0-0/TagsDatasetFacet",
}
_OUTSIDE: Final = "outside"  # the namespace of what no configured store holds


def lines(told: MapTold) -> bytes:
    """The events as JSON lines."""
    return "".join(dumps(event, ensure_ascii=False) + "\n" for event in events(told)).encode()


def events(told: MapTold) -> Iterator[dict[str, Any]]:
    """The event of the scan, then one for each dataset: those that were read, and those that something flows into."""
    yield _scan(told)
    read = {(one.store, one.dataset) for one in told.examined}
    for one in told.examined:
        yield _event(told, one.store, one.dataset, one)
    others = {edge.target[:2] for edge in told.flows if edge.target.store} - read
    for store, dataset in sorted(others):
        yield _event(told, store, dataset, None)


def _scan(told: MapTold) -> dict[str, Any]:
    facet = {
        **_own("CoverageJobFacet"),
        "uncovered": [
            {"store": one.store, "dataset": one.dataset, "reason": one.reason, "hint": one.hint} for one in told.gaps
        ],
        "notStated": [{"of": of, "what": what} for of, what in told.missing()],
        "ruledNotPersonal": [
            {
                "store": one.verdict.store,
                "dataset": one.verdict.dataset,
                "field": one.verdict.field,
                "category": one.verdict.category,
                "why": one.ruling.why,
            }
            for one in told.suppressed
        ],
    }
    return {
        **_head(told, "JobEvent"),
        "job": {"namespace": f"custodes:{told.name}", "name": "scan", "facets": {"custodes_coverage": facet}},
        "inputs": [_named(told, one.store, one.dataset) for one in told.examined],
        "outputs": [],
    }


def _event(told: MapTold, store: str, dataset: str, one: Examined | None) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    words = "It was not read: a flow leads into it."
    if one is not None:
        words = f"{one.kind}, {one.columns:,} columns, {far(one)}. "
        words += "Only fields with personal data are listed." if one.verdicts else "No personal data was recognised."
        if one.verdicts:
            facets["schema"] = {"fields": [_field(told, each) for each in _one_each(one.verdicts)]}
            facets["tags"] = {"tags": [_tag(told, each) for each in one.verdicts]}
        facets["custodes_processing"] = _processing(told, one)
        owners = sorted({told.owner(one, each) for each in told.activities(store, dataset) or (None,)} - {""})
        if owners:
            facets["ownership"] = {"owners": [{"name": name, "type": "OWNER"} for name in owners]}
    facets["documentation"] = {"description": words}
    if flowing := told.into(store, dataset):
        facets["columnLineage"] = _lineage(told, flowing)
    for name, place in _FACETS.items():
        if name in facets:
            schema = f"{_SPEC}/facets/{place}.json#/$defs/{place.split('/')[1]}"
            facets[name] = {"_producer": _PRODUCER, "_schemaURL": schema, **facets[name]}
    return {**_head(told, "DatasetEvent"), "dataset": {**_named(told, store, dataset), "facets": facets}}


def _head(told: MapTold, kind: str) -> dict[str, Any]:
    time = told.made.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"eventTime": time, "producer": _PRODUCER, "schemaURL": f"{_CORE}/{kind}"}


def _own(name: str) -> dict[str, str]:
    """The head of a facet of our own; readers that do not know it pass it over."""
    return {"_producer": _PRODUCER, "_schemaURL": f"urn:custodes:facets:{name}"}


def _named(told: MapTold, store: str, dataset: str) -> dict[str, str]:
    if not store:
        return {"namespace": _OUTSIDE, "name": dataset}
    namespace, before = told.namespaces.get(store, (f"custodes:{told.name}:{store}", ""))
    return {"namespace": namespace, "name": f"{before}{dataset}"}


def _one_each(verdicts: tuple[Field, ...]) -> list[Field]:
    return list({verdict.field: verdict for verdict in reversed(verdicts)}.values())[::-1]


def _field(told: MapTold, verdict: Field) -> dict[str, str]:
    return {"name": verdict.field, "description": f"{told.category(verdict).title}, {sure(verdict)} sure"}


def _tag(told: MapTold, verdict: Field) -> dict[str, str]:
    fides = told.category(verdict).fides
    return {"key": verdict.category, "value": fides or "true", "source": "CUSTODES", "field": verdict.field}


def _processing(told: MapTold, one: Examined) -> dict[str, Any]:
    keeping = told.keeping(one.store)
    return {
        **_own("ProcessingDatasetFacet"),
        "activities": [
            {
                "name": each.name,
                "purposes": list(each.purposes) or NOT_STATED,
                "retention": each.retention or NOT_STATED,
            }
            for each in told.activities(one.store, one.dataset)
        ]
        or NOT_STATED,
        "owner": keeping.owner or NOT_STATED,
        "country": keeping.country or NOT_STATED,
        "vault": told.vault(one.store, one.dataset),
    }


def _lineage(told: MapTold, edges: tuple[FlowEdge, ...]) -> dict[str, Any]:
    """Flows into a field under its name; flows into any field of the dataset under `dataset`."""
    fields: dict[str, dict[Place, list[dict[str, Any]]]] = {}
    for edge in edges:
        steps = fields.setdefault(edge.target.field, {}).setdefault(edge.source, [])
        step: dict[str, Any] = {"type": "INDIRECT", "description": edge.said_by}
        if edge.kind == "direct":
            step |= {"type": "DIRECT", "subtype": "TRANSFORMATION" if edge.through else "IDENTITY"}
        if step not in steps:
            steps.append(step)
    inputs = {
        column: [
            {**_named(told, source.store, source.dataset), "field": source.field, "transformations": steps}
            for source, steps in sources.items()
        ]
        for column, sources in fields.items()
    }
    whole = inputs.pop("*", [])
    facet: dict[str, Any] = {"fields": {column: {"inputFields": told_of} for column, told_of in inputs.items()}}
    return facet | ({"dataset": whole} if whole else {})
