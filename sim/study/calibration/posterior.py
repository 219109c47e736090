"""What is believed of pairs of adversaries once the record is known.

Candidates weighed by the chance that they give its cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from scipy.special import logsumexp

from sim.analysis.resampling import weighted_quantiles
from sim.chance import generator
from sim.levels import SPREAD
from sim.study.calibration.emulator import Chances, Emulator
from sim.study.calibration.prior import PRIOR, candidates, lattice, pairs
from sim.uncertainty import Distribution, Floats

POWER = 15
"""2 to this many candidates are weighed: enough that a hundredth of them would do."""


@dataclass(frozen=True)
class Prior:
    """Candidates that fill the prior evenly, by their normal scores, and the log chances that each
    gives to whatever may happen.
    """

    scores: Floats
    chances: Chances

    @classmethod
    def from_emulator(cls, emulator: Emulator, power: int = POWER, seed: int = 0) -> "Prior":
        """With the chances that an emulator gives."""
        scores = lattice(power, seed)
        return cls(scores, emulator.chances(scores))

    def posterior(self, cases: pd.DataFrame) -> "Posterior":
        """Once these cases are known."""
        return Posterior(self, self.chances.log_chance(cases).sum(axis=1))


@dataclass(frozen=True)
class Posterior:
    """Candidates of the prior and the log chance (candidate,) of what is known under each
    (importance sampling: Rubin 1988).
    """

    prior: Prior
    log_likelihood: Floats

    @cached_property
    def weights(self) -> Floats:
        """Of the candidates (candidate,), adding up to 1."""
        return np.asarray(np.exp(self.log_likelihood - logsumexp(self.log_likelihood)))

    @property
    def effective(self) -> float:
        """So many equally weighted candidates would be worth as much (Kish 1965)."""
        return float(1 / np.sum(self.weights**2))

    @property
    def log_evidence(self) -> float:
        """Log chance of what is known, over the prior."""
        return float(logsumexp(self.log_likelihood) - np.log(len(self.log_likelihood)))

    def durability(self, name: str, years: Sequence[float]) -> pd.DataFrame:
        """Durability of a class: years, estimate, and low and high of nine of ten candidates."""
        row, rows = self.prior.chances.classes.index(name), []
        for year in years:
            holds = np.exp(self.prior.chances.log_holding(row, year))
            low, high = weighted_quantiles(holds, self.weights, SPREAD)
            rows.append(
                {"years": year, "estimate": float(self.weights @ holds), "low": low, "high": high}
            )
        return pd.DataFrame(rows)

    def parts(self) -> pd.DataFrame:
        """What is learned of each part: median and nine in ten, prior and posterior, and how much
        surer the posterior is.

        Columns: part, prior, prior_low, prior_high, posterior, low, high, learned (the share of the
        variance of its normal score that is gone).
        """
        values, even = (
            candidates(self.prior.scores),
            np.full(len(self.weights), 1 / len(self.weights)),
        )
        rows = []
        for column, name in enumerate(PRIOR):
            before, after = (
                weighted_quantiles(values[name].to_numpy(), weights, (0.5, *SPREAD))
                for weights in (even, self.weights)
            )
            score = self.prior.scores[:, column]
            rows.append(
                {
                    "part": name,
                    "prior": before[0],
                    "prior_low": before[1],
                    "prior_high": before[2],
                    "posterior": after[0],
                    "low": after[1],
                    "high": after[2],
                    "learned": 1 - float(self.covariance[column, column]) / float(score.var()),
                }
            )
        return pd.DataFrame(rows)

    @cached_property
    def covariance(self) -> Floats:
        """Of the normal scores of the parts (part, part)."""
        return np.asarray(np.cov(self.prior.scores, rowvar=False, aweights=self.weights, ddof=0))

    def entangled(self) -> pd.DataFrame:
        """Which parts the data cannot tell apart: part, other, correlation, the strongest first."""
        spread = np.sqrt(np.diag(self.covariance))
        correlation, names = self.covariance / np.outer(spread, spread), list(PRIOR)
        pairs = [
            {
                "part": names[row],
                "other": names[column],
                "correlation": float(correlation[row, column]),
            }
            for row, column in zip(*np.triu_indices(len(names), 1), strict=True)
        ]
        return pd.DataFrame(pairs).sort_values(
            "correlation", key=abs, ascending=False, ignore_index=True
        )

    def draws(self, count: int, seed: int) -> NDArray[np.intp]:
        """Positions of candidates drawn by their weights, systematically (Kitagawa 1996), in random
        order.
        """
        rng = generator(seed, "posterior draws")
        picked = np.searchsorted(np.cumsum(self.weights), (np.arange(count) + rng.random()) / count)
        return rng.permutation(np.minimum(picked, len(self.weights) - 1))

    def sampled(self, count: int, seed: int) -> pd.DataFrame:
        """Pairs of adversaries drawn from the posterior: a row a pair, a column a dotted key, to
        four digits.
        """
        chosen = candidates(self.prior.scores[self.draws(count, seed)]).to_dict("records")
        unit = scipy.stats.qmc.LatinHypercube(
            d=len(pairs(chosen[0])), rng=generator(seed, "pairs of adversaries")
        ).random(count)
        return pd.DataFrame(
            [
                {
                    key: float(
                        f"{value.quantile(u) if isinstance(value, Distribution) else value:.4g}"
                    )
                    for (key, value), u in zip(pairs(candidate).items(), row, strict=True)
                }
                for candidate, row in zip(chosen, unit, strict=True)
            ]
        )
