"""What it takes to find a call whose worker died, and to go on with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note whose agents serve a call and what its job brought; index the calls looked after."""
    op.add_column("calls", sa.Column("agent", sa.String(80), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("brought", sa.Text, nullable=False, server_default=""))
    op.create_index(
        "calls_looked_after",
        "calls",
        ["lease_until"],
        sqlite_where=sa.text("lease_until <> 0"),
        postgresql_where=sa.text("lease_until <> 0"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("calls_looked_after", "calls")
    op.drop_column("calls", "brought")
    op.drop_column("calls", "agent")
