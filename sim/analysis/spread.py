"""How durability differs between parameter sets, freed of the chance of their few histories."""

import numpy as np
import pandas as pd

from sim.analysis import measures
from sim.analysis.estimate import Estimate, share_where
from sim.analysis.estimate_table import simulated_years
from sim.analysis.freed import by_design
from sim.analysis.measures import Measure, Simulated
from sim.levels import EVEN


def spread(run: Simulated, years: float | None = None) -> pd.DataFrame:
    """Durability in each parameter set, freed of the chance of its few histories.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    years
        Years after the signature; by default the horizon.

    Returns
    -------
    DataFrame
        A row a parameter set. Columns: design, its number; estimate, a share from 0 to 1. The sets
        are drawn together until they hold no chance of few histories.

    Raises
    ------
    ValueError
        If each parameter set has one history, which cannot tell chance from parameters, or if
        `years` lies past the horizon.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/none.toml", {"sampling.designs": 32}), out=None)
    >>> len(sim.spread(run, 10))
    32

    """
    shares = by_design(_in_designs(run, years), run.worlds)
    return pd.DataFrame({"design": np.arange(len(shares)), "estimate": shares})


def sure(run: Simulated, years: float | None = None, at_least: float = EVEN) -> Estimate:
    """The share of parameter sets in which a ceasefire is durable enough.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    years
        Years after the signature; by default the horizon.
    at_least
        Durability that counts as enough; by default, that holding is likelier than not.

    Returns
    -------
    Estimate
        A share of parameter sets with 95 % confidence limits.

    Raises
    ------
    ValueError
        As `spread`.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/nato.toml", {"sampling.designs": 32}), out=None)
    >>> 0 <= sim.sure(run, 10).value <= 1
    True

    """
    return share_where(lambda shares: shares >= at_least, _in_designs(run, years), run.worlds)


def _in_designs(run: Simulated, years: float | None) -> Measure:
    """Durability after `years`, by default the horizon, where each design has histories enough to
    be freed of chance.
    """
    (at,) = simulated_years(run, [float(run.horizon_years if years is None else years)])
    if np.diff(run.worlds["design"].to_numpy()).all():
        raise ValueError(
            f"{run.name} has one history for each parameter set, which cannot tell chance "
            "from parameters; run it with sampling.replicates of 2 or more"
        )
    return measures.survival(at)
