"""What Alembic runs: the connection is handed over by ``bot.adapters.database``."""

from alembic import context

from bot.adapters.store_tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
