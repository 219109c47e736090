"""Tables of costs: what each bearer is expected to pay and to lose, and its share of the burden,
with intervals.
"""

from collections.abc import Sequence
from itertools import starmap

import numpy as np
import pandas as pd

from sim.analysis.designs import Designs, designs_of
from sim.analysis.differences import paired
from sim.analysis.estimate import SHARE, Estimate, estimates, linearised
from sim.analysis.estimate_table import columns_of
from sim.analysis.integrated import integrated as integrate
from sim.analysis.measures import Columns, Measure, Simulated, cost
from sim.errors import ImpossibleError
from sim.guarantee.costs import EUROPE, PEACE, UKRAINE, UNITED_STATES, WAR, member_bearer
from sim.scenario.columns import Kind, about
from sim.uncertainty import Floats

ITEMS = {"all": (*PEACE, *WAR), "peace": PEACE, "war": WAR} | {
    item: (item,) for item in (*PEACE, *WAR)
}
"""What a row is about: everything, what is paid in peace, what a resumed war costs, and each item.
"""
_BEARERS = {"all": "", "Europe": EUROPE, "United States": UNITED_STATES, "Ukraine": UKRAINE}
_EACH_ONCE = ("Europe", "United States", "Ukraine")
"""Bearers who together bear everything."""
_ROUNDING = 1e-9


def costs(
    run: Simulated,
    against: Simulated | None = None,
    *,
    items: Sequence[str] = tuple(ITEMS),
    integrated: bool = False,
) -> pd.DataFrame:
    """Expected costs up to the horizon, and who bears which share of them.

    Parameters
    ----------
    run
        A run, or the histories that one will have.
    against
        Another run; costs are then paired differences from it, which have no shares: what a
        guarantee costs more, and what it saves.
    items
        Items to list; by default all of `ITEMS`.
    integrated
        As in `survival`.

    Returns
    -------
    DataFrame
        A row a bearer and item. Columns: bearer ("all", "Europe", each member, "United States",
        "Ukraine"); item ("all"; "peace", that is "stationing" and "arms"; "war", that is
        "resupply", "reconstruction" and "losses"); estimate, low, high, spread_low, spread_high, in
        USD billion of present value with limits as in `survival`; share, share_low, share_high, the
        expected cost of the bearer by that of all. A share of nothing, as of stationing without
        troops, is NaN.

    Raises
    ------
    NotPairedError
        If the runs are not of the same histories.
    ScenarioError
        If a run was made before costs were counted.
    ImpossibleError
        If the costs of the bearers do not add up to those of all.

    Examples
    --------
    >>> run = sim.run(sim.load("scenarios/coalition.toml", {"sampling.designs": 32}), out=None)
    >>> table = sim.costs(run, items=["all"]).set_index("bearer")
    >>> f'{table.loc[["Europe", "United States", "Ukraine"], "share"].sum():.3f}'
    '1.000'

    """
    if against is not None:
        paired(run, against)
    rows = [(bearer, item) for bearer in _bearers(run.worlds) for item in items]
    measures = [
        integrate(measure) if integrated else measure for measure in starmap(_cost_to, rows)
    ]
    estimated = estimates(measures, run.worlds, None if against is None else against.worlds)
    table = pd.DataFrame(
        [
            {"bearer": bearer, "item": item} | columns_of(made)
            for (bearer, item), made in zip(rows, estimated, strict=True)
        ]
    )
    shares = (
        _shares(run.worlds, dict(zip(rows, measures, strict=True))) if against is None else np.nan
    )
    table[["share", "share_low", "share_high"]] = shares
    return table


def _bearers(worlds: Columns) -> list[str]:
    """Europe before its members, whose names are those of the columns."""
    members = {
        cost["name"]: None
        for cost in about(worlds, Kind.COST).values()
        if cost.get("party") == EUROPE
    }
    return ["all", "Europe", *members, "United States", "Ukraine"]


def _cost_to(bearer: str, item: str) -> Measure:
    return cost(
        f"cost.{item}.{bearer}",
        f"{item} to {bearer}",
        ITEMS[item],
        _BEARERS[bearer] if bearer in _BEARERS else member_bearer(bearer),
    )


def _shares(worlds: Columns, measured: dict[tuple[str, str], Measure]) -> list[list[float]]:
    """For each row its share of the same item of all bearers, with confidence limits."""
    designs = designs_of(worlds)
    means = {
        row: measure.numbers(worlds).reshape(designs.count, -1).mean(axis=1)
        for row, measure in measured.items()
    }
    for item in dict.fromkeys(item for _, item in means):
        borne, whole = (
            sum(means[bearer, item].mean() for bearer in _EACH_ONCE),
            means["all", item].mean(),
        )
        if not abs(borne - whole) <= _ROUNDING * abs(whole):
            raise ImpossibleError(
                f"{item} costs: those of {', '.join(_EACH_ONCE)} add up to {borne:g}, not to "
                f"{whole:g}, which all bear"
            )
    return [
        ratio(mean_borne, means["all", item], designs, f"{bearer}, share of {item} costs")
        for (bearer, item), mean_borne in means.items()
    ]


def ratio(
    numerator: Floats, denominator: Floats, designs: Designs, what: str = "share of costs"
) -> list[float]:
    """Mean of a part by that of the whole, both (design,), and its confidence limits (linearised,
    Cochran 1977); NaN of nothing.

    Raises ImpossibleError for a part that is more than the whole, or that has no whole.
    """
    if not denominator.any() and not numerator.any():
        return [np.nan] * 3
    if not (denominator.mean() > 0 and np.isfinite(numerator).all()):
        raise ImpossibleError(
            f"{what}: all bear {denominator.mean():g} together, of which "
            f"{numerator.mean():g} is no share"
        )
    share, low, high = linearised(numerator, denominator, designs)
    share = min(share, 1.0) if share <= 1 + _ROUNDING else share
    made = Estimate(
        share, max(min(0.0, share), low), min(max(1.0, share), high), what=what, within=SHARE
    )
    return [made.value, made.low, made.high]
