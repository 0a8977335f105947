"""Files as text, and documents (YAML, TOML, JSON) as plain data."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from scoring.command.problems import Problem


def read_text(file: str) -> str:
    """A file in UTF-8, with or without a byte order mark.

    Raises
    ------
    Problem
        If it cannot be opened, or is not UTF-8 (then with the row).
    """
    try:
        return Path(file).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Problem("không mở được tệp", error.strerror or "cannot be opened", file=file) from None
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        fault = "tệp phải lưu bằng mã UTF-8", "the file must be saved as UTF-8"
        raise Problem(*fault, file=file, row=f"dòng {row}") from None


def read_json(text: str) -> Any:
    """JSON without the numbers that JSON does not have.

    Raises
    ------
    ValueError
        If the text is no JSON.

    Examples
    --------
    >>> read_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


LANGUAGES: Mapping[str, Callable[[str], Any]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".toml": tomllib.loads,
    ".json": read_json,
}


def read_document(file: str) -> Any:
    """Plain data of a YAML, TOML or JSON file, by the end of its name.

    Raises
    ------
    Problem
        If it cannot be read, or a key is not a text (1.1 without quotes is a number, and 1.10 would be the same).
    """
    read = LANGUAGES.get(Path(file).suffix.lower())
    if read is None:
        raise Problem(f"chỉ đọc tệp {', '.join(LANGUAGES)}", "unknown kind of document", file=file)
    text = read_text(file)
    try:
        found = read(text)
        odd = _odd_key(found)
    except (ValueError, YAMLError, RecursionError) as error:
        raise Problem("sai cú pháp", " ".join(str(error).split()), file=file) from None
    if odd is not None:
        raise Problem("khóa phải là chữ: đặt trong dấu ngoặc kép", "quote the key", file=file, place=odd)
    return found


def _odd_key(data: Any) -> str | None:
    """The first key that is not a text."""
    if isinstance(data, Mapping):
        odd = next((str(key) for key in data if not isinstance(key, str)), None)
        return odd or _odd_key(list(data.values()))
    if isinstance(data, list):
        return next((odd for odd in map(_odd_key, data) if odd is not None), None)
    return None


def fields_of(data: Any, known: frozenset[str], file: str) -> Mapping[str, Any]:
    """A document that must be a mapping of known keys.

    Parameters
    ----------
    data : object
        Of the document.
    known : frozenset of str
        The keys that it may have.
    file : str
        Its name, for the message.

    Returns
    -------
    mapping

    Raises
    ------
    Problem
        If it is something else, or has another key.

    Examples
    --------
    >>> fields_of({"psu": "commune"}, frozenset({"psu"}), "design.yaml")
    {'psu': 'commune'}
    """
    if not isinstance(data, Mapping):
        raise Problem("tệp phải là một bảng khóa", "the document must be a mapping", file=file)
    odd = next((key for key in data if key not in known), None)
    if odd is not None:
        wanted = ", ".join(sorted(known))
        raise Problem(f"khóa lạ; các khóa được dùng: {wanted}", "unknown key", file=file, place=odd)
    return data
