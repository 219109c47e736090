"""What ways to draw parameter designs are worth: variance of durability and of its differences, over many samples.

    python benchmarks/sampler.py [--designs 256] [--replicates 4] [--samples 100] [WAY ...]

Every sample is a whole small run; all samples of a way are simulated at once, as one long run whose designs are theirs one after the
other. The ways: `one` Latin hypercube of all designs, `slices` as `designs` draws them, scrambled Sobol' points (Owen 1995) over the
parameters, `sobol`, and over these and the numbers that each history needs once, `events`, with a scrambling for each replicate.
"""

import argparse
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

import sim
from sim.analysis.measures import survival
from sim.model import ceasefire
from sim.model.chance import Chance, designs, generator

SCENARIOS = Path(__file__).parents[1] / "scenarios"
REGIMES = ("none", "article5_like", "nato", "coalition")
YEARS = (5, 20)
FIRST = "russia.value_of_prevailing"
EVENTS = 15
"""Dimensions of Sobol' points for what a history needs once: they follow that of the value of prevailing, which decides most."""
Floats = NDArray[np.float64]
Samples = NDArray[np.float64]
"""Numbers (sample, design)."""


def keys() -> list[str]:
    """The uncertain numbers of all regimes, the one that decides most first."""
    found = {key for name in REGIMES for key in sim.load(SCENARIOS / f"{name}.toml").uncertain()}
    return [FIRST, *sorted(found - {FIRST})]


@cache
def sobol(samples: int, count: int, replicate: int = -1) -> NDArray[np.float32]:
    """Scrambled points (dimension, sample, design), the scramblings those of a replicate, or of all for -1."""
    size = EVENTS + len(keys())
    points = [qmc.Sobol(size, rng=generator(sample, f"Sobol' points of {replicate}", 0)).random(count) for sample in range(samples)]
    return np.array(points, dtype=np.float32).transpose(2, 0, 1) if replicate < 0 else \
        np.array(points, dtype=np.float32)[..., 1:1 + EVENTS].transpose(2, 0, 1)


def by_one(name: str, samples: int, count: int) -> Samples:
    """A Latin hypercube of all designs."""
    return np.array([qmc.LatinHypercube(1, rng=generator(sample, name, 0)).random(count)[:, 0] for sample in range(samples)])


def by_slices(name: str, samples: int, count: int) -> Samples:
    """As the model draws them."""
    return np.array([designs(sample, name, np.arange(count)) for sample in range(samples)])


def by_sobol(name: str, samples: int, count: int) -> Samples:
    """Sobol' points."""
    place = keys().index(name)
    return np.asarray(sobol(samples, count)[place and place + EVENTS], dtype=np.float64)


WAYS: dict[str, Callable[[str, int, int], Samples]] = {"one": by_one, "slices": by_slices, "sobol": by_sobol, "events": by_sobol}


def drawn_by(way: str, samples: int, count: int, replicates: int) -> None:
    """Have the model draw its designs in this way."""
    column = cache(lambda name: WAYS[way](name, samples, count).ravel())
    ceasefire.designs = lambda _, name, which: column(name)[which]       # type: ignore[assignment]
    Chance.once = ONCE                                                  # type: ignore[method-assign]
    if way != "events":
        return
    points = np.stack([sobol(samples, count, replicate) for replicate in range(replicates)], axis=-1).reshape(EVENTS, -1)
    asked: dict[str, int] = {}

    def once(chance: Chance, name: str) -> Floats:
        place = asked.setdefault(name, len(asked))
        return np.asarray(points[place][chance._worlds], dtype=np.float64) if place < EVENTS else ONCE(chance, name)      # noqa: SLF001
    Chance.once = once                                                  # type: ignore[method-assign]


ONCE = Chance.once


def held(name: str, samples: int, count: int, replicates: int) -> dict[int, NDArray[np.float64]]:
    """For each year whether the ceasefire held (sample, design, replicate)."""
    run = sim.run(sim.load(SCENARIOS / f"{name}.toml", {"sampling.designs": samples * count, "sampling.replicates": replicates}), out=None)
    return {year: survival(year).of(run.worlds).reshape(samples, count, replicates) for year in YEARS}


def variances(way: str, samples: int, count: int, replicates: int) -> dict[str, tuple[float, float]]:
    """For each estimate its variance over samples, and the part of it that is chance in histories; both times the designs."""
    drawn_by(way, samples, count, replicates)
    outcomes = {name: held(name, samples, count, replicates) for name in REGIMES}
    asked = {f"{name}, {year} years": outcomes[name][year] for name in REGIMES for year in YEARS}
    asked |= {f"{name} less none, {year} years": outcomes[name][year] - outcomes["none"][year] for name in REGIMES[1:] for year in YEARS}
    return {what: (count * each.mean(axis=(1, 2)).var(ddof=1), each.var(axis=2, ddof=1).mean() / replicates) for what, each in asked.items()}


def main() -> None:
    """Print a row for each estimate, with the ratio of the variance of the first way to those of the others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ways", nargs="*", default=list(WAYS))
    for option, default in (("designs", 256), ("replicates", 4), ("samples", 100)):
        parser.add_argument(f"--{option}", type=int, default=default)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", message="The balance properties")
    found = {way: variances(way, asked.samples, asked.designs, asked.replicates) for way in asked.ways}
    first, *others = asked.ways
    print(f"{asked.samples} samples of {asked.designs} designs of {asked.replicates}; variances times designs\n{'':34}{'chance':>9}"
          + "".join(f"{way:>9}" for way in asked.ways) + "".join(f"{first + '/' + way:>14}" for way in others))
    ratios = []
    for what, (variance, chance) in found[first].items():
        ratios.append([variance / found[way][what][0] for way in others])
        print(f"{what:34}{chance:>9.4f}" + "".join(f"{found[way][what][0]:>9.4f}" for way in asked.ways)
              + "".join(f"{ratio:>14.2f}" for ratio in ratios[-1]))
    print(f"{'geometric mean':{43 + 9 * len(asked.ways)}}" + "".join(f"{mean:>14.2f}" for mean in np.exp(np.log(ratios).mean(axis=0))))


if __name__ == "__main__":
    main()
