"""How verdicts changed from scan to scan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; the first scan after this notes every verdict as told then."""
    op.create_table(
        "verdict_change",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("scanned", sa.Integer(), nullable=False),
    )
    op.create_index("verdict_change_of", "verdict_change", ["store", "dataset", "field", "category"])
