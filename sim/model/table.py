"""The table of the game: every decision that an actor faced in one history, with the chance of each
of its options and what speaks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.game.attack import Attack
from sim.game.crisis import Crisis
from sim.game.endings import CAUSES
from sim.model.ceasefire import CeasefireModel
from sim.model.journal import Journal
from sim.model.protocol import Ceasefire
from sim.quantity import Worlds
from sim.scenario.course import CHOICES
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Floats

_PRIVATE = ("value_of_prevailing", "insecurity")
"""What only Russia knows: V and κ of its leader."""
_LEADERS = 16
"""Values of each that stand for all leaders that Russia may have, evenly spaced in probability."""


@dataclass(frozen=True)
class Faced:
    """A decision that an actor faced: in which month, what the model's own actor would do with
    which chance as far as the actor can know, what was chosen, and the numbers that speak for and
    against.
    """

    actor: str
    node: str
    step: int
    chances: Mapping[str, float]
    chosen: str
    weighed: Mapping[str, float]
    after: int  # events of the journal before it

    @property
    def key(self) -> tuple[int, str, str]:
        """What a decision of a course goes by."""
        return self.step, self.actor, self.node


@dataclass
class Table(Journal):
    """A journal that keeps the decisions as well."""

    faced: list[Faced] = field(default_factory=list)
    _crisis: Crisis | None = None

    @classmethod
    def in_place_of_journal(cls, model: CeasefireModel) -> "Table":
        """Take the place of the journal of a model of one world that has not made a step."""
        table = cls(int(model.worlds[0]))
        table.open(model)
        model.journal = model.observer = table
        return table

    def of_last_month(self) -> list[Faced]:
        """The decisions of the last month, in their order."""
        return [faced for faced in self.faced if faced.step == self.states[-1]["step"]]

    def note_politics(self, model: Ceasefire, began: float) -> None:
        """Statements, renewals and funds."""
        before, europe, us = self.states[-1], model.europe, model.united_states
        after = len(self.events)
        super().note_politics(model, began)
        if model.us_voted[0]:
            accuracy = us.parameters.signal_accuracy
            self._by_type(
                model,
                ("United States", "statement"),
                (accuracy, 1 - accuracy),
                chosen=us.says_committed,
                after=after,
            )
        if model.stationed[0] and model.is_full_year:
            self._by_type(
                model,
                ("Europe", "renewal"),
                (europe.parameters.renewal_if_resolute, europe.parameters.renewal_if_irresolute),
                chosen=europe.will >= before["will"],
                after=after,
            )
        if model.is_full_year and model.funds_due[0]:
            self._by_type(
                model,
                ("United States", "funds"),
                (us.parameters.funds_if_resolute, us.parameters.funds_if_irresolute),
                chosen=us.funds_passed,
                after=after,
            )

    def note_ukraine(self, model: Ceasefire, winning: Any, chance: Any, starts: Any) -> None:
        """A review by Ukraine."""
        after, ukraine = len(self.events), model.parameters.ukraine
        super().note_ukraine(model, winning, chance, starts)
        weighed = {
            "chance_of_success": winning,
            "value_of_recovery": ukraine.value_of_recovery,
            "cost_of_war": ukraine.cost_of_war,
            "status_quo_value": ukraine.status_quo_value,
        }
        self._note_faced(
            model,
            ("Ukraine", "review"),
            (chance, 1 - chance),
            0 if starts[0] else 1,
            weighed,
            after,
        )

    def note_russia(
        self, model: Ceasefire, crisis: Crisis, reviews: Any, attacks: Any, probes: Any
    ) -> None:
        """A review by Russia."""
        self._crisis, after = crisis, len(self.events)
        super().note_russia(model, crisis, reviews, attacks, probes)
        if not reviews[0]:
            return
        attack, hold, probe = crisis.response
        weighed = {
            "value_of_attacking": crisis.attack_now,
            "value_of_probing": crisis.value_of_probing,
            "value_of_holding": crisis.value_of_holding,
            "chance_europe_intervenes": crisis.now(crisis.attack.intervenes),
            "chance_of_firm_answer": crisis.answers_firmly,
        }
        chosen = 0 if attacks[0] else 1 if probes[0] else 2
        self._note_faced(model, ("Russia", "review"), (attack, probe, hold), chosen, weighed, after)

    def note_incident(
        self,
        model: Ceasefire,
        worlds: Worlds,
        crisis: Crisis,
        probes: Any,
        happens: Any,
        retaliates: Any,
        escalates: Any,
        voids: Any,
    ) -> None:
        """The answer to a probe, retaliation, and escalation."""
        firm_before, after = self.states[-1]["firm_answers"], len(self.events)
        super().note_incident(model, worlds, crisis, probes, happens, retaliates, escalates, voids)
        if probes[0]:
            irresolute, resolute = np.asarray(crisis.answers_firmly_by_type)
            self._by_type(
                model,
                ("Europe", "answer"),
                (resolute, irresolute),
                chosen=model.histories.firm_answers > firm_before,
                after=after,
            )
        if not happens[0]:
            return
        after += int(probes[0])
        ukraine = crisis.ukraine
        weighed = {
            "retaliation_value": ukraine.retaliation_value,
            "cost_of_war": ukraine.cost_of_war,
        }
        chance = _retaliates_whoever_leads(model.specification, crisis)
        self._note_yes_or_no(
            model, ("Ukraine", "retaliation"), chance, retaliates[0], weighed, after
        )
        if retaliates[0]:
            weighed = {
                "value_of_escalating": crisis.value_of_escalating,
                "value_of_holding": crisis.value_of_holding,
            }
            self._note_yes_or_no(
                model, ("Russia", "escalation"), crisis.escalates, escalates[0], weighed, after
            )

    def _note_yes_or_no(
        self,
        model: Ceasefire,
        decides: tuple[str, str],
        chance: Any,
        does: Any,
        weighed: Mapping[str, Any],
        after: int,
    ) -> None:
        self._note_faced(model, decides, (chance, 1 - chance), 0 if does else 1, weighed, after)

    def close(self, model: Ceasefire) -> None:
        """Who comes to a war."""
        after, cause = len(self.events), CAUSES[model.cause[0]]
        super().close(model)
        if not model.at_peace[0] and cause.began == "Russia" and self._crisis is not None:
            deliberate = cause.value == "attack"
            crisis = self._crisis
            attack = crisis.attack_at_once if deliberate else crisis.escalation
            self._note_war(model, attack, after)

    def _note_war(self, model: Ceasefire, attack: Attack, after: int) -> None:
        fights, backs = model.wars.europe_intervenes, model.wars.us_backs
        irresolute, resolute = np.asarray(attack.intervenes_by_type)
        self._by_type(
            model, ("Europe", "intervention"), (resolute, irresolute), chosen=fights, after=after
        )
        irresolute, resolute = np.asarray(attack.backs_by_type[int(fights[0])])
        self._by_type(
            model, ("United States", "backing"), (resolute, irresolute), chosen=backs, after=after
        )

    def _by_type(
        self,
        model: Ceasefire,
        decides: tuple[str, str],
        chances: tuple[Any, Any],
        *,
        chosen: Any,
        after: int,
    ) -> None:
        """A choice between two that a guarantor makes by its type: the chance of the first, if it
        is resolute and if not.
        """
        if_resolute, if_irresolute = map(_number, chances)
        who = model.europe if decides[0] == "Europe" else model.united_states
        own = if_resolute if who.resolute[0] else if_irresolute
        weighed = {"if_resolute": if_resolute, "if_irresolute": if_irresolute}
        self._note_faced(model, decides, (own, 1 - own), 0 if np.all(chosen) else 1, weighed, after)

    def _note_faced(
        self,
        model: Ceasefire,
        decides: tuple[str, str],
        chances: tuple[Any, ...],
        chosen: int,
        weighed: Mapping[str, Any],
        after: int,
    ) -> None:
        actor, node = decides
        options = CHOICES[actor][node]
        self.faced.append(
            Faced(
                actor,
                node,
                model.month,
                dict(zip(options, map(_number, chances), strict=True)),
                options[chosen],
                {name: _number(value) for name, value in weighed.items()},
                after,
            )
        )


def _retaliates_whoever_leads(scenario: Scenario, crisis: Crisis) -> float:
    """ϱ in expectation over the leaders that Russia may have.

    In the model ϱ follows from the true chance of an escalation, which tells V and κ to whoever
    knows the rest.
    """
    places = (np.arange(_LEADERS) + 0.5) / _LEADERS
    values, weights = np.meshgrid(
        *(_possible(getattr(scenario.russia, name), places) for name in _PRIVATE)
    )
    leaders = dict(zip(_PRIVATE, (values.ravel(), weights.ravel()), strict=True))
    whoever = replace(crisis, russia=crisis.russia.model_copy(update=leaders))
    return float(np.mean(whoever.retaliates))


def _possible(known: Any, places: Floats) -> Floats:
    """The values of a number at these probabilities; its one value if it has no other."""
    if isinstance(known, Distribution):
        return known.quantile(places)
    return np.full(len(places), float(known))


def _number(value: Any) -> float:
    """The one entry of an array of one world."""
    return float(np.asarray(value).reshape(-1)[0])
