"""The share of a survey from its votes, with the standard error that sampling gives it."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

Question = Mapping[str, int]


def vote_share(questions: Sequence[Question], weights: Mapping[str, Decimal | None]) -> tuple[float, float | None]:
    """The mean worth of a survey's answers and its standard error.

    A question is worth the mean of its option weights over its votes, several questions their mean. The same
    people answer all questions, which makes their errors go together: the standard error of the mean is taken
    as the mean of the standard errors, the largest that it can be.

    Parameters
    ----------
    questions : sequence of mapping
        For each question how often each option was chosen, 0 or more.
    weights : mapping
        Percent (0 to 100) that each option is worth; None leaves its votes out.

    Returns
    -------
    share : float
        0 to 1.
    standard_error : float or None
        On the same scale, without a correction for a finite population; None when a question has a single vote.

    Raises
    ------
    ValueError
        If there is no question, or one without a vote that counts.

    References
    ----------
    Sample variance of the mean of a multinomial scored by fixed weights; Cauchy–Schwarz for the sum of errors.

    Examples
    --------
    >>> weights = {"tốt": Decimal(100), "khá": Decimal(60), "kém": Decimal(0)}
    >>> share, error = vote_share([{"tốt": 6, "khá": 3, "kém": 1}], weights)
    >>> round(share, 4), round(error, 4)
    (0.78, 0.1052)
    """
    if not questions:
        raise ValueError("a survey needs a question")
    found = [_question(question, weights) for question in questions]
    errors = [error for _, error in found if error is not None]
    share = math.fsum(value for value, _ in found) / len(found)
    return share, math.fsum(errors) / len(errors) if len(errors) == len(found) else None


def _question(votes: Question, weights: Mapping[str, Decimal | None]) -> tuple[float, float | None]:
    pairs = [(float(weight) / 100, votes.get(name, 0)) for name, weight in weights.items() if weight is not None]
    n = sum(count for _, count in pairs)
    if not n:
        raise ValueError("a question needs a vote that counts")
    mean = math.fsum(worth * count for worth, count in pairs) / n
    if n == 1:
        return mean, None
    squares = math.fsum(count * (worth - mean) ** 2 for worth, count in pairs)
    return mean, math.sqrt(squares / (n - 1) / n)
