"""A criteria set back as YAML: what `questionnaires.loader` reads to the same set and the same content hash."""

import datetime
import io
import json
import textwrap
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from questionnaires.par_sets import CriteriaSet

WIDTH, LONGEST_TABLE = 120, 90
TABLES = ("rule", "inputs", "bands")  # read best with a line for each member


def to_yaml(criteria: CriteriaSet) -> str:
    """A file of `questionnaires/par_index/`, without the comments of the file that the set came from."""
    laid_out = CommentedMap((name, _laid_out(value, name)) for name, value in canonical(criteria).items())
    return _dumped(laid_out, WIDTH)


def to_json(criteria: CriteriaSet) -> str:
    """The set as it is stored: JSON is YAML, with numbers as they are written, and quicker to read by far."""
    return _json(canonical(criteria), "\n")


def on_a_line(value: dict[str, Any] | list[Any]) -> str:
    """Plain data as YAML on a single line, for a cell of a table."""
    return _dumped(_flow(value), 10**6).strip()


def in_lines(value: dict[str, Any] | list[Any]) -> str:
    """Plain data as YAML with a line for each member of a list, for a cell of a table."""
    return textwrap.dedent(_dumped(_compact(value), 10**6)).strip()


def canonical(criteria: CriteriaSet) -> dict[str, Any]:
    """The set as plain data without what goes without saying; its content hash is that of the shipped file."""
    found = _plain(criteria.model_dump(exclude_defaults=True))
    return {"schema_version": criteria.schema_version, **found}


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {_plain(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _json(value: object, line: str) -> str:
    """The value after a line break; what stands within it begins lines of its own, one step further in."""
    inner = f"{line} "
    if isinstance(value, dict):
        members = (f"{inner}{_json(str(key), inner)}: {_json(each, inner)}" for key, each in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(f'{inner}{_json(each, inner)}' for each in value)}]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    # YAML refuses what cannot be seen
    return json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())


def _laid_out(value: Any, name: str = "") -> Any:
    """The data with short tables on a line each, everything else on lines of its own."""
    if name in TABLES:
        return _compact(value)
    if isinstance(value, dict):
        return CommentedMap((key, _laid_out(each, key)) for key, each in value.items())
    if isinstance(value, list):
        return CommentedSeq(map(_laid_out, value))
    # 1.10 without quotes would be read as a number
    return DoubleQuotedScalarString(value) if name == "id" and value[:1].isdigit() else value


def _compact(value: Any) -> Any:
    if isinstance(value, list):
        return CommentedSeq(map(_compact, value))
    if not isinstance(value, dict):
        return value
    if len(on_a_line(value)) <= LONGEST_TABLE:
        return _flow(value)
    return CommentedMap((key, _compact(each)) for key, each in value.items())


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        table = CommentedMap((key, _flow(each)) for key, each in value.items())
        table.fa.set_flow_style()
        return table
    if isinstance(value, list):
        row = CommentedSeq(map(_flow, value))
        row.fa.set_flow_style()
        return row
    return value


class _Representer(RoundTripRepresenter):
    """Writes decimals as they are."""

    def exact_number(self, value: Decimal) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:float", f"{value:f}")


_Representer.add_representer(Decimal, _Representer.exact_number)


def _dumped(data: object, width: int) -> str:
    yaml = YAML(typ="rt")
    yaml.Representer = _Representer
    yaml.width = width
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(data, text)
    # Where the writer folds a long text it leaves a blank at the end of the line, which a reader ignores.
    return "".join(f"{line.rstrip(' ')}\n" for line in text.getvalue().splitlines())
