"""Alembic's entry point: the connection is handed over by `state.database`, never read from a file."""

from __future__ import annotations

from alembic import context

from custodes.state.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
