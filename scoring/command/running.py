"""Runs a command: arguments in; what it prints and the status with which it ends out."""

import argparse
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from types import MappingProxyType

from scoring.command.criteria import par
from scoring.command.estimating import estimate, index, interval, ranks, verdict
from scoring.command.parsing import parse
from scoring.command.planning import plan
from scoring.command.printing import Answer, as_json, as_text
from scoring.command.problems import Problem

RUNS: Mapping[str, Callable[[argparse.Namespace], Answer]] = MappingProxyType(
    {
        "interval": interval,
        "estimate": estimate,
        "index": index,
        "verdict": verdict,
        "ranks": ranks,
        "plan": plan,
        "par": par,
    }
)
FAULT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its exit status, its output, its message of error."""

    status: int
    output: str = ""
    errors: str = ""


def run(arguments: Sequence[str]) -> Ended:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str
        As after ``python -m scoring``.

    Returns
    -------
    Ended
        Status 2 where an argument or a file is wrong; the message says which.

    Examples
    --------
    >>> print(run(["interval", "45", "50"]).output, end="")
    Hài lòng  Số trả lời  Tỷ lệ (%)  Từ (%)  Đến (%)
    --------  ----------  ---------  ------  -------
          45          50      90,00   78,64    95,65
    <BLANKLINE>
    Khoảng tin cậy 95 %, phương pháp wilson.
    """
    helped = io.StringIO()
    try:
        with redirect_stdout(helped):
            options = parse(arguments)
        answer = RUNS[options.command](options)
    except SystemExit:  # after --help
        return Ended(status=0, output=helped.getvalue())
    except Problem as problem:
        return _fault(str(problem))
    except ValueError as error:  # from the statistics: a level of 1, a margin of 0
        return _fault(f"giá trị không hợp lệ ({error})")
    return Ended(status=0, output=as_json(answer) if options.json else as_text(answer))


def _fault(said: str) -> Ended:
    return Ended(status=FAULT, errors=f"Lỗi: {said}\n")
