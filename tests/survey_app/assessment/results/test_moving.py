"""What if."""

from fractions import Fraction

from sqlalchemy.orm import Session

from scoring.par.what_if import Aim
from survey_app.assessment.results import moving, reporting
from survey_app.policy import Actor
from tests.databases import on_sqlite
from tests.survey_app.assessment.judged import Judged, judged

__all__ = ["judged"]


def test_a_rank_is_an_aim_of_those_who_see_ranks() -> None:
    assert list(moving.aims(ranked=True)) == [Aim.INDEX, Aim.BAND, Aim.RANK]
    assert list(moving.aims(ranked=False)) == [Aim.INDEX, Aim.BAND]
    assert moving.aim("rank", ranked=True) is Aim.RANK
    assert moving.aim("rank", ranked=False) is Aim.INDEX
    assert moving.aim("?", ranked=True) is Aim.INDEX


@on_sqlite
def test_the_next_better_outcome_of_a_leaf(judged: Judged, analyst: Actor, session: Session) -> None:
    opened = reporting.results(session, analyst, judged.id, today=judged.today)
    second = judged.place.communes[1].id
    found = moving.moves(opened, second, Aim.INDEX)
    assert [move.code for move in found] == ["2.1"]
    assert found[0].gain > 0
    assert moving.moves(opened, 999, Aim.INDEX) == ()


@on_sqlite
def test_who_sees_no_ranks_moves_alone(judged: Judged, inspector: Actor, session: Session) -> None:
    opened = reporting.results(session, inspector, judged.id, today=judged.today)
    found = moving.moves(opened, judged.place.communes[0].id, Aim.INDEX)
    assert {move.rank for move in found} == {1}
    assert all(move.index > Fraction(177, 2) for move in found)
