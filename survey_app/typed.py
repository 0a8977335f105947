"""What people type: cleaned to one line, compared without marks, days within reason."""

import datetime
import unicodedata
from functools import lru_cache

from reports.plain import plain

EARLIEST, LATEST = datetime.date(1945, 1, 1), datetime.date(2100, 12, 31)


def one_line(text: str) -> str:
    """One line in NFC, without invisible characters and doubled spaces."""
    return " ".join(plain(text).split())


@lru_cache(maxsize=8192)  # names of units and counters, compared again at every list
def folded(text: str) -> str:
    """For comparing: without marks, case and doubled spaces (Đ becomes d)."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).split())
