"""Whom a call serves, so that nobody else is served where it is taken up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note a caller's identity, and their number where they come by telephone."""
    op.add_column("calls", sa.Column("caller", sa.Text, nullable=False, server_default=""))
    op.add_column("calls", sa.Column("number", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("calls", "number")
    op.drop_column("calls", "caller")
