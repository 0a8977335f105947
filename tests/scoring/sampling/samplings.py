"""Random two-stage samples for the properties of design-based estimates."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring.sampling.design import Design, survey_design


@dataclass(frozen=True)
class Sampling:
    stratum: NDArray[np.intp]
    psu: NDArray[np.intp]
    ssu: NDArray[np.intp]
    weight: NDArray[np.float64]
    label: NDArray[np.intp]
    y: NDArray[np.float64]
    stages: int
    lonely: str

    @property
    def rows(self) -> int:
        return len(self.y)

    def design(self, order: NDArray[np.intp] | None = None, *, factor: float = 1.0) -> Design:
        take = np.arange(self.rows) if order is None else order
        return survey_design(
            factor * self.weight[take],
            stratum=self.stratum[take],
            psu=self.psu[take],
            ssu=self.ssu[take],
            psu_population=9 if self.stages else None,
            ssu_population=20 if self.stages == 2 else None,
            nest=True,
            lonely=self.lonely,
        )


@st.composite
def samplings(draw: st.DrawFn) -> Sampling:
    rows = draw(st.integers(1, 25))

    def codes(low: int, high: int) -> NDArray[np.intp]:
        return np.array(draw(st.lists(st.integers(low, high), min_size=rows, max_size=rows)), np.intp)

    return Sampling(
        stratum=codes(0, 2),
        psu=codes(0, 4),
        ssu=codes(0, 3),
        weight=codes(0, 4) / 2,
        label=codes(-1, 2),
        y=np.array([np.nan, 0, 1, 1])[codes(0, 3)],
        stages=draw(st.integers(0, 2)),
        lonely=draw(st.sampled_from(("fail", "certainty", "remove", "adjust", "average"))),
    )
