"""Closes ways around the locks: rows put over frozen ones, corrections born confirmed, what a published round rests on."""

from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite's INSERT OR REPLACE deletes without the triggers of DELETE; PostgreSQL knows no such thing.
OVER = {
    "criteria_set": "(id = NEW.id OR (key = NEW.key AND version = NEW.version)) AND state = 'frozen'",
    "frozen_result": "id = NEW.id",
    "evidence_file": "id = NEW.id OR store_key = NEW.store_key OR (evidence_id = NEW.evidence_id AND version = NEW.version)",
    "correction": "id = NEW.id",
    "explanation": "id = NEW.id AND EXISTS (SELECT 1 FROM assessment WHERE id = assessment_id AND state IN ('settled', 'published'))",
    "assessment": "(id = NEW.id OR (round_id = NEW.round_id AND unit_id = NEW.unit_id)) AND state <> 'not_started'",
    "assessment_round": "id = NEW.id AND state <> 'prepared'",
    "council_meeting": "id = NEW.id AND EXISTS (SELECT 1 FROM assessment_round WHERE id = round_id AND state = 'published')",
    "evidence": (
        "id = NEW.id AND EXISTS (SELECT 1 FROM support JOIN assessment ON assessment.id = support.assessment_id "
        "WHERE support.evidence_id = evidence.id AND assessment.state IN ('settled', 'published'))"
    ),
}
PLAIN = (
    ("correction", "INSERT", "NEW.confirmed_by IS NOT NULL"),
    ("assessment_round", "UPDATE", "OLD.state = 'published' OR (OLD.state = 'running' AND NEW.state = 'prepared')"),
    ("assessment_round", "DELETE", "OLD.state <> 'prepared'"),
)
# What stands still because of another row, for the row as it was or as it comes.
HELD = {
    "round_set": "SELECT 1 FROM assessment_round WHERE id = {row}.round_id AND state <> 'prepared'",
    "council_meeting": "SELECT 1 FROM assessment_round WHERE id = {row}.round_id AND state = 'published'",
    "council_attendance": (
        "SELECT 1 FROM council_meeting JOIN assessment_round ON assessment_round.id = council_meeting.round_id "
        "WHERE council_meeting.id = {row}.meeting_id AND assessment_round.state = 'published'"
    ),
    "evidence": (
        "SELECT 1 FROM support JOIN assessment ON assessment.id = support.assessment_id "
        "WHERE support.evidence_id = {row}.id AND assessment.state IN ('settled', 'published')"
    ),
}
COMES = ("council_meeting", "council_attendance")  # nor does a row come
EMPTIED_BY_NOBODY = ("assessment_round", *HELD)


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    refuse = "EXECUTE FUNCTION refuse_change()" if postgresql else "BEGIN SELECT RAISE(ABORT, '{} is frozen'); END"
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"], unique=False)
    for table, verb, when in PLAIN:
        _trigger(table, verb, "frozen", f"WHEN ({when}) {refuse.format(table)}")
    for table, held in HELD.items():
        verbs = ("UPDATE", "DELETE", "INSERT")[: 3 if table in COMES else 2]
        if postgresql:
            op.execute(_function(table, held))
        for verb in verbs:
            condition = f"WHEN EXISTS ({held.format(row='NEW' if verb == 'INSERT' else 'OLD')}) {refuse.format(table)}"
            _trigger(table, verb, "held", f"EXECUTE FUNCTION refuse_held_{table}()" if postgresql else condition)
    if postgresql:
        for table in EMPTIED_BY_NOBODY:
            act = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            op.execute(f"CREATE TRIGGER frozen_{table}_truncate BEFORE TRUNCATE ON {table} {act}")
    else:
        for table, same in OVER.items():
            _trigger(table, "INSERT", "replaced", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse.format(table)}")


def _trigger(table: str, verb: str, name: str, rest: str) -> None:
    op.execute(f"CREATE TRIGGER {name}_{table}_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {rest}")


def _function(table: str, held: str) -> str:
    return f"""
CREATE FUNCTION refuse_held_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND EXISTS ({held.format(row="OLD")}) THEN RAISE EXCEPTION '% is frozen', TG_TABLE_NAME; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF TG_OP = 'INSERT' AND EXISTS ({held.format(row="NEW")}) THEN RAISE EXCEPTION '% is frozen', TG_TABLE_NAME; END IF;
  RETURN NEW;
END $$
"""


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    names = [(f"frozen_{table}_{verb.lower()}", table) for table, verb, _ in PLAIN]
    for table in HELD:
        names += [(f"held_{table}_{verb}", table) for verb in ("update", "delete", "insert")]
    names += [(f"frozen_{table}_truncate", table) for table in EMPTIED_BY_NOBODY] if postgresql else []
    names += [] if postgresql else [(f"replaced_{table}_insert", table) for table in OVER]
    for name, table in names:
        op.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        for table in HELD:
            op.execute(f"DROP FUNCTION refuse_held_{table}()")
    op.drop_index(op.f("ix_audit_event_subject"), table_name="audit_event")
