"""What is being made is waited for; what was made is kept as long as there is room."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from survey_app.assessment.results.kept import Kept


class Slow:
    """Work that goes on until it is told to end."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self.times, self.error = 0, error

    def __call__(self) -> str:
        self.times += 1
        self.begun.set()
        self.end.wait()
        if self.error:
            raise self.error
        return "made"


class Waiting(Kept[str]):
    """Lets the work end once another one asks for it."""

    def __init__(self, work: Slow) -> None:
        super().__init__(0)
        self.work = work

    def again(self) -> str:
        future = self.held["key"]
        asked = future.result

        def result(timeout: float | None = None) -> str:
            self.work.end.set()
            return asked(timeout)

        future.result = result  # type: ignore[method-assign]  # to know that somebody waits
        return self.get("key", self.work)


def both(work: Slow) -> tuple[Callable[[], str], Callable[[], str]]:
    """What the first and the second of two at the same time are told."""
    kept = Waiting(work)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get, "key", work)
        work.begun.wait()
        second = pool.submit(kept.again)
    assert kept.held == {}
    return first.result, second.result


def test_two_who_ask_at_once_get_what_was_made_once() -> None:
    work = Slow()
    assert [each() for each in both(work)] == ["made", "made"]
    assert work.times == 1


def test_what_fails_fails_for_both_and_is_tried_again() -> None:
    work = Slow(OSError("no room"))
    for each in both(work):
        with pytest.raises(OSError, match="no room"):
            each()
    assert work.times == 1
    kept = Kept[str](1)
    with pytest.raises(OSError, match="no room"):
        kept.get("key", work)
    assert kept.get("key", lambda: "made") == "made"


def test_the_last_things_are_kept() -> None:
    kept = Kept[int](2)
    assert [kept.get(number, lambda number=number: number) for number in range(4)] == [0, 1, 2, 3]
    assert list(kept.held) == [2, 3]
    assert kept.get(3, lambda: 9) == 3
    assert kept.get(0, lambda: 9) == 9


def test_what_was_made_last_stays() -> None:
    kept = Kept[int](1)
    assert kept.get("outer", lambda: kept.get("inner", lambda: 1) + 1) == 2
    assert list(kept.held) == ["outer"]
