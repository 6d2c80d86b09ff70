"""Whom an order or a ticket is for, how they are reached, and whether it has been seen to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    ("orders_callback", "orders", "callback"),
    ("tickets_callback", "tickets", "callback"),
    ("calls_number", "calls", "number"),
)


def upgrade() -> None:
    """Note name and telephone number, and when an order was done or taken back."""
    for table in ("orders", "tickets"):
        op.add_column(table, sa.Column("name", sa.Text, nullable=False, server_default=""))
        op.add_column(table, sa.Column("callback", sa.Text, nullable=False, server_default=""))
    op.add_column("orders", sa.Column("done", sa.Double))
    op.add_column("orders", sa.Column("cancelled", sa.Double))
    for name, table, column in _INDEXES:
        op.create_index(name, table, [column])


def downgrade() -> None:
    """Forget them."""
    for name, table, _ in _INDEXES:
        op.drop_index(name, table)
    op.drop_column("orders", "cancelled")
    op.drop_column("orders", "done")
    for table in ("tickets", "orders"):
        op.drop_column(table, "callback")
        op.drop_column(table, "name")
