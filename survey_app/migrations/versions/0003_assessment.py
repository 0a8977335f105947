"""The PAR Index: criteria sets, rounds, marks, evidence, explanations, council, remedies."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LOCKED = "state IN ('settled', 'published')"
# What belongs to a unit's assessment and stands still once the council has settled.
STANDING = ("mark", "feed", "support", "explanation")
EMPTIED_BY_NOBODY = ("criteria_set", "frozen_result", "evidence_file", "correction", "assessment")
# Rows that nobody may change, whoever asks the database, and when.
FROZEN = (
    ("criteria_set", "UPDATE", "OLD.state = 'frozen'"),
    ("criteria_set", "DELETE", "OLD.state = 'frozen'"),
    ("frozen_result", "UPDATE", None),
    ("frozen_result", "DELETE", None),
    (
        "evidence_file",
        "UPDATE",
        "NEW.store_key <> OLD.store_key OR NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size OR NEW.name <> OLD.name "
        "OR NEW.media_type <> OLD.media_type OR NEW.evidence_id <> OLD.evidence_id OR NEW.version <> OLD.version",
    ),
    ("evidence_file", "DELETE", None),
    (
        "correction",
        "UPDATE",
        "OLD.confirmed_by IS NOT NULL OR NEW.points <> OLD.points OR NEW.leaf <> OLD.leaf OR NEW.reason <> OLD.reason "
        "OR NEW.assessment_id <> OLD.assessment_id OR NEW.proposed_by <> OLD.proposed_by",
    ),
    ("correction", "DELETE", None),
    (
        "assessment",
        "UPDATE",
        "(OLD.state = 'published' AND NEW.state <> 'published') "
        "OR (OLD.state = 'settled' AND NEW.state NOT IN ('settled', 'published')) "
        "OR (OLD.state <> 'not_started' AND NEW.set_id <> OLD.set_id) "
        "OR NEW.round_id <> OLD.round_id OR NEW.unit_id <> OLD.unit_id",
    ),
    ("assessment", "DELETE", "OLD.state <> 'not_started'"),
)


def upgrade() -> None:
    op.create_table(
        "assessment_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("score_until", sa.Date(), nullable=False),
        sa.Column("approve_until", sa.Date(), nullable=False),
        sa.Column("appraise_until", sa.Date(), nullable=False),
        sa.Column("explain_until", sa.Date(), nullable=False),
        sa.Column("settle_until", sa.Date(), nullable=False),
        sa.Column("publish_until", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('prepared', 'running', 'published')", name=op.f("ck_assessment_round_state")),
        sa.CheckConstraint(
            "score_until <= approve_until AND approve_until <= appraise_until AND appraise_until <= explain_until AND explain_until <= settle_until AND settle_until <= publish_until",
            name=op.f("ck_assessment_round_dates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_round")),
    )
    op.create_table(
        "criteria_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'frozen')", name=op.f("ck_criteria_set_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_criteria_set_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_set")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_criteria_set_key")),
    )
    op.create_table(
        "round_set",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(length=40), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["assessment_round.id"],
            name=op.f("fk_round_set_round_id_assessment_round"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["set_id"], ["criteria_set.id"], name=op.f("fk_round_set_set_id_criteria_set")),
        sa.PrimaryKeyConstraint("round_id", "block", name=op.f("pk_round_set")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("extension_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "state IN ('not_started', 'draft', 'awaiting_approval', 'submitted', 'in_appraisal', 'explanation_asked', 'explained', 'appraised', 'settled', 'published')",
            name=op.f("ck_assessment_state"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["assessment_round.id"], name=op.f("fk_assessment_round_id_assessment_round")
        ),
        sa.ForeignKeyConstraint(["set_id"], ["criteria_set.id"], name=op.f("fk_assessment_set_id_criteria_set")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assessment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("round_id", "unit_id", name=op.f("uq_assessment_round_id")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["assessment_round.id"], name=op.f("fk_evidence_round_id_assessment_round")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_evidence_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=40), nullable=False),
        sa.Column("points", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_correction_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_correction_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_correction_confirmed_by_account")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_correction_proposed_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_assessment_id"), ["assessment_id"], unique=False)

    op.create_table(
        "council_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("in_writing", sa.Boolean(), nullable=False),
        sa.Column("minute", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_council_meeting_recorded_by_account")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["assessment_round.id"], name=op.f("fk_council_meeting_round_id_assessment_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_meeting")),
    )
    with op.batch_alter_table("council_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_council_meeting_round_id"), ["round_id"], unique=False)

    op.create_table(
        "council_member",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_council_member_account_id_account")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["assessment_round.id"], name=op.f("fk_council_member_round_id_assessment_round")
        ),
        sa.PrimaryKeyConstraint("round_id", "account_id", name=op.f("pk_council_member")),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_account_id_account")),
        sa.ForeignKeyConstraint(["round_id"], ["assessment_round.id"], name=op.f("fk_duty_round_id_assessment_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_round_id"), ["round_id"], unique=False)

    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("store_key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("scan", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "scan IN ('waiting', 'clean', 'infected', 'failed', 'unscanned')", name=op.f("ck_evidence_file_scan")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_evidence_file_account_id_account")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_file_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("evidence_id", "version", name=op.f("uq_evidence_file_evidence_id")),
        sa.UniqueConstraint("store_key", name=op.f("uq_evidence_file_store_key")),
    )
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_file_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "explanation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_explanation_answered_by_account")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_explanation_asked_by_account")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_explanation_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation")),
    )
    with op.batch_alter_table("explanation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_explanation_assessment_id"), ["assessment_id"], unique=False)

    op.create_table(
        "frozen_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.Column("method_ref", sa.String(length=60), nullable=False),
        sa.Column("method_hash", sa.String(length=64), nullable=False),
        sa.Column("data_hash", sa.String(length=64), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_frozen_result_account_id_account")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_frozen_result_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_frozen_result_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_result")),
    )
    op.create_table(
        "mark",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("computed", sa.String(length=60), nullable=True),
        sa.Column("points", sa.String(length=60), nullable=True),
        sa.Column("deducted", sa.String(length=30), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage IN ('self', 'first', 'second', 'council')", name=op.f("ck_mark_stage")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mark_account_id_account")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_mark_assessment_id_assessment")),
        sa.PrimaryKeyConstraint("assessment_id", "leaf", "stage", name=op.f("pk_mark")),
    )
    op.create_table(
        "remedy_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=40), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_remedy_task_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_remedy_task_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_task")),
    )
    with op.batch_alter_table("remedy_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remedy_task_assessment_id"), ["assessment_id"], unique=False)

    op.create_table(
        "support",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=40), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("by_appraiser", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_support_assessment_id_assessment")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_support_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("assessment_id", "leaf", "evidence_id", name=op.f("pk_support")),
    )
    op.create_table(
        "council_attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_council_attendance_account_id_account")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["council_meeting.id"], name=op.f("fk_council_attendance_meeting_id_council_meeting")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "account_id", name=op.f("pk_council_attendance")),
    )
    op.create_table(
        "feed",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('counts', 'share', 'figure', 'result')", name=op.f("ck_feed_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_feed_account_id_account")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_feed_assessment_id_assessment")),
        sa.ForeignKeyConstraint(["result_id"], ["frozen_result.id"], name=op.f("fk_feed_result_id_frozen_result")),
        sa.PrimaryKeyConstraint("assessment_id", "leaf", name=op.f("pk_feed")),
    )

    for table, verb, when in FROZEN:
        _refuse(table, verb, when)
    if _postgresql():
        op.execute(REFUSE_LOCKED)
        for table in (*EMPTIED_BY_NOBODY, *STANDING):
            _refuse_truncate(table)
    for table in STANDING:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            _lock(table, verb)


REFUSE_LOCKED = f"""
CREATE FUNCTION refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM assessment WHERE id = OLD.assessment_id AND {LOCKED}) THEN
    RAISE EXCEPTION '% is locked', TG_TABLE_NAME;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF EXISTS (SELECT 1 FROM assessment WHERE id = NEW.assessment_id AND {LOCKED}) THEN
    RAISE EXCEPTION '% is locked', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$
