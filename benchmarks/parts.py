"""Where a block's time goes, by its parts, and what two cores are worth.

    python benchmarks/parts.py [HISTORIES]

Processor time of one block on one core, by part, as shares of the whole. Then the time of a run of
100,000 histories by one process and by two workers, and of two independent processes that run half
of them each: on a machine with two free cores, two workers should take little longer.
"""

import multiprocessing
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sim
from sim.ensemble import block, timeline
from sim.model import ceasefire

SCENARIOS = Path(__file__).parents[1] / "scenarios"
REGIMES = ("none", "article5_like", "nato")
HISTORIES, REPLICATES = 32_768, 10
PARTS = {
    "signature": (ceasefire.CeasefireModel, "__init__"),
    "politics": (ceasefire, "hold_politics"),
    "deliveries": (ceasefire, "deliver"),
    "stationing": (ceasefire, "station"),
    "balance of power": (ceasefire, "follow_power"),
    "Ukraine reviews": (ceasefire, "review_in_ukraine"),
    "Russia reviews": (ceasefire, "review_in_russia"),
    "wars settled": (ceasefire.Wars, "_settled"),
    "timeline": (timeline, "_count"),
    "outcomes": (block, "outcomes"),
    "gate": (block, "check_outcomes"),
}
"""Each part, and what does it; time inside another part counts for the inner one."""


def measured(spent: dict[str, float], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, its processor time added to that of the part, less that of parts inside."""

    def timed(*args: Any, **more: Any) -> Any:
        inside, began = sum(spent.values()), time.process_time()
        try:
            return work(*args, **more)
        finally:
            spent[name] += time.process_time() - began - (sum(spent.values()) - inside)

    return timed


def shares(scenario: sim.Scenario, histories: int) -> dict[str, float]:
    """Share of each part in the processor time of a block."""
    spent: dict[str, float] = defaultdict(float)
    works = {name: getattr(*place) for name, place in PARTS.items()}
    for name, place in PARTS.items():
        setattr(*place, measured(spent, name, works[name]))
    began = time.process_time()
    block.simulate(scenario, 0, histories)
    whole = time.process_time() - began
    for name, place in PARTS.items():
        setattr(*place, works[name])
    return {name: spent[name] / whole for name in PARTS} | {
        "all else": 1 - sum(spent.values()) / whole
    }


def scenario_of(regime: str, histories: int) -> sim.Scenario:
    """A regime with parameter sets for so many histories."""
    changes = {"sampling.designs": -(-histories // REPLICATES), "sampling.replicates": REPLICATES}
    return sim.load(SCENARIOS / f"{regime}.toml", changes)


def seconds(regime: str, histories: int, workers: int) -> float:
    """Time of a run in memory."""
    began = time.perf_counter()
    sim.run(scenario_of(regime, histories), workers=workers, out=None)
    return time.perf_counter() - began


def apart(regime: str, histories: int) -> float:
    """Time of two processes that know nothing of each other and run half of the histories each."""
    context = multiprocessing.get_context("spawn")
    halves = [context.Process(target=seconds, args=(regime, histories // 2, 1)) for _ in range(2)]
    began = time.perf_counter()
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    return time.perf_counter() - began


def main() -> None:
    """Print the tables."""
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else HISTORIES
    scenarios = {regime: scenario_of(regime, histories) for regime in REGIMES}
    for scenario in scenarios.values():
        block.simulate(scenario, 0, 256)
    table = {regime: shares(scenario, histories) for regime, scenario in scenarios.items()}
    print(f"{'part of a block':18}" + "".join(f"{regime:>16}" for regime in REGIMES))
    for part in (*PARTS, "all else"):
        print(f"{part:18}" + "".join(f"{table[regime][part]:>16.0%}" for regime in REGIMES))
    one, two = (seconds("article5_like", 100_000, workers) for workers in (1, 2))
    independent = apart("article5_like", 100_000)
    print(
        f"\n100,000 histories of article5_like: one process {one:.1f} s; two workers "
        f"{two / one:.2f} of that, two independent processes {independent / one:.2f}"
    )


if __name__ == "__main__":
    main()
