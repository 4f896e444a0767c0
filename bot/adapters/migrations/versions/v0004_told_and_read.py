"""Add where who is let in can be told so, the answer that a remark belongs to, and how a question was read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; who asked before they were there is not told."""
    op.add_column("people", sa.Column("reach", sa.Text(), nullable=True))
    op.add_column("turns", sa.Column("read_as", sa.Text(), nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("rated", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("conversations", "rated")
    op.drop_column("turns", "read_as")
    op.drop_column("people", "reach")
