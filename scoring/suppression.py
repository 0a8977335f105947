"""Which numbers of a published table to hide, so that no small one can be computed from the others.

A table with its totals is a network: every row, and every column of every group of rows, is a node where
what flows in flows out, and every number is an arc. An attacker cannot tell the truth from the truth plus
a circulation over hidden arcs, so a hidden number is safe when such a circulation runs through it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Moves = tuple[Mask, Mask]  # which arcs may rise, and which may fall

FREE = 1e-6  # price of an arc that is hidden already: next to nothing, so that among free cycles the short ones win
TRIES = 50  # exchanges tried for a cheaper choice; bounds the time where hundreds of numbers are complementary


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One release of a table with its totals, and what of it is hidden.

    ``values``, ``hidden`` and ``primary`` are (rows + subtotals + 1, columns + 1): the rows, the subtotals
    of groups of rows and the grand total; the last column has the totals of the rows. ``primary`` marks
    what nobody may know (small itself, or by a small difference to an earlier release); ``hidden`` marks
    that and the complementary numbers. ``parents`` has for each row and subtotal where it adds to.
    ``exposed`` has the places of primary numbers that can be computed all the same, because of what is kept.
    """

    values: Ints
    hidden: Mask
    primary: Mask
    parents: tuple[int, ...]
    exposed: tuple[tuple[int, int], ...] = ()


def suppress(
    counts: ArrayLike,
    *,
    fewest: int,
    parents: Sequence[int] | None = None,
    earlier: Sequence[Table] = (),
    width: int = 1,
    secret: ArrayLike = False,
    gone: ArrayLike = False,
    kept: ArrayLike = False,
) -> Table:
    """Hide the small numbers of a release, and as few answers more as keep them from being computed.

    Nothing from 1 to `fewest` - 1 can be derived: no cell, no total, no difference to an earlier release.
    The attacker is taken to know that zeros are always shown, so that a hidden number is at least 1, and
    that answers only become more. So zeros are never hidden and protect nothing. Totals are shown unless they
    are small themselves or nothing else can protect a number of their row or column.

    Parameters
    ----------
    counts : array_like of int, (rows, columns)
        Submissions by unit and field, say, without totals; not negative.
    fewest : int
        The publication threshold k, at least 1.
    parents : sequence of int, optional
        For each row, then for each subtotal, the subtotal that it adds to. Subtotals are numbered from
        `rows` on, each before the one that it adds to; the grand total is the last. By default there are none
        and every row adds to the grand total.
    earlier : sequence of Table
        What was released of the same rows and columns, oldest first.
    width : int
        Least width of the interval in which an attacker can place a protected number, at least 1.
    secret, gone, kept : array_like of bool, like ``Table.values``
        Numbers that are protected as the small ones are; that are not shown anyway, so that they protect for
        nothing; that stay shown (or are known otherwise) and are not protected. A zero is never hidden.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If a count is negative or broken, a parent is impossible, an earlier release has another form, or
        the threshold or the width is below 1.

    References
    ----------
    Gusfield (1988) SIAM J. Comput. 17:552-571: a number is exact iff no cycle of the mixed graph of hidden
    ones runs through it. Boesch & Tindell (1980) Amer. Math. Monthly 87:716-719: those cycles run through
    the arcs inside strong components that are no bridges. Cox (1995) JASA 90:1453-1462 chooses by
    cheapest cycles, priced by what is lost; here a pass of exchanges follows.

    Examples
    --------
    >>> suppress([[3, 20, 30], [40, 6, 50], [60, 70, 8]], fewest=5).hidden.astype(int)
    array([[1, 1, 0, 0],
           [1, 1, 0, 0],
           [0, 0, 0, 0],
           [0, 0, 0, 0]])
    """
    if fewest < 1 or width < 1:
        raise ValueError("the publication threshold and the width are at least 1")
    cells = np.asarray(counts)
    if cells.ndim != 2 or not cells.size or cells.dtype.kind not in "iu" or cells.min() < 0:
        raise ValueError("counts must be a table of whole numbers, none negative")
    above = _parents(len(cells), parents)
    values = with_totals(cells, above)
    if any(table.values.shape != values.shape or table.parents != above for table in earlier):
        raise ValueError("an earlier release has other rows, columns or subtotals")
    numbers = [*(table.values.ravel() for table in earlier), values.ravel()]
    masks = [table.hidden.ravel() for table in earlier]
    network = _Network(len(cells), cells.shape[1], above)
    shape = values.shape
    stays = np.broadcast_to(kept, shape)
    small = np.where(stays, 1, np.where(secret, values + 1, fewest)).ravel()
    prices = np.where(stays.ravel(), np.inf, _prices(values))
    releases = _Releases(network, numbers, masks, width)
    choice = _Choice(releases, small, prices, np.broadcast_to(gone, shape).ravel() & (values.ravel() > 0))
    hidden = choice.exchanged(choice.first())
    exposed = np.argwhere(choice.exposed.reshape(shape)).tolist()
    return Table(
        values=values,
        hidden=hidden.reshape(shape),
        primary=choice.primary.reshape(shape),
        parents=above,
        exposed=tuple((row, column) for row, column in exposed),
    )


