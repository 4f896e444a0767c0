"""Give what was said in a conversation a date of its own, so that it can be emptied while the conversation goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there already counts as said when the conversation last went on.

    The value by default is never seen: SQLite cannot make a column obligatory afterwards but by making the table anew,
    which would take the turns of every conversation with it.
    """
    moment = sa.DateTime(timezone=True)
    op.add_column("conversations", sa.Column("said_at", moment, nullable=False, server_default="2020-01-01 00:00:00"))
    op.execute("UPDATE conversations SET said_at = at")


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("conversations", "said_at")
