"""Who would sign which text, whether it would hold, and what guarantors take on."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from sim.analysis.estimate import Estimate
from sim.analysis.signing import REARMING_YEARS, Signing, differs
from sim.presentation.cells import NAME, estimate_column, estimates_frame, estimates_table
from sim.presentation.section import Column, Section, Table, figure
from sim.presentation.sentences import IMPOSED_OR_SIGNED
from sim.study.deals import dominated_by, durability, durable_years, signings
from sim.study.finding import Finding
from sim.wording import above_limits, of_row, with_error

HOW_TO_READ = (
    "In brackets: the 95 % sampling error, or its two limits near an end of the scale; "
    "below: the range over 90 % of parameter sets. Ukraine "
    "decides once, on what it expects, so that its chance has no such range. Gain: what the text "
    "is worth to Ukraine less what fighting on is, in units of utility; 1 is what prevailing is "
    "worth to a Russian leadership for which Ukraine is vital. Rearming: signed, then attacked "
    f"within {REARMING_YEARS} years. Money is USD billion: in peace in present value up to the "
    "horizon, of war for a year of fighting on."
)


def section(finding: Finding) -> Section:
    """Question, answer and tables of a finding of kind `signing`."""
    texts = signings(finding)
    rows = {
        finding.label(name): table.set_index("outcome")
        for name, table in finding.table.groupby("scenario", sort=False)
    }
    return Section(
        finding.kind,
        f"Who would sign {texts[0].label}, and would it hold?"
        if len(texts) == 1
        else f"Which of {len(texts)} texts would be signed, and would they hold?",
        (*_answer(texts), *_frontier_sentences(finding)),
        (
            _signatures(rows),
            _durability(rows, durable_years(texts[0])),
            _guarantors(rows),
            *_frontiers(finding),
        ),
        {"signing": figure("signing", texts)},
        HOW_TO_READ,
    )


def _answer(texts: Sequence[Signing]) -> Iterator[str]:
    """Which text both would sign, which holds if signed, and which are dominated."""
    likely = max(texts, key=lambda text: text.both_sign.value)
    durable = max(texts, key=lambda text: durability(text).value)
    years = durable_years(likely)
    if len(texts) == 1:
        yield (
            f"{likely.label}: the chance that both sign is {_share(likely.both_sign)}; after a "
            f"signature, {_share(durability(likely))} of ceasefires still hold after {years} years."
        )
    elif likely is durable:
        yield (
            f"{likely.label} is both the likeliest to be signed ({_share(likely.both_sign)}) and, "
            f"if signed, the most durable ({_share(durability(likely))} still hold after "
            f"{years} years)."
        )
    else:
        yield (
            f"{likely.label} is the likeliest to be signed by both ({_share(likely.both_sign)}); "
            f"if signed, {_share(durability(likely))} still hold after {years} years."
        )
        yield (
            f"{durable.label} holds longest if signed ({_share(durability(durable))} after "
            f"{years} years); the chance that both sign it is {_share(durable.both_sign)}."
        )
    if len(texts) > 1:
        yield from _dominated(texts)
    yield from _selection(texts)


def _dominated(texts: Sequence[Signing]) -> Iterator[str]:
    frontier = list(zip(texts, dominated_by(texts), strict=True))
    on = [text.label for text, other in frontier if other is None]
    off = [
        f"{text.label} (by {texts[other].label})" for text, other in frontier if other is not None
    ]
    yield f"On the frontier between the two: {', '.join(on)}."
    if off:
        yield f"Dominated, worse in one of the two and not better in the other: {', '.join(off)}."


def _selection(texts: Sequence[Signing]) -> Iterator[str]:
    """Where durability if imposed and if signed differ, and what the two mean."""
    apart = [
        text.label
        for text in texts
        if differs(text.survival[durable_years(text)], durability(text))
    ]
    if apart:
        yield (
            "Durability if imposed and if signed differ by more than the sampling error for "
            f"{', '.join(apart)}. {IMPOSED_OR_SIGNED}"
        )


def _signatures(rows: Mapping[str, pd.DataFrame]) -> Table:
    """One row a text: who signs."""
    return Table.of(
        "Who would sign? (%; gain in units of utility)",
        estimates_frame(rows),
        (
            NAME,
            estimate_column("Russia\nsigns", "russia_signs"),
            estimate_column("Ukraine's\ngain", "ukraine_gain", scale=1, digits=2),
            estimate_column("Ukraine\nsigns", "ukraine_signs"),
            estimate_column("both\nsign", "both_sign"),
        ),
    )


def _durability(rows: Mapping[str, pd.DataFrame], years: int) -> Table:
    """One row a text: how durable it is if imposed and if signed."""
    return estimates_table(
        "Would it hold? (%)",
        {
            f"{years} years,\nif imposed": f"survival.{years}",
            f"{years} years,\nif signed": f"survival_if_signed.{years}",
            "rearming": "rearming",
        },
        rows,
    )


def _guarantors(rows: Mapping[str, pd.DataFrame]) -> Table:
    """One row a text: what Europe and the United States take on, beside what fighting on costs."""
    money = partial(estimate_column, scale=1)
    in_peace, fights = "guarantors.usd_bn_in_peace", "guarantors.fights_russia"
    year_of_war = "guarantors.usd_bn_a_year_of_fighting_on"
    return Table.of(
        "What would guarantors take on? (USD billion; chance of fighting Russia, %)",
        estimates_frame(rows),
        (
            NAME,
            money("in peace,\nEurope", f"{in_peace}.Europe"),
            money("in peace,\nUS", f"{in_peace}.United States"),
            estimate_column("Europe\nfights", f"{fights}.Europe"),
            estimate_column("US\nfights", f"{fights}.United States"),
            money("a year of\nwar, Europe", f"{year_of_war}.Europe"),
            money("a year of\nwar, US", f"{year_of_war}.United States"),
        ),
    )


def _frontier_sentences(finding: Finding) -> Iterator[str]:
    """What signatures cost in durability from one end of a frontier to the other."""
    for name, rows in finding.tables["frontier"].groupby("scenario", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        label = finding.label(str(name))
        if len(rows) == 1:
            yield (
                f"{label}: within these limits one text is both likeliest to be signed and most "
                "durable."
            )
        else:
            yield (
                f"{label}: along the frontier of {len(rows)} texts the chance that both sign rises "
                f"from {_share_of(first, 'both_sign')} to {_share_of(last, 'both_sign')}, and "
                f"durability if signed falls from {_share_of(first, 'survival_if_signed')} to "
                f"{_share_of(last, 'survival_if_signed')}."
            )


def _frontiers(finding: Finding) -> Iterator[Table]:
    """For each scenario the texts along its frontier: provisions, both numbers, and the price."""
    keys: list[str] = finding.settings["vary"]
    for name, rows in finding.tables["frontier"].groupby("scenario", sort=False):
        yield Table.of(
            f"{finding.label(str(name))}: texts along the frontier (%; price: percentage points "
            "of durability if signed that one more percentage point of the chance that both sign "
            "costs)",
            rows.assign(place=range(1, len(rows) + 1)),
            (
                Column("", lambda row: str(row["place"])),
                *(
                    Column(
                        key.removeprefix("regime.").replace(".", "\n").replace("_", " "),
                        partial(_provision, key),
                    )
                    for key in keys
                ),
                Column("both\nsign", partial(_limited, "both_sign", 100)),
                Column("holds if\nsigned", partial(_limited, "survival_if_signed", 100)),
                Column("price", partial(_limited, "price", 1)),
            ),
        )


def _provision(key: str, row: Any) -> str:
    return f"{row[key]:.3g}"


def _limited(name: str, scale: float, row: Any) -> str:
    if pd.isna(row[name]):
        return ""
    return above_limits(*of_row(row, name), unit="", digits=1 if scale > 1 else 2, scale=scale)


def _share_of(row: Any, name: str) -> str:
    return with_error(*of_row(row, name))


def _share(number: Estimate) -> str:
    return with_error(number.value, number.low, number.high)
