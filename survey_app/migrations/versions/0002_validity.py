"""Validity rules, forms handed out, and the design that verdicts rest on.

Down, two ticks become blank answers, and forms that a rule took out count again: recount with --repair.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Added in place, not by a rebuilt table: that would cost hours on millions of answers, and their lack of order.
COLUMNS = {
    (
        "campaign",
        "design",
    ): "VARCHAR(10) DEFAULT 'open' NOT NULL CONSTRAINT ck_campaign_design CHECK (design IN ('open', 'random', 'clustered'))",
    (
        "campaign",
        "multiplicity",
    ): "VARCHAR(10) DEFAULT 'none' NOT NULL CONSTRAINT ck_campaign_multiplicity CHECK (multiplicity IN ('none', 'sidak'))",
    (
        "campaign",
        "looks",
    ): "VARCHAR(10) DEFAULT 'once' NOT NULL CONSTRAINT ck_campaign_looks CHECK (looks IN ('once', 'daily'))",
    (
        "campaign",
        "validity_id",
    ): "INTEGER CONSTRAINT fk_campaign_validity_id_definition_version REFERENCES definition_version (id)",
    ("population", "issued"): "INTEGER CONSTRAINT ck_population_issued CHECK (issued >= 0)",
    ("inbox", "entered"): "DATE",
    ("inbox", "invalid"): "VARCHAR(1) CONSTRAINT ck_inbox_invalid CHECK (invalid IN ('d'))",
    ("submission", "invalid"): "VARCHAR(1) CONSTRAINT ck_submission_invalid CHECK (invalid IN ('d'))",
}
WAS_FROZEN = "OLD.state <> 'draft' AND (NEW.definition_id <> OLD.definition_id OR NEW.method_id <> OLD.method_id OR NEW.starts_on <> OLD.starts_on OR NEW.state = 'draft')"
FROZEN = (
    "OLD.state <> 'draft' AND (NEW.definition_id <> OLD.definition_id OR NEW.method_id <> OLD.method_id OR NEW.starts_on <> OLD.starts_on OR NEW.state = 'draft' "
    "OR NEW.design <> OLD.design OR NEW.multiplicity <> OLD.multiplicity OR NEW.looks <> OLD.looks "
    "OR coalesce(NEW.validity_id, 0) <> coalesce(OLD.validity_id, 0))"
)


def upgrade() -> None:
    op.execute(f"DROP TRIGGER frozen_campaign_update{_on('campaign')}")
    for (table, column), kind in COLUMNS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    op.create_table(
        "dossier_mac",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_dossier_mac_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "mac", name=op.f("pk_dossier_mac")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "excluded",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("field_key", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=1), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_excluded_number")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_excluded_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_excluded_unit_id_unit")),
        sa.PrimaryKeyConstraint(
            "campaign_id", "unit_id", "field_key", "channel", "month", "reason", name=op.f("pk_excluded")
        ),
    )
    _refuse("campaign", FROZEN)


def downgrade() -> None:
    op.execute(f"DROP TRIGGER frozen_campaign_update{_on('campaign')}")
    op.execute(f"DROP TRIGGER frozen_submission_update{_on('submission')}")
    for table in ("submission", "inbox"):
        op.execute(f"UPDATE {table} SET codes = replace(codes, 't', '.') WHERE codes LIKE '%t%'")
    op.drop_table("excluded")
    op.drop_table("dossier_mac")
    for table, column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    _refuse("submission", None)
    _refuse("campaign", WAS_FROZEN)


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _on(table: str) -> str:
    return f" ON {table}" if _postgresql() else ""


def _refuse(table: str, when: str | None) -> None:
    act = (
        "EXECUTE FUNCTION refuse_change()" if _postgresql() else f"BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
    )
    condition = f"WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER frozen_{table}_update BEFORE UPDATE ON {table} FOR EACH ROW {condition} {act}")
