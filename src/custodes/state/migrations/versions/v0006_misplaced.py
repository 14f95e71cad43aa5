"""How surely a field is a copy, and since when the rows of a dataset lie there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; what was found before says nothing of them until it is read again."""
    op.add_column("dataset", sa.Column("modified", sa.String(), nullable=True))
    op.add_column("dataset", sa.Column("dated", sa.Text(), nullable=True))
    op.add_column("copy", sa.Column("covers", sa.Float(), nullable=False, server_default="0"))
    op.add_column("copy", sa.Column("margin", sa.Float(), nullable=False, server_default="0"))
    op.add_column("copy", sa.Column("at_least", sa.Boolean(), nullable=False, server_default="0"))
