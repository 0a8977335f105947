"""The share of a survey from its votes."""

from decimal import Decimal

import numpy as np
import pytest

from scoring.par.votes import vote_share

WEIGHTS = {
    "rất tốt": Decimal(100),
    "tốt": Decimal(60),
    "trung bình": Decimal(20),
    "kém": Decimal(0),
    "không biết": None,
}


def test_one_question_is_the_mean_of_its_answers() -> None:
    """Answer by answer instead of by counts: mean and standard error of the mean."""
    share, error = vote_share([{"rất tốt": 40, "tốt": 35, "trung bình": 15, "kém": 10, "không biết": 99}], WEIGHTS)
    answers = np.repeat([1, 0.6, 0.2, 0], [40, 35, 15, 10])
    assert share == pytest.approx(answers.mean())
    assert error == pytest.approx(answers.std(ddof=1) / np.sqrt(100))


def test_several_questions_of_the_same_people_go_together() -> None:
    first, second = {"rất tốt": 30, "kém": 10}, {"tốt": 40}
    share, error = vote_share([first, second], WEIGHTS)
    assert share == pytest.approx((0.75 + 0.6) / 2)
    alone = vote_share([first], WEIGHTS)[1]
    assert alone is not None
    assert error == pytest.approx(alone / 2)  # the second question has no spread


def test_a_single_vote_tells_no_error() -> None:
    assert vote_share([{"tốt": 1}], WEIGHTS) == (pytest.approx(0.6), None)
    assert vote_share([{"tốt": 1}, {"tốt": 5}], WEIGHTS)[1] is None


def test_a_share_needs_votes() -> None:
    for questions in ([], [{"không biết": 4}]):
        with pytest.raises(ValueError, match="needs a"):
            vote_share(questions, WEIGHTS)
