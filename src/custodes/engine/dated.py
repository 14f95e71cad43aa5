"""What did context say when? Rows of dated snapshots, each with the time for which it held.

Of people, parties, keys and watched customers a question sees those of the newest snapshot at the end of the day it
is asked for; before the first snapshot, those of the first. Of cases it sees every state, with `opened` and `closed`
cut to the time for which that state held: who takes a case over later has not explained an earlier look, and a case
that is gone from a later snapshot still explains what it explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import duckdb
import pyarrow as pa

# Exports of cases come with a lag: so long before the last snapshot without it, a case is still believed to have been
# opened when it says.
LAG: Final = "1 day"

Dated = Sequence[tuple[datetime, pa.Table]]

_STATES: Final = """
create table all_{name} as
with seen as (
    select *, n - dense_rank() over (partition by {columns} order by n) as island from (select distinct * from arriving)
)
select held.* exclude (began, gone), case when began > 1 then a.sealed else '-infinity'::timestamptz end as valid_from,
       coalesce(b.sealed, 'infinity'::timestamptz) as valid_to
from (select {columns}, min(n) as began, max(n) + 1 as gone from seen group by {columns}, island) held
left join moments a on a.n = held.began left join moments b on b.n = held.gone
"""

_CASES: Final = """
create table all_{name} as
with seen as (
    select *, n - dense_rank() over (partition by {columns} order by n) as island from (select distinct * from arriving)
), held as (
    select {columns}, min(n) - 1 as before, max(n) + 1 as gone, arg_max_null(closed, n) as said
    from seen group by {columns}, island
)
select {listed} from (
    select held.* exclude (opened),
           case when a.sealed is null then opened else greatest(opened, a.sealed - interval {lag}) end as opened,
           case when b.sealed is null then said else least(coalesce(said, b.sealed), b.sealed) end as closed
    from held left join moments a on a.n = held.before left join moments b on b.n = held.gone
)
"""


def hold(connection: duckdb.DuckDBPyConnection, name: str, snapshots: Dated) -> None:
    """Make the table `all_<name>` of snapshots of one kind of context, all of one schema, oldest first; at least one.

    It has valid_from and valid_to, but for cases, which have them in `opened` and `closed`.
    """
    names = snapshots[0][1].schema.names
    numbered = [
        table.append_column("n", pa.array([number] * table.num_rows, pa.int64()))
        for number, (_, table) in enumerate(snapshots, start=1)
    ]
    moments = pa.table(
        {
            "n": pa.array(range(1, len(snapshots) + 1), pa.int64()),
            "sealed": pa.array([sealed for sealed, _ in snapshots], pa.timestamp("us", "UTC")),
        }
    )
    kept = [each for each in names if not (name == "cases" and each == "closed")]
    words = {
        "name": name,
        "columns": ", ".join(f'"{each}"' for each in kept),
        "listed": ", ".join(f'"{each}"' for each in names),
        "lag": f"'{LAG}'",
    }
    connection.register("arriving", pa.concat_tables(numbered))
    connection.register("moments", moments)
    connection.execute((_CASES if name == "cases" else _STATES).format(**words))
    connection.unregister("arriving")
    connection.unregister("moments")
