"""The answer on one page: which guarantee, by how much, how sure, why they differ, what would
reverse it, and what it costs whom.
"""

from collections.abc import Iterator

import pandas as pd

from sim.analysis.comparison import Comparison
from sim.analysis.summary import Summary
from sim.ensemble.store import Run
from sim.game.endings import Cause
from sim.guarantee.provisions.regime import Regime
from sim.presentation import sentences
from sim.presentation.reversal import headline
from sim.presentation.section import Section
from sim.study.finding import Finding
from sim.wording import deters, listed, share, with_error, years_of

HOW_TO_READ = (
    "In brackets: the 95 % sampling error, or its two limits near an end of the scale; more "
    "histories reduce it. Below: the range over 90 % of parameter sets; below a threshold, ends "
    "per year and sets above half, 95 % sampling limits. A guarantee deters a Russia that attacks "
    "in fewer than half of the histories.\n"
    "This is a tool for exploring assumptions, not a forecast."
)


def answer(shown: Comparison, reversal: Finding | None = None) -> list[Section]:
    """The answer as short questions with one to three sentences each.

    What would reverse a ranking is said where the study of it is there.
    """
    parts = _of_one(shown) if len(shown.runs) == 1 else _of_several(shown, reversal)
    return [Section("answer", question, tuple(said)) for question, said in parts if said]


def question(shown: Comparison) -> str:
    """The question that runs answer."""
    if len(shown.runs) == 1:
        return (
            f"How long does the ceasefire hold under {shown.labels[0]}, how sure is that, and why "
            "does it end?"
        )
    return (
        f"Under which of {len(shown.runs)} guarantees does the ceasefire hold longest, how sure is "
        "that, and why?"
    )


def _of_one(shown: Comparison) -> Iterator[tuple[str, list[str]]]:
    (run,) = shown.runs
    label = shown.labels[0]
    yield "How long does it hold?", [*sentences.durability(shown), deters(run, label)]
    yield "How sure is that?", [*_likely(run, label)]
    yield "Does it hold as long if it must be signed?", [*sentences.selection(shown)]
    yield (
        "When and why does it end?",
        [*sentences.danger(shown), *sentences.why(shown), *sentences.reasons(shown)],
    )
    yield "What is the peace like?", [sentences.bent(shown)]
    yield "What does it cost, and whom?", [*_costs(run, shown)]


def _of_several(shown: Comparison, reversal: Finding | None) -> Iterator[tuple[str, list[str]]]:
    best, second, *_ = shown.ranked
    yield "Which guarantee holds longest?", [_ranking(shown)]
    yield "By how much?", [*_margins(shown)]
    yield (
        "How sure is that?",
        [
            sentence
            for run in dict.fromkeys((best, second, shown.base))
            for sentence in _likely(run, shown.label(run))
        ],
    )
    yield "Do they hold as long if they must be signed?", [*_selection(shown)]
    yield "Why do they differ?", [*_reasons(shown)]
    if reversal is not None:
        yield "What would reverse this?", [headline(reversal)]
    elif shown.unpaired:
        yield "What would reverse this?", [f"This cannot be said: {shown.unpaired}."]
    yield "What does it cost, and whom?", [*_costs(best, shown), *_cheaper(second, shown)]


def _ranking(shown: Comparison) -> str:
    best, second, *others = shown.ranked
    horizon = best.horizon_years
    fewest = (
        f", and {share(others[-1].last())} under {shown.label(others[-1])}, the fewest"
        if others
        else ""
    )
    among = f", the most of {len(shown.runs)} guarantees" if others else ""
    return (
        f"{shown.label(best)}: after {years_of(horizon)}, {share(best.last())} of ceasefires still "
        f"hold{among}. {share(second.last())} hold under {shown.label(second)}{fewest}."
    )


def _margins(shown: Comparison) -> Iterator[str]:
    """How far the best is ahead of the second and of the baseline, and what the baseline adds to
    a bare ceasefire.
    """
    if shown.unpaired:
        yield f"Differences are not given: {shown.unpaired}."
        return
    best, second, *_ = shown.ranked
    said: list[set[str]] = []
    for one, other in ((best, second), (best, shown.base), (shown.base, _bare(shown))):
        pair = {run.name for run in (one, other) if run is not None}
        if other is None or one is other or pair in said:
            continue
        said.append(pair)
        row = one.difference(other, [min(one.horizon_years, other.horizon_years)]).iloc[0]
        yield sentences.difference(row, shown.label(one), shown.label(other))


def _bare(shown: Comparison) -> Summary | None:
    """The run of a ceasefire without any guarantee, if it is among them."""
    return next(
        (
            summary
            for summary in shown.runs
            if isinstance(summary.run, Run) and summary.run.scenario.regime == Regime()
        ),
        None,
    )


def _likely(run: Summary, label: str) -> Iterator[str]:
    """In how many parameter sets the ceasefire is more likely than not to hold."""
    if run.replicates == 1:
        yield "With one history of each parameter set, chance cannot be told from parameters."
        return
    likely, horizon = run.sure(run.horizon_years), years_of(run.horizon_years)
    sets = with_error(likely.value, likely.low, likely.high)
    yield (
        f"Under {label}, the ceasefire is more likely than not to hold {horizon} in {sets} of "
        f"parameter sets. The share still holding is {sentences.spread(run.last())}."
    )


def _reasons(shown: Comparison) -> Iterator[str]:
    """What ends ceasefires under the best and under the baseline, or the worst."""
    best = shown.ranked[0]
    other = shown.base if shown.base is not best else shown.ranked[-1]
    attack = str(Cause.ATTACK)
    yield (
        f"Russia attacks in {share(best.causes.loc[attack])} of histories under "
        f"{shown.label(best)}, and in {share(other.causes.loc[attack])} under "
        f"{shown.label(other)}."
    )
    because = [
        f"under {shown.label(run)}, because {reasons}"
        for run in (other, best)
        if (reasons := sentences.main_reasons(run, 2))
    ]
    if because:
        yield f"Why Russia attacks, in shares of all histories: {'; '.join(because)}."
    yield deters(best, shown.label(best))
    yield deters(other, shown.label(other))


def _selection(shown: Comparison) -> Iterator[str]:
    """Durability if signed of the best two, in one sentence, where it differs for any run."""
    apart = [label for label, run in shown.labelled if run.is_selected]
    if apart:
        yield (
            "Durability if imposed and if signed differ by more than the sampling error for "
            f"{listed(apart)}. {sentences.IMPOSED_OR_SIGNED}"
        )


def _costs(run: Summary, shown: Comparison) -> Iterator[str]:
    label = shown.label(run)
    stated = sentences.expected_costs(run, label)
    saved = "" if shown.unpaired or run is shown.base else f", {sentences.war_saved(run, shown)}"
    yield f"{stated}{saved}. Costs are present values over {years_of(run.horizon_years)}."
    if paid := sentences.payers(run):
        yield paid


def _cheaper(second: Summary, shown: Comparison) -> Iterator[str]:
    yield f"{sentences.expected_costs(second, shown.label(second))}."


def gain(shown: Comparison) -> str:
    """What integrating the hazard is worth."""
    ratios = (
        pd.concat([run.gains for run in shown.runs])
        .groupby("label", sort=False)["ratio"]
        .agg(["min", "max"])
    )
    listed = [
        f"{label} {row['min']:.1f}" + (f" to {row['max']:.1f}" if len(shown.runs) > 1 else "")
        for label, row in ratios.iterrows()
    ]
    return (
        "Integrating the hazard of each month reduces the sampling error as much as simulating "
        f"this many times as many histories would: {', '.join(listed)}."
    )
