"""Make the table of which message holds which answer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.String(64)


def upgrade() -> None:
    """Make the table with its indexes."""
    op.create_table(
        "shown",
        sa.Column("message", KEY, primary_key=True),
        sa.Column("place", KEY, nullable=False, index=True),
        sa.Column("person", KEY, nullable=False, index=True),
        sa.Column("answer_id", sa.String(40), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("shown")
