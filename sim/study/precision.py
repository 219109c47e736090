"""Runs to a wanted precision: as many parameter designs as it takes."""

import math
from collections.abc import Callable
from typing import Any

from sim.analysis.durability import survival
from sim.ensemble.run import run
from sim.ensemble.store import Run, RunError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario

MOST_DESIGNS = 1_000_000
_MARGIN = 1.1


def run_to_precision(
    scenario: Scenario,
    error: float,
    *,
    integrated: bool = False,
    tell: Callable[[str], None] | None = None,
    **options: Any,
) -> Run:
    """Run with more and more designs until the 95 % sampling error of every durability is at most
    `error` (a share, half the interval).

    With `integrated` it is the error of the estimates with integrated hazards. Each attempt is a
    run of the store, and adds to the one before; in memory, with `out=None`, each begins anew.
    `options` are those of `sim.run`, and `tell` hears what each attempt took. Raises RunError where
    it would take more than a million designs.
    """
    while True:
        result = run(scenario, **options)
        table = survival(result, integrated=integrated)
        reached = float((table["high"] - table["low"]).max() / 2)
        sampling = scenario.sampling
        if tell:
            tell(
                f"{scenario.name}: {sampling.designs} designs of {sampling.replicates}, "
                f"{sampling.worlds} worlds, {result.manifest['seconds']:.1f} s: sampling error "
                f"at most ±{100 * reached:.2f} points"
            )
        if reached <= error:
            return result
        designs = math.ceil(sampling.designs * _MARGIN * (reached / error) ** 2)
        if designs > MOST_DESIGNS:
            raise RunError(
                f"{scenario.name}: a sampling error of {error:g} would take some {designs} "
                f"designs, more than {MOST_DESIGNS}; ask for less precision"
            )
        scenario = replaced(scenario, {"sampling.designs": designs})
