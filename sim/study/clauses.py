"""What each clause of a text is worth: its Shapley value over all subsets of the text on `base`,
and what it adds first and last.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.means import outcome
from sim.analysis.measures import Measure
from sim.ensemble.run import Progress
from sim.errors import ArgumentFault, ScenarioError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario, digest
from sim.study.coalitions import CoalitionOutcomes, Execution
from sim.study.explanation import NO_BEARING, NOT_MODELLED, Explanation, LeftOut
from sim.study.players import Game, assumptions, between, game_of
from sim.study.shapley import weights

OUTCOME = "survival@10"
DESIGNS, REPLICATES = 500, 4
"""Judgements: a clause of a long text is valued to about half a percentage point in minutes."""


def clauses(
    scenario: Scenario, outcome: str = OUTCOME, against: Scenario | None = None, **options: Any
) -> pd.DataFrame:
    """What each clause of a text is worth: its Shapley value over all subsets of the text on
    `base`.

    Parameters
    ----------
    scenario
        A text; a scenario without clauses is valued by its provisions.
    outcome
        One that `sensitivity` takes, or ukraine_signs, both_sign, ukraine_gain or
        survival_if_signed@YEARS.
    against
        Another text: the clauses of both are then valued over `base`, and the values add up to the
        difference between them.
    **options
        Those of `value`.

    Returns
    -------
    DataFrame
        The table `clauses` of `TABLES`: a row a clause, with its value, what it adds first and
        last, and 95 % limits, in the unit of the outcome.

    Raises
    ------
    ScenarioError
        If the outcome is unknown, or the texts cannot be compared.

    Examples
    --------
    >>> text = sim.load("scenarios/texts/paris_declaration.toml")
    >>> table = sim.clauses(text, "survival@5", designs=16, replicates=2)
    >>> "clause" in table and "value" in table
    True

    """
    return value(scenario, outcome, against, **options).table


def explain(
    scenario: Scenario, against: Scenario, outcome: str = OUTCOME, **options: Any
) -> pd.DataFrame:
    """Which provisions make the difference between two scenarios.

    Parameters
    ----------
    scenario, against
        Two scenarios that differ in their guarantee; all values count over `against`.
    outcome
        As in `clauses`.
    **options
        Those of `explanation`.

    Returns
    -------
    DataFrame
        As that of `clauses`, a row a provision.

    Raises
    ------
    ScenarioError
        If the outcome is unknown.

    Examples
    --------
    >>> coalition, none = (sim.load(f"scenarios/{name}.toml") for name in ("coalition", "none"))
    >>> table = sim.explain(coalition, none, "survival@5", designs=16, replicates=2)
    >>> len(table) > 1
    True

    """
    return explanation(scenario, against, outcome, **options).table


def value(
    scenario: Scenario,
    outcome: str = OUTCOME,
    against: Scenario | None = None,
    *,
    designs: int = DESIGNS,
    replicates: int = REPLICATES,
    executor: Executor | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> Explanation:
    """What each clause of a text is worth over `base`; with `against`, what the clauses of both
    texts contribute to the difference between them.

    `outcome` is one that `sensitivity` takes, or ukraine_signs, both_sign, ukraine_gain or
    survival_if_signed@YEARS. A scenario without clauses is valued by its provisions. With `out`,
    what is simulated is kept in the store of points there. Raises ScenarioError.
    """
    own = _sized(scenario, designs, replicates)
    games = [game_of(own)]
    if against is not None:
        other = _sized(against, designs, replicates)
        _check(own, other)
        games.append(game_of(other))
    return _explained(games, outcome, Execution(executor, progress, out))


def explanation(
    scenario: Scenario,
    against: Scenario,
    outcome: str = OUTCOME,
    *,
    designs: int = DESIGNS,
    replicates: int = REPLICATES,
    executor: Executor | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> Explanation:
    """What each provision in which two scenarios differ contributes to the difference in outcome.

    `none` is the outcome of `against`, over which all values count; `out` as of `value`. Raises
    ScenarioError.
    """
    base, full = (_sized(version, designs, replicates) for version in (against, scenario))
    return _explained([between(base, full)], outcome, Execution(executor, progress, out), base)


def histories_of_clauses(texts: Sequence[Scenario], designs: int, replicates: int) -> int:
    """Histories that `value` simulates for one text or two. Raises ScenarioError."""
    return sum(map(_coalitions, map(game_of, texts))) * designs * replicates


def histories_of_explanation(scenario: Scenario, against: Scenario) -> int:
    """Histories that `explanation` simulates in its usual size."""
    return _coalitions(between(against, scenario)) * DESIGNS * REPLICATES


def _coalitions(game: Game) -> int:
    """Regimes that are simulated for the coalitions of a game."""
    coalitions = weights(len(game.players), game.full.sampling.seed).coalitions
    return len(set(map(game.active, coalitions)))


def _sized(scenario: Scenario, count: int, replicates: int) -> Scenario:
    return replaced(scenario, {"sampling.designs": count, "sampling.replicates": replicates})


def _check(scenario: Scenario, against: Scenario) -> None:
    if scenario.name == against.name:
        must = "must be another scenario, of another name"
        raise ScenarioError(ArgumentFault("against", against.name, must))
    if assumptions(scenario) != assumptions(against):
        must = (
            f"must differ from {scenario.name} in its guarantee only, so that the clauses of both "
            "stand on one base"
        )
        raise ScenarioError(ArgumentFault("against", against.name, must))


def _explained(
    games: Sequence[Game],
    name: str,
    means: Execution,
    base: Scenario | None = None,
) -> Explanation:
    """The explanation of one game, by a named base if any, or of two as a difference."""
    first = games[0].full
    counted = outcome(name, first)
    seed = first.sampling.seed
    weighed = [weights(len(game.players), seed) for game in games]
    simulated = CoalitionOutcomes.simulated(games, weighed, name, means)
    sides = [
        simulated.side(number, game, weight, 1.0 if number == 0 else -1.0)
        for number, (game, weight) in enumerate(zip(games, weighed, strict=True))
    ]
    none, full = (simulated.level(0, place) for place in (weighed[0].none, weighed[0].full))
    other = games[1].full if len(games) > 1 else base
    texts = [*(game.full for game in games), *(() if base is None else (base,))]
    return Explanation(
        _settings(texts),
        first.name,
        first.label or first.name,
        name,
        counted.label,
        counted.unit,
        none,
        full,
        tuple(worth for side in sides for worth in side),
        _left_out(first, NOT_MODELLED),
        _left_out(first, NO_BEARING),
        isinstance(counted, Measure) and name != "russia_signs" and not counted.more_is_better,
        None if other is None else other.name,
        None if other is None else other.label or other.name,
        None if other is None else simulated.difference(weighed),
        simulated.subsets,
    )


def _left_out(scenario: Scenario, kind: str) -> tuple[LeftOut, ...]:
    """The clauses of a text that set nothing, with the reason."""
    return tuple(
        LeftOut(clause.number, clause.text, getattr(clause, kind))
        for clause in scenario.clauses
        if getattr(clause, kind)
    )


def _settings(texts: Sequence[Scenario]) -> dict[str, Any]:
    """What determines an explanation beside its outcome: plain data."""
    return {
        "texts": [digest(text.model_dump(mode="json")) for text in texts],
        "sampling": texts[0].sampling.model_dump(mode="json"),
    }
