"""What if: which leaf would move a unit's index, its class or its rank most."""

from collections.abc import Mapping

from scoring.par.what_if import Aim, Move
from survey_app.assessment.outcomes import what_if
from survey_app.assessment.results.reporting import Opened

AIMS: Mapping[Aim, str] = {Aim.INDEX: "Chỉ số", Aim.BAND: "Xếp loại", Aim.RANK: "Thứ hạng"}
MOST = 20


def aims(*, ranked: bool) -> dict[Aim, str]:
    """What can be aimed at; a rank only by those who see ranks."""
    return {aim: name for aim, name in AIMS.items() if ranked or aim is not Aim.RANK}


def aim(given: str, *, ranked: bool) -> Aim:
    """The aim that a URL names; the index when it names none."""
    return next((each for each in aims(ranked=ranked) if each == given), Aim.INDEX)


def moves(opened: Opened, unit_id: int, wanted: Aim) -> tuple[Move, ...]:
    """The next better outcome of each leaf with entries, those that serve the aim most first."""
    found = opened.report.unit(unit_id)
    if found is None:
        return ()
    rivals = {
        str(unit.unit_id): unit.counted.index
        for unit in found[0].units
        if unit.unit_id != unit_id and unit.counted.index is not None
    }
    return what_if(opened.sheets[unit_id], rivals if opened.report.ranked else {}, wanted)[:MOST]
