"""How fast each regime is, how it grows, where the time goes, and how far that is from bare NumPy.

    python benchmarks/floor.py

One core, one run. The floor is the time that NumPy takes for the same number of uniform numbers and
exponentials alone.
"""

import cProfile
import os
import pstats
import time
from pathlib import Path

import numpy as np

import sim
from sim.actors import choice
from sim.model import chance

SCENARIOS = Path(__file__).parents[1] / "scenarios"
REGIMES = (
    "none",
    "budapest",
    "neutrality",
    "armed_neutrality",
    "coalition",
    "article5_like",
    "nato",
    "eu",
)
WORLDS = 16384
REPEATS = 5


def seconds(scenario: sim.Scenario, worlds: int) -> float:
    """Median time of a few repeats."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        model = sim.CeasefireModel(scenario, worlds)
        while model.running:
            model.step()
        times.append(time.perf_counter() - began)
    return sorted(times)[REPEATS // 2]


def whole(scenario: sim.Scenario, workers: int) -> float:
    """Time of a run in memory on so many processes."""
    began = time.perf_counter()
    sim.run(scenario, workers=workers, out=None)
    return time.perf_counter() - began


def counted(scenario: sim.Scenario, worlds: int) -> tuple[int, int]:
    """Uniform numbers drawn, and numbers put through the exponential by a logit response, in one
    model.
    """
    drawn, exponentials = 0, 0
    logistic, following = choice.np.exp, chance.Stream.next

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(np, name)

        @staticmethod
        def exp(x: object, *rest: object, **more: object) -> object:
            nonlocal exponentials
            exponentials += np.size(x)
            return logistic(x, *rest, **more)

    def next_row(stream: chance.Stream) -> object:
        nonlocal drawn
        drawn += worlds
        return following(stream)

    choice.np, chance.Stream.next = Counting(), next_row  # type: ignore[assignment,method-assign]
    model = sim.CeasefireModel(scenario, worlds)
    while model.running:
        model.step()
    choice.np, chance.Stream.next = np, following  # type: ignore[assignment,method-assign]
    return drawn, exponentials


def floor(drawn: int, exponentials: int) -> tuple[float, float]:
    """Seconds that NumPy takes for so many uniform numbers, and for so many exponentials, in pieces
    that stay in the cache.
    """
    random, piece = np.random.Generator(np.random.SFC64(1)), 8192
    buffer, values = np.empty(piece), np.random.default_rng(1).normal(size=piece)
    began = time.perf_counter()
    for _ in range(drawn // piece):
        random.random(out=buffer)
    between = time.perf_counter()
    for _ in range(exponentials // piece):
        np.exp(values, out=buffer)
    return between - began, time.perf_counter() - between


def main() -> None:
    """Print the tables."""
    scenarios = {
        name: sim.load(
            SCENARIOS / f"{name}.toml", {"sampling.designs": 4 * WORLDS, "sampling.replicates": 1}
        )
        for name in REGIMES
    }
    seconds(scenarios["none"], 256)
    print(
        f"{'regime':18}{'worlds a second':>17}{'uniforms':>10}{'exponentials':>14}"
        f"{'all else':>10}{'times the floor':>17}"
    )
    for name, scenario in scenarios.items():
        took = seconds(scenario, WORLDS)
        drawing, exponentials = floor(*counted(scenario, WORLDS))
        random, logit = drawing / took, exponentials / took
        shares = (
            f"{random:>10.0%}{logit:>14.0%}{1 - random - logit:>10.0%}{1 / (random + logit):>17.1f}"
        )
        print(f"{name:18}{WORLDS / took:>17,.0f}{shares}")
    scenario = scenarios["article5_like"]
    base = seconds(scenario, WORLDS)
    print("\ngrowth of the time, article5_like, in multiples of 16,384 worlds of 20 years")
    print(
        "  worlds: "
        + "  ".join(
            f"x{factor:g}: {seconds(scenario, int(factor * WORLDS)) / base:.2f}"
            for factor in (0.25, 0.5, 1, 2, 4)
        )
    )
    path, sampling = (
        SCENARIOS / "article5_like.toml",
        {"sampling.designs": 4 * WORLDS, "sampling.replicates": 1},
    )
    years = {
        horizon: seconds(sim.load(path, sampling | {"sampling.horizon_years": horizon}), WORLDS)
        for horizon in (5, 10, 20, 40)
    }
    print(
        "  years:  " + "  ".join(f"{horizon}: {took / base:.2f}" for horizon, took in years.items())
    )
    many = sim.load(path, {"sampling.designs": 16 * WORLDS // 10})
    times = {workers: whole(many, workers) for workers in (1, 2, 4)}
    print(
        "  workers: "
        + "  ".join(f"{workers}: {took / times[1]:.2f}" for workers, took in times.items())
        + (
            f"   (of {os.cpu_count()} cores; 16 times as many worlds, the start of processes "
            "included)"
        )
    )
    profile = cProfile.Profile()
    model = sim.CeasefireModel(scenario, WORLDS)
    profile.enable()
    while model.running:
        model.step()
    profile.disable()
    print("\nmost time, article5_like")
    pstats.Stats(profile).sort_stats("tottime").print_stats(8)


if __name__ == "__main__":
    main()
