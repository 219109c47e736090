"""The assumptions behind some runs: the parameter designs as a table, and what each of their
columns means.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.analysis.measures import drawn
from sim.ensemble.run import Progress, run
from sim.ensemble.store import Run
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario, described
from sim.study.sweep import after
from sim.uncertainty import EXAMPLES, Distribution

_UNDER = " under "


def simulated(
    scenarios: Sequence[Scenario], *, progress: Progress | None = None, **options: Any
) -> list[Run]:
    """A run of each scenario; `options` are those of `sim.run`, and `progress` hears the worlds
    that are done of those of all.
    """
    total, before, runs = sum(each.sampling.worlds for each in scenarios), 0, []
    for each in scenarios:
        runs.append(
            run(
                each,
                progress=None if progress is None else after(before, total, progress),
                **options,
            )
        )
        before += each.sampling.worlds
    return runs


def assumptions(runs: Sequence[Run]) -> pd.DataFrame:
    """The numbers that were drawn (design, parameter), a column each, those that take one value
    left out.

    A column is named by its dotted key; one that not all runs share says under which it is. Raises
    ScenarioError where nothing is uncertain, or where there is one history a design, which cannot
    tell chance from parameters.
    """
    replicates = runs[0].scenario.sampling.replicates
    if replicates == 1:
        raise ScenarioError(
            [
                (
                    f"{runs[0].name}: has one history a design, which cannot tell chance from "
                    "parameters; take --replicates 2 or more"
                )
            ]
        )
    tables = [
        {
            key: run.worlds[key].iloc[::replicates].reset_index(drop=True)
            for key in drawn(run.worlds)
        }
        for run in runs
    ]
    found: dict[str, pd.Series] = {}
    for each, table in zip(runs, tables, strict=True):
        for key, values in table.items():
            shared = all(key in other and other[key].equals(values) for other in tables)
            found[key if shared else f"{key}{_UNDER}{each.name}"] = values
    varying = {key: values for key, values in found.items() if (values != values.iloc[0]).any()}
    if not varying:
        raise ScenarioError(
            [
                (
                    f"{runs[0].name}: none of its numbers is uncertain; give one a distribution, "
                    f"such as {EXAMPLES['uniform']}"
                )
            ]
        )
    return pd.DataFrame(varying)


def at_odds(scenarios: Sequence[Scenario]) -> list[str]:
    """Which numbers other than provisions are drawn from different distributions, so that the same
    world is not of the same actors.
    """
    seen: dict[str, tuple[str, Distribution]] = {}
    problems = []
    for scenario in scenarios:
        for key, distribution in scenario.uncertain().items():
            name, first = seen.setdefault(key, (scenario.name, distribution))
            if first != distribution and not of_regime(key):
                problems.append(
                    f"{scenario.name}: {key} is {distribution}, where {name} has {first}; say "
                    "the same in both"
                )
    return problems


def of_regime(key: str) -> bool:
    """Whether it is a provision, in which guarantees may differ, and no assumption about actors."""
    return key.startswith("regime.")


def by_rank_correlation(drawn: pd.DataFrame, outcome: pd.Series) -> list[str]:
    """The columns, those first whose ranks go most with those of the outcome (Spearman 1904).

    In their order where it is constant.
    """
    ranks = drawn.rank()
    alike = ranks.apply(outcome.rank().cov) / ranks.std()
    return [str(name) for name in alike.abs().sort_values(ascending=False, kind="stable").index]


def meaning(column: str) -> tuple[str, str]:
    """What a column of `assumptions` means, in a few words with whose it is, and its unit."""
    key, under, run = column.partition(_UNDER)
    whose, *inner = key.split(".")
    try:
        told, unit = described(key)
    except KeyError:  # a member of a coalition goes by its name, which the schema does not have
        told, unit = described(".".join([whose, *inner[:-2], inner[-1]]))
        whose = inner[-2]
    short = told.partition(",")[0].partition(";")[0].partition(":")[0].strip()
    name = whose.replace("_", " ")
    owner = (
        "" if whose in ("regime", "war") else f"{name if name[:1].isupper() else name.title()}: "
    )
    return f"{owner}{short}{under}{run}", unit if unit != "-" else ""
