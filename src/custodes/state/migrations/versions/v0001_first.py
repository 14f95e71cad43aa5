"""The first schema."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first release. Written out, so that later changes of `schema` do not change it."""
    text, integer, flag, real = sa.String(), sa.Integer(), sa.Boolean(), sa.Float()

    def key(name: str, kind: sa.types.TypeEngine[Any] = text) -> sa.Column[Any]:
        return sa.Column(name, kind, primary_key=True, autoincrement=False)

    def must(name: str, kind: sa.types.TypeEngine[Any] = text) -> sa.Column[Any]:
        return sa.Column(name, kind, nullable=False)

    op.create_table(
        "dataset",
        *(key("store"), key("name"), must("kind"), must("columns", integer), must("rows_read", integer)),
        *(sa.Column("rows_total", integer), sa.Column("fingerprint", text), must("judged_by"), must("first_seen")),
    )
    op.create_table(
        "field",
        *(key("store"), key("dataset"), key("field"), key("category"), must("confidence", real)),
        *(must("matched", integer), must("scanned", integer), must("reasons", sa.Text()), must("first_seen")),
    )
    op.create_table("sketch", key("name"), must("body", sa.LargeBinary()))
    op.create_table("copy", key("a"), key("b"), must("containment", real))
    op.create_table(
        "skipped", key("room"), key("store"), key("dataset"), key("reason", sa.Text()), must("hint", sa.Text())
    )
    op.create_table(
        "position",
        *(key("log"), key("file"), must("size", integer), must("mtime_ns", integer), must("offset", integer)),
        *(must("line", integer), must("head"), must("done", flag), must("read_as")),
    )
    op.create_table(
        "quarantine",
        *(key("log"), key("file"), key("line", integer), key("digest"), must("offset", integer)),
        *(must("reason", sa.Text()), must("seen")),
    )
    op.create_table(
        "seal", key("first", integer), must("path"), must("sha256"), must("count", integer), must("sealed_at")
    )
    op.create_table("ledger_head", key("size", integer), must("root"), must("sealed_at"))
    op.create_index("seal_path", "seal", ["path"])
    op.create_table("finding", key("id"), must("check"), must("active", flag), must("body", sa.Text()))
    op.create_table("incident", key("id"), must("active", flag), must("body", sa.Text()))
    op.create_table("case", key("id"), must("version", integer), must("body", sa.Text()))
    op.create_table("mark", key("name"), must("value", sa.Text()))
