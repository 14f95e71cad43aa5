"""Whether a dataset was judged by a fair sample that was enough, and which scan read it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; what was read before was no such sample, and its scan has ended."""
    op.add_column("dataset", sa.Column("sampled", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("dataset", sa.Column("scan", sa.String(), nullable=True))
