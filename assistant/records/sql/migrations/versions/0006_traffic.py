"""The traffic of days that are over, summed up once: a year of it opens as fast as a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the sums; the page fills it."""
    op.create_table(
        "traffic_days",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
    )
    op.create_table(
        "traffic_ways",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("trigger", sa.String(80), primary_key=True),
        sa.Column("target", sa.String(40), primary_key=True),
        sa.Column("accepted", sa.Boolean, primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
    )
    op.create_table(
        "traffic_visits",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(40), primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Forget the sums; the journals have everything."""
    for table in ("traffic_visits", "traffic_ways", "traffic_days"):
        op.drop_table(table)
