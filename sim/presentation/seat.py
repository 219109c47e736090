"""What a seat at the table gets to read: what has happened, what it knows, and its options."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sim.presentation.deeds import Deed, deeds
from sim.presentation.phrases import month_of, named_month, percent

QUESTIONS = {
    ("Russia", "review"): "Russia weighs its choice: break the ceasefire, probe, or hold?",
    ("Russia", "escalation"): "Ukraine has retaliated: does Russia escalate?",
    ("Ukraine", "review"): "Ukraine weighs an offensive of its own.",
    ("Ukraine", "retaliation"): "Shots have been fired at the line: does Ukraine answer?",
    ("Europe", "answer"): "Russia probes the line: how does the coalition answer?",
    ("Europe", "intervention"): "War has come: does the coalition fight?",
    ("Europe", "renewal"): "The deployment is due for renewal.",
    ("United States", "statement"): (
        "An administration has been elected: what does it say of the guarantee?"
    ),
    ("United States", "funds"): "The funds of the coming year are to be voted.",
    ("United States", "backing"): "War has come: does the United States back the defence?",
}
"""What is to be decided, by actor and node."""
_WHO = {"Europe": "coalition", "United States": "administration"}


class Turn(Protocol):
    """A decision of a seat, as `sim.study.play` has it."""

    @property
    def actor(self) -> str:
        """Who decides."""

    @property
    def node(self) -> str:
        """What is decided."""

    @property
    def years(self) -> float:
        """The end of the month, in years since the signature."""

    @property
    def options(self) -> Mapping[str, float]:
        """What may be chosen, with the chance with which the model's own actor does."""

    @property
    def own_choice(self) -> str:
        """What the model's own actor would choose."""

    @property
    def weighed(self) -> Mapping[str, float]:
        """What speaks for and against."""

    @property
    def knows(self) -> Mapping[str, float]:
        """What the seat knows."""


def news(
    signed: date, public: Sequence[Deed], steps_per_year: int, seen: set[tuple[int, str]]
) -> Iterator[str]:
    """What everybody saw happen and has not been read yet, a sentence a deed."""
    for deed in public:
        if deed.clause and (deed.step, deed.clause) not in seen:
            seen.add((deed.step, deed.clause))
            month = named_month(signed, deed.step / steps_per_year)
            yield f"{month}: {deed.clause[0].upper()}{deed.clause[1:]}."


def ending(journal: Mapping[str, Any]) -> str:
    """How a history that is over ended."""
    ended = journal["events"][-1]["kind"] != "held"
    years = journal["states"][-1]["years"]
    return f"The ceasefire {'ended' if ended else 'still holds'} after {years:.2f} years."


def public_deeds(journal: Mapping[str, Any], month: int | None) -> list[Deed]:
    """What everybody saw of a journal; of the `month` of a decision, which is not over, its
    politics alone.
    """
    over = [
        event for event in journal["events"] if event["step"] != month or event["kind"] in _POLITICS
    ]
    return [deed for deed in deeds(dict(journal) | {"events": over}) if deed.clause]


_POLITICS = ("election", "member election", "leader", "renewal", "funds", "term", "entry")


def situation(turn: Turn, signed: date) -> Iterator[str]:
    """What the seat knows, what it is to decide, and what the model's own actor would do."""
    knows = turn.knows
    month = f"{month_of(signed, turn.years):%B %Y}"
    yield f"{month}, year {turn.years:.2f}. You decide for {_called(turn.actor)}."
    yield (
        f"Armies: Russia {knows['russia_strength']:.0f} brigades, Ukraine "
        f"{knows['ukraine_strength']:.0f}. The others put {percent(knows['reputation_europe'])} on "
        f"a resolute coalition and {percent(knows['reputation_united_states'])} on a resolute "
        "United States." + _weakened(knows["will"])
    )
    if private := _private(turn):
        yield f"Only you know: {private}."
    yield QUESTIONS[turn.actor, turn.node]


def _weakened(will: float) -> str:
    """What failed renewals have left of the deployment."""
    return f" Of the coalition's deployment {percent(will)} is left." if will < 1 else ""


def _called(actor: str) -> str:
    return {"Europe": "the European coalition", "United States": "the United States"}.get(
        actor, actor
    )


def _private(turn: Turn) -> str:
    knows = turn.knows
    if turn.actor == "Russia":
        return (
            f"prevailing in Ukraine is worth {knows['value_of_prevailing']:.2f} to you, where 1 is "
            "what it is worth to a leadership for which Ukraine is vital; your insecurity is "
            f"{knows['insecurity']:.2f} on a scale from 0 to 1"
        )
    if turn.actor == "Europe":
        return f"the coalition is {_type(knows['europe_resolute'])}"
    if turn.actor == "United States":
        return f"the administration is {_type(knows['us_resolute'])}"
    return ""


def _type(resolute: float) -> str:
    return "resolute" if resolute else "irresolute"


def options(turn: Turn) -> Iterator[str]:
    """The options by number, how likely the model's own actor takes each, and why it would."""
    for number, (option, chance) in enumerate(turn.options.items(), start=1):
        own = ", and does so in this history" if option == turn.own_choice else ""
        yield f"  {number}. {option} (the model's own actor: {percent(chance)}{own})"
    yield f"Why: {_why(turn)}"


def _why(turn: Turn) -> str:
    weighed = turn.weighed
    if "if_resolute" in weighed:
        who, first = _WHO[turn.actor], next(iter(turn.options))
        return (
            f"a resolute {who} would choose “{first}” with a chance of "
            f"{percent(weighed['if_resolute'])}, an irresolute one with "
            f"{percent(weighed['if_irresolute'])}; the others know these chances, and learn from "
            "what you choose."
        )
    if turn.node == "retaliation":
        return (
            f"an answer is worth {weighed['retaliation_value']:.2f} to Ukraine; against it stands "
            f"the risk of a war, which would cost {weighed['cost_of_war']:.2f}, and what it may "
            "cost of the promise. The chances are those over all leaders that Russia may have: "
            "nobody but Russia knows how likely its own is to escalate."
        )
    if turn.actor == "Ukraine":
        return (
            f"an offensive would succeed with a chance of {percent(weighed['chance_of_success'])}; "
            f"the land is worth {weighed['value_of_recovery']:.2f} to Ukraine and the ceasefire "
            f"{weighed['status_quo_value']:.2f}, and a war costs {weighed['cost_of_war']:.2f}."
        )
    if turn.node == "escalation":
        return (
            f"escalating is worth {weighed['value_of_escalating']:+.2f} to you, letting it pass "
            f"{weighed['value_of_holding']:+.2f}."
        )
    return (
        f"attacking is worth {weighed['value_of_attacking']:+.2f} to you, probing "
        f"{weighed['value_of_probing']:+.2f}, holding {weighed['value_of_holding']:+.2f}; you "
        f"expect Europe to fight with a chance of {percent(weighed['chance_europe_intervenes'])}, "
        f"and to answer a probe firmly with {percent(weighed['chance_of_firm_answer'])}."
    )
