"""Units as the tests of appraisal, council and figures find them."""

from collections.abc import Callable

from survey_app.assessment.flow import State
from tests.survey_app.assessment.conftest import OWN, MakeMark, Put

Complete = Callable[[int], None]
MakeSupport = Callable[..., int]


def submit(make_mark: MakeMark, make_support: MakeSupport, put: Put, key: int) -> None:
    """A unit that scored itself and submitted: 1.1 and 1.2 as computed (1.1 with a document), 1.3 and T.1 by hand."""
    make_mark(key, "1.1", "2.55", inputs={"a": 34, "b": 40}, computed="2.55")
    make_mark(key, "1.2", "2", inputs={"answer": True}, computed="2", reason="Đã làm đủ")
    make_mark(key, "1.3", "0.75", reason="Giải thích")
    make_mark(key, "T.1", "0.5", reason="Sáng kiến")
    make_support(key, "1.1")
    put(key, State.SUBMITTED)


def appraise(make_mark: MakeMark, put: Put, key: int, **points: str) -> None:
    """Every own leaf with a first mark: the unit's own points, or those given as l1_3="0.5"."""
    own = {"1.1": "2.55", "1.2": "2", "1.3": "0.75", "T.1": "0.5"}
    for leaf in OWN:
        given = points.get(f"l{leaf.replace('.', '_')}", own[leaf])
        make_mark(key, leaf, given, stage="first", reason="" if given == own[leaf] else "Thiếu căn cứ")
    put(key, State.APPRAISED)
