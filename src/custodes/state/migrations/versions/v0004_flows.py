"""Which field flows into which, as definitions, scripts and logs say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table; nothing was known of flows before."""
    op.create_table(
        "flow",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("source_store", sa.String(), nullable=False),
        sa.Column("source_dataset", sa.String(), nullable=False),
        sa.Column("source_field", sa.String(), nullable=False),
        sa.Column("target_store", sa.String(), nullable=False),
        sa.Column("target_dataset", sa.String(), nullable=False),
        sa.Column("target_field", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("through", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("statement", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
    )
    op.create_index("flow_by", "flow", ["by"])
