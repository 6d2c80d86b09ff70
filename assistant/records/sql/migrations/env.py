"""Alembic's entry: runs the steps on the connection that `upgrade` has opened."""

from __future__ import annotations

from alembic import context

from assistant.records.sql.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
