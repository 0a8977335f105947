from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires import loader
from questionnaires.coding import BLANK, CODINGS, NOT_APPLICABLE, TWO_TICKS, Answer, Impossible, counts, encode
from questionnaires.model import Condition, Item, Kind, Questionnaire
from tests.questionnaires.samples import Data

FORMS: list[Questionnaire] = [loaded.definition for loaded in loader.published("satisfaction").values()]
LEAST: dict[str, Answer] = {"LOC": "1", "ALL": "4"}


def test_every_kind_has_a_coding() -> None:
    assert set(CODINGS) == set(Kind)


def test_closed_answers_are_packed_and_the_others_stand_aside(trial: Questionnaire) -> None:
    answers: dict[str, Answer] = {
        **{"LOC": "1", "A1": "5", "A2": "n", "ALL": "4", "HEN": "3", "BAO": "2"},
        **{"MD": ("10", "2"), "CHO": 0, "TEN": "  ", "YK": " Cảm ơn "},
    }
    packed = encode(trial, answers)
    assert packed.codes == "15n.432"
    assert packed.extras == (("MD", "2,10"), ("CHO", "0"), ("YK", "Cảm ơn"))


def test_text_is_composed(trial: Questionnaire) -> None:
    assert encode(trial, {**LEAST, "TEN": "e\u0302\u0301"}).extras == (("TEN", "\u1ebf"),)


def test_control_characters_are_dropped_but_lines_stay(trial: Questionnaire) -> None:
    assert encode(trial, {**LEAST, "YK": "một\r\nhai\x00\tba\x1b"}).extras == (("YK", "một\nhai\tba"),)
    assert encode(trial, {**LEAST, "TEN": "\r\n".join("0123456789")}).extras == (("TEN", "\n".join("0123456789")),)


@pytest.mark.parametrize(
    ("answers", "code", "reason"),
    [
        ({"XX": "1"}, "XX", "no_such_item"),
        ({"A1": "6"}, "A1", "no_such_option"),
        ({"A1": "0"}, "A1", "no_such_option"),
        ({"A1": NOT_APPLICABLE}, "A1", "no_such_option"),
        ({"A1": BLANK}, "A1", "no_such_option"),
        ({"A1": 5}, "A1", "no_such_option"),
        ({"HEN": "4"}, "HEN", "no_such_option"),
        ({"MD": "1"}, "MD", "no_such_option"),
        ({"MD": ("11",)}, "MD", "no_such_option"),
        ({"MD": ("1", "2", "3", "4")}, "MD", "too_many"),
        ({"CHO": "5"}, "CHO", "not_a_number"),
        ({"CHO": True}, "CHO", "not_a_number"),
        ({"CHO": -1}, "CHO", "out_of_range"),
        ({"CHO": 601}, "CHO", "out_of_range"),
        ({"TEN": 5}, "TEN", "not_text"),
        ({"TEN": "x" * 21}, "TEN", "too_long"),
        ({"ALL": ""}, "ALL", "missing"),
        ({"HEN": "3"}, "BAO", "missing"),
    ],
)
def test_impossible_answers_are_refused(
    trial: Questionnaire, answers: Mapping[str, Answer], code: str, reason: str
) -> None:
    with pytest.raises(Impossible) as error:
        encode(trial, {**LEAST, **answers})
    assert (error.value.item, error.value.reason) == (code, reason)
    assert str(error.value) == f"{code}: {reason}"


def test_answers_whose_condition_fails_are_dropped(trial: Questionnaire) -> None:
    assert encode(trial, {**LEAST, "HEN": "1", "BAO": "2"}).codes[-2:] == "1."


def test_a_dropped_answer_opens_nothing(trial: Questionnaire) -> None:
    assert encode(trial, {"LOC": "2", "ALL": "4", "HEN": "3", "BAO": "2"}).codes == "2...4.."


