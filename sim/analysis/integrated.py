"""Integrating the hazard: the same means with less chance in them, by taking out what the coin tosses alone contributed.

What became of a world turns on its state and on coins. The model records the chance with which each month's coins could have
ended the ceasefire; ends less these chances are martingales of mean zero (the Doob-Meyer compensator of a counting process:
Andersen, Borgan, Gill & Keiding 1993), so that any multiple of them may be taken off a measure without moving its mean. The
multiples that leave the least variance are a regression's (control variates: Glasserman 2004, section 4.1).
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimate import COLLINEAR, estimates
from sim.analysis.measures import Columns, Measure, Simulated, cause, restricted_mean, survival
from sim.game.war import Cause
from sim.scenario.schema import milestones
from sim.uncertainty import Floats

ENOUGH = 10
"""Ends of a kind from which on its multiple is fitted: a judgement, with which the stated limits cover what they should."""
_PIECE = 65_536
_UNTIL = "hazard_until_"
_CAUSES = tuple(cause for cause in Cause if cause is not Cause.HELD)


def integrated(measure: Measure) -> Measure:
    """The same measure with the hazard of each month integrated in place of its coin toss: the same mean, less variance.

    Unbiased: the multiples for the worlds of every second design are fitted to the worlds of the others, for ends of which those saw at
    least ten. A number of one world is
    then no longer a share or a time, only means of many are.
    """
    return replace(measure, of=lambda worlds: _without_coins(measure.of(worlds), worlds))


def ends(worlds: Columns) -> NDArray[np.bool_]:
    """Whether each world had ended: (control, world), a control each cause and each milestone before the horizon."""
    ended, years = ~worlds["held"].to_numpy(), worlds["years"].to_numpy()
    return np.stack([(worlds["cause"] == cause.value).to_numpy() for cause in _CAUSES]
                    + [ended & (years <= year) for year in _milestones(worlds)])


def martingales(worlds: Columns) -> NDArray[np.float32]:
    """Ends less the chances that they had, of mean zero: rows as those of `ends`, in single precision as stored."""
    names = [f"hazard_{cause}" for cause in _CAUSES] + [f"{_UNTIL}{year}" for year in _milestones(worlds)]
    less = ends(worlds).astype(np.float32)
    for row, name in enumerate(names):
        less[row] -= worlds[name].to_numpy()
    return less


def gains(run: Simulated) -> pd.DataFrame:
    """What integrating the hazard is worth in a run, for each measure whose error is not nothing.

    Columns: measure, label, plain and integrated (half the 95 % interval, in the unit of the measure), ratio of their squares: so many
    times as many designs would give the plain estimate the error of the integrated one.
    """
    asked = [*map(survival, milestones(run.horizon_years)), restricted_mean(run.horizon_years), *map(cause, Cause)]
    plain, without_coins = (np.array([(each.high - each.low) / 2 for each in estimates(some, run.worlds)])
                            for some in (asked, list(map(integrated, asked))))
    names = {"measure": [measure.name for measure in asked], "label": [measure.label for measure in asked]}
    table = pd.DataFrame(names | {"plain": plain, "integrated": without_coins})
    return table[without_coins > 0].assign(ratio=lambda found: (found["plain"] / found["integrated"]) ** 2).reset_index(drop=True)


def _without_coins(each: Floats, worlds: Columns) -> Floats:
    controls, counted, even = martingales(worlds), ends(worlds), worlds["design"].to_numpy() % 2 == 0
    left = each.copy()
    fitted = [_multiples(each, controls, ~half, counted[:, ~half].sum(axis=1) >= ENOUGH) for half in (even, ~even)]
    for control, of_even, of_odd in zip(controls, *fitted, strict=True):
        left -= np.where(even, of_even, of_odd) * control
    return left


def _multiples(each: Floats, controls: NDArray[np.float32], chosen: NDArray[np.bool_], known: NDArray[np.bool_]) -> Floats:
    """Coefficients of the least-squares fit to the controls and a constant in the chosen worlds, 0 for controls that are not known."""
    moments: Any = 0.0
    for first in range(0, len(each), _PIECE):
        here = first + np.flatnonzero(chosen[first:first + _PIECE])
        part = np.vstack([np.ones(len(here)), controls[np.ix_(known, here)], each[here]])
        moments = moments + part @ part.T
    multiples = np.zeros(len(controls))
    multiples[known] = np.linalg.lstsq(moments[:-1, :-1], moments[:-1, -1], rcond=COLLINEAR)[0][1:]
    return multiples


def _milestones(worlds: Columns) -> list[int]:
    return [int(name.removeprefix(_UNTIL)) for name in worlds if name.startswith(_UNTIL)]
