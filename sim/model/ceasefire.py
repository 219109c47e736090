"""The ceasefire: many possible histories advanced month by month as one Mesa model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.foresight import PRESENT
from sim.game.crisis import Crisis
from sim.game.endings import ENDINGS, Cause
from sim.guarantee.costs import EUROPE, UNITED_STATES
from sim.guarantee.terms import TERMS, Moment, Terms
from sim.model.cast import Cast
from sim.model.chance import Branch, Chance
from sim.model.collector import data_collector
from sim.model.decided import (
    escalation_as_decided,
    offensive_as_fixed,
    retaliation_as_decided,
    review_as_decided,
)
from sim.model.fate import Fate
from sim.model.hazard import hazards
from sim.model.journal import Journal
from sim.model.observed import clashes_as_observed
from sim.model.observer import Observer
from sim.model.politics import deliver, hold_politics
from sim.model.rates import Rates
from sim.model.sample import Sample
from sim.model.situation import Situation, crisis_of, terms_of
from sim.model.wars import Wars
from sim.quantity import Worlds
from sim.scenario.course import Course
from sim.scenario.course_check import check
from sim.scenario.schema import Scenario, milestones
from sim.uncertainty import Floats

FORCE, FORFEITED = frozenset({"deployed_force"}), frozenset({"forfeited"})
"""Terms that are wanted alone: where troops are counted, and where Ukraine reviews."""


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
        For `agents` that are no subclasses of the actors' own.

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
        """Sign the ceasefire.

        `settings` are values (world,) that stand in place of those of the scenario, by dotted key:
        worlds of the same number then meet the same chances under different settings. A `course`
        fixes events and decisions; `log_weight` then has the chance with which each world would
        have produced them. After each of the `branches` the worlds meet fresh chances: worlds of
        one number part there. Raises ValueError for a world that the sampling of the scenario does
        not have, ScenarioError for a course that the scenario cannot have.
        """
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
        self.sample = sample = Sample.of(scenario, seed, worlds, settings)
        self.worlds, self.design, self.draws = sample.worlds, sample.design, sample.draws
        self.parameters = sample.parameters
        self.specification = scenario  # `scenario` is a property of its own in later Mesa
        self.chance, self._seed_of_chance = Chance(seed, self.worlds), seed
        self._branches = {branch.step: branch for branch in branches}
        self.fate = Fate(course, sampling.steps_per_year, len(self.worlds))
        self.step_years = 1 / sampling.steps_per_year
        self._half_year = max(1, sampling.steps_per_year // 2)
        self.years, size = 0.0, len(self.worlds)
        self._sign(size, Cast.of(agents))
        self._open_books(size)
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

        self.rates = Rates.of(parameters, promised.incidents, self.step_years, size)
        self.ahead = np.array([0.0, *parameters.russia.foresight])[:, None]

        self.signature = self.situation(
            np.arange(size)
        )  # a copy: agents change their arrays in place
        agreed = crisis_of(
            parameters,
            replace(self.signature, entered=True),
            PRESENT,
            self.step_years,
            as_agreed=True,
        )
        self.balance_at_signature: Floats = np.full(size, agreed.now(agreed.attack.balance))

    def _open_books(self, size: int) -> None:
        """What becomes of each history."""
        horizon = self.specification.sampling.horizon_years
        self.at_peace: NDArray[np.bool_] = np.ones(size, dtype=bool)
        self.cause: NDArray[np.int8] = np.full(size, Cause.HELD.code, dtype=np.int8)
        self.years_held: Floats = np.full(size, float(horizon))
        self.probes: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self.firm_answers: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self._drift: Floats = np.zeros(size)  # p̄(0) - p̄₀, summed over the half-years of peace
        self._followed: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self.wars = Wars(self)
        self.brigade_years: Floats = np.zeros(size)  # stationed, each at its present value
        self.arms_given = {
            giver: np.zeros(size) for giver in (EUROPE, UNITED_STATES)
        }  # USD billion at their present value
        self.hazard: dict[Cause, Floats] = {cause: np.zeros(size) for cause in ENDINGS}
        self.hazard_until: dict[int, Floats] = dict.fromkeys(
            milestones(horizon)[:-1], np.zeros(size)
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
        if (
            self.steps > self.specification.sampling.steps
        ):  # the history ends at the horizon, whoever steps on
            return
        began, self.years = self.years, self.steps / self.specification.sampling.steps_per_year
        self.fate.begin(self.steps)
        if (branch := self._branches.get(self.steps - 1)) is not None:
            self.wars.settle()
            self.chance = Chance(self._seed_of_chance, self.worlds, branch)
        hold_politics(self, began)
        deliver(self, began)
        self.russia.build_up()
        self.ukraine.build_up()
        self.observer.note_politics(self, began)
        self.station()
        if (self.steps - 1) % self._half_year == self._half_year // 2:
            self.follow_power()
        self.review_in_ukraine()
        self.review_in_russia()
        self.observer.close(self)
        self.running = self.steps < self.specification.sampling.steps and bool(self.at_peace.any())
        self.hazard_until |= {
            year: np.sum(list(self.hazard.values()), axis=0)
            for year in self.hazard_until
            if year == self.years or (year > self.years and not self.running)
        }
        if self._collects:
            self.datacollector.collect(self)

    @property
    def log_weight(self) -> Floats:
        """Log of the chance with which each world would have produced what a course fixes."""
        return self.fate.log_weight

    @property
    def is_full_year(self) -> bool:
        """Whether the month ends a year."""
        return self.steps % self.specification.sampling.steps_per_year == 0

    @property
    def at_war(self) -> NDArray[np.bool_]:
        """Where war has resumed."""
        return np.isin(self.cause, [cause.code for cause in Cause if cause.is_war])

    def station(self) -> None:
        """Count the month's brigade-years of the allied force in place, F Δ, where the ceasefire
        has held until now.
        """
        if self.stationed.any():
            month = self.step_years * self.parameters.costs.present(self.years)
            self.brigade_years += (
                month * self.terms(FORCE).deployed_force * self.europe.will * self.at_peace
            )

    def terms(self, wanted: frozenset[str] = TERMS) -> Terms:
        """What the regime comes to now, in the terms that are `wanted`."""
        return terms_of(self.parameters, self.situation(), 0.0, self.step_years, wanted)

    def parameters_of(self, worlds: Worlds) -> Scenario:
        """The scenario with what was drawn for some worlds."""
        return self.sample.at(worlds)

    def follow_power(self) -> None:
        """Note how far the balance of power has shifted from that of the signature, where the
        ceasefire holds: worked out everywhere, which costs less than to pick those worlds.
        """
        crisis = crisis_of(
            self.parameters, self.situation(), PRESENT, self.step_years, self.balance_at_signature
        )
        self._drift += np.where(self.at_peace, crisis.now(crisis.terms_drift), 0.0)
        self._followed += self.at_peace

    @property
    def terms_drift(self) -> Floats:
        """Mean of p̄(0) - p̄₀ over the peace: of its half-years, each in the middle, or at its end
        where that came first.
        """
        ended_early = ~self.at_peace & (
            (np.rint(self.years_held / self.step_years) - 1) % self._half_year
            < self._half_year // 2
        )
        followed = self._followed + ended_early
        return np.asarray(
            (self._drift + np.where(ended_early, self.wars.terms_drift, 0.0))
            / np.maximum(1, followed)
        )

    def review_in_ukraine(self) -> None:
        """Ukraine reviews, and may start an offensive."""
        uniform = self.chance["Ukraine reviews"].next()
        due = np.flatnonzero(self.at_peace & (uniform < self.rates.ukraine_reviews))
        if not len(due):
            return
        parameters, situation = self.parameters_of(due), self.situation(due)
        winning = np.asarray(
            parameters.war.offensive_succeeds(situation.ukraine_strength, situation.russia_strength)
        )
        chance = parameters.ukraine.starts_offensive(
            winning, terms_of(parameters, situation, 0.0, self.step_years, FORFEITED)
        )
        reviewing = self.rates.at("ukraine_reviews", due)
        own = offensive_as_fixed(self, due, uniform[due], chance)
        starts = self.ukraine.review(chance, own, reviewing)
        self.observer.note_ukraine(self, winning, chance, starts)
        self.hazard[Cause.OFFENSIVE][due] += chance
        self.end(due[starts], Cause.OFFENSIVE)
        if starts.any():
            self.wars.begin_offensive(due[starts], winning[starts])

    def review_in_russia(self) -> None:
        """Russia reviews; a probe runs as an incident, and incidents come where nothing else
        happened.
        """
        reviews, incidents = (self.chance[name].next() for name in ("Russia reviews", "incidents"))
        due = np.flatnonzero(
            self.at_peace
            & (
                self.fate.observed
                | (reviews < self.rates.russia_reviews)
                | (incidents < self.rates.incident_happens)
            )
        )
        if not len(due):
            return
        crisis, happening = self.crisis(due), self.rates.at("incident_happens", due)
        if self.fate.observed:
            reviews, incidents = clashes_as_observed(self, due, crisis, reviews, incidents)
        reviewing = reviews[due] < self.rates.at("russia_reviews", due)
        between = partial(self.russia.chance_of_disposition, due)
        for cause, chance in hazards(
            crisis, between, reviewing, incidents[due] < happening, happening
        ).items():
            self.hazard[cause][due] += chance
        chosen = self.russia.review(crisis.response, due)
        attacks, probes = review_as_decided(
            self, due, crisis, reviewing, (reviewing & chosen[0], reviewing & chosen[1])
        )
        happens = ~attacks & (probes | (incidents[due] < happening))
        reach = np.where(probes, 1.0, happening)
        retaliating = reach * crisis.retaliates
        own = retaliation_as_decided(self, due, happens, incidents[due], retaliating, reach)
        retaliates = ~attacks & (own < retaliating)
        escalates = escalation_as_decided(
            self,
            due,
            crisis,
            retaliates,
            retaliates & (self.russia.disposition[due] < crisis.escalates),
        )
        voids = retaliates & (own < retaliating * crisis.voids)
        if (war := attacks | escalates).any():
            self.wars.begin(due[war], deliberate=attacks[war])
        self.observer.note_russia(self, crisis, reviewing, attacks, probes)
        self.answer_probes(due, probes, crisis)
        self.observer.note_incident(
            self, due, crisis, probes, happens, retaliates, escalates, voids
        )
        self.voided[due[voids]] = True
        for ended, cause in (
            (attacks, Cause.ATTACK),
            (escalates & probes, Cause.PROBE),
            (escalates & ~probes, Cause.INCIDENT),
        ):
            self.end(due[ended], cause)

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

    def crisis(self, worlds: Worlds) -> Crisis:
        """The month's crisis game in some worlds."""
        return crisis_of(
            self.parameters_of(worlds),
            self.situation(worlds),
            self.ahead,
            self.step_years,
            self.balance_at_signature[worlds],
        )

    def answer_probes(self, due: Worlds, probes: NDArray[np.bool_], crisis: Crisis) -> None:
        """The coalition answers each probe by its true type; a soft answer costs ground."""
        if probes.any():
            irresolute, resolute = (
                np.broadcast_to(chance, due.shape)[probes]
                for chance in np.asarray(crisis.answers_firmly_by_type)
            )
            probed = due[probes]
            uniform = self.chance["answers to probes"].nth(self.probes[probed], probed)
            at = np.zeros(len(self.worlds), dtype=bool)
            at[probed] = True
            falls = self.fate.falls("Europe", "answer", at)
            firm = self.europe.answer_probe(probed, resolute, irresolute, uniform, falls)
            self.probes[probed] += 1
            self.firm_answers[probed] += firm
            self.ground[probed] *= np.where(
                firm, 1.0, 1 - np.broadcast_to(crisis.war.ground_lost_to_probes, due.shape)[probes]
            )

    def end(self, worlds: Worlds, cause: Cause) -> None:
        """The ceasefire has ended in these worlds."""
        self.at_peace[worlds] = False
        self.cause[worlds] = cause.code
        self.years_held[worlds] = self.years
