"""What it takes to look back at a hundred thousand calls: indexes, and what each call took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note what calls took; index calls by time and ending, events by the ways they are."""
    op.create_table(
        "usage",
        sa.Column("call", sa.String(80), sa.ForeignKey("calls.id"), primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("waited", sa.Double, nullable=False),
        sa.Column("longest_wait", sa.Double, nullable=False),
    )
    op.create_index("calls_listed", "calls", ["began", "id", "ended"])
    op.create_index("calls_ended_by", "calls", ["ended_by", "began", "id"])
    op.create_index("orders_placed", "orders", ["placed"])
    op.create_index("tickets_opened", "tickets", ["opened"])
    op.create_index(
        "events_ways",
        "events",
        ["call", "source", "trigger", "target", "accepted", "at"],
        sqlite_where=sa.text("trigger <> 'caller_spoke'"),
        postgresql_where=sa.text("trigger <> 'caller_spoke'"),
    )


def downgrade() -> None:
    """Forget it."""
    for index, table in (
        ("events_ways", "events"),
        ("tickets_opened", "tickets"),
        ("orders_placed", "orders"),
        ("calls_ended_by", "calls"),
        ("calls_listed", "calls"),
    ):
        op.drop_index(index, table)
    op.drop_table("usage")
