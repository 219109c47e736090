"""The gate on every result: a number that cannot be fails its block, with the history in which it
came out and what was drawn for it.

The model counts a history as held until something ends it, and no comparison with NaN is true: one
impossible number would pass for peace. So nothing leaves a block unseen, neither a column of the
outcomes nor a state of the timeline.
"""

from collections.abc import Iterator, Mapping
from typing import NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ImpossibleError
from sim.game.endings import Cause
from sim.quantity import Worlds
from sim.scenario.columns import Kind, about, of_kind
from sim.uncertainty import Floats

SHARES = ("russia_prevails", "russia_signs")
"""Outcomes that are probabilities."""
NEVER_NEGATIVE = (Kind.HAZARD, Kind.COST)
"""Kinds of outcomes that are sums of chances or of payments."""
RESUMED, ATTACKED = "war has resumed", "Russia attacked"
ONLY_IF = {"russia_prevails": RESUMED, "reason": ATTACKED}
"""Outcomes that a history has only if something came of it.

Missing in every other history, and in no such one.
"""
_ROUNDING, _SINGLE = 1e-9, 1e-6
"""What a difference of chances may miss 0 by, and a sum in single precision its parts, relative to
it.
"""
_LARGEST = float(np.finfo(float).max)
_WHOLE = "biu"
"""Kinds of NumPy's columns in which no value can be missing."""
Wrong = NDArray[np.bool_]


def check_outcomes(outcomes: pd.DataFrame, horizon_years: float) -> None:
    """Raise ImpossibleError for outcomes (one row a world) that cannot be.

    Every column is whole but those of `ONLY_IF`, and every number finite; years lie above 0 and up
    to the horizon, shares in [0, 1], hazards and costs are negative by rounding only; hazards grow
    with the years, up to their sum by cause; no more probes are answered firmly than there were;
    and a history holds to the horizon, or has a cause of its end.
    """
    for what, wrong in (
        *_out_of_range(outcomes, horizon_years),
        *_at_odds(outcomes, horizon_years),
    ):
        if wrong.any():
            drawn = {name: outcomes[name].to_numpy() for name in of_kind(outcomes, Kind.DRAWN)}
            _refuse(what, wrong, outcomes["world"].to_numpy(), drawn)


def check_states(
    name: str, states: Floats, most: float, worlds: Worlds, drawn: Mapping[str, Floats]
) -> None:
    """Raise ImpossibleError for a state of a world, one entry each, that is not a finite number
    from 0 to `most`.
    """
    if states.min() >= 0 and states.max() <= min(most, _LARGEST):  # no NaN is either
        return
    wrong = ~(np.isfinite(states) & (states >= 0) & (states <= most))
    if wrong.any():
        _refuse(f"{name} is {states[np.flatnonzero(wrong)[0]]!r}", wrong, worlds, drawn)


def _out_of_range(outcomes: pd.DataFrame, horizon_years: float) -> Iterator[tuple[str, Wrong]]:
    """Each column with a number that is missing, not finite, or out of its range."""
    cause = _causes(outcomes)
    not_negative = {name for kind in NEVER_NEGATIVE for name in of_kind(outcomes, kind)}
    came = {
        RESUMED: np.isin(cause, [ending.value for ending in Cause if ending.is_war]),
        ATTACKED: cause == Cause.ATTACK.value,
    }
    for name, column in outcomes.items():
        condition, kind = ONLY_IF.get(str(name)), column.dtype.kind
        is_float = kind == "f"
        low, high = _range(str(name), horizon_years, negative=name not in not_negative)
        if condition is None and (kind in _WHOLE or (is_float and _lies(column, low, high))):
            continue
        missing = np.isnan(column.to_numpy()) if is_float else column.isna().to_numpy()
        if condition is not None:
            yield (
                f"{name} is missing though {condition}, or there though not",
                missing == came[condition],
            )
        elif not is_float:
            yield f"{name} is missing", missing
        if is_float:
            values = column.to_numpy()
            wrong = ~(np.isfinite(values) & (values >= low) & (values <= high))
            wrong &= ~missing | (condition is None)
            yield f"{name} is {values[np.argmax(wrong)]!s}", wrong


def _lies(column: "pd.Series[float]", low: float, high: float) -> bool:
    """Whether all numbers of a column are finite and in a range, which no NaN is."""
    values = column.to_numpy()
    least, most = float(values.min()), float(values.max())
    return least >= max(low, -_LARGEST) and most <= min(high, _LARGEST)


def _range(name: str, horizon_years: float, *, negative: bool) -> tuple[float, float]:
    """The least and the greatest value of a column of numbers."""
    if name == "years":
        return float(np.nextafter(0, 1)), horizon_years
    if name in SHARES:
        return 0.0, 1.0
    return (-np.inf if negative else -_ROUNDING), np.inf


def _at_odds(outcomes: pd.DataFrame, horizon_years: float) -> Iterator[tuple[str, Wrong]]:
    """Each thing that columns say of each other and that cannot be."""
    held, years = outcomes["held"].to_numpy(), outcomes["years"].to_numpy()
    without_end = _causes(outcomes) == Cause.HELD.value
    yield (
        "it holds, but not to the horizon, or has ended without a cause",
        (held != without_end) | (held & (years != horizon_years)),
    )
    firm, probes = (outcomes[name].to_numpy() for name in ("firm_answers", "probes"))
    yield "it has more firm answers than probes", (firm < 0) | (firm > probes)
    hazards = about(outcomes, Kind.HAZARD)
    causes = [name for name, said in hazards.items() if "cause" in said]
    until = {int(said["years"]): name for name, said in hazards.items() if "years" in said}
    whole = np.sum([outcomes[name].to_numpy().astype(np.float64) for name in causes], axis=0)
    before = np.zeros(len(held))
    for year in sorted(until):
        hazard = outcomes[until[year]].to_numpy().astype(np.float64)
        rounding = _SINGLE * (1 + whole)
        wrong = (hazard < before - rounding) | (hazard > whole + rounding)
        yield f"its hazard until year {year} is less than before, or more than in all", wrong
        before = hazard


def _causes(outcomes: pd.DataFrame) -> NDArray[np.object_]:
    """The words of how each history ended."""
    return np.asarray(outcomes["cause"], dtype=object)


def _refuse(what: str, wrong: Wrong, worlds: Worlds, drawn: Mapping[str, Floats]) -> NoReturn:
    first = int(np.flatnonzero(wrong)[0])
    parameters = ", ".join(f"{name} = {float(values[first])!r}" for name, values in drawn.items())
    others = f" (and {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
    raise ImpossibleError(
        f"history {worlds[first]}{others}: {what}, which cannot be; drawn for it: "
        f"{parameters or 'nothing'}"
    )