def with_totals(counts: ArrayLike, parents: Sequence[int]) -> Ints:
    """A table with its subtotals, its grand total and the totals of its rows.

    Parameters
    ----------
    counts : array_like of int, (rows, columns)
    parents : sequence of int, (rows + subtotals,)
        As in `suppress`.

    Returns
    -------
    ndarray of int, (rows + subtotals + 1, columns + 1)

    Examples
    --------
    >>> with_totals([[1, 2], [3, 4], [5, 6]], [3, 3, 4, 4])
    array([[ 1,  2,  3],
           [ 3,  4,  7],
           [ 5,  6, 11],
           [ 4,  6, 10],
           [ 9, 12, 21]])
    """
    cells = np.asarray(counts, np.int64)
    values = np.zeros((len(parents) + 1, cells.shape[1] + 1), np.int64)
    values[: len(cells), :-1] = cells
    values[: len(cells), -1] = cells.sum(axis=1)
    for row, parent in enumerate(parents):
        values[parent] += values[row]
    return values


def _parents(rows: int, given: Sequence[int] | None) -> tuple[int, ...]:
    above = (rows,) * rows if given is None else tuple(given)
    late = all(max(row, rows - 1) < parent <= len(above) for row, parent in enumerate(above))
    if len(above) < rows or not late:
        raise ValueError("every row and subtotal adds to a later subtotal, or to the grand total, which is the last")
    return above


def _prices(values: Ints) -> Floats:
    """What hiding a number loses: its answers, and for a total of a unit or field more than for all its cells."""
    prices = values.astype(float)
    prices[-1] += values[-1, -1]
    prices[:, -1] += values[-1, -1]
    prices[-1, -1] *= sum(values.shape)
    flat: Floats = prices.ravel()
    return flat


