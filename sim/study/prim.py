"""The Patient Rule Induction Method: boxes in a space of parameters that hold many cases of
interest (Friedman & Fisher 1999).

A box is an array of limits (2, parameter), lower and upper, infinite where it does not restrict. It
is peeled from the whole space, a few cases at a time, and then pasted where that raises its density
again. Which box of the trajectory to take is a choice between coverage and density (Bryant &
Lempert 2010).
"""

from collections.abc import Iterator

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.uncertainty import Floats

PEELED_SHARE = 0.05
"""Share of the cases in a box that one peel takes away, or one paste adds (Friedman & Fisher 1999
advise 0.05 to 0.1).
"""
MIN_MASS = 0.05
"""The least share of all cases in a box: a judgement, and that of the EMA workbench."""
MAX_QUASI_P = 0.05
"""A limit stays if, without it, as many cases of interest would lie in the box by chance with a
probability below this (Bryant & Lempert 2010).
"""
Limits = Floats
Cases = NDArray[np.bool_]


def within(x: Floats, box: Limits) -> Cases:
    """Whether each case (case, parameter) lies in the box."""
    return np.asarray(((x >= box[0]) & (x <= box[1])).all(axis=1))


def trajectory(x: Floats, y: Cases, least: float) -> list[Limits]:
    """Boxes from the whole space on: each peeled from the one before it, down to `least` cases.

    Then pasted while that raises the density.

    A peel is made even where none raises the density: behind such a step a region may lie
    (patience: Friedman & Fisher 1999).
    """
    boxes = list(peelings(x, y, least))
    return boxes + list(pastings(x, y, boxes[-1]))


def peelings(x: Floats, y: Cases, least: float) -> Iterator[Limits]:
    """The whole space, and each box peeled from the one before it.

    By the limit that raises the density most for each case it takes.
    """
    box = np.stack([np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)])
    columns = np.ascontiguousarray(x.T)
    yield box
    while True:
        ordered = np.sort(columns, axis=1)
        limits = np.stack(
            [_between(ordered, share) for share in (PEELED_SHARE, 1 - PEELED_SHARE)], axis=1
        )
        held = np.stack([columns >= limits[:, :1], columns <= limits[:, 1:]], axis=1)
        kept = held.sum(axis=-1)
        taken = len(y) - kept
        if not (splits := (taken > 0) & (kept > 0)).any():
            return
        after = (held & y).sum(axis=-1) / np.maximum(1, kept)
        gain = np.where(splits, (after - y.mean()) / np.maximum(1, taken), -np.inf)
        parameter, side = _best(gain, restricted(box))
        inside = held[parameter, side]
        columns, y = columns[:, inside], y[inside]
        if len(y) < least:
            return
        box = _moved(box, side, parameter, limits[parameter, side])
        yield box


def _best(gain: Floats, is_restricted: Cases) -> tuple[int, int]:
    """The parameter and the side (parameter, 2) with the largest gain; of equal ones that of a
    parameter that is restricted already, then of the first parameter, then its upper limit.
    """
    parameters, sides = np.indices(gain.shape)
    keys = (sides, -parameters, is_restricted[parameters], gain)
    parameter, side = np.unravel_index(np.lexsort([key.ravel() for key in keys])[-1], gain.shape)
    return int(parameter), int(side)


def pastings(x: Floats, y: Cases, box: Limits) -> Iterator[Limits]:
    """Each box pasted from the one before it: by the limit that raises the density most for each
    case it adds, while any does.
    """
    while True:
        inside = within(x, box)
        scored = []
        for number, wider in enumerate(candidates := list(_pastes(box, x))):
            held = within(x, wider)
            if added := int(held.sum() - inside.sum()):
                scored.append(
                    (
                        _gain(y[inside].mean(), y[held].mean(), added),
                        -int(restricted(wider).sum()),
                        -number,
                    )
                )
        if not scored or max(scored)[0] <= 0:
            return
        box = candidates[-max(scored)[2]]
        yield box


def _gain(before: float, after: float, cases: int) -> float:
    """What a step raises the density by, for each case that it takes or adds."""
    return float(after - before) / cases


def restricted(box: Limits) -> Cases:
    """Which parameters (parameter,) a box restricts."""
    return np.asarray(np.isfinite(box).any(axis=0))


