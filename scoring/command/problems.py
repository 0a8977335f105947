"""What is wrong with a file or an option, said in Vietnamese with an English tail."""

from collections.abc import Iterable


class Problem(Exception):
    """A fault that the person at the command line can mend; names the file, the column and the row.

    ``row`` is in words ("dòng 7"), ``place`` is a path within a document ("1.2.tiers[0].points").

    Examples
    --------
    >>> str(Problem("không phải là số: “x”", "not a number", file="a.csv", column="weight", row="dòng 7"))
    'tệp a.csv, cột “weight”, dòng 7: không phải là số: “x” (not a number)'
    """

    def __init__(
        self,
        vietnamese: str,
        english: str,
        *,
        file: str | None = None,
        column: str | None = None,
        row: str | None = None,
        place: str | None = None,
    ) -> None:
        where = [
            f"tệp {file}" if file else "",
            f"cột “{column}”" if column is not None else "",
            row or "",
            f"mục {place}" if place else "",
        ]
        start = ", ".join(part for part in where if part)
        super().__init__(f"{start}: {vietnamese} ({english})" if start else f"{vietnamese} ({english})")


def check_method(method: str | None, known: Iterable[str]) -> None:
    """Refuse an interval that the data at hand do not have.

    Parameters
    ----------
    method : str or None
        Its name; None is the default.
    known : iterable of str
        Those that there are.

    Returns
    -------
    None

    Raises
    ------
    Problem
        If it is none of them.
    """
    names = list(known)
    if method is not None and method not in names:
        raise Problem(f"ở đây --method là một trong: {', '.join(names)}", f"no such method here: {method}")
