"""Paired differences between runs of the same simulated histories."""

from collections.abc import Sequence

import pandas as pd

from sim.analysis import measures
from sim.analysis.estimate_table import ESTIMATE_COLUMNS, simulated_years, tabulate
from sim.analysis.measures import Simulated
from sim.errors import NotPairedError
from sim.scenario.sampling import milestones


def compare(
    runs: Sequence[Simulated],
    baseline: str | None = None,
    years: Sequence[float] | None = None,
    *,
    integrated: bool = False,
) -> pd.DataFrame:
    """Paired differences in durability from a baseline, on the same simulated histories.

    Parameters
    ----------
    runs
        Runs of the same seed, horizon, parameter sets and histories each.
    baseline
        Name of the run that the others are compared with; by default the first.
    years
        Years after the signature, at most the horizon; by default those of the durability table.
    integrated
        As in `survival`.

    Returns
    -------
    DataFrame
        A row a run and year. Columns: scenario, baseline, years; estimate, a difference of shares;
        low, high, spread_low and spread_high as in `survival`.

    Raises
    ------
    NotPairedError
        If the runs are not of the same histories.
    ValueError
        If there is no run or none has the name of the baseline, or a year is not from 0 to the
        horizon.

    Examples
    --------
    >>> texts = [f"scenarios/{name}.toml" for name in ("none", "nato")]
    >>> runs = [sim.run(sim.load(text, {"sampling.designs": 32}), out=None) for text in texts]
    >>> list(sim.compare(runs, years=[10])["scenario"])
    ['nato']

    """
    if not runs:
        raise ValueError("there is no run to compare; make some with sim.run(scenario)")
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
        table = tabulate(
            ((measures.survival(year), {"years": year}) for year in at),
            run,
            base,
            integrated=integrated,
        )
        tables.append(table.assign(scenario=run.name, baseline=base.name))
    columns = ["scenario", "baseline", "years", *ESTIMATE_COLUMNS]
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )


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
