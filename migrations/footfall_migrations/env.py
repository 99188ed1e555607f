"""What Alembic runs: the migrations, on the connection that `footfall_migrations.run` opened."""

from alembic import context
from footfall_server.storage.postgres.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