"""


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _refuse(table: str, verb: str, when: str | None) -> None:
    act = (
        "EXECUTE FUNCTION refuse_change()" if _postgresql() else f"BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
    )
    condition = f"WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER frozen_{table}_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {condition} {act}")


def _refuse_truncate(table: str) -> None:
    """TRUNCATE passes by the triggers of rows."""
    op.execute(
        f"CREATE TRIGGER frozen_{table}_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _lock(table: str, verb: str) -> None:
    name = f"locked_{table}_{verb.lower()}"
    if _postgresql():
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_locked()")
        return
    sides = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[verb]
    ids = ", ".join(f"{side}.assessment_id" for side in sides)
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW "
        f"WHEN EXISTS (SELECT 1 FROM assessment WHERE id IN ({ids}) AND {LOCKED}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is locked'); END"
    )


def downgrade() -> None:
    op.drop_table("feed")
    op.drop_table("council_attendance")
    op.drop_table("support")
    with op.batch_alter_table("remedy_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remedy_task_assessment_id"))

    op.drop_table("remedy_task")
    op.drop_table("mark")
    op.drop_table("frozen_result")
    with op.batch_alter_table("explanation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_explanation_assessment_id"))

    op.drop_table("explanation")
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_file_evidence_id"))

    op.drop_table("evidence_file")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_round_id"))

    op.drop_table("duty")
    op.drop_table("council_member")
    with op.batch_alter_table("council_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_council_meeting_round_id"))

    op.drop_table("council_meeting")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_assessment_id"))

    op.drop_table("correction")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_unit_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_round_id"))

    op.drop_table("evidence")
    op.drop_table("assessment")
    op.drop_table("round_set")
    op.drop_table("criteria_set")
    op.drop_table("assessment_round")

    if _postgresql():
        op.execute("DROP FUNCTION refuse_locked()")
