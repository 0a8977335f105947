import pytest

from questionnaires.model import Questionnaire
from tests.questionnaires import samples
from tests.questionnaires.samples import Data


@pytest.fixture
def small() -> Data:
    return samples.questionnaire()


@pytest.fixture
def trial(small: Data) -> Questionnaire:
    return Questionnaire.model_validate(small)


@pytest.fixture
def tiny() -> Data:
    return samples.province()
