import argparse

import pytest

from scoring.command.options import COMMANDS, FLAGS, LISTS, OPTIONS, number, scale, share


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("1", 1), ("0,85", 0.85), ("85%", 0.85), ("100%", 1)])
def test_shares_as_people_write_them(text: str, value: float) -> None:
    assert share(text) == value


@pytest.mark.parametrize("text", ["1.01", "85", "101%", "-0.1", "a", "", "%", "1e-1", "nan"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"\("):
        share(text)


def test_numbers() -> None:
    assert [number("2"), number("1,25"), number(" 3.5")] == [2, 1.25, 3.5]
    with pytest.raises(argparse.ArgumentTypeError, match="not a number"):
        number("1.000,5")


def test_scales() -> None:
    assert [scale("1-5"), scale("0-10")] == [(1, 5), (0, 10)]
    for text in ("5-1", "3-3", "1..5", "1-", "-1-5"):
        with pytest.raises(argparse.ArgumentTypeError, match="1-5"):
            scale(text)


def test_every_option_is_used_and_every_used_one_is_there() -> None:
    assert {option for command in COMMANDS.values() for option in command.options} == set(OPTIONS)
    assert sorted(FLAGS) == ["json", "nest"]
    assert sorted(LISTS) == ["answer", "item_weights", "missing"]
