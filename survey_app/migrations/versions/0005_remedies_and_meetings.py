"""Remedy tasks are changed under a lock and withdrawn with a reason; a decision names the meeting it was taken in."""

from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Added in place: rebuilding a table of SQLite would drop its triggers.
COLUMNS = {
    ("remedy_task", "edition"): "INTEGER DEFAULT 1 NOT NULL",
    ("remedy_task", "withdrawn_on"): "DATE",
    ("remedy_task", "withdrawal_reason"): (
        "VARCHAR(1000) CONSTRAINT ck_remedy_task_withdrawal CHECK ("
        "(withdrawn_on IS NULL) = (withdrawal_reason IS NULL) AND (withdrawn_on IS NULL OR done_on IS NULL))"
    ),
    ("mark", "meeting_id"): "INTEGER CONSTRAINT fk_mark_meeting_id_council_meeting REFERENCES council_meeting (id)",
}


def upgrade() -> None:
    for (table, column), kind in COLUMNS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
