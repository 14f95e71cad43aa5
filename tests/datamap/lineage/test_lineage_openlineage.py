"""Do other tools, and we ourselves, understand the events that we write?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from custodes.datamap.lineage.follow import follow
from custodes.datamap.lineage.openlineage import events
from custodes.datamap.lineage.trace import trace

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_what_is_written_is_read_again_as_the_same_edges(tmp_path: Path) -> None:
    """Edges into tables survive the round through OpenLineage; a bare SELECT has no dataset to be told of."""
    found = trace("insert into a select lower(x) x, y from b where z > 1; select x from a", file="f.sql")
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(event) for event in events(found, namespace="db", time=TIME)))
    again = follow([path])
    written = {(edge.source, edge.target, edge.kind) for edge in found.edges if edge.target.table}
    assert {(edge.source, edge.target, edge.kind) for edge in again.edges} == written
    assert not again.uncovered


def test_an_event_names_the_statement_and_the_kind_of_each_flow() -> None:
    """One JobEvent for a statement, with inputs, outputs and the facet's form of 1-2-0."""
    found = trace("insert into a select lower(x) x, y from b", file="f.sql")
    event = next(events(found, namespace="db", time=TIME))
    assert event["job"] == {"namespace": "db", "name": "f.sql#1"}
    assert event["eventTime"] == "2026-01-02T03:04:05+00:00"
    assert event["inputs"] == [{"namespace": "db", "name": "b"}]
    fields = event["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert fields["y"]["inputFields"] == [
        {"namespace": "db", "name": "b", "field": "y", "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}
    ]
    assert fields["x"]["inputFields"][0]["transformations"] == [{"type": "DIRECT", "subtype": "TRANSFORMATION"}]
