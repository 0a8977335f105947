"""Every choice of a set has a Vietnamese word of its own."""

from questionnaires.par_nodes import Basis, Method, Role
from questionnaires.par_sets import Block, Denominator
from questionnaires.par_words import CHOICES, WORDS


def test_every_choice_has_a_word_and_is_found_by_it() -> None:
    choices = [choice for kind in (Basis, Block, Denominator, Method, Role) for choice in kind]
    assert list(WORDS) == sorted(choices, key=list(WORDS).index)
    assert len(set(choices)) == len(WORDS) == len(CHOICES)
    assert all(CHOICES[WORDS[choice].casefold()] == choice for choice in choices)
    assert all(type(choice) is str for choice in CHOICES.values())
