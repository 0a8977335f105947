"""What takes seconds to make is made once, however many ask for it at the same time."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """The ``most`` last things that were made, by all that they depend on, and those that are being made.

    Who asks for one that is being made waits for it; when that fails, it fails for both.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held: dict[Hashable, Future[Made]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept under the key, or what ``make`` makes of it."""
        with self._lock:
            found = self.held.get(key)
            mine = self.held.setdefault(key, Future())
        if found is not None:
            return found.result()
        try:
            mine.set_result(make())
        except BaseException as error:
            mine.set_exception(error)
            with self._lock:
                del self.held[key]
            raise
        self._keep(key)
        return mine.result()

    def _keep(self, key: Hashable) -> None:
        with self._lock:
            self.held[key] = self.held.pop(key)
            made = [key for key, each in self.held.items() if each.done()]
            for key in made[: max(0, len(made) - self.most)]:
                del self.held[key]
