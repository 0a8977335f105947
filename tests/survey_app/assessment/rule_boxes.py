"""What a browser sends of the form of a rule."""

from collections.abc import Iterator

from survey_app.assessment.criteria_sets.rule_fields import SHOWN, Box, Fields
from survey_app.assessment.criteria_sets.rule_shapes import Look


def boxes(found: Fields) -> Iterator[Box]:
    """Every box, in the order of the page."""
    for part in (*found.parts, *found.notes):
        if part.box:
            yield part.box
        for line in part.lines:
            yield from line.boxes
            yield from boxes(line.rule) if line.rule else ()


def rules(found: Fields) -> Iterator[Fields]:
    """The rule and those within it."""
    yield found
    for part in found.parts:
        for line in part.lines:
            yield from rules(line.rule) if line.rule else ()


def sent(found: Fields, **typed: str) -> dict[str, str]:
    """The form as it stands, with some of it typed over; names without the "r." before them, dots as "__"."""
    values = {f"{rule.name}.{SHOWN}": rule.kind for rule in rules(found)}
    for box in boxes(found):
        if box.look is Look.CHOICE:
            values[box.name] = box.value or box.choices[0][0]
        elif box.value or box.look is not Look.TICK:
            values[box.name] = box.value
    return values | {f"r.{name.replace('__', '.')}": text for name, text in typed.items()}


def at(found: Fields, name: str) -> Box:
    """The box of that name, without the "r." before it."""
    return next(box for box in boxes(found) if box.name == f"r.{name}")
