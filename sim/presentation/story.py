"""One history as a story: a paragraph a year, only what mattered, each turning point with its
reason.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from sim.presentation.deeds import Deed, deeds
from sim.presentation.phrases import counted, duration, month_of, moved, named_month, percent, times

MIN_TURN = 0.05
"""A change in the chance of attack at a review, in one month or by drift in one year, from which it
is worth a sentence: a judgement.
"""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a story under its heading."""

    heading: str
    text: str


@dataclass(frozen=True)
class History:
    """A journal, as `Journal.document` gives it, with what a narrator needs to know of it."""

    journal: Mapping[str, Any]

    @cached_property
    def label(self) -> str:
        """What people call its scenario."""
        return str(self.journal["label"])

    @cached_property
    def signed(self) -> date:
        """The date of the signature."""
        return date.fromisoformat(self.journal["events"][0]["details"]["date"])

    @cached_property
    def states(self) -> Sequence[Mapping[str, float]]:
        """The state of the world at the signature and after each month."""
        states: Sequence[Mapping[str, float]] = self.journal["states"]
        return states

    @cached_property
    def ended(self) -> bool:
        """Whether the ceasefire has ended."""
        return any(event["kind"] in ("war", "ended") for event in self.journal["events"])

    @cached_property
    def turns(self) -> dict[int, float]:
        """By month, how the chance of attack at a review moved, where it moved much and the
        ceasefire held.
        """
        chances = [state["chance_of_attack"] for state in self.states]
        months = range(1, len(chances) - 1 if self.ended else len(chances))
        jumps = {step: chances[step] - chances[step - 1] for step in months}
        return {step: jump for step, jump in jumps.items() if abs(jump) >= MIN_TURN}

    @cached_property
    def deeds(self) -> list[Deed]:
        """What was done and mattered, by its kind or since the chance of an attack turned then."""
        return [
            deed
            for deed in deeds(self.journal)
            if deed.matters or (deed.step in self.turns and deed.kind != "review")
        ]

    @cached_property
    def steps_per_year(self) -> int:
        """Months in a year, as this history has them."""
        return round(1 / self.states[1]["years"]) if len(self.states) > 1 else 12

    def year(self, step: int) -> int:
        """The year to which a month belongs, the first being 1."""
        return -(-step // self.steps_per_year)

    def month(self, step: int) -> date:
        """A day in the month that a step is."""
        return month_of(self.signed, self.states[step]["years"])

    def span(self, first: int, last: int) -> str:
        """The heading of some years: "Year 3 (2029)"."""
        begins, ends = (
            month_of(self.signed, years) for years in (first - 1 + 1 / self.steps_per_year, last)
        )
        if begins.month != 1:
            dates = f"{begins:%B %Y} to {ends:%B %Y}"
        else:
            dates = f"{begins.year}" if first == last else f"{begins.year} to {ends.year}"
        return f"{f'Year {first}' if first == last else f'Years {first} to {last}'} ({dates})"


def story(journal: Mapping[str, Any]) -> list[Paragraph]:
    """A history in paragraphs, the first on the signature, the last on how it ended."""
    history = History(journal)
    return [signature(history), *chapters(history), end(history)]


def chapters(history: History, first: int = 1, last: int | None = None) -> Iterator[Paragraph]:
    """Paragraphs by year on the months from `first` to `last`, or to the end; years in which
    nothing mattered are one.
    """
    last = len(history.states) - 1 if last is None else last
    months = {
        year: (
            max(first, (year - 1) * history.steps_per_year + 1),
            min(last, year * history.steps_per_year),
        )
        for year in range(history.year(first), history.year(last) + 1)
    }
    texts = {year: _of_year(history, *span) for year, span in months.items()}
    for quiet, group in groupby(texts.items(), key=lambda item: not item[1]):
        years = dict(group)
        if quiet:
            begins, ends = min(years), max(years)
            nothing = _quiet(history, months[begins][0], months[ends][1])
            yield Paragraph(history.span(begins, ends), nothing)
        else:
            yield from (Paragraph(history.span(year, year), text) for year, text in years.items())


def signature(history: History) -> Paragraph:
    """What was agreed on whom, and what Russia made of it."""
    details, state = history.journal["events"][0]["details"], history.states[0]
    alike = details["europe"] == details["united_states"]
    types = (
        f"both the European coalition and the United States were {details['europe']}"
        if alike
        else f"the European coalition was {details['europe']}, the United States "
        f"{details['united_states']}"
    )
    signed = history.signed
    return Paragraph(
        f"The signature ({signed.day} {signed:%B %Y})",
        f"In truth {types}; the others put {percent(state['reputation_europe'])} on a resolute "
        f"coalition and {percent(state['reputation_united_states'])} on a resolute United States. "
        "To Russia's leader, prevailing in Ukraine was worth "
        f"{details['value_of_prevailing']:.2f}, where 1 is what it is worth to a leadership for "
        "which Ukraine is vital. Breaking the "
        f"ceasefire at once was worth {state['value_of_attacking']:+.2f} to him, and keeping it "
        f"{state['value_of_holding']:+.2f}: had he weighed an attack then, its chance would have "
        f"been {percent(state['chance_of_attack'])}.",
    )


def _of_year(history: History, first: int, last: int) -> str:
    """The sentences on some months of a year; none where nothing mattered."""
    done = [deed for deed in history.deeds if first <= deed.step <= last]
    turns = [step for step in history.turns if first <= step <= last]
    sentences: list[str] = []
    counted = Counter(_sort(history, deed) for deed in done)
    seen: set[str] = set()
    for step in sorted({deed.step for deed in done} | set(turns)):
        named = False
        for deed in (deed for deed in done if deed.step == step):
            sort = _sort(history, deed)
            if counted[sort] == 1 or not sort:
                sentences.append(_sentence(history, deed, same_month=named))
                named = True
            elif sort not in seen:
                seen.add(sort)
                same = [other for other in done if _sort(history, other) == sort]
                sentences.append(_together(history, same))
                named = False
        if step in history.turns:
            sentences.append(_turning_point(history, step, named=named))
    if not turns and (drift := _drift(history, first, last)):
        sentences.append(drift)
    return " ".join(sentences)


def _sort(history: History, deed: Deed) -> str:
    """The sort under which a deed may be counted with others; none at a turning point."""
    return "" if deed.step in history.turns else deed.sort


def _sentence(history: History, deed: Deed, *, same_month: bool) -> str:
    month = f"{history.month(deed.step):%B}"
    opening = "In the same month" if same_month else f"In {month}"
    seen = f"{opening} {deed.clause}." if deed.clause else ""
    return " ".join(filter(None, (seen, deed.behind.replace("{month}", month))))


def _together(history: History, same: Sequence[Deed]) -> str:
    """Several harmless probes, incidents or close calls of a year in one sentence."""
    months = [f"{history.month(deed.step):%B}" for deed in same]
    listed = f"{', '.join(months[:-1])} and {months[-1]}"
    if same[0].kind == "incident":
        number = counted(len(same)).capitalize()
        return f"{number} serious incidents, in {listed}, passed without escalation."
    if same[0].kind == "review":
        highest = max(deed.chance for deed in same)
        return (
            f"Russia came close to an attack {times(len(same))}, in {listed}: the chance "
            f"was up to {percent(highest)}, but it held each time."
        )
    reply = same[0].sort.removeprefix("probe ")
    return (
        f"Russia probed {times(len(same))}, in {listed}; the coalition answered {reply} each "
        "time, and none of it escalated."
    )


def _turning_point(history: History, step: int, *, named: bool) -> str:
    """How the chance of an attack turned in a month, which is `named` in the sentence before."""
    before, now = history.states[step - 1], history.states[step]
    moves = moved(before["chance_of_attack"], now["chance_of_attack"])
    opening = "That was" if named else f"{history.month(step):%B} was"
    return (
        f"{opening} a turning point: the chance that Russia would attack at its next review {moves}"
        f"{_because(before, now)}."
    )


_MIN_CHANGE = 0.01
"""A change in what Russia expects of the guarantors from which it counts as a reason."""
_BELIEFS = (
    ("chance_europe_intervenes", "Europe to fight"),
    ("chance_us_backs", "the United States to back it"),
)


def _because(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """What moved the chance of an attack in a month: a new leader, or the help that he expected."""
    if now["successions"] > before["successions"]:
        return ", as the new leader's aims were not those of the old"
    name, help_ = max(_BELIEFS, key=lambda belief: abs(now[belief[0]] - before[belief[0]]))
    if abs(now[name] - before[name]) < _MIN_CHANGE:
        return ", as the balance of what lay ahead had shifted"
    return (
        f", as it now expected {help_} with a chance of {percent(now[name])}, where it had been "
        f"{percent(before[name])}"
    )


def _drift(history: History, first: int, last: int) -> str:
    """How far the chance of an attack crept in a year without a turning point, where it was far."""
    if history.ended and last == len(history.states) - 1:
        last -= 1
    before, now = history.states[first - 1], history.states[max(first - 1, last)]
    if abs(now["chance_of_attack"] - before["chance_of_attack"]) < MIN_TURN:
        return ""
    armies = [
        f"{whose} army went from {before[name]:.0f} to {now[name]:.0f} brigades"
        for whose, name in (("its", "russia_strength"), ("Ukraine's", "ukraine_strength"))
        if round(before[name]) != round(now[name])
    ]
    return (
        "Month by month the chance that Russia would attack at a review "
        f"{moved(before['chance_of_attack'], now['chance_of_attack'])}"
        f"{', while ' if armies else ''}{' and '.join(armies)}."
    )


def _quiet(history: History, first: int, last: int) -> str:
    events = [event for event in history.journal["events"] if first <= event["step"] <= last]
    reviews = sum(event["kind"] == "russia reviews" for event in events)
    routine = [
        text
        for kind, text in (
            ("renewal", "the deployment was renewed"),
            ("funds", "the funds were voted"),
            ("member election", "elections turned nothing"),
        )
        if any(event["kind"] == kind for event in events)
    ]
    listed = f": {', '.join(routine)}" if routine else ""
    weighed = f"; Russia weighed its choice {times(reviews)} and held" if reviews else ""
    return f"Nothing happened that mattered{listed}{weighed}."


def end(history: History) -> Paragraph:
    """How it ended, and the most dangerous moment."""
    last = history.states[-1]
    held = duration(round(last["step"]), history.steps_per_year)
    peace = history.states[:-1] if history.ended else history.states
    worst = max(peace, key=lambda state: state["chance_of_attack"])
    probes, firm = round(last["probes"]), round(last["firm_answers"])
    answered = f"and was answered firmly {times(firm)}" if firm else "and was never answered firmly"
    return Paragraph(
        "In the end",
        (
            f"The ceasefire lasted {held}. "
            if history.ended
            else f"The ceasefire still held after {held}. "
        )
        + (f"Russia probed {times(probes)} {answered}. " if probes else "Russia never probed. ")
        + f"The danger was greatest {when(history, worst)}, when a review would have ended in an "
        f"attack with a chance of {percent(worst['chance_of_attack'])}.",
    )


def when(history: History, state: Mapping[str, float]) -> str:
    """When a state was: "in May 2029"."""
    if not state["step"]:
        return "at the signature"
    return f"in {named_month(history.signed, state['years'])}"
