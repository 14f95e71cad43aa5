"""What stores declare, and how that drifts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables; the first scan after this has nothing to compare with."""
    op.create_table(
        "declared",
        sa.Column("store", sa.String(), primary_key=True),
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("columns", sa.Text(), nullable=True),
    )
    op.create_table(
        "drift",
        sa.Column("store", sa.String(), primary_key=True),
        sa.Column("dataset", sa.String(), primary_key=True),
        sa.Column("field", sa.String(), primary_key=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
    )
