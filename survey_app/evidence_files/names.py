"""Names that files came with, made safe to store, show and unpack again."""

import unicodedata

from survey_app.typed import one_line

MOST_CHARACTERS = 150
MOST_BYTES = 240  # of 255 that file systems take; a letter of Vietnamese takes up to three
UNNAMED = "minh-chung"
# What Unicode calls Bidi_Control: marks, embeddings, overrides and isolates.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))  # Windows cannot unpack them


def deceives(name: str) -> bool:
    """Whether a name holds control characters, or such as reverse the letters after them ("gnp.exe" for "exe.png")."""
    return any(unicodedata.category(sign) == "Cc" or sign in TURNING for sign in name)


def ending(name: str) -> str:
    """What follows the last dot, in small letters; empty without a dot."""
    last = _last_part(name).casefold()
    return last.rpartition(".")[2].strip() if "." in last else ""


def safe_name(name: str, suffix: str) -> str:
    """The name in NFC, without folders and invisible characters, cut to a length, ending in this suffix."""
    stem = _last_part(name).rpartition(".")[0].translate(FORBIDDEN)
    stem = stem[: MOST_CHARACTERS - len(suffix) - 1]
    stem = stem.encode()[: MOST_BYTES - len(suffix) - 1].decode(errors="ignore")
    return f"{stem.strip(' .') or UNNAMED}.{suffix}"


def _last_part(name: str) -> str:
    # "/" goes first: one_line cuts what is very long, and the end of a path is what counts.
    return one_line(name.replace("\\", "/").rpartition("/")[2][-1000:])
