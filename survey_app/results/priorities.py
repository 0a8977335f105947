"""Which questions move the answer on the whole service, and which of them to improve first."""

import numpy as np

from questionnaires.model import Questionnaire
from reports.content import PriorityLine
from scoring.drivers import priority_matrix
from scoring.importance import from_parts
from scoring.measures import marks
from scoring.results import GroupScore
from scoring.tally import Tally
from survey_app.results.groups import Sums, unit_key

PER_QUESTION = 20  # answers; of fewer, the intervals miss the weightiest questions (docs/method.md)


def priorities(sums: Sums, definition: Questionnaire, whole: GroupScore, *, level: float) -> tuple[PriorityLine, ...]:
    """The criteria (of a form without criteria, the questions on whole factors), the weightiest first.

    Nothing for a whole that is withheld, or of too few answers.
    """
    units = [vector for key, vector in sums.by_group.items() if key.startswith(unit_key(""))]
    if whole.withheld or not units:
        return ()
    places = {item.code: place for place, item in enumerate(definition.rated)}
    factor_of = {
        code: factor.name.vi
        for factor in definition.factors
        for code in (factor.criteria if definition.has_criteria else (factor.general,))
        if code
    }
    chosen = [*(places[code] for code in factor_of), places[definition.overall]]
    found = marks(Tally(sums.layout, np.stack(units)), "M3")
    sums_of_pairs = (part[:, chosen][:, :, chosen] for part in (found.both, found.one, found.two))
    importance = from_parts(*sums_of_pairs, level=level)
    if importance.reason or (importance.n or 0) < PER_QUESTION * len(factor_of):
        return ()
    rates = [whole.items[places[code]].estimate for code in factor_of]
    shares = [item.share for item in importance.items]
    matrix = priority_matrix(shares, [rate.value for rate in rates])
    lines = [
        PriorityLine(
            text=definition.item(code).text.vi,
            factor=name,
            rate=rate,
            share=item.share,
            interval=item.share_interval,
            quadrant=quadrant,
        )
        for (code, name), rate, item, quadrant in zip(
            factor_of.items(), rates, importance.items, matrix.quadrants, strict=True
        )
    ]
    return tuple(sorted(lines, key=lambda line: -(line.share or 0)))
