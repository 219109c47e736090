"""What was done in a history, in the past tense of a historian: one sentence for each deed.

A sentence has what everybody sees; what only the simulation knows (types, values, the chances of a
choice) follows in sentences of its own, which a seat at the table does not get to read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.actors.members import listed
from sim.game.endings import Cause, Reason
from sim.presentation.phrases import moved, percent

Details = Mapping[str, Any]
State = Mapping[str, float]


@dataclass(frozen=True)
class Deed:
    """What was done in a month: its kind, a clause for what everybody saw, and sentences for what
    only the simulation knows. Deeds of one `sort` in a year may be counted together.
    """

    kind: str
    step: int
    clause: str
    behind: str = ""
    sort: str = ""
    matters: bool = True
    chance: float = 0.0  # of what was weighed and not done

    @property
    def is_lasting(self) -> bool:
        """Whether it counts on its own, not only for what it did to the chance of an attack."""
        return self.matters and self.kind != "review"

    @property
    def what(self) -> tuple[str, str]:
        """What was done, whatever its reasons and its consequences."""
        return self.kind, self.clause.partition(";")[0]


def deeds(journal: Mapping[str, Any]) -> list[Deed]:
    """Every deed of a journal, as `Journal.document` gives it, in order; a probe is one deed with
    its answer and what came of it.
    """
    states, events = journal["states"], journal["events"]
    made: list[Deed | None] = []
    beliefs = {name: states[0][name] for name in _BELIEFS}
    for position, event in enumerate(events):
        if write := _WRITERS.get(event["kind"]):
            before = {**states[max(0, event["step"] - 1)], **beliefs}
            made.append(write(_Context(event["details"], event["step"], before, events[position:])))
        beliefs |= {name: event["details"][name] for name in _BELIEFS if name in event["details"]}
    return [deed for deed in made if deed is not None]


_BELIEFS = ("reputation_europe", "reputation_united_states")


@dataclass(frozen=True)
class _Context:
    """An event, the state of the world before it, and what followed it."""

    details: Details
    step: int
    before: State
    rest: list[Mapping[str, Any]]

    def following(self, kind: str) -> Details | None:
        """The details of the next event of this kind in the same month."""
        return next(
            (
                event["details"]
                for event in self.rest
                if event["step"] == self.step and event["kind"] == kind
            ),
            None,
        )


_MIN_CHANGE = 0.01
"""A change in a belief from which it is worth a clause: a judgement."""


def _belief(at: _Context, of: str, who: str, after: Details | None = None) -> str:
    """How an event, or what came `after` it, moved the belief in a resolute guarantor, to end a
    clause; empty where it hardly did.
    """
    name = f"reputation_{of}"
    was, is_now = at.before[name], (at.details if after is None else after)[name]
    if abs(is_now - was) < _MIN_CHANGE:
        return ""
    return f"; the belief that {who} was resolute {moved(was, is_now)}"


def _election(at: _Context) -> Deed:
    now, earlier = at.details["united_states"], at.details["before"]
    return Deed(
        "election",
        at.step,
        "the United States elected an administration that called itself "
        f"{at.details['says']}{_belief(at, 'united_states', 'it')}",
        f"In truth it was {now}, as its predecessor had been."
        if now == earlier
        else f"In truth it was {now}; its predecessor had been {earlier}.",
    )


def _member_election(at: _Context) -> Deed:
    turned = at.details["outcome"] == "turns"
    return Deed(
        "member election",
        at.step,
        f"{at.details['members']} voted{_belief(at, 'europe', 'the coalition')}",
        f"In truth the vote turned the coalition {at.details['europe']}." if turned else "",
        matters=turned,
    )


def _leader(at: _Context) -> Deed:
    value, earlier = at.details["value_of_prevailing"], at.before["value_of_prevailing"]
    more = "more" if value > earlier else "less"
    return Deed(
        "leader",
        at.step,
        "a new leader came to power in Russia",
        f"He wanted Ukraine {more} than his predecessor: prevailing was worth {value:.2f} to him, "
        f"where it had been worth {earlier:.2f}.",
    )


def _renewal(at: _Context) -> Deed:
    passed = at.details["outcome"] == "passed"
    done = (
        "renewed its deployment"
        if passed
        else "failed to renew its deployment, which left "
        f"{percent(at.details['will'])} of the force"
    )
    return Deed(
        "renewal",
        at.step,
        f"the coalition {done}{_belief(at, 'europe', 'it')}",
        matters=not passed,
    )


def _funds(at: _Context) -> Deed:
    passed = at.details["outcome"] == "votes"
    return Deed(
        "funds",
        at.step,
        f"Congress {'voted' if passed else 'refused'} the funds of the coming year"
        f"{_belief(at, 'united_states', 'the United States')}",
        matters=not passed,
    )


def _term(at: _Context) -> Deed:
    lapsed = at.details["outcome"] == "lapses"
    return Deed(
        "term",
        at.step,
        "the term of the promise ended, and it " + ("lapsed" if lapsed else "was renewed for good"),
    )


def _voided(at: _Context) -> Deed:
    return Deed(
        "voided",
        at.step,
        "the promise was declared void, because Ukraine had retaliated and who began stayed "
        "disputed",
    )


def _entry(at: _Context) -> Deed:
    return Deed("entry", at.step, "the guarantee entered into force")


def _ukraine_reviews(at: _Context) -> Deed | None:
    if at.details["choice"] == "holds":
        return None
    return Deed(
        "ukraine reviews",
        at.step,
        "Ukraine started an offensive",
        f"It gave itself a chance of {percent(at.details['chance_of_success'])} of success, and "
        f"took this choice with a chance of {percent(at.details['chance_of_offensive'])}.",
    )


_CLOSE_CHANCE = 0.1
"""The chance of attack from which a review in which Russia held counts as a close call."""


def _russia_reviews(at: _Context) -> Deed | None:
    details = at.details
    chance = percent(details["chance_of_attack"])
    match details["choice"]:
        case "attacks":
            return Deed("attack", at.step, "Russia attacked", _why_attack(details))
        case "probes":
            return _probe(at)
    close = details["chance_of_attack"] >= _CLOSE_CHANCE
    return Deed(
        "review",
        at.step,
        "",
        f"In {{month}} Russia came close to an attack: the chance was {chance}, but it held.",
        sort="review",
        matters=close,
        chance=details["chance_of_attack"],
    )


def _why_attack(details: Details) -> str:
    return (
        f"To its leader, attacking was worth {details['value_of_attacking']:+.2f} and keeping the "
        f"ceasefire {details['value_of_holding']:+.2f}; he expected Europe to fight with a chance "
        f"of {percent(details['chance_europe_intervenes'])}, and the United States to back it with "
        f"{percent(details['chance_us_backs'])}. The chance that he would attack was "
        f"{percent(details['chance_of_attack'])}."
    )


def _probe(at: _Context) -> Deed:
    answer, incident = at.following("answer") or {}, at.following("incident") or {}
    reply = answer["answer"]
    return Deed(
        "probe",
        at.step,
        f"Russia probed and the coalition answered {reply}, {_outcome(incident)}"
        f"{_belief(at, 'europe', 'the coalition', answer)}",
        sort=f"probe {reply}" if _harmless(incident) and at.following("voided") is None else "",
    )


def _incident(at: _Context) -> Deed | None:
    if at.details["what"].startswith("The probe"):
        return None
    return Deed(
        "incident",
        at.step,
        f"a serious incident broke the calm, {_outcome(at.details)}",
        sort="incident" if _harmless(at.details) and at.following("voided") is None else "",
    )


def _harmless(incident: Details) -> bool:
    return bool(incident["outcome"] != "it escalates")


def _outcome(incident: Details) -> str:
    """What came of an incident, to follow a comma."""
    return {
        "Ukraine absorbs it": "and Ukraine absorbed it",
        "Ukraine retaliates, Russia de-escalates": "Ukraine retaliated, and Russia backed down",
        "it escalates": "Ukraine retaliated, and Russia escalated",
    }[incident["outcome"]]


def _war(at: _Context) -> Deed:
    details = at.details
    reason = Reason(details["reason"]).words if details["reason"] else ""
    came = any(_guarantors(details))
    against = f"Against {'those who came' if came else 'Ukraine alone'}, "
    behind = (f"The main reason of the attack: {reason}. " if reason else "") + (
        f"{against}Russia's chance of prevailing was {percent(details['russia_prevails'])}."
    )
    return Deed("war", at.step, f"the war resumed, and {_who_came(details)}", behind)


def _guarantors(details: Details) -> tuple[bool, bool]:
    """Whether Europe fought for Ukraine, and whether the United States backed it."""
    return details["europe"] == "fights", details["united_states"] != "stays out"


def _who_came(details: Details) -> str:
    """Who fought for Ukraine."""
    if Cause(details["cause"]).began != "Russia":
        return "nobody joined an offensive that Ukraine had started"
    fights, backs = _guarantors(details)
    if not fights and not backs:
        return "neither Europe nor the United States came to Ukraine's defence"
    forces = f", with forces of {listed(details['fought'])}" if details["fought"] else ""
    backing = "the United States " + ("backed the defence" if backs else "stayed out")
    return f"{f'Europe fought{forces}' if fights else 'Europe stayed out'}; {backing}"


def _ended(at: _Context) -> Deed:
    return Deed("ended", at.step, f"the ceasefire ended: {at.details['clause']}")


_WRITERS: dict[str, Callable[[_Context], Deed | None]] = {
    "election": _election,
    "member election": _member_election,
    "leader": _leader,
    "renewal": _renewal,
    "funds": _funds,
    "term": _term,
    "voided": _voided,
    "entry": _entry,
    "ukraine reviews": _ukraine_reviews,
    "russia reviews": _russia_reviews,
    "incident": _incident,
    "war": _war,
    "ended": _ended,
}
