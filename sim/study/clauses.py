"""What each clause of a text is worth: its Shapley value over all subsets of the text on `base`,
and what it adds first and last.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sim.analysis.estimate import Estimate, estimates
from sim.analysis.means import FunctionOfMeans, outcome
from sim.analysis.measures import Measure
from sim.ensemble.run import Progress
from sim.ensemble.variants import simulate_variants
from sim.errors import ArgumentFault, ScenarioError
from sim.model.designs import designs
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario, digest
from sim.study.explanation import NO_BEARING, NOT_MODELLED, Explanation, LeftOut, Worth
from sim.study.players import Game, assumptions, between, game_of
from sim.study.robustness import worse_if_more
from sim.study.shapley import Weights, weights
from sim.uncertainty import Floats

OUTCOME = "survival@10"
DESIGNS, REPLICATES = 500, 4
"""Judgements: a clause of a long text is valued to about half a percentage point in minutes."""
_TAIL = 0.975


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
    return _explained(games, outcome, _Means(executor, progress, out))


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
    return _explained([between(base, full)], outcome, _Means(executor, progress, out), base)


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
    means: "_Means",
    base: Scenario | None = None,
) -> Explanation:
    """The explanation of one game, by a named base if any, or of two as a difference."""
    first = games[0].full
    counted = outcome(name, first)
    seed = first.sampling.seed
    weighed = [weights(len(game.players), seed) for game in games]
    simulated = _Simulated.of(games, weighed, name, means)
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
        isinstance(counted, Measure) and name != "russia_signs" and worse_if_more(counted),
        None if other is None else other.name,
        None if other is None else other.label or other.name,
        None if other is None else simulated.difference(weighed),
        simulated.subsets,
    )


@dataclass(frozen=True)
class _Means:
    """Where and how coalitions are simulated."""

    executor: Executor | None
    progress: Progress | None
    out: Path | None


@dataclass(frozen=True)
class _Simulated:
    """The outcome of every coalition of each game in every world, (coalition, world)."""

    outcomes: Sequence[Floats]
    frame: pd.DataFrame  # world, design, and what was drawn
    counted: Measure | FunctionOfMeans
    subsets: int

    @classmethod
    def of(
        cls,
        games: Sequence[Game],
        weighed: Sequence[Weights],
        name: str,
        means: "_Means",
    ) -> "_Simulated":
        """Simulate each regime once, those that differ in plain numbers only side by side."""
        counted = outcome(name, games[0].full)
        tally = _Tally(len(games), means.progress)
        valued = [
            _of_coalitions(game, weight, name, replace(means, progress=tally.of_game(number)))
            for number, (game, weight) in enumerate(zip(games, weighed, strict=True))
        ]
        outcomes = [values for values, _ in valued]
        subsets = sum(count for _, count in valued)
        return cls(outcomes, _frame(games), counted, subsets)

    def side(self, number: int, game: Game, weight: Weights, sign: float) -> list[Worth]:
        """What each player of a game is worth, with the sign in which it counts."""
        values = self.outcomes[number]
        kinds = [sign * weights @ values for weights in (weight.shapley, weight.first, weight.last)]
        made = self._estimates([row for kind in kinds for row in kind], share=False)
        count, errors = len(game.players), weight.order_error(values.mean(axis=1))
        pairs = 0 if weight.orders is None else len(weight.orders)
        return [
            Worth(
                player.number,
                player.text,
                _widened(made[place], errors[place], pairs),
                made[count + place],
                made[2 * count + place],
                game.full.name,
            )
            for place, player in enumerate(game.players)
        ]

    def level(self, number: int, place: int) -> Estimate:
        """The outcome of one coalition."""
        return self._estimates([self.outcomes[number][place]], share=self.counted.unit == "share")[
            0
        ]

    def difference(self, weighed: Sequence[Weights]) -> Estimate:
        """The outcome of the first text less that of the second, or of the base of the first."""
        own = self.outcomes[0][weighed[0].full]
        place = weighed[0].none if len(weighed) == 1 else weighed[1].full
        return self._estimates([own - self.outcomes[-1][place]], share=False)[0]

    def _estimates(self, rows: Sequence[Floats], *, share: bool) -> list[Estimate]:
        unit = "share" if share else "difference"
        measures = [
            Measure(self.counted.name, self.counted.label, unit, partial(_same, row))
            for row in rows
        ]
        made = estimates(measures, self.frame)
        if isinstance(self.counted, FunctionOfMeans):  # one number over all parameter sets
            return [Estimate(number.value, number.low, number.high) for number in made]
        return made


@dataclass
class _Tally:
    """Progress over several games, of each of which the share that is done is known."""

    games: int
    progress: Progress | None

    def of_game(self, number: int) -> Progress | None:
        """Progress of one game as that of all."""
        if self.progress is None:
            return None
        report = self.progress
        return lambda done, total: report(number * total + done, self.games * total)


def _of_coalitions(game: Game, weight: Weights, name: str, means: "_Means") -> tuple[Floats, int]:
    """The outcome of each coalition in each world, and how many regimes were simulated for it."""
    active = [game.active(coalition) for coalition in weight.coalitions]
    distinct = list(dict.fromkeys(active))
    counted, worlds = outcome(name, game.full), game.base.sampling.worlds
    values: dict[frozenset[str], Floats] = {}
    for structure in dict.fromkeys(map(game.structure, distinct)):
        alike = [coalition for coalition in distinct if game.structure(coalition) == structure]
        done = len(values) * worlds
        columns = simulate_variants(
            game.scenario(structure),
            [game.setting(coalition) for coalition in alike],
            partial(_count, name, game.full),
            means.executor,
            means.progress and partial(_report, means.progress, done, len(distinct) * worlds),
            out=means.out,
            counted=counted.key if isinstance(counted, Measure) else name,
        )
        for coalition, column in zip(alike, columns, strict=True):
            values[coalition] = (
                counted.linear(column) if isinstance(counted, FunctionOfMeans) else column[0]
            )
    return np.stack([values[coalition] for coalition in active]), len(distinct)


def _report(progress: Progress, before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def _count(name: str, scenario: Scenario, worlds: pd.DataFrame) -> Floats:
    """What an outcome takes of each world, (number, world)."""
    counted = outcome(name, scenario)
    if isinstance(counted, FunctionOfMeans):
        return counted.columns(worlds)
    return counted.of(worlds)[None]


def _same(row: Floats, _: Any) -> Floats:
    return row


def _frame(games: Sequence[Game]) -> pd.DataFrame:
    """The worlds and what was drawn for them in any of the games."""
    sampling = games[0].base.sampling
    uncertain = {
        key: distribution for game in games for key, distribution in game.uncertain.items()
    }
    design = np.arange(sampling.worlds) // sampling.replicates
    correlations = {each.pair: each for game in games for each in game.full.correlation}
    drawn = designs(sampling.seed, uncertain, np.arange(sampling.designs), correlations.values())
    columns = {key: values[design] for key, values in drawn.items()}
    return pd.DataFrame({"world": np.arange(sampling.worlds), "design": design} | columns)


def _widened(made: Estimate, error: float, pairs: int) -> Estimate:
    """An estimate whose limits hold the error of sampled orders too."""
    if not error:
        return made
    reach = float(special.stdtrit(pairs - 1, _TAIL)) * error
    return Estimate(
        made.value,
        made.value - float(np.hypot(made.value - made.low, reach)),
        made.value + float(np.hypot(made.high - made.value, reach)),
        made.spread_low,
        made.spread_high,
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
