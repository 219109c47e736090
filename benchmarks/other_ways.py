"""The same model the way a Mesa user would run it without the ensemble.

One world a model, in a loop over `step()`.

    python benchmarks/other_ways.py     # with ema_workbench, through its evaluator as well

Ratios of one run, on two processes each. Worlds are few for the slow ways, since their time grows
with each.
"""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import sim

SCENARIO = Path(__file__).parents[1] / "scenarios" / "article5_like.toml"
WORKERS = 2
MANY, FEW = 200_000, 600


def one_world(scenario: sim.Scenario, world: int) -> float:
    """Years held in one world."""
    model = sim.CeasefireModel(scenario, [world])
    while model.running:
        model.step()
    return float(model.years_held[0])


def for_workbench(scenario: sim.Scenario, world: int) -> dict[str, float]:
    """The same as EMA workbench wants it."""
    return {"years": one_world(scenario, int(world))}


def by_ensemble(scenario: sim.Scenario) -> int:
    """Blocks of worlds on two processes."""
    sim.run(scenario, workers=WORKERS, out=None)
    return scenario.sampling.worlds


def by_loop(scenario: sim.Scenario) -> int:
    """A process pool over single worlds."""
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(partial(one_world, scenario), range(FEW), chunksize=FEW // (4 * WORKERS)))
    return FEW


def by_workbench(scenario: sim.Scenario) -> int:
    """EMA workbench's process pool over single worlds."""
    from ema_workbench import IntegerParameter, Model, MultiprocessingEvaluator, ScalarOutcome  # noqa: PLC0415  optional

    model = Model("ceasefire", function=partial(for_workbench, scenario))
    model.uncertainties = [IntegerParameter("world", 0, FEW - 1)]
    model.outcomes = [ScalarOutcome("years")]
    with MultiprocessingEvaluator(model, n_processes=WORKERS) as evaluator:
        evaluator.perform_experiments(scenarios=FEW)
    return FEW


def rate(way: Callable[[sim.Scenario], int], scenario: sim.Scenario) -> float:
    """Worlds a second, the start of the processes included."""
    began = time.perf_counter()
    worlds = way(scenario)
    return worlds / (time.perf_counter() - began)


def main() -> None:
    """Print a row for each way."""
    scenario = sim.load(SCENARIO, {"sampling.designs": MANY // 10})
    ways: dict[str, Callable[[sim.Scenario], int]] = {
        "ensemble of blocks": by_ensemble,
        "loop over step(), process pool": by_loop,
    }
    try:
        import ema_workbench  # noqa: F401, PLC0415  optional

        ways["EMA workbench, MultiprocessingEvaluator"] = by_workbench
    except ImportError:
        print("ema_workbench is not installed: its row is left out")
    rates = {name: rate(way, scenario) for name, way in ways.items()}
    slowest = min(rates.values())
    print(f"{'way':42}{'worlds a second':>17}{'ratio':>9}")
    for name, found in rates.items():
        print(f"{name:42}{found:>17,.0f}{found / slowest:>9,.0f}")


if __name__ == "__main__":
    main()
