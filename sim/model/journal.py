"""The journal of one world: what happened in it, what each actor believed and wanted, and how
likely each choice was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from sim.actors.members import listed
from sim.game.attack import INTERVENES, IRRESOLUTE, RESOLUTE
from sim.game.crisis import Crisis
from sim.game.endings import CAUSES, REASONS, Cause
from sim.guarantee.provisions import TOLERANCE
from sim.model.events import Event
from sim.model.observer import Observer
from sim.model.protocol import Ceasefire
from sim.quantity import Worlds

TYPES = ("irresolute", "resolute")


@dataclass
class Journal(Observer):
    """Events in their order, and the state of the world after each step as a row of plain data."""

    world: int
    events: list[Event] = field(default_factory=list)
    states: list[dict[str, float]] = field(default_factory=list)

    def open(self, model: Ceasefire) -> None:
        """The ceasefire is signed."""
        self._note(
            model,
            "signed",
            date=model.parameters.calendar.signed.isoformat(),
            europe=_type(model.europe.resolute),
            united_states=_type(model.united_states.resolute),
            value_of_prevailing=model.russia.value_of_prevailing,
            insecurity=model.russia.insecurity,
        )
        self._remember(model)

    def note_politics(self, model: Ceasefire, began: float) -> None:
        """Elections, leaders, renewals, votes and entry into force since the moment `began`, seen
        from what they changed.
        """
        before, europe, us = self.states[-1], model.europe, model.united_states
        if model.us_voted[0]:
            self._note(
                model,
                "election",
                united_states=_type(us.resolute),
                before=TYPES[int(before["us_resolute"])],
                says="committed" if us.says_committed[0] else "sceptical",
                reputation_united_states=us.reputation,
            )
        if model.members_voted:
            outcome = "turns" if europe.resolute[0] != before["europe_resolute"] else "stays"
            self._note(
                model,
                "member election",
                members=listed(model.members_voted),
                vote="The election" if len(model.members_voted) == 1 else "Elections",
                outcome=outcome,
                europe=_type(europe.resolute),
                reputation_europe=europe.reputation,
            )
        if model.russia.successions[0] > before["successions"]:
            self._note(
                model,
                "leader",
                value_of_prevailing=model.russia.value_of_prevailing,
                insecurity=model.russia.insecurity,
            )
        if model.stationed[0] and model.is_full_year:
            outcome = "passed" if europe.will[0] == before["will"] else "failed"
            self._note(
                model,
                "renewal",
                outcome=outcome,
                reputation_europe=europe.reputation,
                will=europe.will,
            )
        if model.is_full_year and model.funds_due[0]:
            self._note(
                model,
                "funds",
                outcome="votes" if us.funds_passed[0] else "refuses",
                reputation_united_states=us.reputation,
            )
        if (ends := model.parameters.regime.commitment.term_years) is not None and began < _plain(
            ends
        ) - TOLERANCE <= model.years:
            self._note(
                model, "term", outcome="is renewed for good" if model.renewed[0] else "lapses"
            )
        if before["years"] < model.entry[0] <= model.years:
            self._note(model, "entry")

    def note_ukraine(self, model: Ceasefire, winning: Any, chance: Any, starts: Any) -> None:
        """A review by Ukraine."""
        self._note(
            model,
            "ukraine reviews",
            chance_of_success=winning,
            chance_of_offensive=chance,
            choice="starts an offensive" if starts[0] else "holds",
        )

    def note_russia(
        self, model: Ceasefire, crisis: Crisis, reviews: Any, attacks: Any, probes: Any
    ) -> None:
        """A review by Russia."""
        if reviews[0]:
            self._note(
                model,
                "russia reviews",
                choice="attacks" if attacks[0] else "probes" if probes[0] else "holds",
                **_beliefs_and_odds(crisis),
            )

    def note_incident(
        self,
        model: Ceasefire,
        worlds: Worlds,  # noqa: ARG002  of one world
        crisis: Crisis,
        probes: Any,
        happens: Any,
        retaliates: Any,
        escalates: Any,
        voids: Any,
    ) -> None:
        """An incident, by chance or out of a probe, the answer to the probe, and what a retaliation
        costs of the promise.
        """
        before = self.states[-1]
        if probes[0]:
            answer = (
                "firmly" if model.histories.firm_answers[0] > before["firm_answers"] else "softly"
            )
            self._note(
                model,
                "answer",
                answer=answer,
                reputation_europe=model.europe.reputation,
                will=model.europe.will,
                **{
                    name: value
                    for name, value in _beliefs_and_odds(crisis).items()
                    if name.startswith("chance_of_firm")
                },
            )
        if happens[0]:
            outcome = (
                "it escalates"
                if escalates[0]
                else "Ukraine retaliates, Russia de-escalates"
                if retaliates[0]
                else "Ukraine absorbs it"
            )
            self._note(
                model,
                "incident",
                what="The probe runs as an incident" if probes[0] else "A serious incident",
                outcome=outcome,
                **_beliefs_and_odds(crisis),
            )
        if voids[0]:
            self._note(model, "voided")

    def close(self, model: Ceasefire) -> None:
        """The end of a step: how the ceasefire ended, if it did, and the state of the world."""
        cause = CAUSES[model.cause[0]]
        ended = not model.at_peace[0] and model.years_held[0] == model.years
        if ended and not cause.is_war:
            self._note(model, "ended", cause=cause.value, clause=cause.clause)
        elif ended:
            fought = [name for name, honoured in model.wars.fought.items() if honoured[0]]
            reason = REASONS[model.wars.reasons[0]] if cause is Cause.ATTACK else None
            self._note(
                model,
                "war",
                cause=cause.value,
                reason=reason and reason.value,
                why=f" (main reason: {reason.words})" if reason else "",
                russia_prevails=model.wars.russia_prevails,
                europe="fights" if model.wars.europe_intervenes[0] else "stays out",
                united_states="backs the defence" if model.wars.us_backs[0] else "stays out",
                fought=fought,
                members=_fighting(fought),
            )
        elif model.at_peace[0] and model.month == model.specification.sampling.steps:
            self._note(model, "held")
        self._remember(model)

    def add_values(self, model: Ceasefire) -> None:
        """Add to the last state what the actors want and expect in it.

        A figure needs this of every step, a story does not.
        """
        self.states[-1] |= _beliefs_and_odds(model.crisis(np.zeros(1, dtype=np.intp)))

    def _note(self, model: Ceasefire, kind: str, **details: Any) -> None:
        recorded = {name: _plain(value) for name, value in details.items()}
        self.events.append(Event(model.month, round(model.years, 6), kind, recorded))

    def _remember(self, model: Ceasefire) -> None:
        state = {
            "step": model.month,
            "years": model.years,
            "successions": model.russia.successions,
            "russia_strength": model.russia.strength,
            "ukraine_strength": model.ukraine.strength,
            "reputation_europe": model.europe.reputation,
            "reputation_united_states": model.united_states.reputation,
            "europe_resolute": model.europe.resolute,
            "us_resolute": model.united_states.resolute,
            "will": model.europe.will,
            "chance_of_incident": model.rates.incident_happens,
            "probes": model.probes,
            "firm_answers": model.histories.firm_answers,
            "ground": model.ground,
            "disposition": model.russia.disposition,
            "value_of_prevailing": model.russia.value_of_prevailing,
            "insecurity": model.russia.insecurity,
            "terms_drift": model.terms_drift,
        }
        self.states.append({name: _plain(value) for name, value in state.items()})

    def document(self) -> dict[str, Any]:
        """All of it as plain data, for JSON."""
        return {
            "world": self.world,
            "events": [asdict(event) | {"words": event.words} for event in self.events],
            "states": self.states,
        }

    def lines(self) -> Iterator[str]:
        """A line an event."""
        for event in self.events:
            yield f"year {event.years:5.2f}  {event.words}"


def _fighting(members: Sequence[str]) -> str:
    """Who fights of the coalition, to follow what it does; empty where nobody does."""
    return f" ({listed(members)} {'fights' if len(members) == 1 else 'fight'})" if members else ""


def _type(resolute: Any) -> str:
    return TYPES[int(resolute[0])]


def _plain(value: Any) -> Any:
    """The one entry of an array of one world; None for what is not known."""
    if isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value).reshape(-1)[0].item()
    return None if isinstance(value, float) and np.isnan(value) else value


def _beliefs_and_odds(crisis: Crisis) -> dict[str, float]:
    """What the actors of a crisis game believe, want and are likely to do, now."""
    attack, hold, probe = crisis.response
    firm: Any = crisis.answers_firmly_by_type
    values = {
        "value_of_attacking": crisis.attack_now,
        "value_of_holding": crisis.value_of_holding,
        "value_of_probing": crisis.value_of_probing,
        "value_of_escalating": crisis.value_of_escalating,
        "chance_of_attack": attack,
        "chance_of_holding": hold,
        "chance_of_probe": probe,
        "chance_europe_intervenes": crisis.now(crisis.attack.intervenes),
        "chance_us_backs": crisis.now(crisis.attack.backs[INTERVENES]),
        "chance_ukraine_retaliates": crisis.retaliates,
        "chance_russia_escalates": crisis.escalates,
        "chance_of_firm_answer_if_resolute": firm[RESOLUTE],
        "chance_of_firm_answer_if_irresolute": firm[IRRESOLUTE],
    }
    return {name: _plain(value) for name, value in values.items()}
