"""Make the tables of the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.String(64)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table with its indexes."""
    op.create_table(
        "inbox",
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", KEY, nullable=False, unique=True),
        sa.Column("person", KEY, nullable=False, index=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("incoming", sa.Text),
        sa.Column("replies", sa.Text),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["channel", "state"])
    op.create_table(
        "conversations",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("person", KEY, nullable=False, index=True),
        sa.Column("language", sa.String(8)),
        sa.Column("role", sa.String(16)),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("talk", sa.Text),
        sa.Column("last", sa.Text),
        sa.Column("at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "turns",
        sa.Column("conversation", KEY, sa.ForeignKey("conversations.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("message", KEY, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answer_id", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("asker", KEY, nullable=False, index=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("draft", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("person", KEY, primary_key=True),
        sa.Column("answer_id", sa.String(40), primary_key=True),
        sa.Column("is_good", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "queue",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("person", KEY, nullable=False, index=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("handed", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("person", KEY, primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("role", sa.String(16)),
        sa.Column("asked_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop every table, with all that is kept."""
    for table in ("people", "queue", "feedback", "records", "turns", "conversations", "inbox"):
        op.drop_table(table)
