"""The ceasefire: many possible histories advanced month by month as one Mesa model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.foresight import PRESENT
from sim.game.crisis import Crisis
from sim.guarantee.terms import TERMS, Moment, Terms
from sim.model.books import follow_power, station
from sim.model.cast import Cast
from sim.model.chance import Branch, Chance
from sim.model.collector import data_collector
from sim.model.fate import Fate
from sim.model.histories import Histories
from sim.model.journal import Journal
from sim.model.observer import Observer
from sim.model.politics import deliver, hold_politics
from sim.model.rates import Rates
from sim.model.reviews import review_in_russia, review_in_ukraine
from sim.model.sample import Sample
from sim.model.situation import Situation, crisis_of, terms_of
from sim.model.wars import Wars
from sim.quantity import Worlds
from sim.scenario.course import Course
from sim.scenario.course_check import check
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats


class CeasefireModel(mesa.Model):
    """Possible histories of one ceasefire under one scenario, as a plain Mesa model.

    `step()` is a month, `running` says whether any history goes on. Every attribute of the model
    and of its agents `russia`, `ukraine`, `europe` and `united_states` is an array with one entry a
    history.

    Parameters
    ----------
    scenario
        What to simulate.
    worlds
        How many histories, or their numbers (world,): history w has parameter set w // replicates.
    rng
        Replaces the seed of the scenario. With the same seed a history is the same alone and among
        thousands.
    settings
        Values (world,) that stand in place of those of the scenario, by dotted key: histories of
        the same number then meet the same chances under different settings.
    course
        Fixes events and decisions; `log_weight` then has the chance with which each history would
        have produced them.
    branches
        After each of them the histories meet fresh chances: those of one number part there.
    agents
        Strategies: for an actor, such as "europe", a subclass of its agent (`sim.agents`) that
        decides in its place. It meets the same chances; what the others expect of the actor still
        follows from the scenario.
    collect
        Whether `datacollector` gathers a row a month, of one history its values and of several
        their means.

    Raises
    ------
    ValueError
        For a history that the sampling of the scenario does not have.
    ScenarioError
        For a course that the scenario cannot have, or `agents` that are no subclasses of the
        actors' own.

    Examples
    --------
    >>> model = sim.CeasefireModel(sim.load("scenarios/nato.toml"), worlds=[7])
    >>> while model.running:
    ...     model.step()
    >>> model.years > 0
    True

    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int | Sequence[int] | Worlds = 1,
        rng: int | np.random.Generator | None = None,
        settings: Mapping[str, Floats] | None = None,
        course: Course | None = None,
        branches: Sequence[Branch] = (),
        *,
        agents: Mapping[str, type[mesa.Agent]] | None = None,
        collect: bool = True,
    ) -> None:
        """Sign the ceasefire."""
        sampling = scenario.sampling
        check(course, scenario)
        seed = (
            sampling.seed
            if rng is None
            else int(rng)
            if isinstance(rng, int | np.integer)
            else int(rng.integers(2**63))
        )
        super().__init__(rng=seed)
        self.sample = sample = Sample.drawn_for(scenario, seed, worlds, settings)
        self.worlds, self.design, self.draws = sample.worlds, sample.design, sample.draws
        self.parameters = sample.parameters
        self.specification = scenario  # `scenario` is a property of its own in later Mesa
        self.chance, self._seed_of_chance = Chance(seed, self.worlds), seed
        self._branches = {branch.step: branch for branch in branches}
        self.fate = Fate(course, sampling.steps_per_year, len(self.worlds))
        self.step_years = 1 / sampling.steps_per_year
        self.month = 0  # our own count: Mesa 3 counts in `steps`, Mesa 4 in `time`
        self.years, size = 0.0, len(self.worlds)
        self._sign(size, Cast.with_strategies(agents))
        self.histories = Histories(size, sampling)
        self.wars = Wars(self)
        self.journal = Journal(int(self.worlds[0])) if size == 1 else None
        self.observer: Observer = self.journal or Observer()
        self.observer.open(self)
        self.datacollector = data_collector()
        self._collects = collect

    def _sign(self, size: int, cast: Cast) -> None:
        """The actors at the signature, what chance has in store for the regime, and the chances of
        a month.
        """
        parameters, regime, chance = self.parameters, self.parameters.regime, self.chance
        at_once = Moment(0.0, 0.0, entered=False, successor=False, step=self.step_years)
        promised, standing = regime.terms(at_once), regime.standing(at_once)
        self.russia = cast.russia(
            self, parameters.russia, chance.once("disposition"), self.step_years
        )
        self.ukraine = cast.ukraine(
            self, parameters.ukraine, promised.strength_cap, size, self.step_years
        )
        self.europe = cast.europe(
            self,
            parameters.europe,
            promised.europe_promised,
            standing.in_force * regime.deployment.brigades,
            chance.once("coalition type"),
        )
        self.united_states = cast.united_states(
            self,
            parameters.united_states,
            promised.united_states_promised,
            chance.once("United States type"),
        )
        accession = regime.accession
        self.entry: Floats = np.full(
            size,
            0.0
            if accession is None
            else accession.entry(chance.once("accession"), chance.once("veto")),
        )
        self.renewed: NDArray[np.bool_] = chance.once("promise renewal") < regime.commitment.renewal
        self.voided: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self.ground: Floats = np.ones(size)
        self.stationed: NDArray[np.bool_] = np.full(
            size, np.asarray(regime.deployment.brigades) > 0
        )
        self.members_voted: list[str] = []
        self.us_voted: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self.funds_due: NDArray[np.bool_] = np.zeros(size, dtype=bool)

        self.rates = Rates.of_parameters(parameters, promised.incidents, self.step_years, size)
        self.ahead = np.array([0.0, *parameters.russia.foresight])[:, None]

        self.signature = self.situation(
            np.arange(size)
        )  # a copy: agents change their arrays in place
        agreed = crisis_of(
            self.sample.by_design,
            replace(self.signature.at(self.sample.first), entered=True),
            PRESENT,
            self.step_years,
            as_agreed=True,
        )
        self.balance_at_signature: Floats = self.sample.everywhere(
            agreed.now(agreed.attack.balance)
        )

    def story(self) -> str:
        """What happened, in words, a line an event.

        Raises ValueError for a model of more than one world.
        """
        if self.journal is None:
            raise ValueError(
                "a story is that of one simulated history: CeasefireModel(scenario, "
                "worlds=[17]) keeps a journal of history 17"
            )
        return "\n".join(self.journal.lines())

    def step(self) -> None:
        """One month (docs/model.md, section 3): politics, deliveries, build-up, Ukraine, Russia,
        incidents, resolution.
        """
        sampling = self.specification.sampling
        if self.month == sampling.steps:  # the history ends at the horizon, whoever steps on
            return
        self.month += 1
        began, self.years = self.years, self.month / sampling.steps_per_year
        self.fate.begin(self.month)
        if (branch := self._branches.get(self.month - 1)) is not None:
            self.wars.settle()
            self.chance = Chance(self._seed_of_chance, self.worlds, branch)
        hold_politics(self, began)
        deliver(self, began)
        self.russia.build_up()
        self.ukraine.build_up()
        self.observer.note_politics(self, began)
        station(self)
        if self.histories.is_followed(self.month):
            follow_power(self)
        review_in_ukraine(self)
        review_in_russia(self)
        self.observer.close(self)
        self.running = self.month < self.specification.sampling.steps and bool(self.at_peace.any())
        self.histories.close(self.years, over=not self.running)
        if self._collects:
            self.datacollector.collect(self)

    def close(self) -> None:
        """Let go of everything at once, as model and agents refer to each other."""
        vars(self).clear()

    @property
    def log_weight(self) -> Floats:
        """Log of the chance with which each world would have produced what a course fixes."""
        return self.fate.log_weight

    @property
    def is_full_year(self) -> bool:
        """Whether the month ends a year."""
        return self.month % self.specification.sampling.steps_per_year == 0

    @property
    def at_peace(self) -> NDArray[np.bool_]:
        """Where the ceasefire holds."""
        return self.histories.at_peace

    @property
    def cause(self) -> NDArray[np.int8]:
        """The code of the ending, `Cause.HELD` while there is none."""
        return self.histories.cause

    @property
    def years_held(self) -> Floats:
        """How long the ceasefire has held, to the horizon where nothing has ended it."""
        return self.histories.years_held

    @property
    def probes(self) -> NDArray[np.int32]:
        """How often Russia has probed."""
        return self.histories.probes

    def terms(self, wanted: frozenset[str] = TERMS) -> Terms:
        """What the regime comes to now, in the terms that are `wanted`."""
        return terms_of(self.parameters, self.situation(), 0.0, self.step_years, wanted)

    def parameters_of(self, worlds: Worlds) -> Scenario:
        """The scenario with what was drawn for some worlds."""
        return self.sample.at(worlds)

    @property
    def terms_drift(self) -> Floats:
        """Mean of p̄(0) - p̄₀ over the peace."""
        return self.histories.terms_drift(self.wars.terms_drift)

    def situation(self, worlds: Worlds | None = None) -> Situation:
        """The situation now of all worlds, or of some, by their positions in the model."""
        russia, ukraine, europe = self.russia, self.ukraine, self.europe
        everywhere = Situation(
            self.years,
            self.entry <= self.years,
            self.renewed,
            self.voided,
            russia.strength,
            ukraine.strength,
            ukraine.arms,
            europe.will,
            self.ground,
            europe.reputation,
            self.united_states.reputation,
            russia.value_of_prevailing,
            russia.insecurity,
        )
        return everywhere if worlds is None else everywhere.at(worlds)

    @cached_property
    def crisis_at_signature(self) -> Crisis:
        """The crisis game at the signature, in which all worlds of a parameter set are alike,
        (design,).
        """
        return crisis_of(
            self.sample.by_design,
            self.signature.at(self.sample.first),
            self.ahead,
            self.step_years,
            self.balance_at_signature[self.sample.first],
        )

    def crisis(self, worlds: Worlds) -> Crisis:
        """The month's crisis game in some worlds."""
        return crisis_of(
            self.parameters_of(worlds),
            self.situation(worlds),
            self.ahead,
            self.step_years,
            self.balance_at_signature[worlds],
        )
