"""The ceasefire: many possible histories advanced month by month as one Mesa model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import step_probability
from sim.actors.europe import EuropeanCoalition
from sim.actors.russia import Russia
from sim.actors.ukraine import Ukraine
from sim.actors.united_states import UnitedStates
from sim.game.crisis import Crisis
from sim.game.war import Cause, Reason
from sim.guarantee.costs import EUROPE, UNITED_STATES
from sim.guarantee.terms import Moment, Terms
from sim.model.chance import Chance
from sim.model.designs import designs
from sim.model.hazard import hazards
from sim.model.journal import Journal
from sim.model.politics import deliver, hold_politics
from sim.model.situation import PRESENT, Situation, crisis_of, terms_of
from sim.model.wars import Wars
from sim.quantity import Worlds
from sim.scenario.schema import Scenario, milestones
from sim.uncertainty import Floats

CAUSES = tuple(Cause)
REASONS = tuple(Reason)
_HELD = CAUSES.index(Cause.HELD)


class CeasefireModel(mesa.Model):
    """Possible histories of one ceasefire under one scenario, as a plain Mesa model.

    `step()` is a month, `running` tells when to stop.

    Every attribute of the model and of its agents `russia`, `ukraine`, `europe` and `united_states`
    is an array with one entry a world. `worlds` is their number, or the numbers of the worlds to
    simulate: world w has parameter design w // replicates. `rng` replaces the seed of the scenario;
    with the same seed a world's history is the same alone and among thousands.
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int | Sequence[int] | Worlds = 1,
        rng: int | np.random.Generator | None = None,
        settings: Mapping[str, Floats] | None = None,
    ) -> None:
        """Sign the ceasefire.

        `settings` are values (world,) that stand in place of those of the scenario, by dotted key:
        worlds of the same number then meet the same chances under different settings. Raises
        ValueError for a world that the sampling of the scenario does not have.
        """
        sampling = scenario.sampling
        seed = (
            sampling.seed
            if rng is None
            else int(rng)
            if isinstance(rng, int | np.integer)
            else int(rng.integers(2**63))
        )
        super().__init__(rng=seed)
        asked = np.arange(worlds) if isinstance(worlds, int | np.integer) else np.asarray(worlds)
        self.worlds: Worlds = asked.astype(np.intp)
        size, most = len(self.worlds), sampling.designs * sampling.replicates
        if (
            not size
            or self.worlds.min() < 0
            or self.worlds.max() >= most
            or np.any(self.worlds != asked)
        ):
            raise ValueError(
                f"worlds must be numbers from 0 to {most - 1}: the scenario has "
                f"{sampling.designs} designs of {sampling.replicates} replicates; raise "
                "sampling.designs or sampling.replicates for more"
            )
        self.given = scenario
        self.chance = Chance(seed, self.worlds)
        self.design: Worlds = self.worlds // sampling.replicates
        drawn, self._among_drawn = np.unique(self.design, return_inverse=True)
        by_design = designs(seed, scenario.uncertain(), drawn)
        self.draws = {name: values[self._among_drawn] for name, values in by_design.items()}
        self.drawn = scenario.drawn(self.draws | dict(settings or {}))
        self._by_design = scenario.drawn(by_design)
        if settings:
            self._by_design, self._among_drawn = self.drawn, np.arange(size)
        self.step_years = 1 / sampling.steps_per_year
        self._half_year = max(1, sampling.steps_per_year // 2)
        self.years = 0.0
        self._sign(size)
        self._open_books(size)
        self.journal = Journal(int(self.worlds[0])) if size == 1 else None
        if self.journal is not None:
            self.journal.open(self)

    def _sign(self, size: int) -> None:
        """The actors at the signature, what chance has in store for the regime, and the chances of
        a month.
        """
        parameters, regime, chance = self.drawn, self.drawn.regime, self.chance
        at_once = Moment(0.0, 0.0, entered=False, successor=False, step=self.step_years)
        promised, standing = regime.terms(at_once), regime.standing(at_once)
        self.russia = Russia(self, parameters.russia, chance.once("disposition"), self.step_years)
        self.ukraine = Ukraine(
            self, parameters.ukraine, promised.strength_cap, size, self.step_years
        )
        self.europe = EuropeanCoalition(
            self,
            parameters.europe,
            promised.europe_promised,
            standing.in_force * regime.deployment.brigades,
            chance.once("coalition type"),
        )
        self.united_states = UnitedStates(
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

        def a_step(rate: Any) -> Any:
            return step_probability(rate, self.step_years)

        self.leader_changes = a_step(parameters.russia.leader_turnover)
        self.disposition_changes: Floats = np.full(
            size, a_step(parameters.russia.disposition_changes)
        )
        self.russia_reviews = a_step(parameters.russia.reviews_per_year)
        self.ukraine_reviews = a_step(parameters.ukraine.reviews_per_year)
        self.incident_happens = a_step(parameters.war.incidents_per_year * promised.incidents)
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
        horizon = self.given.sampling.horizon_years
        self.at_peace: NDArray[np.bool_] = np.ones(size, dtype=bool)
        self.cause: NDArray[np.int8] = np.full(size, _HELD, dtype=np.int8)
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
        self.hazard: dict[Cause, Floats] = {
            cause: np.zeros(size) for cause in CAUSES if cause is not Cause.HELD
        }
        self.hazard_until: dict[int, Floats] = dict.fromkeys(
            milestones(horizon)[:-1], np.zeros(size)
        )

    def story(self) -> str:
        """What happened, in words, a line an event.

        Raises ValueError for a model of more than one world.
        """
        if self.journal is None:
            raise ValueError(
                "a story is that of one world: CeasefireModel(scenario, worlds=[17]) keeps a "
                "journal of world 17"
            )
        return "\n".join(self.journal.lines())

    def step(self) -> None:
        """One month (docs/model.md, section 3): politics, deliveries, build-up, Ukraine, Russia,
        incidents, resolution.
        """
        if (
            self.steps > self.given.sampling.steps
        ):  # the history ends at the horizon, whoever steps on
            return
        began, self.years = self.years, self.steps / self.given.sampling.steps_per_year
        hold_politics(self, began)
        deliver(self, began)
        self.russia.build_up()
        self.ukraine.build_up()
        if self.journal is not None:
            self.journal.note_politics(self, began)
        self.station()
        if (self.steps - 1) % self._half_year == self._half_year // 2:
            self.follow_power()
        self.review_in_ukraine()
        self.review_in_russia()
        if self.journal is not None:
            self.journal.close(self)
        self.running = self.steps < self.given.sampling.steps and bool(self.at_peace.any())
        self.hazard_until |= {
            year: np.sum(list(self.hazard.values()), axis=0)
            for year in self.hazard_until
            if year == self.years or (year > self.years and not self.running)
        }

    @property
    def is_full_year(self) -> bool:
        """Whether the month ends a year."""
        return self.steps % self.given.sampling.steps_per_year == 0

    def station(self) -> None:
        """Count the month's brigade-years of the allied force in place, F Δ, where the ceasefire
        has held until now.
        """
        if self.stationed.any():
            month = self.step_years * self.drawn.costs.present(self.years)
            self.brigade_years += (
                month * self.terms().deployed_force * self.europe.will * self.at_peace
            )

    def terms(self) -> Terms:
        """What the regime comes to now."""
        return terms_of(self.drawn, self.situation(slice(None)), 0.0, self.step_years)

    def parameters_of(self, worlds: Worlds) -> Scenario:
        """The scenario with what was drawn for some worlds, read off their designs, which are
        fewer.
        """
        return self._by_design.at(self._among_drawn[worlds])

    def follow_power(self) -> None:
        """Note how far the balance of power has shifted from that of the signature, where the
        ceasefire holds.
        """
        everywhere = crisis_of(
            self.drawn,
            self.situation(slice(None)),
            PRESENT,
            self.step_years,
            self.balance_at_signature,
        )
        self._drift += everywhere.now(everywhere.terms_drift) * self.at_peace
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
        due = np.flatnonzero(self.at_peace & (uniform < self.ukraine_reviews))
        if not len(due):
            return
        parameters, situation = self.parameters_of(due), self.situation(due)
        winning = np.asarray(
            parameters.war.offensive_succeeds(situation.ukraine_strength, situation.russia_strength)
        )
        chance = parameters.ukraine.starts_offensive(
            winning, terms_of(parameters, situation, 0.0, self.step_years)
        )
        starts = self.ukraine.review(chance, uniform[due], _at(self.ukraine_reviews, due))
        if self.journal is not None:
            self.journal.note_ukraine(self, winning, chance, starts)
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
            self.at_peace & ((reviews < self.russia_reviews) | (incidents < self.incident_happens))
        )
        if not len(due):
            return
        crisis, happening, reviewing = (
            self.crisis(due),
            _at(self.incident_happens, due),
            reviews[due] < _at(self.russia_reviews, due),
        )
        between = partial(self.russia.chance_of_disposition, due)
        for cause, chance in hazards(
            crisis, between, reviewing, incidents[due] < happening, happening
        ).items():
            self.hazard[cause][due] += chance
        attacks, probes = (
            reviewing & chosen for chosen in self.russia.review(crisis.response, due)
        )
        retaliating = np.where(probes, 1.0, happening) * crisis.retaliates
        retaliates = ~attacks & (incidents[due] < retaliating)
        escalates = retaliates & (self.russia.disposition[due] < crisis.escalates)
        voids = retaliates & (incidents[due] < retaliating * crisis.voids)
        if (war := attacks | escalates).any():
            self.wars.begin(due[war], deliberate=attacks[war])
        if self.journal is not None:
            self.journal.note_russia(self, crisis, reviewing, attacks, probes)
        self.answer_probes(due, probes, crisis)
        if self.journal is not None:
            happens = ~attacks & (probes | (incidents[due] < happening))
            self.journal.note_incident(self, crisis, probes, happens, retaliates, escalates, voids)
        self.voided[due[voids]] = True
        for ended, cause in (
            (attacks, Cause.ATTACK),
            (escalates & probes, Cause.PROBE),
            (escalates & ~probes, Cause.INCIDENT),
        ):
            self.end(due[ended], cause)

    def situation(self, worlds: Worlds | slice) -> Situation:
        """The situation of some worlds now, given by their positions in the model."""
        russia, ukraine, europe = self.russia, self.ukraine, self.europe
        return Situation(
            self.years,
            self.entry[worlds] <= self.years,
            self.renewed[worlds],
            self.voided[worlds],
            russia.strength[worlds],
            ukraine.strength[worlds],
            ukraine.arms[worlds],
            europe.will[worlds],
            self.ground[worlds],
            europe.reputation[worlds],
            self.united_states.reputation[worlds],
            russia.value_of_prevailing[worlds],
            russia.insecurity[worlds],
        )

    def crisis(self, worlds: Worlds, ahead: Floats | None = None) -> Crisis:
        """The month's crisis game in some worlds; `ahead` (node, 1) are the years of Russia's
        foresight unless others are wanted.
        """
        ahead = self.ahead if ahead is None else ahead
        return crisis_of(
            self.parameters_of(worlds),
            self.situation(worlds),
            ahead,
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
            firm = self.europe.answer_probe(probed, resolute, irresolute, uniform)
            self.probes[probed] += 1
            self.firm_answers[probed] += firm
            self.ground[probed] *= np.where(
                firm, 1.0, 1 - np.broadcast_to(crisis.war.ground_lost_to_probes, due.shape)[probes]
            )

    def end(self, worlds: Worlds, cause: Cause) -> None:
        """War has resumed in these worlds."""
        self.at_peace[worlds] = False
        self.cause[worlds] = CAUSES.index(cause)
        self.years_held[worlds] = self.years


def _at(chance: Any, worlds: Worlds) -> Any:
    return chance[worlds] if isinstance(chance, np.ndarray) else chance
