"""The ceasefire: many possible histories advanced month by month as one Mesa model."""

from collections.abc import Sequence
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import step_probability
from sim.actors.europe import EuropeanCoalition
from sim.actors.russia import Russia
from sim.actors.ukraine import Ukraine
from sim.actors.united_states import UnitedStates
from sim.game.crisis import IRRESOLUTE, RESOLUTE, Crisis
from sim.game.war import Cause
from sim.model.chance import Chance, dealt, designs
from sim.model.hazard import hazards
from sim.model.journal import Journal
from sim.quantity import Array, Worlds
from sim.scenario.schema import Scenario, milestones
from sim.uncertainty import Distribution, Floats

CAUSES = tuple(Cause)
_HELD = CAUSES.index(Cause.HELD)


class CeasefireModel(mesa.Model):
    """Possible histories of one ceasefire under one scenario, as a plain Mesa model: `step()` is a month, `running` tells when to stop.

    Every attribute of the model and of its agents `russia`, `ukraine`, `europe` and `united_states` is an array with one entry
    a world. `worlds` is their number, or the numbers of the worlds to simulate: world w has parameter design w // replicates.
    `rng` replaces the seed of the scenario; with the same seed a world's history is the same alone and among thousands.
    """

    def __init__(self, scenario: Scenario, worlds: int | Sequence[int] | Worlds = 1, rng: int | np.random.Generator | None = None) -> None:
        """Sign the ceasefire. Raises ValueError for a world that the sampling of the scenario does not have."""
        sampling = scenario.sampling
        seed = sampling.seed if rng is None else int(rng) if isinstance(rng, int | np.integer) else int(rng.integers(2**63))
        super().__init__(rng=seed)
        asked = np.arange(worlds) if isinstance(worlds, int | np.integer) else np.asarray(worlds)
        self.worlds: Worlds = asked.astype(np.intp)
        size, most = len(self.worlds), sampling.designs * sampling.replicates
        if not size or self.worlds.min() < 0 or self.worlds.max() >= most or np.any(self.worlds != asked):
            raise ValueError(f"worlds must be numbers from 0 to {most - 1}: the scenario has {sampling.designs} designs of "
                             f"{sampling.replicates} replicates; raise sampling.designs or sampling.replicates for more")
        self.given = scenario
        self.chance = Chance(seed, self.worlds)
        self.design: Worlds = self.worlds // sampling.replicates
        distinct, at = np.unique(self.design, return_inverse=True)
        self.draws = {name: uncertain.quantile(dealt(seed, len(uncertain.numbers()), distinct) if uncertain.jointly else
                                               designs(seed, name, distinct))[at]
                      for name, uncertain in scenario.uncertain().items()}
        self.drawn = scenario.drawn(self.draws)
        self.step_years = 1 / sampling.steps_per_year
        self.years = 0.0

        regime = self.drawn.regime
        standing = regime.terms(0.0, 0.0, np.ones(1, dtype=bool))
        self.russia = Russia(self, self.drawn.russia, size)
        self.ukraine = Ukraine(self, self.drawn.ukraine, standing, size)
        self.europe = EuropeanCoalition(self, self.drawn.europe, self.chance.once("coalition type"))
        self.united_states = UnitedStates(self, self.drawn.united_states, self.chance.once("United States type"))
        accession = regime.accession
        self.entry: Floats = np.full(size, 0.0 if accession is None else accession.entry(self.chance.once("accession"),
                                                                                        self.chance.once("veto")))
        self.stationed: NDArray[np.bool_] = np.full(size, np.asarray(regime.deployment.brigades) > 0)

        def a_step(rate: Any) -> Any:
            return step_probability(rate, self.step_years)
        self.leader_changes = a_step(self.drawn.russia.leader_turnover)
        self.russia_reviews = a_step(self.drawn.russia.reviews_per_year)
        self.ukraine_reviews = a_step(self.drawn.ukraine.reviews_per_year)
        self.coalition_drifts = a_step(self.drawn.europe.resolve_drift)
        self.incident_happens = a_step(self.drawn.war.incidents_per_year * standing.incidents)
        self.ahead = np.array([0.0, *self.drawn.russia.foresight])[:, None]

        self.at_peace: NDArray[np.bool_] = np.ones(size, dtype=bool)
        self.cause: NDArray[np.int8] = np.full(size, _HELD, dtype=np.int8)
        self.years_held: Floats = np.full(size, float(sampling.horizon_years))
        self.probes: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self.firm_answers: NDArray[np.int32] = np.zeros(size, dtype=np.int32)
        self.europe_intervenes: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self.us_backs: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self.fought = {member.name: np.zeros(size, dtype=bool) for member in self.drawn.europe.standing}
        self.russia_prevails: Floats = np.full(size, np.nan)
        self.brigade_years: Floats = np.zeros(size)          # stationed, each at its present value
        self.force_that_fought: Floats = np.zeros(size)      # of the stationed force, where the coalition intervened
        self.hazard: dict[Cause, Floats] = {cause: np.zeros(size) for cause in CAUSES if cause is not Cause.HELD}
        self.hazard_until: dict[int, Floats] = dict.fromkeys(milestones(sampling.horizon_years)[:-1], np.zeros(size))
        self.journal = Journal(int(self.worlds[0])) if size == 1 else None
        if self.journal is not None:
            self.journal.open(self)

    def story(self) -> str:
        """What happened, in words, a line an event. Raises ValueError for a model of more than one world."""
        if self.journal is None:
            raise ValueError("a story is that of one world: CeasefireModel(scenario, worlds=[17]) keeps a journal of world 17")
        return "\n".join(self.journal.lines())

    def step(self) -> None:
        """One month (docs/model.md, section 3): politics, build-up, Ukraine, Russia, incidents, resolution."""
        if self.steps > self.given.sampling.steps:       # the history ends at the horizon, whoever steps on
            return
        began, self.years = self.years, self.steps / self.given.sampling.steps_per_year
        self.hold_politics(began)
        self.russia.build_up(self.step_years)
        self.ukraine.build_up(self.step_years)
        self.station()
        self.review_in_ukraine()
        self.review_in_russia()
        if self.journal is not None:
            self.journal.close(self)
        self.running = self.steps < self.given.sampling.steps and bool(self.at_peace.any())
        self.hazard_until |= {year: np.sum(list(self.hazard.values()), axis=0) for year in self.hazard_until
                              if year == self.years or (year > self.years and not self.running)}

    def hold_politics(self, began: float) -> None:
        """Elections, drift of the coalition, change of the Russian leader, and the yearly renewal of the deployment."""
        before, after = (self.drawn.united_states.elections_by(year) for year in (began, self.years))
        if np.any(voted := after > before):
            held = np.full(len(self.worlds), voted)
            ordinal = np.full(len(self.worlds), np.maximum(after, 1) - 1, dtype=np.intp)
            self.united_states.hold_election(held, self.chance["elections"].nth(ordinal, np.arange(len(held))))
        self.europe.drift(self.chance["coalition drift"].next(), self.coalition_drifts)
        changed = np.flatnonzero(self.at_peace & (self.chance["leader turnover"].next() < self.leader_changes))
        if len(changed):
            self.russia.change_leader(changed, *(self.of_successors(name, changed) for name in ("value_of_prevailing", "insecurity")))
        if self.steps % self.given.sampling.steps_per_year == 0 and self.stationed.any():
            self.europe.face_renewal(self.stationed, self.chance["renewals"].next())
        if self.journal is not None:
            self.journal.note_politics(self, voted=bool(np.any(voted)))

    def of_successors(self, name: str, worlds: Worlds) -> Array:
        """What the next leader brings to office in some worlds: drawn from the scenario's distribution, or its one value."""
        known = getattr(self.given.russia, name)
        if not isinstance(known, Distribution):
            return float(known)
        return self.chance.following(known.anew().quantile, f"leader's {name}").nth(self.russia.successions[worlds], worlds)

    def station(self) -> None:
        """Count the month's brigade-years of the allied force in place, F Δ, where the ceasefire has held until now."""
        if self.stationed.any():
            month = self.step_years * self.drawn.costs.present(self.years)
            stationed = self.drawn.regime.stationed(self.years, self.entry <= self.years)
            self.brigade_years += month * stationed * self.europe.will * self.at_peace

    def review_in_ukraine(self) -> None:
        """Ukraine reviews, and may start an offensive."""
        uniform = self.chance["Ukraine reviews"].next()
        due = np.flatnonzero(self.at_peace & (uniform < self.ukraine_reviews))
        if not len(due):
            return
        terms = self.drawn.regime.at(due).terms(self.years, 0.0, self.entered(due))
        winning = np.asarray(self.drawn.war.at(due).offensive_succeeds(self.ukraine.strength[due], self.russia.strength[due]))
        chance = self.drawn.ukraine.at(due).starts_offensive(winning, terms)
        starts = self.ukraine.review(chance, uniform[due], _at(self.ukraine_reviews, due))
        if self.journal is not None:
            self.journal.note_ukraine(self, winning, chance, starts)
        self.hazard[Cause.OFFENSIVE][due] += chance
        self.end(due[starts], Cause.OFFENSIVE)
        self.russia_prevails[due[starts]] = 1 - winning[starts]

    def review_in_russia(self) -> None:
        """Russia reviews; a probe runs as an incident, and incidents come where nothing else happened."""
        reviews, incidents, answers = (self.chance[name].next() for name in ("Russia reviews", "incidents", "answers to probes"))
        due = np.flatnonzero(self.at_peace & ((reviews < self.russia_reviews) | (incidents < self.incident_happens)))
        if not len(due):
            return
        crisis = self.crisis(due)
        reviewing, happening = _at(self.russia_reviews, due), _at(self.incident_happens, due)
        for cause, chance in hazards(crisis, reviews[due] < reviewing, incidents[due] < happening, happening).items():
            self.hazard[cause][due] += chance
        attacks, probes = self.russia.review(crisis.response, reviews[due], reviewing)
        happens = np.where(probes, 1.0, happening)
        escalates = ~attacks & (incidents[due] < happens * crisis.retaliates * crisis.escalates)
        if self.journal is not None:
            self.journal.note_russia(self, crisis, reviews < self.russia_reviews, attacks, probes)
        self.answer_probes(due, probes, crisis, answers)
        if self.journal is not None:
            retaliates = incidents < happens * crisis.retaliates
            self.journal.note_incident(self, crisis, probes, ~attacks & (incidents < happens), retaliates, escalates)
        for ended, cause in ((attacks, Cause.ATTACK), (escalates & probes, Cause.PROBE), (escalates & ~probes, Cause.INCIDENT)):
            if ended.any():
                self.end(due[ended], cause)
        if len(attacked := np.flatnonzero(attacks | escalates)):
            self.fight(crisis, attacked, due[attacked])

    def crisis(self, worlds: Worlds) -> Crisis:
        """The month's crisis game in some worlds, given by their positions in the model."""
        drawn, russia, ukraine = self.drawn, self.russia.at(worlds), self.drawn.ukraine.at(worlds)
        terms = drawn.regime.at(worlds).terms(self.years, self.ahead, self.entered(worlds))
        return Crisis(
            russia, ukraine, drawn.europe.at(worlds), drawn.united_states.at(worlds), drawn.war.at(worlds), terms,
            russia_strength=russia.strength_after(self.russia.strength[worlds], self.ahead),
            ukraine_strength=ukraine.strength_after(self.ukraine.strength[worlds], self.ukraine.target[worlds], self.ahead),
            deployed_force=terms.deployed_force * self.europe.will[worlds],
            belief_europe=self.europe.belief[worlds],
            belief_united_states=self.united_states.belief[worlds],
        )

    def entered(self, worlds: Worlds) -> NDArray[np.bool_]:
        """Where the regime has entered into force."""
        return self.entry[worlds] <= self.years

    def answer_probes(self, due: Worlds, probes: NDArray[np.bool_], crisis: Crisis, uniform: Floats) -> None:
        """The coalition answers each probe by its true type."""
        if probes.any():
            irresolute, resolute = (np.broadcast_to(chance, due.shape)[probes] for chance in np.asarray(crisis.answers_firmly_by_type))
            probed = due[probes]
            self.probes[probed] += 1
            self.firm_answers[probed] += self.europe.answer_probe(probed, resolute, irresolute, uniform[probed])

    def end(self, worlds: Worlds, cause: Cause) -> None:
        """War has resumed in these worlds."""
        self.at_peace[worlds] = False
        self.cause[worlds] = CAUSES.index(cause)
        self.years_held[worlds] = self.years

    def fight(self, crisis: Crisis, attacked: Worlds, worlds: Worlds) -> None:
        """The coalition and the United States decide by their true types, and each member honours its pledge or does not.

        War has resumed in some worlds of the crisis, `attacked`, which in the model are `worlds`.
        """
        def now(quantity: Any) -> Any:
            here = crisis.now(quantity)
            return here[attacked] if np.size(here) > 1 else here

        def chance(by_type: Any, resolute: NDArray[np.bool_]) -> Any:
            return np.where(resolute, now(by_type[RESOLUTE]), now(by_type[IRRESOLUTE]))

        fights = self.chance.once("intervention")[worlds] < chance(crisis.intervenes_by_type, self.europe.resolute[worlds])
        abstaining, fighting = (chance(by_type, self.united_states.resolute[worlds]) for by_type in crisis.backs_by_type)
        backs = self.chance.once("backing")[worlds] < np.where(fights, fighting, abstaining)
        allied_force = now(crisis.deployed_force)
        for member in self.drawn.europe.at(worlds).standing:
            honours = fights & (self.chance.once(f"pledge of {member.name}")[worlds] < member.reliability)
            self.fought[member.name][worlds] = honours
            allied_force = allied_force + honours * member.brigades
        self.europe_intervenes[worlds], self.us_backs[worlds] = fights, backs
        self.force_that_fought[worlds] = fights * now(crisis.deployed_force)
        self.russia_prevails[worlds] = self.crisis(worlds).prevails_now(fights * allied_force, backs)


def _at(chance: Any, worlds: Worlds) -> Any:
    return chance[worlds] if isinstance(chance, np.ndarray) else chance
