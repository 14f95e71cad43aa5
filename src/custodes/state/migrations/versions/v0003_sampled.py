"""Whether a dataset was judged by a fair sample that was enough."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; what was read before was no such sample."""
    op.add_column("dataset", sa.Column("sampled", sa.Boolean(), nullable=False, server_default="0"))
