"""The arguments of a command, those of its design file included."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from scoring.command.files import fields_of, read_document
from scoring.command.options import COMMANDS, FLAGS, LISTS, OPTIONS
from scoring.command.problems import Problem


class _Parser(argparse.ArgumentParser):
    """Says in Vietnamese that an argument is wrong."""

    def error(self, message: str) -> NoReturn:
        raise Problem("tham số không dùng được; xem --help", message)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options; what the command line says goes before the design file.

    Raises
    ------
    Problem
        If an argument is unknown or wrong.
    SystemExit
        After ``--help``, which is printed.

    Examples
    --------
    >>> found = parse(["interval", "45", "50", "--level", "0,9"])
    >>> found.command, found.data, found.level, found.fpc
    ('interval', ['45', '50'], 0.9, None)
    """
    first = _Parser(add_help=False, allow_abbrev=False)
    first.add_argument("--design")
    given, rest = first.parse_known_args(arguments)
    extra = _from_file(given.design, rest) if given.design else []
    return _parser().parse_args([*rest, *extra])


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m scoring",
        description="Tính tỷ lệ hài lòng, chỉ số, khoảng tin cậy, cỡ mẫu, hạng và điểm PAR Index từ tệp CSV hoặc JSON.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="LỆNH", required=True)
    for name, command in COMMANDS.items():
        under = commands.add_parser(name, help=command.help, description=command.help, allow_abbrev=False)
        under.add_argument("data", metavar="TỆP", nargs=command.nargs, help=command.data)
        for option in command.options:
            under.add_argument(_flag(option), dest=option, **OPTIONS[option])
    return parser


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def _from_file(file: str, arguments: Sequence[str]) -> list[str]:
    """The options of a design file that the command takes and that the command line does not give."""
    fields = fields_of(read_document(file), frozenset(OPTIONS) - {"design", "json"}, file)
    command = next((COMMANDS[each] for each in arguments if each in COMMANDS), None)
    known = command.options if command else ()
    given = {argument.partition("=")[0] for argument in arguments}
    found: list[str] = []
    for name, value in fields.items():
        words = _words(file, name, value)
        if name in known and _flag(name) not in given:
            found += words
    return found


def _words(file: str, name: str, value: Any) -> list[str]:
    """The arguments of an option from its value in a document."""
    if name in FLAGS:
        if not isinstance(value, bool):
            raise Problem("phải là true hoặc false", "must be true or false", file=file, place=name)
        return [_flag(name)] if value else []
    values = value if name in LISTS and isinstance(value, list) else [value]
    if not all(isinstance(each, str | int | float) and not isinstance(each, bool) for each in values):
        raise Problem("phải là số hoặc chữ", "must be a number or a text", file=file, place=name)
    words = [str(each) for each in values]
    return [_flag(name), *words] if name in LISTS else [f"{_flag(name)}={words[0]}"]
