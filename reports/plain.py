"""Text of other people made harmless before it is laid out or written to a file."""

import unicodedata

LONGEST = 2000
# Control, format (invisible, reversing), surrogate, private and unassigned characters.
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}
BREAKS = {"\t", "\n", "\r", "\v", "\f", "\u2028", "\u2029"}


def plain(value: str, longest: int = LONGEST) -> str:
    """One line in NFC without control characters, cut with "…" when longer than `longest`."""
    text = value if len(value) <= longest else value[: longest - 1] + "…"
    if not text.isprintable():
        text = "".join(_kept(character) for character in text)
    return unicodedata.normalize("NFC", text)


def _kept(character: str) -> str:
    if character in BREAKS:
        return " "
    return "" if unicodedata.category(character) in UNWANTED else character
