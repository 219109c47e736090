"""What ways to draw parameter designs are worth.

Variance of durability and of its differences, over many samples.

    python benchmarks/sampler.py [--designs 256] [--replicates 4] [--samples 100] [WAY ...]

Every sample is a whole small run; all samples of a way are simulated at once, as one long run whose
designs are theirs one after the other. The ways: a Latin `hypercube` of all designs, scrambled
`sobol` points as the model draws them, and `events`: such points over the parameters and over what
each history draws but once, these with another scrambling for each replicate.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

import sim
from sim.analysis.estimate import estimates
from sim.analysis.measures import drawn, survival
from sim.model import ceasefire
from sim.model.chance import Chance, generator
from sim.model.designs import dimensions, probabilities
from sim.uncertainty import Distribution

SCENARIOS = Path(__file__).parents[1] / "scenarios"
REGIMES = ("none", "article5_like", "nato", "coalition")
MEASURES = tuple(map(survival, (5, 20)))
EVENTS = 15
"""Dimensions for what a history draws but once.

They follow that of the number that decides most.
"""
Floats = NDArray[np.float64]


def by_hypercube(name: str, sample: int, count: int) -> Floats:
    """A Latin hypercube of all designs."""
    return np.asarray(qmc.LatinHypercube(1, rng=generator(sample, name, 0)).random(count)[:, 0])


def by_sobol(name: str, sample: int, count: int) -> Floats:
    """As the model draws them."""
    return probabilities(sample, name, np.arange(count))


def by_points_with_events(name: str, sample: int, count: int) -> Floats:
    """Sobol' points in which events have dimensions too."""
    place = dimensions()[name]
    return of_parameters(sample, count)[:, place and place + EVENTS]


def points(sample: int, count: int, scrambling: int) -> Floats:
    """Points (design, dimension), with dimensions for events after the first."""
    engine = qmc.Sobol(
        len(dimensions()) + EVENTS, bits=32, rng=generator(sample, "points", scrambling)
    )
    return np.asarray(engine.random_base2(int(np.ceil(np.log2(count))))[:count])


@cache
def of_parameters(sample: int, count: int) -> Floats:
    """The points of the parameters."""
    return points(sample, count, 0)


class ChanceWithPoints(Chance):
    """Chance in which what a history draws but once is in the points of its replicate."""

    events: ClassVar[Floats]  # (event, world)
    places: ClassVar[dict[str, int]] = {}

    def __init__(self, seed: int, worlds: NDArray[np.intp]) -> None:
        """As ever."""
        super().__init__(seed, worlds)
        self._worlds = worlds

    def once(self, name: str) -> Floats:
        """From the points, as far as they have dimensions."""
        place = self.places.setdefault(name, len(self.places))
        return self.events[place][self._worlds] if place < EVENTS else super().once(name)


WAYS: dict[str, Callable[[str, int, int], Floats]] = {
    "hypercube": by_hypercube,
    "sobol": by_sobol,
    "events": by_points_with_events,
}


def drawn_by(way: str, samples: int, count: int, replicates: int) -> None:
    """Have the model draw its designs, and for `events` what a history draws once, in this way."""

    @cache
    def column(name: str) -> Floats:
        return np.concatenate([WAYS[way](name, sample, count) for sample in range(samples)])

    def designs(
        _: int, uncertain: Mapping[str, Distribution], which: NDArray[np.intp]
    ) -> dict[str, Floats]:
        return {name: each.quantile(column(name)[which]) for name, each in uncertain.items()}

    ceasefire.designs = designs
    ceasefire.Chance = ChanceWithPoints if way == "events" else Chance  # type: ignore[misc]
    if way == "events":
        drawn = [
            [
                points(sample, count, 1 + replicate)[:, 1 : 1 + EVENTS]
                for replicate in range(replicates)
            ]
            for sample in range(samples)
        ]
        ChanceWithPoints.events = np.array(drawn).transpose(3, 0, 2, 1).reshape(EVENTS, -1)


def needed(outcomes: pd.DataFrame) -> pd.DataFrame:
    """What an estimate of durability reads."""
    return outcomes[["world", "design", "years", "held", *drawn(outcomes)]].copy()


def variances(
    way: str, samples: int, count: int, replicates: int
) -> dict[str, tuple[float, float, float]]:
    """For each estimate its variance over samples, that which its limits tell, both times the
    designs, and the coverage of the limits.
    """
    drawn_by(way, samples, count, replicates)
    sampling = {"sampling.designs": samples * count, "sampling.replicates": replicates}
    worlds = {
        name: needed(sim.run(sim.load(SCENARIOS / f"{name}.toml", sampling), out=None).outcomes)
        for name in REGIMES
    }
    found = {}
    for name in REGIMES:
        for against in (None, "none")[: 1 + (name != "none")]:
            told = []
            for sample in range(samples):
                rows = slice(sample * count * replicates, (sample + 1) * count * replicates)
                pair = [
                    worlds[each].iloc[rows].reset_index(drop=True)
                    for each in (name, against)
                    if each
                ]
                told.append(
                    [(each.value, each.low, each.high) for each in estimates(MEASURES, *pair)]
                )
            for measure, (value, low, high) in zip(
                MEASURES, np.array(told).transpose(1, 2, 0), strict=True
            ):
                wide = float(np.mean(((high - low) / 2 / 1.96) ** 2))
                covered = float(np.mean((low <= value.mean()) & (value.mean() <= high)))
                found[f"{name}{' less none' if against else ''}, {measure.name}"] = (
                    count * value.var(ddof=1),
                    count * wide,
                    covered,
                )
    return found


def main() -> None:
    """Print a row for each estimate, with the ratio of the variance of the first way to those of
    the others.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("ways", nargs="*", default=list(WAYS))
    for option, default in (("designs", 256), ("replicates", 4), ("samples", 100)):
        parser.add_argument(f"--{option}", type=int, default=default)
    asked = parser.parse_args()
    found = {
        way: variances(way, asked.samples, asked.designs, asked.replicates) for way in asked.ways
    }
    first = asked.ways[0]
    print(
        f"{asked.samples} samples of {asked.designs} designs of {asked.replicates}: variance "
        f"times designs, that told by the limits, coverage of the limits, variance by {first} "
        "over it"
    )
    print(f"{'':34}" + "".join(f"{way:>32}" for way in asked.ways))
    for what, base in found[first].items():
        print(
            f"{what:34}"
            + "".join(
                f"{told[0]:>10.4f}{told[1]:>8.4f}{told[2]:>7.1%}{base[0] / told[0]:>7.2f}"
                for way in asked.ways
                for told in [found[way][what]]
            )
        )
    means = [
        [
            np.mean([told[2] for told in found[way].values()]),
            np.exp(
                np.mean(
                    [np.log(found[first][what][0] / told[0]) for what, told in found[way].items()]
                )
            ),
        ]
        for way in asked.ways
    ]
    print(f"{'mean':34}" + "".join(f"{coverage:>25.1%}{gain:>7.2f}" for coverage, gain in means))


if __name__ == "__main__":
    main()
