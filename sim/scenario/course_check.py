"""Whether a course can be the course of a scenario: its order, its regime, its calendar."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sim.errors import ScenarioError
from sim.guarantee.provisions import TOLERANCE
from sim.scenario.course import ROUNDING, Course, Decision, Event, step_of
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution

Place = Callable[..., str]
OVER = dict.fromkeys(
    ("attack", "offensive", "war"),
    "the ceasefire would be over, and there is no outlook for it; a course ends before a war",
)
"""Events that no course can hold, and why."""
_OVER_BY = ("attack", "escalate", "start an offensive")
_AT_WAR = ("intervention", "backing")
_OF_EVENTS = (("Russia", "review"), ("Russia", "escalation"), ("Ukraine", "retaliation"))
_EVENT_OF: dict[tuple[str, str], tuple[str, str, dict[str, Any]]] = {
    ("Europe", "renewal"): ("renewal", "passed", {"renew": True, "let lapse": False}),
    ("Europe", "answer"): ("probe", "answer", {"firm": "firm", "soft": "soft"}),
    ("United States", "funds"): ("funds", "passed", {"fund": True, "refuse": False}),
    ("United States", "statement"): (
        *("election", "says"),
        {"committed": "committed", "sceptical": "sceptical"},
    ),
}
"""Decisions that an event says as well, and how it says them."""


def check(course: Course | None, scenario: Scenario) -> None:
    """Raise ScenarioError for a course that cannot be one of this scenario."""
    if course is not None and (faults := problems(course, scenario)):
        raise ScenarioError(faults)


def problems(course: Course, scenario: Scenario, place: Place | None = None) -> list[str]:
    """What keeps a course from being one of this scenario, each with its place and its reason."""
    where = place or (lambda table, *_: f"course: {table}")
    steps = scenario.sampling.steps_per_year
    faults = list(_until(course, scenario, where))
    for table, check in (("events", _event), ("decisions", _decision)):
        earlier: list[Any] = []
        for number, entry in enumerate(getattr(course, table)):
            at = f"{where(table, number)}: {table}[{number + 1}]"
            faults += [f"{at}: {why}" for why in _moment(entry, earlier, scenario)]
            faults += [f"{at}: {why}" for why in check(entry, earlier, course, scenario)]
            earlier.append(entry)
    return faults or [
        f"{where('decisions', number)}: decisions[{number + 1}]: {why}"
        for number, decision in enumerate(course.decisions)
        for why in _contradicted(decision, course, steps)
    ]


def _until(course: Course, scenario: Scenario, where: Place) -> Iterator[str]:
    horizon = scenario.sampling.horizon_years
    if not 0 <= course.until <= horizon:
        yield (
            f"{where('until')}: until: must lie between the signature and the horizon, "
            f"{horizon} years (it is {course.until:.4g})"
        )


def _moment(entry: Event | Decision, earlier: list[Any], scenario: Scenario) -> Iterator[str]:
    horizon = scenario.sampling.horizon_years
    if entry.at <= 0:
        yield f"at {entry.at:.4g} is not after the signature, which is year 0"
    if entry.at > horizon + ROUNDING:
        yield f"at {entry.at:.4g} lies beyond the horizon, {horizon} years"
    if earlier and entry.at < earlier[-1].at:
        yield (
            f"at {entry.at:.4g} comes before the one above it ({earlier[-1].at:.4g}); put them in "
            "the order of time"
        )


def _event(event: Event, earlier: list[Event], course: Course, scenario: Scenario) -> Iterator[str]:
    steps = scenario.sampling.steps_per_year
    step = step_of(event.at, steps)
    if step > step_of(course.until, steps):
        yield (
            f"at {event.at:.4g} comes after until ({course.until:.4g}), the last moment observed; "
            "make until later, or leave the event out"
        )
    same = [other.what for other in course.events if step_of(other.at, steps) == step]
    before = [other.what for other in earlier]
    month = [other.what for other in earlier if step_of(other.at, steps) == step]
    if event.what in month:
        yield f"a second {event.what} in one month: there is at most one"
    elif event.what in _ONCE and event.what in before:
        yield f"a second {event.what}: it happens once"
    if {event.what, *month} >= {"incident", "probe"}:
        yield "an incident and a probe in one month exclude each other: a probe runs as an incident"
    if event.what == "voided" and not {"incident", "probe"} & set(month):
        yield (
            "a promise is voided by a retaliation: list the incident or the probe of that month "
            "above it"
        )
    if (
        event.what in ("incident", "probe")
        and "voided" in same
        and not event.details.get("retaliated", True)
    ):
        yield "the promise was voided in that month, so Ukraine must have retaliated"
    if why := _REGIME[event.what](scenario, event):
        yield why


_ONCE = ("voided", "entry_into_force", "promise_renewed")


def _decision(
    decision: Decision, earlier: list[Decision], course: Course, scenario: Scenario
) -> Iterator[str]:
    steps = scenario.sampling.steps_per_year
    step = step_of(decision.at, steps)
    if any(
        (step_of(other.at, steps), other.actor, other.node) == (step, decision.actor, decision.node)
        for other in earlier
    ):
        yield f"{decision.actor} decides that twice in one month; leave one of the two out"
    if step > step_of(course.until, steps):
        return
    if decision.choice in _OVER_BY or decision.node in _AT_WAR:
        yield (
            f"{decision.actor}, {decision.choice}: before until ({course.until:.4g}) the ceasefire "
            "would be over; a course ends before a war"
        )
    elif (decision.actor, decision.node) in _OF_EVENTS:
        yield (
            f"{decision.actor}, {decision.choice}: up to until ({course.until:.4g}) events say "
            "that: list the probe or the incident, with whether Ukraine retaliated"
        )


def _contradicted(decision: Decision, course: Course, steps: int) -> Iterator[str]:
    """Where an event of the same month says that the actor chose otherwise."""
    what, detail, meaning = _EVENT_OF.get((decision.actor, decision.node), ("", "", {}))
    for event in course.events:
        if step_of(event.at, steps) != step_of(decision.at, steps):
            continue
        if (
            event.what == what
            and event.details.get(detail, meaning[decision.choice]) != (meaning[decision.choice])
        ):
            yield f"{decision.actor}, {decision.choice}: the {what} of that month says otherwise"


def _highest(value: Any) -> float:
    """The largest number that a number of a scenario can be."""
    return value.support[1] if isinstance(value, Distribution) else float(value)


def _fixed(value: Any) -> bool:
    return not isinstance(value, Distribution)


def _full_year(scenario: Scenario, event: Event) -> bool:
    steps = scenario.sampling.steps_per_year
    return step_of(event.at, steps) % steps == 0


_YEARLY = (
    "at must lie in the last month of a year since the signature, in which {}: such as 1.0 or 2.0"
)


def _renewal(scenario: Scenario, event: Event) -> str:
    if _highest(scenario.regime.deployment.brigades) == 0:
        return "no renewal without a deployment: the regime stations no force"
    return "" if _full_year(scenario, event) else _YEARLY.format("a deployment is renewed")


def _funds(scenario: Scenario, event: Event) -> str:
    regime = scenario.regime
    accession = regime.accession
    interim = 0.0 if accession is None else _highest(accession.interim_united_states or 0.0)
    paid = _highest(regime.arms.package_usd_bn) * _highest(regime.arms.united_states_share) > 0
    promised = max(_highest(regime.commitment.united_states), interim) > 0
    if not promised and not (paid and event.at < _highest(regime.arms.delivery_years) - TOLERANCE):
        return (
            "no funds to vote: the United States has promised nothing, and no arms are due from it"
        )
    return "" if _full_year(scenario, event) else _YEARLY.format("funds are voted")


def _promise_renewed(scenario: Scenario, event: Event) -> str:
    ends = scenario.regime.commitment.term_years
    if ends is None:
        return "no renewal of a promise without a term: regime.commitment.term_years is not given"
    steps = scenario.sampling.steps_per_year
    if _fixed(ends) and step_of(event.at, steps) != step_of(float(np.asarray(ends)), steps):
        return f"the term of the promise ends in year {float(np.asarray(ends)):g}, not then"
    return ""


def _election(scenario: Scenario, event: Event) -> str:
    states, steps = scenario.united_states, scenario.sampling.steps_per_year
    if not _fixed(states.election_interval):
        return ""
    step = step_of(event.at, steps)
    before, after = (
        states.elections_by(moment / steps, scenario.calendar) for moment in (step - 1, step)
    )
    if after > before:
        return ""
    return (
        "the United States holds no election in that month; its next is on "
        f"{states.next_election}, then every {states.election_interval:g} years"
    )


def _leader(scenario: Scenario, _: Event) -> str:
    turnover = _highest(scenario.russia.leader_turnover)
    return "" if turnover > 0 else "no change of leader: russia.leader_turnover is 0"


def _voided(scenario: Scenario, _: Event) -> str:
    regime = scenario.regime
    disputed = regime.monitoring.attribution
    surely_clear = _fixed(disputed) and float(np.asarray(disputed)) >= 1
    if _highest(regime.commitment.voidable) == 0 or surely_clear:
        return "the promise of this regime cannot be voided: regime.commitment.voidable is 0"
    return ""


def _entry(scenario: Scenario, event: Event) -> str:
    accession = scenario.regime.accession
    if accession is None:
        return "no entry into force without an accession: the regime is in force from the signature"
    start = accession.start
    if _fixed(start) and event.at <= float(np.asarray(start)):
        return f"the regime enters into force in year {float(np.asarray(start)):g} at the earliest"
    return ""


def _clash(scenario: Scenario, event: Event) -> str:
    rate = scenario.war.incidents_per_year
    if event.what == "incident" and _highest(rate) == 0:
        return "no incidents: war.incidents_per_year is 0"
    return ""


_REGIME: dict[str, Callable[[Scenario, Event], str]] = {
    "incident": _clash,
    "probe": _clash,
    "renewal": _renewal,
    "funds": _funds,
    "promise_renewed": _promise_renewed,
    "election": _election,
    "leader": _leader,
    "voided": _voided,
    "entry_into_force": _entry,
}
"""Why the regime of a scenario cannot have an event; nothing where it can."""