def _pastes(box: Limits, x: Floats) -> Iterator[Limits]:
    for parameter in map(int, np.flatnonzero(restricted(box))):
        for side, share in ((0, 1 - PEELED_SHARE), (1, PEELED_SHARE)):
            if not np.isfinite(box[side, parameter]):
                continue
            beyond = _moved(box, side, parameter, (-np.inf, np.inf)[side])
            beyond[1 - side, parameter] = box[side, parameter]
            cases = np.sort(x[within(x, beyond), parameter])
            value = _between(cases[None], share)[0] if len(cases) else (-np.inf, np.inf)[side]
            most = x[:, parameter].min() if side == 0 else x[:, parameter].max()
            yield _moved(box, side, parameter, (-np.inf, np.inf)[side] if value == most else value)


def _moved(box: Limits, side: int, parameter: int, limit: float) -> Limits:
    moved = box.copy()
    moved[side, parameter] = limit
    return moved


def _between(ordered: Floats, share: float) -> Floats:
    """For each parameter (parameter, case) the middle between the two different values around a
    quantile, so that equal values are never parted.
    """
    parameters, last = np.arange(len(ordered)), ordered.shape[1] - 1
    low, high = (ordered[:, int(end(last * share))] for end in (np.floor, np.ceil))
    if share > 0.5:  # noqa: PLR2004  the half that it is in
        before = np.maximum(0, (ordered < low[:, None]).sum(axis=1) - 1)
        low = np.where(low == high, ordered[parameters, before], low)
    else:
        after = np.minimum(last, (ordered <= high[:, None]).sum(axis=1))
        high = np.where(low == high, ordered[parameters, after], high)
    return np.asarray((low + high) / 2)


def agreement(x: Floats, y: Cases, box: Limits) -> float:
    """How far lying in the box and being of interest agree beyond chance.

    1 wholly, 0 not at all (kappa: Cohen 1960).
    """
    inside = within(x, box)
    expected = inside.mean() * y.mean() + (1 - inside.mean()) * (1 - y.mean())
    return float(((inside == y).mean() - expected) / (1 - expected)) if expected < 1 else 0.0


def find_box(x: Floats, y: Cases, least: float) -> tuple[Limits, list[Limits]]:
    """The box of the trajectory that agrees best with the cases of interest, without limits that
    chance could explain; then the trajectory.

    Parameters
    ----------
    x
        Parameters of the cases, shape (case, parameter).
    y
        Whether each case is of interest, shape (case,).
    least
        The least number of cases in a box.

    Returns
    -------
    tuple
        The box, shape (2, parameter): lower and upper limits, infinite where it has none; and the
        boxes on the way to it.

    Examples
    --------
    >>> x = np.linspace(0, 1, 200)[:, None]
    >>> box, _ = find_box(x, x[:, 0] > 0.5, least=10)
    >>> bool(abs(box[0, 0] - 0.5) < 0.02), float(box[1, 0])
    (True, inf)

    """
    boxes = trajectory(x, y, least)
    return pruned(x, y, max(boxes, key=lambda box: agreement(x, y, box))), boxes


def pruned(x: Floats, y: Cases, box: Limits) -> Limits:
    """The box without its limits whose quasi-p-value is not below 0.05, the largest first (Bryant &
    Lempert 2010).
    """
    while np.isfinite(box).any():
        sides = [(int(side), int(parameter)) for side, parameter in np.argwhere(np.isfinite(box))]
        chances = [quasi_p(x, y, box, side, parameter) for side, parameter in sides]
        worst = int(np.argmax(chances))
        if chances[worst] < MAX_QUASI_P:
            break
        side, parameter = sides[worst]
        box = _moved(box, side, parameter, (-np.inf, np.inf)[side])
    return box


def quasi_p(x: Floats, y: Cases, box: Limits, side: int, parameter: int) -> float:
    """Chance of as many cases of interest in the box as there are, were its density that of the box
    without this limit (binomial).
    """
    without = within(x, _moved(box, side, parameter, (-np.inf, np.inf)[side]))
    inside = within(x, box)
    return float(
        scipy.stats.binom.sf(int(y[inside].sum()) - 1, int(inside.sum()), float(y[without].mean()))
    )
