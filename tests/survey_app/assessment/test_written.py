"""What is too long is refused, with how long it is."""

import pytest

from survey_app.assessment.appraisal import words as appraisal_words
from survey_app.assessment.unit import words
from survey_app.assessment.written import LONGEST_TEXT, whole
from survey_app.errors import Rejected


def test_a_text_is_kept_whole() -> None:
    assert whole(f"  {'x' * LONGEST_TEXT}\n", of="mark", field="reason") == "x" * LONGEST_TEXT


def test_a_text_that_is_too_long_is_refused_in_words() -> None:
    with pytest.raises(Rejected, match="meeting") as refused:
        whole("x" * 20_001, of="meeting", field="minute", most=20_000)
    assert refused.value.problems == {"minute": "too_long"}
    said = "Quá dài: đã viết 20.001 ký tự, nhiều nhất 20.000 ký tự. Chưa lưu; nội dung vẫn còn trong ô."
    assert words.refused(refused.value) == appraisal_words.told(refused.value) == [said]
