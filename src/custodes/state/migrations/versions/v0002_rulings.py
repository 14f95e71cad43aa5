"""Rulings of people on verdicts, and the order of a dataset's verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of rulings, and each verdict's place."""
    op.add_column("field", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "ruling",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
