"""Calls, their journal, orders and tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "calls",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("reference", sa.String(20), nullable=False, unique=True),
        sa.Column("room", sa.String(200), nullable=False),
        sa.Column("opening", sa.JSON, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("began", sa.Double, nullable=False, index=True),
        sa.Column("ended", sa.Double),
        sa.Column("ended_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("call", sa.String(80), sa.ForeignKey("calls.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("trigger", sa.String(80), nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("facts_check", sa.String(16), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("number", sa.String(24), primary_key=True),
        sa.Column("call", sa.String(80), sa.ForeignKey("calls.id"), nullable=False),
        sa.Column("selection", sa.Integer, nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
        sa.Column("colour", sa.String(80), nullable=False),
        sa.Column("price_cents", sa.Integer, nullable=False),
        sa.Column("placed", sa.Double, nullable=False),
        sa.UniqueConstraint("call", "selection", name="orders_one_a_selection"),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(24), primary_key=True),
        sa.Column("call", sa.String(80), sa.ForeignKey("calls.id"), nullable=False, index=True),
        sa.Column("issue", sa.Text),
        sa.Column("resolved", sa.Boolean, nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("closed", sa.Double),
    )
    op.create_index(
        "tickets_one_open_an_issue",
        "tickets",
        ["call", "issue"],
        unique=True,
        sqlite_where=sa.text("resolved = 0"),
        postgresql_where=sa.text("NOT resolved"),
    )


def downgrade() -> None:
    """Drop them, with all that is in them."""
    for table in ("tickets", "orders", "events", "calls"):
        op.drop_table(table)
