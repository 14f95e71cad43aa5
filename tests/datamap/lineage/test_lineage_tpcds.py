"""Is every output column of the 99 TPC-DS queries traced? The queries come with DuckDB's extension, not with us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from custodes.datamap.lineage.trace import trace

#: Outputs that no value flows into: counts of rows, ranks, constants, sums of a CASE that gives only constants.
_NO_VALUE = re.compile(
    r"count\(\*\)|s?cn?t\d?|cs1cnt|total_cnt|sales_cnt|num_customers|sum_number_sales|rnk|rk|.*_rank|rank_within_parent|"
    r"lochierarchy|channel|col_name|g_state|ship_carriers|promo|no_promo|.*days|h\d+_.*|am_pm_ratio|.*_only|store_and_catalog"
)


@pytest.fixture(scope="module")
def tpcds() -> Iterator[duckdb.DuckDBPyConnection]:
    """The schema, empty, and the queries."""
    found = find_spec("duckdb_extension_tpcds")
    if found is None or found.submodule_search_locations is None:
        pytest.skip("duckdb-extension-tpcds is not installed: the TPC-DS queries come with it")
    folder = Path(next(iter(found.submodule_search_locations)))
    with duckdb.connect() as connection:
        connection.load_extension(str(next(folder.rglob("tpcds.duckdb_extension"))))
        connection.execute("CALL dsdgen(sf=0)")
        yield connection


def test_every_output_of_tpcds_has_its_lineage(tpcds: duckdb.DuckDBPyConnection) -> None:
    """All 99 parse; each output column has the lineage of its value, unless it counts rows or is a constant."""
    tables: dict[str, list[str]] = {}
    for table, column in tpcds.execute(
        "SELECT table_name, column_name FROM information_schema.columns ORDER BY table_name, ordinal_position"
    ).fetchall():
        tables.setdefault(table, []).append(column)
    queries = tpcds.execute("SELECT query_nr, query FROM tpcds_queries() ORDER BY query_nr").fetchall()
    assert len(queries) == 99
    for number, query in queries:
        found = trace(query, dialect="duckdb", schema=tables)
        assert not found.uncovered, number
        outputs = {one[0].lower() for one in tpcds.execute(f"DESCRIBE {query.rstrip().rstrip(';')}").fetchall()}
        traced = {edge.target.column for edge in found.edges}
        assert len(traced) == len(outputs), (number, outputs ^ traced)
        values = {edge.target.column for edge in found.edges if edge.kind == "direct"}
        assert not [column for column in traced - values if not _NO_VALUE.fullmatch(column)], number
        unknown = {edge.source for edge in found.edges if edge.source.column not in ("*", *tables[edge.source.table])}
        assert not unknown, number
