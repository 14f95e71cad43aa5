"""What do detections see of the data map? One row a verdict, with how grave it is and whether a vault holds it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from custodes.engine.duckdb import FIELD_SCHEMA
from custodes.pipeline.categories import known_categories
from custodes.pipeline.rulings import ruled
from custodes.pipeline.vaults import in_vault
from custodes.pipeline.workspace import Workspace


def field_table(workspace: Workspace) -> pa.Table:
    """The data map as questions see it."""
    categories = known_categories(workspace)
    vault: Callable[[str, str], bool] = in_vault(workspace.config.stores)
    rows = [
        {
            "store": field.store,
            "dataset": f"{field.store}.{field.dataset}",
            "field": field.field,
            "category": field.category,
            "sensitivity": categories[field.category].sensitivity if field.category in categories else 0,
            "vault": vault(field.store, field.dataset),
        }
        for one in ruled(workspace)[0]
        for field in one.verdicts
    ]
    return pa.Table.from_pylist(rows, schema=FIELD_SCHEMA)
