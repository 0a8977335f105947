"""Further answers at other levels, where the Student quantile of few answers is far from that of 95 %."""

import pytest

from scoring.intervals import student_share, wilson
from scoring.results import COMPOSITE, Estimate, Interval, Outcome
from scoring.verdict import judge

OPEN = Outcome.CANNOT_TELL


def composite(p: float, n: int, level: float) -> Estimate:
    lower, upper = (float(limit) for limit in wilson(p, n * student_share(n - 1, level), level))
    interval = Interval(lower=lower, upper=upper, level=level, method=COMPOSITE)
    return Estimate(value=p, n=n, effective_n=float(n), df=n - 1.0, interval=interval)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.99, 0.999])
@pytest.mark.parametrize(("p", "target"), [(0.6, 0.9), (0.7, 0.9), (0.95, 0.8), (0.55, 0.7)])
def test_that_many_more_settle_it_at_the_level_of_the_interval(level: float, p: float, target: float) -> None:
    first = next((n for n in range(2, 60) if judge(composite(p, n, level), target=target).outcome is not OPEN), None)
    more = judge(composite(p, 2, level), target=target).more_answers
    if first == 2:
        assert more is None
    elif first is not None:
        assert more == first - 2
    else:
        assert more is not None
        assert more >= 58
