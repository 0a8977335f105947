import re
import unicodedata

import pytest
from pydantic import ValidationError

from questionnaires.base import Definition, Source, Text, known, members, unique


def refusal(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(error.value.errors()[0]["msg"])


def test_text_gives_the_language_asked_for_and_vietnamese_else() -> None:
    text = Text(vi="Hài lòng", en="Satisfied")
    assert (text["vi"], text["en"], text["fr"]) == ("Hài lòng", "Satisfied", "Hài lòng")


def test_lines_are_composed_and_trimmed() -> None:
    line = Source(title=unicodedata.normalize("NFD", "  Kế hoạch "), verified=False).title
    assert line == unicodedata.normalize("NFC", "Kế hoạch")


def test_blank_lines_are_refused_in_both_languages() -> None:
    with pytest.raises(ValidationError) as error:
        Text(vi=" ", en="x")
    assert refusal(error) == "không được để trống | must not be empty"


def test_a_misspelt_name_is_refused_and_nothing_changes_later() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Text.model_validate({"vi": "a", "en": "b", "fr": "c"})
    with pytest.raises(ValidationError, match="frozen"):
        Text(vi="a", en="b").vi = "c"  # type: ignore[misc]  # the point of the test


def test_ref_names_id_and_version() -> None:
    assert Definition(id="phieu-1", version=3, title=Text(vi="a", en="b")).ref == "phieu-1@3"


@pytest.mark.parametrize("key", ["", "a b", "-a", "quầy", "a" * 41])
def test_keys_are_short_plain_words(key: str) -> None:
    with pytest.raises(ValidationError):
        Definition(id=key, version=1, title=Text(vi="a", en="b"))


def test_unique_and_known_say_what_is_wrong_and_where() -> None:
    unique(members("units", ["a", "b"]), "mã", "code")
    known(members("units", ["a", "b"]), {"a", "b"}, "mã", "code")
    with pytest.raises(ValueError, match=re.escape("mã bị trùng: a | duplicate code: a")) as twice:
        unique(members("units", ["a", "b", "a"]), "mã", "code")
    with pytest.raises(ValueError, match=re.escape("không có mã c | no code c")) as missing:
        known(members("units", ["a", "c"]), {"a"}, "mã", "code")
    assert [error.value.context["at"] for error in (twice, missing)] == [("units", 2), ("units", 1)]  # type: ignore[attr-defined]  # pydantic's error
