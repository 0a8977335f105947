"""Words for people: complete in both languages, one name for each audit action."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

from survey_app.audit_names import NAMES
from survey_app.i18n import catalogue

APP = Path(__file__).parents[2] / "survey_app"
METHODS = [("**.html", "jinja2"), ("**.py", "python")]


def messages() -> set[str]:
    """Every message of the citizen pages and error pages."""
    found: set[str] = set()
    for folder in (APP / "respond", APP / "templates"):
        rows = extract_from_dir(folder, method_map=METHODS, keywords={"_": None, "gettext": None})
        found |= {str(message) for _file, _line, message, _comments, _context in rows}
    return found


def test_english_is_complete_and_holds_nothing_else() -> None:
    assert set(catalogue("en")) == messages()


def test_translations_keep_the_placeholders() -> None:
    for message, translation in catalogue("en").items():
        assert sorted(re.findall(r"%\(\w+\)\w", message)) == sorted(re.findall(r"%\(\w+\)\w", translation)), message


def test_every_audit_action_has_a_vietnamese_name() -> None:
    used: set[str] = set()
    for path in APP.rglob("*.py"):
        used |= set(re.findall(r"audit\.record\(\s*\w+,\s*[\w.]+,\s*\"(\w+)\"", path.read_text("utf-8")))
    assert used <= set(NAMES)
    assert len(used) > 10
