"""Integrating the hazard: the same means with less chance in them, by taking out what the coin
tosses alone contributed.

What became of a world turns on its state and on coins. The model records the chance with which each
month's coins could have ended the ceasefire; ends less these chances are martingales of mean zero
(the Doob-Meyer compensator of a counting process: Andersen, Borgan, Gill & Keiding 1993), so that
any multiple of them may be taken off a measure without moving its mean. The multiples that leave
the least variance are a regression's (control variates: Glasserman 2004, section 4.1); where ends
are few they are shrunk (ridge regression: Hoerl & Kennard 1970), so that a small run is no worse
off than without them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimate import estimates
from sim.analysis.measures import Columns, Measure, Simulated, cause, restricted_mean, survival
from sim.game.endings import ENDINGS, Cause
from sim.scenario.columns import Kind, about
from sim.scenario.sampling import milestones
from sim.uncertainty import Floats

UNMOVED = 4.0
"""Ends that each multiple is fitted to beside those that came, as if they had moved nothing.

A judgement. With so many, no estimate of runs from 12 designs of 3 histories on is worse than the
plain one, and one of a thousand designs hardly notices.
"""
FOLDS = 10
_PIECE = 65_536


def integrated(measure: Measure) -> Measure:
    """The same measure with the hazard of each month integrated in place of its coin toss.

    The same mean, less variance.

    Unbiased: the multiples for each tenth of the designs are fitted to the other nine. A number of
    one world is then no longer a share or a time, only means of many are.
    """
    return replace(
        measure,
        numbers=lambda worlds: _without_coins(measure.numbers(worlds), worlds),
        integrated=True,
    )


def ends(worlds: Columns) -> NDArray[np.bool_]:
    """Whether each world had ended: (control, world), a control each cause and each milestone
    before the horizon.
    """
    ended, years = ~worlds["held"].to_numpy(), worlds["years"].to_numpy()
    return np.stack(
        [(worlds["cause"] == cause).to_numpy() for cause in _hazards(worlds, "cause")]
        + [ended & (years <= int(year)) for year in _hazards(worlds, "years")]
    )


def martingales(worlds: Columns) -> NDArray[np.float32]:
    """Ends less the chances that they had, of mean zero.

    Rows as those of `ends`, in single precision as stored.
    """
    names = [*_hazards(worlds, "cause").values(), *_hazards(worlds, "years").values()]
    less = ends(worlds).astype(np.float32)
    for row, name in enumerate(names):
        less[row] -= worlds[name].to_numpy()
    return less


def gains(run: Simulated) -> pd.DataFrame:
    """What integrating the hazard is worth in a run, for each measure whose error is not nothing.

    Columns: measure, label, plain and integrated (half the 95 % interval, in the unit of the
    measure), ratio of their squares: so many times as many designs would give the plain estimate
    the error of the integrated one.
    """
    measures = [
        *map(survival, milestones(run.horizon_years)),
        restricted_mean(run.horizon_years),
        *map(cause, Cause),
    ]
    plain, without_coins = (
        np.array([(made.high - made.low) / 2 for made in estimates(chosen, run.worlds)])
        for chosen in (measures, list(map(integrated, measures)))
    )
    names = {
        "measure": [measure.name for measure in measures],
        "label": [measure.label for measure in measures],
    }
    table = pd.DataFrame(names | {"plain": plain, "integrated": without_coins})
    return (
        table[without_coins > 0]
        .assign(ratio=lambda errors: (errors["plain"] / errors["integrated"]) ** 2)
        .reset_index(drop=True)
    )


def _without_coins(numbers: Floats, worlds: Columns) -> Floats:
    """The measure less its multiples of the martingales.

    Those of causes, and of the years between milestones.
    """
    controls, fold = martingales(worlds), worlds["design"].to_numpy() % FOLDS
    controls[len(ENDINGS) + 1 :] -= controls[len(ENDINGS) : -1].copy()
    multiples = _multiples(numbers, controls, fold)
    left = numbers.copy()
    for control, by_fold in zip(controls, multiples.T, strict=True):
        left -= by_fold[fold] * control
    return left


def _multiples(numbers: Floats, controls: NDArray[np.float32], fold: NDArray[np.intp]) -> Floats:
    """For each fold the coefficients (fold, control) of a ridge regression on the controls in the
    worlds of all other folds.

    The ridge is the same for each measure, so that what adds up before adds up after; jumps are of
    one end, which is its unit.
    """
    count = len(controls)
    moments = np.zeros((FOLDS, count + 2, count + 2))
    for first in range(0, len(numbers), _PIECE):
        piece = slice(first, first + _PIECE)
        rows = np.vstack([np.ones_like(numbers[piece]), controls[:, piece], numbers[piece]])
        for number in range(FOLDS):
            rows_of_fold = rows[:, fold[piece] == number]
            moments[number] += rows_of_fold @ rows_of_fold.T
    others = moments.sum(axis=0) - moments
    about = others - others[:, :, :1] * others[:, :1] / np.maximum(1, others[:, :1, :1])
    ridge = about[:, 1:-1, 1:-1] + UNMOVED * np.eye(count)
    return np.asarray(np.linalg.solve(ridge, about[:, 1:-1, -1:])[..., 0])


def _hazards(worlds: Columns, subject: str) -> dict[str, str]:
    """The columns of hazards by what each is about: its cause, or the years that it spans."""
    return {
        said[subject]: name for name, said in about(worlds, Kind.HAZARD).items() if subject in said
    }
