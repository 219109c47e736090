"""What integrating the hazard is worth: variance of each estimate per second of computing, against
the plain estimate.

    python benchmarks/precision.py

One core, one run. The hazard is recorded in every run; its price is the time with the recording
over the time without it.
"""

import statistics
import time
from pathlib import Path

import sim
from sim.analysis.integrated import gains
from sim.model import ceasefire

SCENARIOS = Path(__file__).parents[1] / "scenarios"
REGIMES = ("none", "coalition", "article5_like", "nato")
SAMPLING = {"sampling.designs": 3000, "sampling.replicates": 10}
REPEATS = 7


def seconds(scenario: sim.Scenario) -> float:
    """Time of one model of 16,384 worlds."""
    began = time.perf_counter()
    model = sim.CeasefireModel(scenario, 16_384)
    while model.running:
        model.step()
    return time.perf_counter() - began


def price(scenario: sim.Scenario) -> float:
    """Median over pairs of runs of the time with the hazard recorded over the time without."""
    recorded, ratios = ceasefire.hazards, []
    for _ in range(REPEATS):
        with_it = seconds(scenario)
        ceasefire.hazards = lambda *_: {}
        ratios.append(with_it / seconds(scenario))
        ceasefire.hazards = recorded
    return statistics.median(ratios)


def main() -> None:
    """Print a column for each regime."""
    scenarios = {name: sim.load(SCENARIOS / f"{name}.toml", SAMPLING) for name in REGIMES}
    prices = {name: price(scenario) for name, scenario in scenarios.items()}
    tables = {
        name: gains(sim.run(scenario, out=None)).set_index("measure")["ratio"] / prices[name]
        for name, scenario in scenarios.items()
    }
    print(f"{'':24}" + "".join(f"{name:>15}" for name in REGIMES))
    print(f"{'time, recorded / not':24}" + "".join(f"{prices[name]:>15.2f}" for name in REGIMES))
    for measure in tables[REGIMES[0]].index:
        print(
            f"{measure:24}"
            + "".join(f"{tables[name].get(measure, float('nan')):>15.2f}" for name in REGIMES)
        )


if __name__ == "__main__":
    main()
