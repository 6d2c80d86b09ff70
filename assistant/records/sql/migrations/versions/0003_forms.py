"""Which form an entry of a journal is written in, so that older ones are told as they are today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every entry so far is of form 1, and so is what older workers go on writing."""
    op.add_column("events", sa.Column("form", sa.SmallInteger, nullable=False, server_default="1"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("events", "form")