class _Network:
    """The numbers of a flattened table as arcs from ``tail`` to ``head``."""

    def __init__(self, rows: int, columns: int, parents: tuple[int, ...]) -> None:
        height, span = len(parents) + 1, columns + 1
        row, column = np.divmod(np.arange(height * span), span)
        self.nodes = rows + (height - rows) * span + 1

        def node(line: Ints) -> Ints:
            return np.where(line < rows, line, rows + (line - rows) * span + column)

        # Below the grand total stands the node where the totals of the columns flow into it.
        lower, upper = node(row), np.where(row == height - 1, self.nodes - 1, node(np.array([*parents, 0])[row]))
        self.tail = np.where(column == columns, upper, lower)
        self.head = np.where(column == columns, lower, upper)
        self.total = (column == columns) | (row >= rows)
        self._arc = np.zeros((self.nodes, self.nodes), np.int64)
        self._arc[self.tail, self.head] = self._arc[self.head, self.tail] = np.arange(height * span)

    def classes(self, moves: Moves) -> Ints:
        """0 for an arc that cannot move; else arcs are of one class when each cycle through one runs through all."""
        up, down = moves
        if not up.any():
            return np.zeros(len(up), np.int64)
        graph = self._graph(
            np.concatenate([self.tail[up], self.head[down]]), np.concatenate([self.head[up], self.tail[down]])
        )
        _, part = connected_components(graph, connection="strong")
        inside = np.flatnonzero((up | down) & (part[self.tail] == part[self.head]))
        found = np.zeros(len(up), np.int64)
        found[inside] = self._cuts(inside, part)
        return found

    def _cuts(self, arcs: Ints, part: Ints) -> list[int]:
        """Number the sets of arcs that cut the graph in pairs; 0 for those that cut it alone."""
        root = self.nodes
        _, one_each = np.unique(part, return_index=True)
        tail, head = self.tail[arcs], self.head[arcs]
        graph = self._graph(np.append(tail, [root] * len(one_each)), np.append(head, one_each))
        order, before = breadth_first_order(graph, root, directed=False)
        in_tree = (before[tail] == head) | (before[head] == tail)
        # Each arc outside the tree closes one cycle and is one bit; a tree arc has the bits of the cycles through it.
        bits = [0] * (root + 1)
        labels = [0 if tree else 1 << i for i, tree in enumerate(in_tree.tolist())]
        for label, u, v in zip(labels, tail.tolist(), head.tolist(), strict=True):
            bits[u] ^= label
            bits[v] ^= label
        for child in order[:0:-1].tolist():
            bits[before[child]] ^= bits[child]
        children = np.where(before[tail] == head, tail, head).tolist()
        number = {0: 0}
        return [
            number.setdefault(bits[child] if tree else label, len(number))
            for child, tree, label in zip(children, in_tree.tolist(), labels, strict=True)
        ]

    def cycle(self, arc: int, moves: Moves, prices: Floats) -> tuple[float, Ints]:
        """The price and the arcs of the cheapest cycle through an arc; an infinite price when there is none."""
        up, down = moves[0] & np.isfinite(prices), moves[1] & np.isfinite(prices)
        ways = [(self.head[arc], self.tail[arc])] * bool(up[arc]) + [(self.tail[arc], self.head[arc])] * bool(down[arc])
        up[arc] = down[arc] = False
        ends = np.concatenate([self.tail[up], self.head[down]]), np.concatenate([self.head[up], self.tail[down]])
        graph = self._graph(*ends, np.concatenate([prices[up], prices[down]]))
        best = np.inf, np.zeros(0, np.int64)
        for start, end in ways:
            price, before = dijkstra(graph, indices=start, return_predecessors=True)
            if price[end] < best[0]:
                best = price[end], self._path(before, start, end)
        return best

    def _path(self, before: Ints, start: int, end: int) -> Ints:
        nodes = [end]
        while nodes[-1] != start:
            nodes.append(before[nodes[-1]])
        return self._arc[nodes[:-1], nodes[1:]]

    def _graph(self, tail: Ints, head: Ints, prices: Floats | None = None) -> csr_array:
        size = self.nodes + 1
        order = np.argsort(tail, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=size))])
        data = np.ones(len(tail)) if prices is None else prices[order]
        return csr_array((data, head[order].astype(np.int32), starts.astype(np.int32)), shape=(size, size))


class _Releases:
    """The releases so far and the newest, and the moves that change some of them without contradicting any.

    A move shifts all releases from one to another alike, so that it needs their common hidden numbers; within
    it the differences stay, and at its ends they leave room. Totals have no limits of their own.
    """

    def __init__(self, network: _Network, values: Sequence[Ints], masks: Sequence[Mask], width: int) -> None:
        self.network, self.values, self.masks, self.width = network, values, masks, width
        self.newest = len(values) - 1

    def moves(self, first: int, last: int, hidden: Mask) -> Moves:
        """What may rise and fall in the releases `first` to `last`; `hidden` is of the newest."""
        common = np.logical_and.reduce([*self.masks, hidden][first : last + 1])
        floor = np.maximum(1, self.values[first - 1]) if first else 1
        falls = self.network.total | (self.values[first] - floor >= self.width)
        if last == self.newest:
            return common, common & falls
        rises = self.network.total | (self.values[last + 1] - self.values[last] >= self.width)
        return common & rises, common & falls

    def needs(self, fewest: Ints) -> dict[tuple[int, ...], Mask]:
        """What moves of the newest release have to protect, by the releases that such moves may start with."""
        unseen = np.zeros_like(self.values[0], bool)
        older = [
            (first, last, self.network.classes(self.moves(first, last, unseen)) > 0)
            for last in range(self.newest)
            for first in range(last + 1)
        ]
        found: dict[tuple[int, ...], Mask] = {}
        for members, small in self._small(fewest):
            safe = [moving for first, last, moving in older if _tells(members, first, last)]
            left = small & ~np.logical_or.reduce([unseen, *safe])
            starts = tuple(first for first in range(self.newest + 1) if _tells(members, first, self.newest))
            if left.any():
                found[starts] = found.get(starts, unseen) | left
        return found

    def _small(self, fewest: Ints) -> Iterator[tuple[tuple[int, ...], Mask]]:
        """Small numbers of a release, and small differences of two."""
        for later, values in enumerate(self.values):
            yield (later,), (values > 0) & (values < fewest)
            for sooner in range(later):
                change = np.abs(values - self.values[sooner])
                yield (sooner, later), (change > 0) & (change < fewest)


