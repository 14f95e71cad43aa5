"""Which SQL does a job of BigQuery amount to? Its own statement, or what copying and extracting would be in SQL.

Fields of `BigQueryAuditMetadata.Job` (Google Cloud documentation): a query may put its answer into a table that its
text does not name, and jobs that copy a table or take it to a bucket have no text at all. What is made here is read by
the tracer of flows, and never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from custodes.events.json_records import Reading

_TABLE: Final = re.compile(r"projects/([^/]+)/datasets/([^/]+)/tables/([^/$@]+)")
_HIDDEN: Final = "_"  # how datasets begin that hold answers of queries for a day


def statements(config: Reading) -> Iterator[str]:
    """The SQL of a job by its `jobConfig`; an empty text for a query that is not told."""
    if isinstance(config.value("queryConfig"), dict):
        text = config.text("queryConfig.query") or ""
        target = _named(config.text("queryConfig.destinationTable"))
        kept = target is not None and not target[1].startswith(_HIDDEN)
        if text and target is not None and kept and (config.text("queryConfig.statementType") or "SELECT") == "SELECT":
            yield f"CREATE TABLE {_quoted(target)} AS {text}"
        else:
            yield text
        return
    target = _named(config.text("tableCopyConfig.destinationTable"))
    if target is not None:
        for source in map(_named, config.texts("tableCopyConfig.sourceTables")):
            if source is not None:
                yield f"CREATE TABLE {_quoted(target)} AS SELECT * FROM {_quoted(source)}"  # noqa: S608 - never run
    source = _named(config.text("extractConfig.sourceTable"))
    if source is not None:
        for place in config.texts("extractConfig.destinationUris"):
            uri = place.replace("\\", "").replace("'", "")
            yield f"EXPORT DATA OPTIONS (uri='{uri}', format='CSV') AS SELECT * FROM {_quoted(source)}"  # noqa: S608 - never run


def _named(resource: str | None) -> tuple[str, str, str] | None:
    found = _TABLE.fullmatch(resource or "")
    return (found[1], found[2], found[3]) if found else None


def _quoted(table: tuple[str, str, str]) -> str:
    return ".".join(f"`{part.replace('`', '')}`" for part in table)
