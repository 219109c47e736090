"""The assumptions behind some runs: the parameter sets as a table, and what each of their
columns means.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from sim.analysis.measures import drawn
from sim.ensemble.run import Progress, run
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, ScenarioError
from sim.scenario.schema import Scenario, described
from sim.study.sweep import progress_within
from sim.uncertainty import EXAMPLES, Distribution

_UNDER = " under "


def run_all(
    scenarios: Sequence[Scenario], *, progress: Progress | None = None, **options: Any
) -> list[Run]:
    """A run of each scenario; `options` are those of `sim.run`, and `progress` is called with the
    histories done so far and those of all scenarios.

    Raises ScenarioError before any is simulated if there is one history of each parameter set, as
    `assumptions` does.
    """
    if any(scenario.sampling.replicates == 1 for scenario in scenarios):
        raise ScenarioError(one_replicate())
    total = sum(scenario.sampling.worlds for scenario in scenarios)
    before, runs = 0, []
    for scenario in scenarios:
        own = None if progress is None else progress_within(before, total, progress)
        runs.append(run(scenario, progress=own, **options))
        before += scenario.sampling.worlds
    return runs


def assumptions(runs: Sequence[Run]) -> pd.DataFrame:
    """The numbers that were drawn in some runs, without those that take one value only.

    Parameters
    ----------
    runs
        Runs with the same parameter sets and at least two histories of each.

    Returns
    -------
    DataFrame
        A row a parameter set, a column a number, named by its dotted key; where runs differ in it,
        " under " and the name of the run follow.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, or there is one history of each parameter set, from which chance
        and parameters cannot be separated.

    """
    replicates = runs[0].scenario.sampling.replicates
    if replicates == 1:
        raise ScenarioError(one_replicate())
    tables = [
        {
            key: run.worlds[key].iloc[::replicates].reset_index(drop=True)
            for key in drawn(run.worlds)
        }
        for run in runs
    ]
    columns: dict[str, pd.Series] = {}
    for of_run, table in zip(runs, tables, strict=True):
        for key, values in table.items():
            shared = all(key in other and other[key].equals(values) for other in tables)
            columns[key if shared else f"{key}{_UNDER}{of_run.name}"] = values
    varying = {key: values for key, values in columns.items() if (values != values.iloc[0]).any()}
    if not varying:
        raise ScenarioError(nothing_uncertain(runs[0].name))
    return pd.DataFrame(varying)


def one_replicate() -> ArgumentFault:
    """One history of each parameter set does not tell chance from parameters."""
    must = "must be 2 or more, to separate chance from parameters"
    return ArgumentFault("sampling.replicates", 1, must)


def nothing_uncertain(scenario: str) -> str:
    """What to do where a scenario has no uncertain number."""
    return (
        f"{scenario}: none of its numbers is uncertain; give one a distribution, such as "
        f"{EXAMPLES['uniform']}"
    )


def at_odds(scenarios: Sequence[Scenario]) -> list[str]:
    """Which numbers other than provisions are drawn from different distributions, so that the same
    world is not of the same actors.
    """
    seen: dict[str, tuple[str, Distribution]] = {}
    problems = []
    for scenario in scenarios:
        for key, distribution in scenario.uncertain().items():
            name, first = seen.setdefault(key, (scenario.name, distribution))
            if first != distribution and not is_provision(key):
                problems.append(
                    f"{scenario.name}: {key} is {distribution}, where {name} has {first}; say "
                    "the same in both"
                )
    return [*problems, *_depending_otherwise(scenarios)]


def _depending_otherwise(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Which correlations of numbers other than provisions are not those of the first scenario."""
    ranks = [
        {
            correlation.name: correlation.rank
            for correlation in scenario.correlation
            if not any(map(is_provision, correlation.keys))
        }
        for scenario in scenarios
    ]
    first, *others = ranks
    for scenario, own in zip(scenarios[1:], others, strict=True):
        for name in first | own:
            one, other = own.get(name, 0.0), first.get(name, 0.0)
            if one != other:
                yield (
                    f"{scenario.name}: the rank correlation of {name.replace('~', ' and ')} is "
                    f"{one:g}, where {scenarios[0].name} has {other:g}; say the same in both"
                )


def is_provision(key: str) -> bool:
    """Whether it is a provision, in which guarantees may differ, and no assumption about actors."""
    return key.startswith("regime.")


def by_rank_correlation(columns: pd.DataFrame, outcome: pd.Series) -> list[str]:
    """The columns, those first whose ranks correlate most with those of the outcome (Spearman
    1904).

    In their order where it is constant.
    """
    ranks = columns.rank()
    correlation = ranks.apply(outcome.rank().cov) / ranks.std()
    order = correlation.abs().sort_values(ascending=False, kind="stable").index
    return [str(name) for name in order]


def meaning(column: str) -> tuple[str, str]:
    """What a column of `assumptions` means, in a few words with whose it is, and its unit.

    Examples
    --------
    >>> meaning("russia.strength_target")[1]
    'brigade-equivalents'

    """
    key, run_name = key_and_run(column)
    block, *inner = key.split(".")
    try:
        text, unit = described(key)
    except KeyError:  # a member of a coalition goes by its name, which the schema does not have
        text, unit = described(".".join([block, *inner[:-2], inner[-1]]))
        block = inner[-2]
    short = re.split("[,;:]", text, maxsplit=1)[0].strip()
    name = block.replace("_", " ")
    owner = (
        "" if block in ("regime", "war") else f"{name if name[:1].isupper() else name.title()}: "
    )
    under = f"{_UNDER}{run_name}" if run_name else ""
    return f"{owner}{short}{under}", unit if unit != "-" else ""


def key_and_run(column: str) -> tuple[str, str]:
    """The dotted key of a column of `assumptions`, and the name of the run whose number it is; an
    empty one where the runs agree.

    Examples
    --------
    >>> key_and_run("regime.commitment.europe under coalition")
    ('regime.commitment.europe', 'coalition')

    """
    key, _, run_name = column.partition(_UNDER)
    return key, run_name


def values_of(keys: Iterable[str], row: Any) -> str:
    """The values of several keys in a row, each by what it means.

    Examples
    --------
    >>> values_of(["regime.deployment.brigades"], {"regime.deployment.brigades": 5})
    '“allied force stationed in Ukraine” at 5'

    """
    return " and ".join(f"“{meaning(key)[0]}” at {row[key]:.3g}" for key in keys)
