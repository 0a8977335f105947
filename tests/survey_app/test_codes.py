"""A printed code never leads to another counter because of one wrong or two swapped characters."""

from hypothesis import given
from hypothesis import strategies as st

from survey_app import codes

BODIES = st.text(codes.ALPHABET, min_size=codes.COUNTER_LENGTH - 1, max_size=codes.COUNTER_LENGTH - 1)
CODES = BODIES.map(lambda body: body + codes._check(body))
PLACES = st.integers(0, codes.COUNTER_LENGTH - 1)
LOOK_ALIKES = ("0ODQ", "1IL", "2Z", "5S", "6G", "8B", "UV")


@given(CODES, PLACES, st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_always_refused(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    assert codes.normal(wrong) == (code if wrong == code else None)


@given(CODES, PLACES, PLACES)
def test_two_swapped_characters_are_always_refused(code: str, one: int, other: int) -> None:
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    swapped = "".join(signs)
    assert codes.normal(swapped) == (code if swapped == code else None)


@given(CODES, st.characters())
def test_a_character_of_another_alphabet_is_refused(code: str, sign: str) -> None:
    allowed = sign.upper() in codes.ALPHABET or not sign.strip() or sign == "-"
    assert allowed or codes.normal(code[:-1] + sign) is None


@given(CODES)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    for typed in (code, code.lower(), codes.grouped(code), f" {code[:3]}-{code[3:]} "):
        assert codes.normal(typed) == code


@given(CODES, st.text(codes.ALPHABET, max_size=3))
def test_a_code_of_another_length_is_refused(code: str, more: str) -> None:
    assert codes.normal(code[:-1]) is None
    assert codes.normal(code + more) == (None if more else code)


def test_every_single_change_of_a_drawn_code_is_refused() -> None:
    code = codes.draw()
    changed = {code[:at] + sign + code[at + 1 :] for at in range(len(code)) for sign in codes.ALPHABET} - {code}
    assert len(changed) == codes.COUNTER_LENGTH * (len(codes.ALPHABET) - 1)
    assert [one for one in changed if codes.normal(one)] == []


def test_the_alphabet_has_no_two_characters_that_look_alike() -> None:
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 23  # a prime: the check sees every change
    for group in LOOK_ALIKES:
        assert len(set(group) & set(codes.ALPHABET)) <= 1, group


def test_drawn_codes_are_sound_and_differ() -> None:
    drawn = {codes.draw() for _ in range(200)}
    assert len(drawn) == 200
    assert all(codes.normal(code) == code for code in drawn)
