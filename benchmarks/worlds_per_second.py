"""Worlds per second of one model by the number of its worlds, and the ratios to one world a model.

    python benchmarks/worlds_per_second.py [SCENARIO]

One core, one run: compare the ratios, which a noisy machine changes less than the speeds.
"""

import sys
import time
from pathlib import Path

import sim

SMALL = 100
SIZES = (1, 100, 4096, 8192, 16384)
SCENARIO = Path(__file__).parents[1] / "scenarios" / "article5_like.toml"


def worlds_per_second(scenario: sim.Scenario, worlds: int, repeats: int) -> float:
    """The best of several repeats; each simulates other worlds, so that W = 1 meets short histories
    and long ones.
    """
    rates = []
    for repeat in range(repeats):
        began = time.perf_counter()
        model = sim.CeasefireModel(scenario, range(repeat * worlds, (repeat + 1) * worlds))
        while model.running:
            model.step()
        rates.append(worlds / (time.perf_counter() - began))
    return sorted(rates)[len(rates) // 2]


def main(path: str) -> None:
    """Print a row for each size."""
    scenario = sim.load(path, {"sampling.designs": 10_000, "sampling.replicates": 10})
    worlds_per_second(scenario, 100, 1)
    rates = {
        worlds: worlds_per_second(scenario, worlds, 3 if worlds > SMALL else 15) for worlds in SIZES
    }
    print(f"{scenario.name}, {scenario.sampling.horizon_years} years, median of repeats")
    print(f"{'worlds in one model':>20}{'worlds a second':>18}{'ratio to one by one':>22}")
    for worlds, rate in rates.items():
        print(f"{worlds:>20,}{rate:>18,.0f}{rate / rates[1]:>22,.0f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(SCENARIO))
