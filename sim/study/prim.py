"""The Patient Rule Induction Method: boxes in a space of parameters that hold many cases of interest (Friedman & Fisher 1999).

A box is an array of limits (2, parameter), lower and upper, infinite where it does not restrict. It is peeled from the whole space, a
few cases at a time, and then pasted where that raises its density again. Which box of the trajectory to take is a choice between
coverage and density (Bryant & Lempert 2010).
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.uncertainty import Floats

ALPHA = 0.05
"""Share of the cases in a box that one peel takes away, or one paste adds (Friedman & Fisher 1999 advise 0.05 to 0.1)."""
LEAST_MASS = 0.05
"""The least share of all cases in a box: a judgement, and that of the EMA workbench."""
SURE = 0.05
"""A limit stays if without it so many cases of interest would lie in the box by chance less often than this."""
Limits = Floats
Cases = NDArray[np.bool_]


def within(x: Floats, box: Limits) -> Cases:
    """Whether each case (case, parameter) lies in the box."""
    return np.asarray(((x >= box[0]) & (x <= box[1])).all(axis=1))


def trajectory(x: Floats, y: Cases, least: float) -> list[Limits]:
    """Boxes from the whole space on, each peeled from the one before it, then pasted; the smallest holds `least` cases or more."""
    boxes = [np.stack([np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)])]
    for candidates, is_peel in ((_peels, True), (_pastes, False)):
        while (better := _best(boxes[-1], candidates, x, y, least, is_peel=is_peel)) is not None:
            boxes.append(better)
    return boxes


def _best(box: Limits, candidates: Callable[[Limits, Floats], Iterator[Limits]], x: Floats, y: Cases, least: float, *,
          is_peel: bool) -> Limits | None:
    """The candidate that raises the density most for each case that it takes or adds, of equals that with fewest limits."""
    inside = within(x, box)
    count, mean = int(inside.sum()), float(y[inside].mean())
    best, chosen, size = (0.0, 0), None, 0
    for candidate in candidates(box, x):
        held = within(x, candidate)
        number = int(held.sum())
        if number in (0, count):
            continue
        score = (float(y[held].mean()) - mean) / abs(number - count), -int(restricted(candidate).sum())
        if chosen is None or score > best:
            best, chosen, size = score, candidate, number
    grows_right = size < count if is_peel else size > count
    return chosen if chosen is not None and best[0] > 0 and size >= least and grows_right else None


def restricted(box: Limits) -> Cases:
    """Which parameters (parameter,) a box restricts."""
    return np.asarray(np.isfinite(box).any(axis=0))


def _peels(box: Limits, x: Floats) -> Iterator[Limits]:
    inside = np.sort(x[within(x, box)], axis=0)
    for parameter in range(x.shape[1]):
        for side, share in ((1, 1 - ALPHA), (0, ALPHA)):
            yield _moved(box, side, parameter, _between(inside[:, parameter], share))


def _pastes(box: Limits, x: Floats) -> Iterator[Limits]:
    for parameter in np.flatnonzero(restricted(box)):
        for side, share in ((0, 1 - ALPHA), (1, ALPHA)):
            if not np.isfinite(box[side, parameter]):
                continue
            beyond = _moved(box, side, parameter, (-np.inf, np.inf)[side])
            beyond[1 - side, parameter] = box[side, parameter]
            cases = np.sort(x[within(x, beyond), parameter])
            value = _between(cases, share) if len(cases) else (-np.inf, np.inf)[side]
            most = x[:, parameter].min() if side == 0 else x[:, parameter].max()
            yield _moved(box, side, parameter, (-np.inf, np.inf)[side] if value == most else value)


def _moved(box: Limits, side: int, parameter: int, limit: float) -> Limits:
    moved = box.copy()
    moved[side, parameter] = limit
    return moved


def _between(ordered: Floats, share: float) -> float:
    """The middle between the two different values around a quantile, so that equal values are never parted."""
    place = (len(ordered) - 1) * share
    low, high = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
    if low == high and share > 0.5:      # noqa: PLR2004  the half that it is in
        low = ordered[max(0, int(np.searchsorted(ordered, low, side="left")) - 1)]
    elif low == high:
        high = ordered[min(len(ordered) - 1, int(np.searchsorted(ordered, high, side="right")))]
    return float((low + high) / 2)


def agreement(x: Floats, y: Cases, box: Limits) -> float:
    """How far lying in the box and being of interest agree beyond chance: 1 wholly, 0 not at all (kappa: Cohen 1960)."""
    inside = within(x, box)
    expected = inside.mean() * y.mean() + (1 - inside.mean()) * (1 - y.mean())
    return float(((inside == y).mean() - expected) / (1 - expected)) if expected < 1 else 0.0


def find(x: Floats, y: Cases, least: float) -> tuple[Limits, list[Limits]]:
    """The box of the trajectory that agrees best with the cases of interest, without limits that chance could explain; the trajectory."""
    boxes = trajectory(x, y, least)
    return pruned(x, y, max(boxes, key=lambda box: agreement(x, y, box))), boxes


def pruned(x: Floats, y: Cases, box: Limits) -> Limits:
    """The box without its limits whose quasi-p-value is not below 0.05, the largest first (Bryant & Lempert 2010)."""
    while np.isfinite(box).any():
        sides = [(int(side), int(parameter)) for side, parameter in np.argwhere(np.isfinite(box))]
        chances = [quasi_p(x, y, box, side, parameter) for side, parameter in sides]
        worst = int(np.argmax(chances))
        if chances[worst] < SURE:
            break
        side, parameter = sides[worst]
        box = _moved(box, side, parameter, (-np.inf, np.inf)[side])
    return box


def quasi_p(x: Floats, y: Cases, box: Limits, side: int, parameter: int) -> float:
    """Chance of as many cases of interest in the box as there are, were its density that of the box without this limit (binomial)."""
    without = within(x, _moved(box, side, parameter, (-np.inf, np.inf)[side]))
    inside = within(x, box)
    return float(stats.binom.sf(int(y[inside].sum()) - 1, int(inside.sum()), float(y[without].mean())))
