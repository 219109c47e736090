"""Tables of a run: durability, causes, the hazard of each year, and paired differences between
runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.analysis import measures
from sim.analysis.designs import Designs
from sim.analysis.estimate import (
    AMOUNT,
    Estimate,
    by_design,
    estimates,
    ratio,
    share_where,
)
from sim.analysis.integrated import integrated as integrate
from sim.analysis.measures import Measure, Simulated
from sim.errors import ImpossibleError, NotPairedError
from sim.game.endings import ENDINGS, Cause, Reason
from sim.levels import CONFIDENCE, EVEN
from sim.scenario.schema import milestones
from sim.uncertainty import Floats

_ROUNDING = 1e-6
"""What shares may miss 1 by, added up, and what an error must exceed relative to its rate so as to
be one.
"""


def survival(
    run: Simulated, years: Sequence[float] | None = None, *, integrated: bool = False
) -> pd.DataFrame:
    """Durability: share of worlds whose ceasefire holds `years`, by default those of the durability
    table.

    With `integrated`, the hazard of each month is integrated in place of its coin toss: the same
    mean, a smaller sampling error. Columns: years, estimate, low, high (95 % confidence),
    spread_low, spread_high (90 % of parameter sets).
    """
    at = milestones(run.horizon_years) if years is None else simulated_years(run, years)
    return _tabulate(
        ((measures.survival(year), {"years": year}) for year in at), run, integrated=integrated
    )


def causes(run: Simulated, *, integrated: bool = False) -> pd.DataFrame:
    """Share of all worlds by how the ceasefire ended, `held` included; they add up to 1.

    As `survival`, with cause for years.

    Raises ImpossibleError where they do not.
    """
    table = _tabulate(
        ((measures.cause(cause), {"cause": str(cause)}) for cause in Cause),
        run,
        integrated=integrated,
    )
    if not abs((whole := table["estimate"].sum()) - 1) <= _ROUNDING:
        raise ImpossibleError(f"{run.name}: shares by cause add up to {whole:g}, not to 1")
    return table


def reasons(run: Simulated, *, integrated: bool = False) -> pd.DataFrame:
    """Share of all worlds by the main reason of the attack that ended them.

    They add up to that of attacks. As `causes`, with reason.
    """
    return _tabulate(
        ((measures.reason(reason), {"reason": str(reason)}) for reason in Reason),
        run,
        integrated=integrated,
    )


def terms_drift(run: Simulated) -> Estimate:
    """How far the terms of peace are bent towards Russia, in its chance of prevailing.

    A mean over all time at peace (docs/model.md).

    The sum over histories by their total years: a ratio of means, with limits as `ratio` has them.
    """
    return ratio(
        lambda worlds: measures.TERMS_DRIFT.of(worlds) * measures.TIME_AT_PEACE.of(worlds),
        measures.TIME_AT_PEACE.of,
        run.worlds,
    )


def probes_per_year(run: Simulated) -> Estimate:
    """Probes a year of peace: their sum over histories by the total years, with limits as `ratio`
    has them.
    """
    return ratio(measures.PROBES.of, measures.TIME_AT_PEACE.of, run.worlds)


def cumulative_incidence(run: Simulated, years: Sequence[float]) -> pd.DataFrame:
    """Share of all worlds that have ended by each cause up to each of `years`.

    One row a year, one column a cause, `held` the rest.

    With censoring at the horizon only this is the Aalen-Johansen estimate.
    """
    worlds, years = run.worlds, simulated_years(run, years)
    times = {
        cause: np.sort(worlds["years"].to_numpy()[(worlds["cause"] == cause.value).to_numpy()])
        for cause in ENDINGS
    }
    ended = pd.DataFrame(
        {
            str(cause): np.searchsorted(sorted_years, np.asarray(years), side="right")
            for cause, sorted_years in times.items()
        }
    )
    table = pd.DataFrame({"years": years}).join(ended / len(worlds["years"]))
    return table.assign(held=1 - ended.sum(axis=1) / len(worlds["years"]))


def hazard(run: Simulated) -> pd.DataFrame:
    """Rate at which ceasefires that still hold end, by year of their age, in ends per year at risk.

    Columns: year (1 is the first), estimate, low, high (95 % confidence), at_risk (share of worlds
    at its start). Years in which none still holds are left out.
    """
    worlds, rows = run.worlds, []
    ended, times = ~worlds["held"].to_numpy(), worlds["years"].to_numpy()
    designs = Designs(worlds)
    for year in range(run.horizon_years):
        exposure = np.clip(times - year, 0, 1)
        if not exposure.any():
            break
        ends = (ended & (times > year) & (times <= year + 1)).astype(float)
        ends_of, exposure_of = (
            numbers.reshape(designs.count, -1).sum(axis=1) for numbers in (ends, exposure)
        )
        rate = _rate(
            ends_of, exposure_of, designs, f"{run.name}: ends in year {year + 1} for a year at risk"
        )
        rows.append(
            {
                "year": year + 1,
                "estimate": rate.value,
                "low": rate.low,
                "high": rate.high,
                "at_risk": float(np.mean((times > year) | ~ended)),
            }
        )
    return pd.DataFrame(rows)


def danger(table: pd.DataFrame) -> tuple[pd.Series, int, int]:
    """Of a table of `hazard`, the row of the highest rate, and the first and last year whose rate
    is statistically indistinguishable from it.
    """
    worst = table.loc[table["estimate"].idxmax()]
    alike = table.loc[table["high"] >= worst["low"], "year"]
    return worst, int(alike.min()), int(alike.max())


def _rate(ends: Floats, exposure: Floats, designs: Designs, what: str) -> Estimate:
    """A rate from the ends and the years at risk of each design.

    Raises ImpossibleError where there are no years at risk.

    Its limits are Garwood's (1936) for a Poisson count, with as many ends as give the sampling
    error of the ratio over designs (linearised, Cochran 1977). Without any ends each design counts
    as one history, and where designs do not differ, as one end.
    """
    if not exposure.sum() > 0:
        raise ImpossibleError(f"{what}: no history was at risk, so that there is no rate")
    rate, tail = float(ends.sum() / exposure.sum()), (1 - CONFIDENCE) / 2
    if rate == 0:
        return Estimate(
            0.0,
            0.0,
            float(stats.chi2.ppf(1 - tail, 2) / 2 / exposure.mean() / len(ends) * exposure.max()),
            what=what,
            within=AMOUNT,
        )
    error = designs.error(ends - rate * exposure) / exposure.mean()
    count = (rate / error) ** 2 if error > _ROUNDING * rate else float(len(ends))
    low, high = (
        stats.chi2.ppf(tail, 2 * count) / 2 / count,
        stats.chi2.ppf(1 - tail, 2 * count + 2) / 2 / count,
    )
    return Estimate(rate, float(rate * low), float(rate * high), what=what, within=AMOUNT)


def spread(run: Simulated, years: float | None = None) -> pd.DataFrame:
    """Durability in each parameter set after `years`, by default the horizon.

    One row a design, columns design and estimate.

    The designs are drawn together until they hold no chance of few replicates. Raises ValueError
    for one history a design, which cannot tell chance from parameters.
    """
    shares = by_design(_in_designs(run, years), run.worlds)
    return pd.DataFrame({"design": np.arange(len(shares)), "estimate": shares})


def sure(run: Simulated, years: float | None = None, at_least: float = EVEN) -> Estimate:
    """The share of parameter sets in which durability is `at_least` so much, by default likelier
    than not; errors as `spread`.
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


