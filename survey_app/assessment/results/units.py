"""One unit's result from its sheet and outcome: every leaf with what each stage said and the points that count."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from questionnaires.par_nodes import Method
from questionnaires.par_words import WORDS
from reports.par_content import BlockResult, Criterion, LeafLine, UnitResult, Word
from scoring.par.index import Convention, roll_up
from scoring.par.index import Mark as Points
from survey_app.assessment import criteria_texts
from survey_app.assessment.outcomes import Outcome, Said, Sheet, outcomes
from survey_app.assessment.sight import OPENED, opens
from survey_app.models.assessment import COUNCIL, FIRST, SECOND, SELF

APPRAISED = Method.APPRAISAL.value
States = Mapping[int, tuple[str, bool]]  # of units: the state, and whether it came late


def block(
    key: str, sheets: Sequence[Sheet], found: Mapping[int, Outcome], states: States, fingerprint: str
) -> BlockResult:
    """The units of a block, the best first; those without an index stand last."""
    text = criteria_texts.shown(sheets[0].criteria, fingerprint)
    units = [unit(sheet, found[sheet.unit_id], text.leaves, states[sheet.unit_id]) for sheet in sheets]
    return BlockResult(key=key, name=block_name(key), criteria=text, units=tuple(sorted(units, key=_best_first)))


def unit(sheet: Sheet, found: Outcome, leaves: Sequence[Criterion], state: tuple[str, bool]) -> UnitResult:
    """The result of one unit."""
    both = {each: _index(sheet, found, each) for each in Convention}
    return UnitResult(
        unit_id=sheet.unit_id,
        name=sheet.name,
        state=state[0],
        late=state[1],
        own=found.own,
        counted=found.counted,
        percent=both[Convention.APPLICABLE],
        scaled=both[Convention.BLOCKS],
        leaves=tuple(_line(leaf, sheet, found.marks.get(leaf.number)) for leaf in leaves),
        interval=found.interval,
        place=found.place,
        ranks=found.ranks,
        chances=tuple(found.chances.items()),
    )


def open_sheet(sheet: Sheet, state: str) -> Sheet:
    """The sheet of a unit with what is open to the unit itself in this state."""
    marks = {
        leaf: {stage: said for stage, said in stages.items() if opens(state, stage)}
        for leaf, stages in sheet.marks.items()
    }
    return replace(sheet, marks=marks, corrections=sheet.corrections if state in OPENED else {})


def unjudged(found: UnitResult, sheet: Sheet) -> UnitResult:
    """A unit as it sees itself before publication: no place, no appraisal before it is opened to the unit, and no word
    of the council before it is locked, nor anything that is computed from it."""
    if found.state in OPENED:
        shown = open_sheet(sheet, found.state)
        if shown != sheet:
            criteria = [line.criterion for line in found.leaves]
            found = unit(shown, outcomes([shown])[sheet.unit_id], criteria, (found.state, found.late))
        return replace(found, place=None, ranks=None)
    lines = [
        replace(
            line, first=None, second=None, council=None, corrected=None, points=_own_points(line), applies=_own(line)
        )
        for line in found.leaves
    ]
    return replace(
        found, counted=found.own, leaves=tuple(lines), place=None, ranks=None, interval=None, chances=(), change=None,
        percent=found.own.index, scaled=found.own.index,
    )  # fmt: skip


def public(found: UnitResult) -> UnitResult:
    """A published unit as other units see it: places and points, without figures, explanations and reasons."""
    lines = [
        replace(
            line, own=_bare(line.own), first=_bare(line.first), second=_bare(line.second),
            council=_bare(line.council), fed={},
        )
        for line in found.leaves
    ]  # fmt: skip
    return replace(found, leaves=tuple(lines))


def block_name(key: str) -> str:
    """A block inside a sentence: "xã, phường"."""
    return WORDS.get(key, key).lower()


def _best_first(found: UnitResult) -> tuple[bool, Fraction | int, str]:
    value = found.counted.index
    return value is None, -(value or 0), found.name


def _index(sheet: Sheet, found: Outcome, convention: Convention) -> Fraction | None:
    if convention is sheet.criteria.convention or not found.counted.not_applicable:
        return found.counted.index
    return roll_up(sheet.criteria.tree, found.marks, convention=convention, total=sheet.criteria.total).index


def _line(leaf: Criterion, sheet: Sheet, points: Points | None) -> LeafLine:
    stages = sheet.marks.get(leaf.number, {})
    feed = sheet.feeds.get(leaf.number)
    applies = points is None or points.points is not None
    return LeafLine(
        criterion=leaf,
        own=_word(stages.get(SELF)),
        first=_word(stages.get(FIRST)),
        second=_word(stages.get(SECOND)),
        council=_word(stages.get(COUNCIL)),
        corrected=sheet.corrections.get(leaf.number),
        fed=feed.inputs if feed else {},
        points=points.counted if points is not None and applies else None,
        applies=applies,
        exempt=leaf.number in sheet.exempt,
    )


def _own(line: LeafLine) -> bool:
    return line.own.applies if line.own else line.applies


def _own_points(line: LeafLine) -> Fraction | None:
    if line.own is None:
        return line.points if line.criterion.method != APPRAISED else None
    return None if line.own.points is None else Fraction(line.own.points)


def _bare(word: Word | None) -> Word | None:
    return replace(word, reason="", inputs={}) if word else None


def _word(said: Said | None) -> Word | None:
    if said is None:
        return None
    return Word(
        points=said.points,
        computed=said.computed,
        deducted=said.deducted,
        applies=said.applies,
        reason=said.reason,
        inputs=said.inputs,
    )
