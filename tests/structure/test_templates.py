"""Templates: escaped, without inline styles or scripts, each form with its token."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "survey_app").rglob("*.html"))
CITIZEN_FORMS = {"form.html", "retry.html"}  # the signed ticket takes the place of the token


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
class TestTemplate:
    def test_nothing_is_marked_safe(self, path: Path) -> None:
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", path.read_text("utf-8"))

    def test_nothing_is_inline(self, path: Path) -> None:
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))

    def test_every_posted_form_has_a_token(self, path: Path) -> None:
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), re.S):
            assert "csrf_token" in form or "hidden_tag" in form or path.name in CITIZEN_FORMS

    def test_no_foreign_address(self, path: Path) -> None:
        assert not re.search(r"(src|href|action)=\"(https?:)?//", path.read_text("utf-8"))
