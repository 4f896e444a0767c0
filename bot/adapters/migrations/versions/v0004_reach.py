"""Give who asks to be let in a place where that can be told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; who asked before it was there is not told."""
    op.add_column("people", sa.Column("reach", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("people", "reach")
