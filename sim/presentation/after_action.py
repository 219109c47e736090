"""What each decision of a game was worth, in sentences and as a table."""

from datetime import date

import pandas as pd

from sim.presentation.phrases import named_month
from sim.presentation.section import Column, Section, Table
from sim.study.after_action import AfterAction, Judged, Option
from sim.wording import with_error, years_of

_WORDS = {
    "attack": ("attacked", "the attack", "an attack"),
    "probe": ("probed", "the probe", "a probe"),
    "hold": ("held", "holding", "holding"),
    "escalate": ("escalated", "the escalation", "an escalation"),
    "de-escalate": ("backed down", "backing down", "backing down"),
    "start an offensive": ("started an offensive", "the offensive", "an offensive"),
    "retaliate": ("retaliated", "the retaliation", "a retaliation"),
    "absorb": ("absorbed the incident", "absorbing it", "absorbing it"),
    "firm": ("answered a probe firmly", "the firm answer", "a firm answer"),
    "soft": ("answered a probe softly", "the soft answer", "a soft answer"),
    "renew": ("renewed its deployment", "the renewal", "a renewal"),
    "let lapse": ("let its deployment lapse", "letting it lapse", "letting it lapse"),
    "committed": ("called itself committed", "the commitment", "calling itself committed"),
    "sceptical": ("called itself sceptical", "the scepticism", "calling itself sceptical"),
    "fund": ("voted the funds", "voting the funds", "voting the funds"),
    "refuse": ("refused the funds", "the refusal", "refusing them"),
}
"""Of each choice: what was done, that deed as a subject, and as an alternative."""
_THE = {"Europe": "Europe", "United States": "the United States"}
_NUMBERS = {1: "one", 2: "two", 5: "five", 10: "ten"}
TRUST = (
    "Each option was continued {count:,} times from the month of the decision on, with the same "
    "chance for all options; later decisions were the model's. Brackets hold the 95 % sampling "
    "error of these continuations. They are continuations of this one history, with its "
    "leaders, types and parameters, of which a seat knows only some: what was best here "
    "need not be best on average."
)


def after_action(shown: AfterAction, signed: date) -> Section:
    """The section on a game: a sentence for each alternative to each decision."""
    frame = pd.DataFrame(
        {"judged": judged, "option": option, "when": named_month(signed, judged.years)}
        for judged in shown.judged
        for option in judged.options
    )
    columns = (
        Column("when", lambda row: str(row["when"])),
        Column("who", lambda row: str(row["judged"].actor)),
        Column("option", lambda row: f"{row['option'].choice}{_mark(row)}"),
        Column("still holding", lambda row: _share(row["option"])),
        Column("against the choice (pp)", lambda row: _difference(row["judged"], row["option"])),
    )
    answer = [_sentence(judged, signed, shown) for judged in shown.judged]
    answer += [
        f"{named_month(signed, idle.at)}: {idle.actor} had nothing to decide, so that "
        f"“{idle.choice}” changed nothing."
        for idle in shown.idle
    ]
    return Section(
        "after_action",
        "What was each decision worth?",
        tuple(answer) or ("No decision was made in this history.",),
        (Table.of("Every option of every decision (* chosen)", frame, columns),)
        if len(frame)
        else (),
        trust=TRUST.format(count=shown.continuations) if len(frame) else "",
    )


def _sentence(judged: Judged, signed: date, shown: AfterAction) -> str:
    """What was chosen, and what that cost or gained against each other option."""
    done, subject, _ = _WORDS[judged.chosen]
    who = _THE.get(judged.actor, judged.actor)
    horizon = _years(judged.years_on)
    first = (
        f"In {named_month(signed, judged.years)} {who} {done}: {horizon} later the ceasefire still "
        f"holds in {_share(judged.choice)} of continuations"
    )
    compared = (
        f"{subject.capitalize()} {_compared(judged, option, shown)}" for option in judged.others
    )
    return f"{first}. {' '.join(compared)}"


def _compared(judged: Judged, option: Option, shown: AfterAction) -> str:
    """What the choice cost or gained against another option, to follow its subject."""
    other, difference = _WORDS[option.choice][2], option.difference
    error = 50 * (difference.high - difference.low)
    size = f"{100 * abs(difference.value):.1f} percentage points (±{error:.1f})"
    durability = f"{_adjective(judged.years_on)} durability"
    if difference.low == difference.high == 0:
        return (
            f"made no difference: {other} led to the same in each of {shown.continuations:,} "
            "continuations."
        )
    if difference.low <= 0 <= difference.high:
        return (
            f"is statistically indistinguishable from {other}, which {_gives(difference.value)} "
            f"{size} of {durability}."
        )
    verb = "cost" if difference.value > 0 else "gained"
    return f"{verb} {size} of {durability}: {other} would have led to {_share(option)}."


def _gives(difference: float) -> str:
    return "would have gained" if difference > 0 else "would have cost"


def _years(count: float) -> str:
    rounded = round(count, 2)
    if rounded in _NUMBERS:
        return f"{_NUMBERS[int(rounded)]} year{'' if rounded == 1 else 's'}"
    return years_of(rounded)


def _adjective(count: float) -> str:
    """As in "ten-year"."""
    rounded = round(count, 2)
    return f"{_NUMBERS[int(rounded)] if rounded in _NUMBERS else f'{rounded:g}'}-year"


def _share(option: Option) -> str:
    holds = option.holds
    return with_error(holds.value, holds.low, holds.high)


def _difference(judged: Judged, option: Option) -> str:
    if option.choice == judged.chosen:
        return "-"
    difference = option.difference
    return with_error(difference.value, difference.low, difference.high, "+")


def _mark(row: pd.Series) -> str:
    return " *" if row["option"].choice == row["judged"].chosen else ""