def compare(
    runs: Sequence[Simulated],
    baseline: str | None = None,
    years: Sequence[float] | None = None,
    *,
    integrated: bool = False,
) -> pd.DataFrame:
    """Paired differences in durability from a baseline, by default the first run, on common random
    numbers.

    Columns: scenario, baseline, years, estimate, low, high, spread_low, spread_high; differences
    are in shares of worlds. `integrated` as in `survival`. Raises NotPairedError if the runs are
    not of the same worlds, ValueError if the baseline is not among them.
    """
    names = [run.name for run in runs]
    if baseline is not None and baseline not in names:
        raise ValueError(f"no run is called {baseline}; the runs are {', '.join(names)}")
    base = runs[names.index(baseline)] if baseline else runs[0]
    at = milestones(base.horizon_years) if years is None else simulated_years(base, years)
    tables = []
    for run in runs:
        if run is base:
            continue
        paired(run, base)
        table = _tabulate(
            ((measures.survival(year), {"years": year}) for year in at),
            run,
            base,
            integrated=integrated,
        )
        tables.append(table.assign(scenario=run.name, baseline=base.name))
    columns = ["scenario", "baseline", "years", *_COLUMNS]
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )


_COLUMNS = ["estimate", "low", "high", "spread_low", "spread_high"]


def columns_of(made: Estimate) -> dict[str, float]:
    """An estimate as columns of a table."""
    values = asdict(made)
    return {"estimate": values.pop("value")} | values


def estimate_of(row: Any) -> Estimate:
    """The estimate in a row with the columns of `columns_of`."""
    return Estimate(
        float(row["estimate"]),
        float(row["low"]),
        float(row["high"]),
        float(row["spread_low"]),
        float(row["spread_high"]),
    )


def simulated_years(run: Simulated, years: Sequence[float]) -> Sequence[float]:
    """The years, if the run reaches them. Raises ValueError if not."""
    if len(years) and max(years) > run.horizon_years:
        raise ValueError(
            f"{run.name} was simulated for {run.horizon_years} years; it does not tell what "
            f"holds {max(years):g}"
        )
    return years


def paired(run: Simulated, base: Simulated) -> None:
    """Raise NotPairedError if the runs are not of the same worlds."""
    if _pairing(run) != _pairing(base):
        raise NotPairedError(
            f"{run.name} and {base.name} cannot be compared: they differ in seed, horizon or "
            "step, designs or replicates, so that their simulated histories are not pairs; run "
            "both with the same sampling"
        )


def _pairing(run: Simulated) -> object:
    return getattr(run, "manifest", {}).get("scenario", {}).get("sampling")


def _tabulate(
    rows: Iterable[tuple[Measure, dict[str, object]]],
    run: Simulated,
    against: Simulated | None = None,
    *,
    integrated: bool,
) -> pd.DataFrame:
    """A row a measure: what names it, and its estimate."""
    other = None if against is None else against.worlds
    measured, named = zip(*rows, strict=True)
    made_of_rows = estimates(
        [integrate(measure) for measure in measured] if integrated else measured, run.worlds, other
    )
    return pd.DataFrame(
        [names | columns_of(made) for names, made in zip(named, made_of_rows, strict=True)]
    )
