"""What the worlds that are still at peace look like, month by month, in a form that adds up over
blocks of worlds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.ensemble.gate import check_states
from sim.errors import ImpossibleError
from sim.game.endings import CAUSES, ENDINGS
from sim.scenario.columns import QUANTILES, STATES
from sim.uncertainty import Floats

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel

_WEAKEST, _RATIO, _STRENGTHS = 1e-2, 1.01, 1620
_LOG_RATIO = np.log(_RATIO)
_REPUTATIONS = 200
VARIABLES = {
    name: _STRENGTHS if unit == "brigade-equivalents" else _REPUTATIONS
    for name, (_, unit) in STATES.items()
}
"""Variables of the timeline with their number of bins.

Strengths to 1 %, from 0.01 to 100,000 brigade-equivalents, reputations to 0.005.
"""


@dataclass(frozen=True)
class Timeline:
    """Counts of worlds: `ended` (step, cause), and for each variable `at_peace` (step, bin) at the
    end of each step.
    """

    worlds: int
    ended: NDArray[np.int64]
    at_peace: dict[str, NDArray[np.int64]]

    @classmethod
    def counted(cls, model: "CeasefireModel") -> Self:
        """Run the model to its end, counting as it goes.

        Raises ImpossibleError for a state that cannot be.
        """
        steps = model.specification.sampling.steps
        at_peace = {
            name: np.zeros((steps, bins), dtype=np.int64) for name, bins in VARIABLES.items()
        }
        while model.running:
            model.step()
            worlds = np.flatnonzero(model.at_peace)
            for name, values in (
                ("russia_strength", model.russia.strength),
                ("ukraine_strength", model.ukraine.strength),
                ("reputation_europe", model.europe.reputation),
                ("reputation_united_states", model.united_states.reputation),
            ):
                bins = VARIABLES[name]
                check_states(
                    name, values, 1.0 if bins == _REPUTATIONS else np.inf, model.worlds, model.draws
                )
                at_peace[name][model.month - 1] = _count(values.take(worlds), bins)
        last = np.rint(model.years_held / model.step_years).astype(np.intp) - 1
        ended = np.zeros((steps, len(CAUSES)), dtype=np.int64)
        over = ~model.at_peace
        np.add.at(ended, (last[over], model.cause[over]), 1)
        return cls(len(model.worlds), ended, at_peace)

    def __add__(self, other: Self) -> Self:
        """The timeline of the worlds of both."""
        both = {name: counts + other.at_peace[name] for name, counts in self.at_peace.items()}
        return type(self)(self.worlds + other.worlds, self.ended + other.ended, both)

    def table(self, steps_per_year: int) -> pd.DataFrame:
        """One row a step: worlds at risk at its start, ended by cause in it, and quantiles over the
        worlds at peace at its end.
        """
        ended = pd.DataFrame(
            self.ended[:, :-1],
            columns=[f"ended_{cause}" for cause in ENDINGS],
        )
        gone = self.ended.sum(axis=1).cumsum()
        steps = np.arange(1, len(ended) + 1)
        table = pd.DataFrame(
            {
                "step": steps,
                "years": steps / steps_per_year,
                "at_risk": self.worlds - np.concatenate([[0], gone[:-1]]),
            }
        )
        columns = {
            f"{name}_{percent}": _quantile(cumulated, percent / 100)
            for name, counts in self.at_peace.items()
            for cumulated in [counts.cumsum(axis=1)]
            for percent in QUANTILES
        }
        return pd.concat([table, ended, pd.DataFrame(columns)], axis=1)


def check_timeline(timeline: Timeline) -> None:
    """Raise ImpossibleError where the histories at peace at the end of a step are not all less
    those that have ended.
    """
    at_peace = timeline.worlds - timeline.ended.sum(axis=1).cumsum()
    for name, counts in timeline.at_peace.items():
        if not np.array_equal(counts.sum(axis=1), at_peace) or counts.min() < 0:
            step = 1 + int(np.argmax(counts.sum(axis=1) != at_peace))
            raise ImpossibleError(
                f"step {step} of the timeline: {name} counts {counts[step - 1].sum()} histories "
                f"at peace, of which there are {at_peace[step - 1]}"
            )


def _count(values: Floats, bins: int) -> NDArray[np.int64]:
    """Values by bin, all beyond the last in it; the array is worked on in place."""
    if bins == _STRENGTHS:
        np.maximum(values, _WEAKEST, out=values)
        values /= _WEAKEST
        np.log(values, out=values)
        values /= _LOG_RATIO
    else:
        values *= bins
    counts = np.bincount(values.astype(np.intp), minlength=bins)
    counts[bins - 1] += counts[bins:].sum()
    return counts[:bins]


def _quantile(cumulated: NDArray[np.int64], share: float) -> Floats:
    """The middle of the bin in which the quantile lies, for each step, from the counts up to each
    bin (step, bin).

    NaN where no world is left.
    """
    at = (cumulated < share * cumulated[:, -1:]).sum(axis=1)
    middle = (
        (at + 0.5) / _REPUTATIONS
        if cumulated.shape[1] == _REPUTATIONS
        else _WEAKEST * _RATIO ** (at + 0.5)
    )
    return np.where(cumulated[:, -1] > 0, middle, np.nan)
