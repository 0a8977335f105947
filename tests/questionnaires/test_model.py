import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from questionnaires import loader
from questionnaires.base import Text
from questionnaires.model import LEVELS, Item, Kind, Questionnaire
from tests.questionnaires.samples import Data, item, options

PUBLISHED = [loaded.definition for loaded in loader.published("satisfaction").values()]
COUNTER: Questionnaire = loader.questionnaire("counter-2640@1").definition
SHORT: Questionnaire = loader.questionnaire("qr-short@1").definition
FACTORS = ["TC", "TT", "CC", "KQ", "PA"]

# What a survey of satisfaction has no business to ask (personal data, and above all its sensitive kinds).
SENSITIVE = re.compile(
    r"dân tộc|tôn giáo|tín ngưỡng|sức khỏe|bệnh|chính trị|đảng|thu nhập|tài khoản|vân tay|khuôn mặt|vị trí|tọa độ|"
    r"căn cước|chứng minh nhân dân|hộ chiếu|họ tên|họ và tên|số điện thoại|địa chỉ|email|mã hồ sơ|ngày sinh|"
    r"ethnic|religio|belief|disease|politic|income|account|finger|location|identity|passport|your name|phone|"
    r"address|dossier code|birth",
    re.IGNORECASE,
)


def texts(node: object) -> Iterator[Text]:
    """Every bilingual text of a definition."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from texts(getattr(node, name))
    elif isinstance(node, tuple):
        for member in node:
            yield from texts(member)


# --- the published questionnaires


def test_published_questionnaires() -> None:
    assert [form.ref for form in PUBLISHED] == ["counter-2640@1", "qr-short@1", "two-domains@1"]


@pytest.mark.parametrize("form", PUBLISHED, ids=lambda form: form.ref)
def test_both_languages_are_complete_and_composed(form: Questionnaire) -> None:
    for text in texts(form):
        assert unicodedata.is_normalized("NFC", text.vi + text.en)
        assert "  " not in text.vi + text.en
        if len(text.vi) > 12:
            assert text.vi != text.en
    assert not re.search(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", _english(form), re.IGNORECASE)


def _english(form: Questionnaire) -> str:
    return " ".join(text.en for text in texts(form)).replace("QĐ-BNV", "")


@pytest.mark.parametrize("form", PUBLISHED, ids=lambda form: form.ref)
def test_nothing_sensitive_is_asked(form: Questionnaire) -> None:
    for question in form.items:
        asked = [question.text, *(option.text for option in question.options)]
        about_policy = question.text.vi.startswith("Chính sách ")  # on medical care, say: nothing of the person
        assert about_policy or not [t for t in asked if SENSITIVE.search(f"{t.vi} {t.en}")], question.code
        assert not question.sensitive, question.code


@pytest.mark.parametrize("wording", ["Dân tộc của Ông/Bà?", "Số căn cước của Ông/Bà?", "What is your religion?"])
def test_the_lint_would_notice(wording: str) -> None:
    assert SENSITIVE.search(wording)


def test_free_text_warns_against_names() -> None:
    for form in PUBLISHED:
        for question in form.of_kind(Kind.LONG_TEXT):
            assert question.hint is not None
            assert "số điện thoại" in question.hint.vi


def test_counter_form_has_five_factors_and_22_criteria() -> None:
    assert [factor.code for factor in COUNTER.factors] == FACTORS
    assert [len(factor.criteria) for factor in COUNTER.factors] == [4, 5, 6, 3, 4]
    for factor in COUNTER.factors:
        assert list(factor.criteria) == [f"{factor.code}{n}" for n in range(1, len(factor.criteria) + 1)]
        assert factor.general == f"{factor.code}0"
    assert COUNTER.has_criteria


def test_exactly_the_wordings_that_were_read_are_verified() -> None:
    verified = {question.code for question in COUNTER.items if question.verified}
    assert verified == {"TT1", "TT5", "CC1", "CC3", "CC4", "CC6", "PA4"}
    assert {question.code for question in COUNTER.unverified} == {q.code for q in COUNTER.items} - verified
    assert not COUNTER.scale_verified
    assert not any(source.verified for source in COUNTER.legal_basis)
    assert [source.number for source in COUNTER.legal_basis] == ["2640/QĐ-BNV", "1001/QĐ-BNV"]


def test_official_wording_is_kept() -> None:
    assert COUNTER.item("CC1").text.vi == "Công chức có thái độ giao tiếp lịch sự"
    assert COUNTER.item("PA4").text.vi == (
        "Cơ quan giải quyết thủ tục hành chính/Bộ phận tiếp nhận và trả kết quả "
        "có thông báo kết quả xử lý góp ý, phản ánh, kiến nghị kịp thời"
    )


def test_counter_form_asks_in_the_planned_order() -> None:
    assert [section.code for section in COUNTER.sections] == [
        *("loc", "giao-dich", *FACTORS),
        *("chung", "nhan-dinh", "cho", "mong-doi", "y-kien", "nguoi-tra-loi"),
    ]
    for section in COUNTER.sections[2:7]:
        codes = [question.code for question in section.items]
        assert codes[-1] == f"{section.code}0"


def test_counter_form_rules() -> None:
    assert {question.code for question in COUNTER.items if question.required} == {"LOC", "CHUNG"}
    without = {question.code for question in COUNTER.items if question.not_applicable}
    assert without == {"TT4", "PA1", "PA2", "PA3", "PA4", "PA0", "ND1"}
    assert COUNTER.counted_if is not None
    assert (COUNTER.counted_if.item, COUNTER.counted_if.options) == ("LOC", ("1",))
    for code in ("ND5", "ND6"):
        condition = COUNTER.item(code).only_if
        assert condition is not None
        assert (condition.item, condition.options) == ("ND4", ("3",))
    assert COUNTER.item("ND4").options[2].text.vi == "Trễ hẹn"
    assert COUNTER.item("MD").most == 3
    assert COUNTER.waiting == "CHO"
    waiting = COUNTER.item("CHO")
    assert (waiting.minimum, waiting.maximum) == (0, 600)


def test_short_form_is_short() -> None:
    assert [factor.general for factor in SHORT.factors] == ["TC0", "TT0", "CC0", "KQ0", "PA0"]
    assert not SHORT.has_criteria
    assert [question.code for question in SHORT.items] == ["TC0", "TT0", "CC0", "KQ0", "PA0", "CHUNG", "CHO", "YK"]
    assert {question.code for question in SHORT.items if question.required} == {q.code for q in SHORT.rated}
    assert [question.code for question in SHORT.rated if question.not_applicable] == ["PA0"]
    assert SHORT.minutes == 1
    assert max(len(question.text.vi.split()) for question in SHORT.items) <= 20


def test_the_forms_share_factors_and_scale() -> None:
    assert [factor.name for factor in SHORT.factors] == [factor.name for factor in COUNTER.factors]
    assert SHORT.scale == COUNTER.scale
    assert len(COUNTER.scale) == LEVELS


# --- the model


def test_lists_of_items(trial: Questionnaire) -> None:
    assert [q.code for q in trial.items][:3] == ["LOC", "A1", "A2"]
    assert [q.code for q in trial.closed] == ["LOC", "A1", "A2", "A0", "ALL", "HEN", "BAO"]
    assert [q.code for q in trial.rated] == ["A1", "A2", "A0", "ALL"]
    assert trial.item("CHO").kind is Kind.NUMBER
    with pytest.raises(KeyError):
        trial.item("XX")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": "single"}, "options go with single and multi"),
        ({"options": options(2)}, "options go with single and multi"),
        ({"kind": "single", "options": options(10)}, "at most 9 options"),
        ({"kind": "single", "options": options(3)[1:]}, "option codes must be 1, 2, 3"),
        ({"kind": "number"}, "minimum and maximum go with number"),
        ({"minimum": 1, "maximum": 2}, "minimum and maximum go with number"),
        ({"kind": "number", "minimum": 3, "maximum": 2}, "minimum exceeds maximum"),
        ({"kind": "multi", "options": options(2)}, "multi needs most"),
        ({"kind": "multi", "options": options(2), "most": 3}, "multi needs most"),
        ({"most": 1}, "multi needs most"),
        ({"kind": "long_text"}, "longest goes with text"),
        ({"longest": 9}, "longest goes with text"),
        ({"kind": "long_text", "longest": 9, "not_applicable": {"vi": "a", "en": "b"}}, "not_applicable goes with"),
        ({"kind": "slider"}, "Input should be 'rating'"),
    ],
)
def test_an_item_must_fit_its_kind(more: Data, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Item.model_validate(item("Q", **more))


def _items(form: Data) -> list[Data]:
    return [question for section in form["sections"] for question in section["items"]]


def _change(place: int, **values: Any) -> Callable[[Data], None]:
    return lambda form: _items(form)[place].update(values)


BROKEN: list[tuple[Callable[[Data], None], str]] = [
    (_change(2, code="A1"), "duplicate item code: A1"),
    (lambda form: form["sections"][1].update(code="s1"), "duplicate section code: s1"),
    (lambda form: form["factors"].append(form["factors"][0]), "duplicate factor code: A"),
    (lambda form: form["factors"][0].update(general="A1"), "duplicate item of a factor: A1"),
    (lambda form: form["factors"][0].update(general="LOC"), "LOC is not a rating item"),
    (lambda form: form.update(overall="XX"), "XX is not a rating item"),
    (lambda form: form.update(overall="A1"), "the overall item belongs to no factor"),
    (lambda form: form.update(waiting="LOC"), "waiting must be a number item"),
    (lambda form: form.update(waiting="XX"), "waiting must be a number item"),
    (_change(1, only_if={"item": "HEN", "options": ["1"]}), "condition on HEN: it must be asked before"),
    (_change(5, only_if={"item": "HEN", "options": ["1"]}), "condition on HEN: it must be asked before"),
    (_change(5, only_if={"item": "A1", "options": ["1"]}), "condition on A1: no such option"),
    (_change(5, only_if={"item": "LOC", "options": ["3"]}), "condition on LOC: no such option"),
    (lambda form: form.update(counted_if={"item": "XX", "options": ["1"]}), "condition on XX"),
]


@pytest.mark.parametrize(("break_it", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_questionnaire_must_hang_together(small: Data, break_it: Callable[[Data], None], words: str) -> None:
    break_it(small)
    with pytest.raises(ValidationError, match=words):
        Questionnaire.model_validate(small)


def test_a_questionnaire_needs_little(small: Data) -> None:
    del small["counted_if"], small["waiting"], small["factors"][0]["general"], small["factors"][0]["criteria"]
    form = Questionnaire.model_validate(small)
    assert not form.has_criteria
    assert form.satisfied_from == 4
