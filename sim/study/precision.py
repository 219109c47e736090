"""Runs to a wanted precision: as many parameter sets as it takes."""

import math
from collections.abc import Callable
from typing import Any

from sim.analysis.durability import survival
from sim.ensemble.run import run
from sim.ensemble.store import Run
from sim.errors import RunError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario

MAX_DESIGNS = 1_000_000
"""What the schema allows at most."""
_MARGIN = 1.1
"""The next attempt is larger than the error of this one asks for, since that error has one too: a
judgement.
"""


def run_to_precision(
    scenario: Scenario,
    error: float,
    *,
    integrated: bool = False,
    tell: Callable[[str], None] | None = None,
    before: Callable[[Scenario], object] = lambda _: None,
    **options: Any,
) -> Run:
    """Run with more and more parameter sets until every durability is precise enough.

    Each attempt is a run of the store, and adds to the one before; in memory, with `out=None`, each
    begins anew.

    Parameters
    ----------
    scenario
        Its number of parameter sets is that of the first attempt.
    error
        The 95 % sampling error wanted, half the interval, as a share.
    integrated
        Whether it is the error of the estimates with integrated hazards.
    tell
        Called with a line about each attempt.
    before
        Called with what each attempt runs, before it does; what it raises ends the search.
    **options
        Those of `sim.run`.

    Returns
    -------
    Run
        The last attempt.

    Raises
    ------
    RunError
        If it would take more than a million parameter sets.

    Examples
    --------
    >>> small = replaced(Scenario(), {"sampling.designs": 50, "sampling.horizon_years": 1})
    >>> run_to_precision(small, 0.5, out=None).scenario.sampling.designs
    50

    """
    while True:
        before(scenario)
        result = run(scenario, **options)
        table = survival(result, integrated=integrated)
        reached = float((table["high"] - table["low"]).max() / 2)
        sampling = scenario.sampling
        if tell:
            tell(
                f"{scenario.name}: {sampling.designs} parameter sets of {sampling.replicates} "
                f"histories, {result.manifest['seconds']:.1f} s: sampling error "
                f"at most ±{100 * reached:.2f} percentage points"
            )
        if reached <= error:
            return result
        designs = math.ceil(sampling.designs * _MARGIN * (reached / error) ** 2)
        if designs > MAX_DESIGNS:
            raise RunError(
                f"{scenario.name}: a sampling error of {error:g} would take about {designs} "
                f"parameter sets, more than {MAX_DESIGNS}; choose a larger error"
            )
        scenario = replaced(scenario, {"sampling.designs": designs})
