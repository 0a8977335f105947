"""Alembic's entry: runs on the Database that the caller put into the configuration."""

from typing import Any, Literal

from alembic import context

from survey_app.models import Base
from survey_app.models.base import UtcTime

database = context.config.attributes["database"]


def render(kind: str, value: Any, _context: object) -> str | Literal[False]:
    """Migrations must outlive our classes: a UtcTime is written as what it stores."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, UtcTime) else False


with database.engine.execution_options(writes=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
