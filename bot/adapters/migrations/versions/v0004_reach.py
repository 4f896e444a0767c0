"""Give who asks to be let in a place where that can be told, and a remark the answer that was rated."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; who asked before they were there is not told."""
    op.add_column("people", sa.Column("reach", sa.Text(), nullable=True))
    op.add_column("conversations", sa.Column("rated", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("conversations", "rated")
    op.drop_column("people", "reach")