def test_a_submission_counts_by_its_filter_question(small: Data) -> None:
    trial = Questionnaire.model_validate(small)
    assert counts(trial, "1...4..")
    assert not counts(trial, "2...4..")
    assert not counts(trial, "....4..")
    assert counts(trial.model_copy(update={"counted_if": None}), "2...4..")


def test_the_filter_may_stand_anywhere(trial: Questionnaire) -> None:
    late = trial.model_copy(update={"counted_if": Condition(item="HEN", options=("1", "2"))})
    assert counts(late, "1...42.")
    assert not counts(late, "1...43.")


# --- properties


def answer_to(item: Item) -> st.SearchStrategy[Answer]:
    """Anything that the item offers."""
    codes = [option.code for option in item.options] or ["1", "2", "3", "4", "5"]
    if item.kind is Kind.MULTI:
        return st.lists(st.sampled_from(codes), unique=True, max_size=item.most).map(tuple)
    if item.kind is Kind.NUMBER:
        return st.integers(item.minimum, item.maximum)
    if item.closed:
        return st.sampled_from([*codes, NOT_APPLICABLE] if item.not_applicable else codes)
    return st.text(max_size=(item.longest or 0) // 4)


def submissions(form: Questionnaire) -> st.SearchStrategy[dict[str, Answer]]:
    required = {item.code: answer_to(item) for item in form.items if item.required}
    optional = {item.code: answer_to(item) for item in form.items if not item.required}
    return st.fixed_dictionaries(required, optional=optional)


forms_and_answers = st.sampled_from(FORMS).flatmap(lambda form: st.tuples(st.just(form), submissions(form)))


@given(forms_and_answers)
def test_the_packed_form_has_a_fitting_character_for_each_closed_item(
    case: tuple[Questionnaire, dict[str, Answer]],
) -> None:
    form, answers = case
    packed = encode(form, answers)
    assert len(packed.codes) == len(form.closed)
    for item, character in zip(form.closed, packed.codes, strict=True):
        assert character in (BLANK, answers.get(item.code))
        assert character != BLANK or not item.required
    asked = [item.code for item in form.items if not item.closed]
    assert [code for code, _ in packed.extras] == [code for code in asked if code in dict(packed.extras)]
    assert all(value for _, value in packed.extras)


@given(forms_and_answers)
def test_order_of_the_answers_does_not_matter(case: tuple[Questionnaire, dict[str, Answer]]) -> None:
    form, answers = case
    assert encode(form, dict(reversed(answers.items()))) == encode(form, answers)


@given(forms_and_answers, st.data())
def test_what_a_closed_item_does_not_offer_is_refused(
    case: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    form, answers = case
    item = data.draw(st.sampled_from([item for item in form.closed if item.only_if is None]))
    offered = {option.code for option in item.options} or set("12345")
    offered |= {NOT_APPLICABLE} if item.not_applicable else set()
    wrong = data.draw(st.text(min_size=1).filter(lambda text: text not in offered) | st.integers())
    with pytest.raises(Impossible):
        encode(form, {**answers, item.code: wrong})


def test_only_paper_has_two_ticks_and_only_on_a_line_of_the_scale(trial: Questionnaire) -> None:
    assert encode(trial, {**LEAST, "A1": TWO_TICKS, "ALL": TWO_TICKS}, paper=True).codes == "1t..t.."
    with pytest.raises(Impossible, match="A1: no_such_option"):
        encode(trial, {**LEAST, "A1": TWO_TICKS})
    with pytest.raises(Impossible, match="HEN: no_such_option"):
        encode(trial, {**LEAST, "HEN": TWO_TICKS}, paper=True)


def test_on_paper_every_closed_question_may_be_blank(trial: Questionnaire) -> None:
    assert encode(trial, {}, paper=True).codes == "......."
    assert encode(trial, {"LOC": "1", "HEN": "3"}, paper=True).codes == "1....3."