def _tells(members: tuple[int, ...], first: int, last: int) -> bool:
    """Whether a move of the releases `first` to `last` changes the number, or the difference, of the members."""
    return sum(first <= member <= last for member in members) == 1


class _Choice:
    """The search for the complementary numbers of the newest release."""

    def __init__(self, releases: _Releases, fewest: Ints, prices: Floats, gone: Mask) -> None:
        self.releases, self.prices = releases, prices
        self.needs = releases.needs(fewest)
        self.positive = releases.values[-1] > 0
        self.primary = np.logical_or.reduce([np.zeros_like(self.positive), *self.needs.values()])
        self.fixed = self.primary | gone
        self.exposed = np.zeros_like(self.positive)

    def first(self) -> Mask:
        """The primary numbers, each with the cheapest cycle after the others', less what turned out useless."""
        hidden = self._completed(self.fixed, self.prices)
        self.exposed = self._unsafe(hidden)  # had there been a cycle, it would be hidden
        self.needs = {starts: need & ~self.exposed for starts, need in self.needs.items()}
        return self._pruned(hidden)

    def exchanged(self, hidden: Mask) -> Mask:
        """A choice at most as dear: each complementary number is banned once, the rest completed without it."""
        for arc in self._dearest(hidden & ~self.fixed)[:TRIES]:
            if hidden[arc]:
                banned, trial = self.prices.copy(), hidden.copy()
                banned[arc], trial[arc] = np.inf, False
                trial = self._pruned(self._completed(trial, banned))
                if self.prices[trial].sum() < self.prices[hidden].sum() and not self._unsafe(trial).any():
                    hidden = trial
        return hidden

    def _dearest(self, arcs: Mask) -> Ints:
        found = np.flatnonzero(arcs)
        return found[np.argsort(-self.prices[found], kind="stable")]

    def _completed(self, hidden: Mask, prices: Floats) -> Mask:
        """With the cheapest cycle through each number that is not safe, as far as there is one."""
        releases, hidden = self.releases, hidden.copy()
        for starts, need in self.needs.items():
            safe = self._classes(hidden)[starts, :].any(axis=0)
            ways = [releases.moves(first, releases.newest, self.positive) for first in starts]
            for arc in np.flatnonzero(need & ~safe).tolist():
                costs = np.where(hidden, FREE, prices)
                hidden[min((releases.network.cycle(arc, way, costs) for way in ways), key=lambda c: c[0])[1]] = True
        return hidden

    def _classes(self, hidden: Mask) -> Ints:
        """Classes of the arcs in the moves from each release to the newest, (releases, arcs)."""
        releases = self.releases
        moves = (releases.moves(first, releases.newest, hidden) for first in range(releases.newest + 1))
        return np.stack([releases.network.classes(move) for move in moves])

    def _unsafe(self, hidden: Mask) -> Mask:
        """What must be safe and is not."""
        classes = self._classes(hidden)
        left = (need & ~classes[starts, :].any(axis=0) for starts, need in self.needs.items())
        found: Mask = np.logical_or.reduce([np.zeros_like(hidden), *left])
        return found

    def _pruned(self, hidden: Mask) -> Mask:
        """Without the complementary numbers that nothing needs, the dearest dropped first."""
        hidden, tried = hidden.copy(), self.fixed.copy()
        while len(loose := self._dearest(hidden & ~tried & ~self._needed(hidden))):
            tried[loose[0]] = True
            hidden[loose[0]] = False
            hidden[loose[0]] = self._unsafe(hidden).any()
        return hidden

    def _needed(self, hidden: Mask) -> Mask:
        """Numbers without which one that must be safe is plainly not: it would lie on no cycle."""
        needed = np.zeros_like(hidden)
        others = np.flatnonzero(hidden & ~self.fixed)
        classes = self._classes(hidden)
        for starts, need in self.needs.items():
            of_need, of_other = classes[starts, :][:, need, None], classes[starts, :][:, None, others]
            needed[others] |= ((of_need == 0) | (of_need == of_other)).all(axis=0).any(axis=0)
        return needed
