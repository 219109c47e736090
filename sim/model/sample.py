"""The worlds that a model simulates, and what was drawn for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np

from sim.model.designs import components, designs
from sim.quantity import Array, Worlds
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats, Mixture, PointValues


@dataclass(frozen=True)
class Sample:
    """Some worlds of a scenario; world w has parameter set w // replicates."""

    seed: int
    worlds: Worlds  # their numbers, (world,)
    design: Worlds  # their parameter sets, (world,)
    draws: dict[str, Floats]  # by dotted key, (world,) each
    parameters: Scenario  # the scenario with these draws
    by_design: Scenario  # the same with an entry a parameter set, which are fewer
    place: Worlds  # of each world's parameter set among them, (world,)
    first: Worlds  # the first of the worlds that have it, (design,)

    @classmethod
    def drawn_for(
        cls,
        scenario: Scenario,
        seed: int,
        wanted: int | Sequence[int] | Worlds,
        settings: Mapping[str, Floats] | None = None,
    ) -> Self:
        """Draw for the worlds that are `wanted`, their number or their numbers.

        `settings` are values (world,) by dotted key in place of those of the scenario. Raises
        ValueError for a world that the sampling of the scenario does not have.
        """
        worlds = numbered(scenario, wanted)
        design = worlds // scenario.sampling.replicates
        which, first, place = np.unique(design, return_index=True, return_inverse=True)
        drawn = designs(seed, scenario.uncertain(), which, scenario.correlation)
        draws = {name: values[place] for name, values in drawn.items()}
        if settings:  # worlds of one parameter set may differ
            parameters = scenario.drawn(draws | dict(settings))
            every = np.arange(len(worlds))
            return cls(seed, worlds, design, draws, parameters, parameters, every, every)
        one_each = scenario.drawn(drawn)
        return cls(seed, worlds, design, draws, scenario.drawn(draws), one_each, place, first)

    def redraw(self, known: Distribution) -> Callable[[Floats], Floats]:
        """The quantile function (world,) of what is drawn once more within these worlds: of a
        mixture, that of the component which each parameter set has.
        """
        distribution = known.redraw_distribution()
        if isinstance(distribution, Mixture) and isinstance(known, Mixture | PointValues):
            return partial(distribution.within, components(self.seed, known, self.design))
        return distribution.quantile

    def at(self, worlds: Worlds) -> Scenario:
        """The scenario with what was drawn for some worlds, by their positions."""
        return self.by_design.at(self.place[worlds])

    def everywhere(self, by_design: Array) -> Floats:
        """What the worlds of a parameter set have in common, (design,), in each of them."""
        return np.broadcast_to(by_design, self.first.shape).take(self.place)


def numbered(scenario: Scenario, wanted: int | Sequence[int] | Worlds) -> Worlds:
    """The numbers of worlds, of which there is at least one.

    Raises ValueError for a world that the sampling of the scenario does not have.
    """
    sampling = scenario.sampling
    numbers = np.arange(wanted) if isinstance(wanted, int | np.integer) else np.asarray(wanted)
    worlds: Worlds = numbers.astype(np.intp)
    most = sampling.designs * sampling.replicates
    if (
        not len(worlds)
        or worlds.min() < 0
        or worlds.max() >= most
        or np.any(np.not_equal(worlds, numbers))
    ):
        raise ValueError(
            f"worlds must be numbers from 0 to {most - 1}: the scenario has "
            f"{sampling.designs} designs of {sampling.replicates} replicates; raise "
            "sampling.designs or sampling.replicates for more"
        )
    return worlds
