"""Journals say in which form they are written; words may be of any length."""

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
    # A long issue was too much for an index of PostgreSQL's: this one holds a fingerprint.
    op.add_column("tickets", sa.Column("issue_key", sa.String(32)))
    op.drop_index(_ONE_AN_ISSUE, "tickets")
    _one_open_an("issue_key")
    if op.get_bind().dialect.name == "postgresql":  # SQLite takes any length
        for table, column in _WORDS:
            op.alter_column(table, column, type_=sa.Text)


_ONE_AN_ISSUE = "tickets_one_open_an_issue"
_WORDS = (
    ("calls", "room"),
    ("calls", "agent"),
    ("orders", "model"),
    ("orders", "storage"),
    ("orders", "colour"),
)


def _one_open_an(column: str) -> None:
    op.create_index(
        _ONE_AN_ISSUE,
        "tickets",
        ["call", column],
        unique=True,
        sqlite_where=sa.text("resolved = 0"),
        postgresql_where=sa.text("NOT resolved"),
    )


def downgrade() -> None:
    """Forget the form, and the fingerprints; words stay as long as they are."""
    op.drop_index(_ONE_AN_ISSUE, "tickets")
    _one_open_an("issue")
    op.drop_column("tickets", "issue_key")
    op.drop_column("events", "form")
