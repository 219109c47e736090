"""The outcome of a guarantee with some of its clauses, for every coalition of them."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import special

from sim.analysis.estimate import Estimate, estimates
from sim.analysis.means import FunctionOfMeans, outcome
from sim.analysis.measures import Measure
from sim.ensemble.counted import drawn_worlds
from sim.ensemble.run import Progress
from sim.ensemble.variants import simulate_variants
from sim.levels import TAILS
from sim.scenario.schema import Scenario
from sim.study.explanation import Worth
from sim.study.players import Game
from sim.study.shapley import Weights
from sim.uncertainty import Floats


@dataclass(frozen=True)
class Execution:
    """Where and how coalitions are simulated."""

    executor: Executor | None
    progress: Progress | None
    out: Path | None


@dataclass(frozen=True)
class CoalitionOutcomes:
    """The outcome of every coalition of each game in every world, (coalition, world)."""

    outcomes: Sequence[Floats]
    frame: pd.DataFrame  # world, design, and what was drawn
    counted: Measure | FunctionOfMeans
    subsets: int

    @classmethod
    def simulated(
        cls,
        games: Sequence[Game],
        weighed: Sequence[Weights],
        name: str,
        means: Execution,
    ) -> Self:
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


def _report(progress: Progress, before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def _count(name: str, scenario: Scenario, worlds: pd.DataFrame) -> Floats:
    """What an outcome takes of each world, (number, world)."""
    counted = outcome(name, scenario)
    if isinstance(counted, FunctionOfMeans):
        return counted.columns(worlds)
    return counted.numbers(worlds)[None]


def _same(row: Floats, _: Any) -> Floats:
    return row


def _frame(games: Sequence[Game]) -> pd.DataFrame:
    """The worlds and what was drawn for them in any of the games."""
    uncertain = {
        key: distribution for game in games for key, distribution in game.uncertain.items()
    }
    correlations = {
        correlation.pair: correlation for game in games for correlation in game.full.correlation
    }
    return drawn_worlds(games[0].base.sampling, uncertain, correlations.values())


def _widened(made: Estimate, error: float, pairs: int) -> Estimate:
    """An estimate whose limits hold the error of sampled orders too."""
    if not error:
        return made
    reach = float(special.stdtrit(pairs - 1, TAILS[1])) * error
    return Estimate(
        made.value,
        made.value - float(np.hypot(made.value - made.low, reach)),
        made.value + float(np.hypot(made.high - made.value, reach)),
        made.spread_low,
        made.spread_high,
    )


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


def _of_coalitions(game: Game, weight: Weights, name: str, means: Execution) -> tuple[Floats, int]:
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
