"""The sections of runs, in their order: a new one is a function here and a line in `SECTIONS`."""

from collections.abc import Callable

from sim.analysis.comparison import Comparison
from sim.analysis.summary import reasons_seen
from sim.presentation import sentences
from sim.presentation.run_tables import (
    burden_table,
    causes_table,
    costs_table,
    differences_table,
    durability_table,
    hazard_table,
    peace_table,
    reasons_table,
    sets_table,
    shares_table,
    signature_table,
    threshold_table,
)
from sim.presentation.section import Section, figure
from sim.wording import deters, with_error

INTERVALS = (
    "In brackets: the 95 % sampling error, or its two limits near an end of the scale; more "
    "histories reduce it. Below: the range over 90 % of parameter sets, which only better "
    "knowledge reduces."
)
SHARES = f"Shares of simulated histories, %. {INTERVALS}"


def durability(shown: Comparison) -> Section:
    """How long ceasefires hold."""
    return Section(
        "survival",
        "How long does the ceasefire hold?",
        tuple(sentences.durability(shown)),
        (durability_table(shown),),
        {"survival": figure("survival", shown.runs)},
        SHARES,
    )


def difference(shown: Comparison) -> Section | None:
    """What a guarantee adds to the baseline, on the same histories."""
    if len(shown.runs) == 1:
        return None
    question = f"What does a guarantee add, compared with {shown.label(shown.base)}?"
    if shown.unpaired:
        return Section("differences", question, (f"Differences are not given: {shown.unpaired}.",))
    return Section(
        "differences",
        question,
        tuple(sentences.differences(shown)),
        (differences_table(shown),),
        {"differences": figure("differences", shown.runs, shown.baseline)},
        f"Differences on the same simulated histories, percentage points. {INTERVALS}",
    )


def signature(shown: Comparison) -> Section | None:
    """How long ceasefires hold that both sides signed, where that differs."""
    if not any(run.is_selected for run in shown.runs):
        return None
    return Section(
        "signature",
        "Does it hold as long if it must be signed?",
        tuple(sentences.selection(shown)),
        (signature_table(shown),),
        trust=SHARES,
    )


def deterrence(shown: Comparison) -> Section:
    """Which Russia a guarantee deters."""
    return Section(
        "threshold",
        "Which Russia does it deter?",
        tuple(deters(run, label) for label, run in shown.labelled),
        (threshold_table(shown),),
        {"threshold": figure("threshold", shown.runs)},
        "The value that the first Russian leader puts on Ukraine above which half of the "
        "histories or more end by attack; at 1 Ukraine is vital to the leader. Below: 95 % limits "
        "from resamples of the parameter sets.",
    )


def risk(shown: Comparison) -> Section:
    """When the risk peaks."""
    return Section(
        "hazard",
        "When does the risk peak?",
        tuple(sentences.danger(shown)),
        (hazard_table(shown),),
        {"hazard": figure("hazard", shown.runs)},
        "Ends in a year of 100 ceasefires that still hold at its start. Below: 95 % limits of the "
        "sampling error.",
    )


def ends(shown: Comparison) -> Section:
    """How ceasefires end."""
    return Section(
        "causes",
        "How does the ceasefire end?",
        tuple(sentences.why(shown)),
        (causes_table(shown),),
        {"causes": figure("causes", shown.runs)},
        SHARES,
    )


def attacks(shown: Comparison) -> Section:
    """Why Russia attacks."""
    return Section(
        "reasons",
        "Why does Russia attack?",
        tuple(sentences.reasons(shown)) or ("Russia attacks in no history.",),
        (reasons_table(shown),) if reasons_seen(shown.runs) else (),
        {"reasons": figure("reasons", shown.runs)},
        f"Each attack counts under its main reason. {SHARES}",
    )


def peace(shown: Comparison) -> Section:
    """What the peace is like."""
    return Section(
        "peace",
        "What is the peace like while it lasts?",
        (sentences.bent(shown),),
        (peace_table(shown),),
        trust="Drift of the terms: how far the balance of power, which the terms of peace follow, "
        f"has shifted to Russia on average, in percentage points. {INTERVALS}",
    )


def burden(shown: Comparison) -> Section:
    """What it costs, and who pays."""
    bearers = tuple(
        table
        for run in shown.runs
        for table in (burden_table(shown, run), shares_table(shown, run))
    )
    return Section(
        "burden",
        "What does it cost, and who pays?",
        tuple(sentences.costs(shown)),
        (costs_table(shown),) if len(shown.runs) > 1 else bearers,
        {"burden": figure("burden", shown.runs)},
        "Expected costs in present value at the prices of the scenario, USD billion; lives are not "
        f"counted in money. {INTERVALS}",
        bearers if len(shown.runs) > 1 else (),
    )


def parameter_sets(shown: Comparison) -> Section | None:
    """In which share of parameter sets the ceasefire is more likely than not to hold."""
    if any(run.replicates == 1 for run in shown.runs):
        return None
    at = min(run.horizon_years for run in shown.runs)
    return Section(
        "spread",
        "How much depends on the parameters?",
        tuple(
            f"Under {label}, the ceasefire is more likely than not to hold {at} years in "
            f"{with_error(made.value, made.low, made.high)} of parameter sets."
            for label, run in shown.labelled
            for made in (run.sure(at),)
        ),
        (sets_table(shown, at),),
        {"spread": figure("spread", shown.runs)},
        "First the share of parameter sets in which the ceasefire is more likely than not to hold, "
        "with its 95 % limits; then percentiles of durability over parameter sets.",
    )


SECTIONS: tuple[Callable[[Comparison], Section | None], ...] = (
    durability,
    difference,
    signature,
    deterrence,
    risk,
    ends,
    attacks,
    peace,
    burden,
    parameter_sets,
)


def sections(shown: Comparison) -> list[Section]:
    """Those of the sections that these runs have."""
    return [section for make in SECTIONS if (section := make(shown)) is not None]
