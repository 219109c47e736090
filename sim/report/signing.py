"""Who would sign which text, in a sentence and in tables of at most 80 columns."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rich.table import Table

from sim.analysis.estimate import Estimate
from sim.analysis.signing import REARMING_YEARS, Signing, differs
from sim.analysis.words import with_error
from sim.study.deals import dominated_by, durable_years
from sim.study.side_payments import Point

WIDTH = 80
IMPOSED_OR_SIGNED = (
    "“If imposed” counts every simulated history; “if signed” counts each by Russia's chance of "
    "signing, since those who would sign are those who would sooner keep the ceasefire."
)
HOW_TO_READ = (
    "Behind ± stands the 95 % sampling error, in the line below the range over 90 % of parameter "
    "sets. Ukraine decides once, on what it expects: its chance has no such range. Gain is in "
    "units of utility: 1 is what prevailing is worth to one to whom Ukraine is vital. Rearming: "
    f"signed, then attacked within {REARMING_YEARS} years."
)


def sentences(found: Sequence[Signing]) -> Iterator[str]:
    """The answer: which text both would sign, which holds if signed, and who is dominated."""
    likely = max(found, key=lambda each: each.both_sign.value)
    durable = max(found, key=_durability)
    if len(found) == 1:
        yield (
            f"{likely.label}: both sign with a chance of {_share(likely.both_sign)}; if signed, "
            f"{_share(_durable(likely))} of ceasefires hold {durable_years(likely)} years."
        )
        return
    if likely is durable:
        yield (
            f"{likely.label} is both the likeliest to be signed ({_share(likely.both_sign)}) and, "
            f"if signed, the most durable ({_share(_durable(likely))} hold "
            f"{durable_years(likely)} years)."
        )
    else:
        yield (
            f"Both are likeliest to sign {likely.label} ({_share(likely.both_sign)}), of which "
            f"{_share(_durable(likely))} hold {durable_years(likely)} years if signed. "
            f"{durable.label} holds best if signed ({_share(_durable(durable))}), and both sign it "
            f"with a chance of {_share(durable.both_sign)}."
        )
    yield from _dominated(found)


def _dominated(found: Sequence[Signing]) -> Iterator[str]:
    frontier = dominated_by(found)
    on = [each.label for each, other in zip(found, frontier, strict=True) if other is None]
    off = [
        f"{each.label} (by {found[other].label})"
        for each, other in zip(found, frontier, strict=True)
        if other is not None
    ]
    yield f"On the frontier between the two: {', '.join(on)}."
    if off:
        yield f"Dominated, worse in one of the two and not better in the other: {', '.join(off)}."


def differing(found: Sequence[Signing]) -> str:
    """Where durability if imposed and if signed differ beyond the error, and what the two mean;
    empty where nowhere.
    """
    apart = [
        each.label for each in found if differs(each.survival[durable_years(each)], _durable(each))
    ]
    if not apart:
        return ""
    return (
        f"The two differ by more than the sampling error for {', '.join(apart)}. "
        f"{IMPOSED_OR_SIGNED}"
    )


def signing_table(found: Sequence[Signing]) -> Table:
    """One row a text: who signs."""
    headings = ("Russia\nsigns, %", "Ukraine's\ngain", "Ukraine\nsigns, %", "both\nsign, %")
    return _table(
        "Who would sign?",
        headings,
        (
            (
                each.label,
                _cell(each.russia_signs),
                _cell(each.ukraine_gain, 1, 2),
                _cell(each.ukraine_signs),
                _cell(each.both_sign),
            )
            for each in found
        ),
    )


def durability_table(found: Sequence[Signing]) -> Table:
    """One row a text: how durable it is if imposed and if signed."""
    years = durable_years(found[0])
    headings = (f"{years} y, if\nimposed, %", f"{years} y, if\nsigned, %", "rearming,\n%")
    return _table(
        "Would it hold?",
        headings,
        (
            (
                each.label,
                _cell(each.survival[years]),
                _cell(_durable(each)),
                _cell(each.rearming),
            )
            for each in found
        ),
    )


def guarantors_table(found: Sequence[Signing]) -> Table:
    """One row a text: what Europe and the United States take on, beside what fighting on costs."""
    headings = (
        "in peace,\nEurope",
        "in peace,\nUS",
        "Europe\nfights, %",
        "US\nfights, %",
        "a year of\nwar, Eur.",
        "a year of\nwar, US",
    )
    return _table(
        "What would the guarantors take on? (USD billion, present value)",
        headings,
        (
            (
                each.label,
                _cell(each.guarantors.usd_bn_in_peace["Europe"], 1),
                _cell(each.guarantors.usd_bn_in_peace["United States"], 1),
                _cell(each.guarantors.fights_russia["Europe"]),
                _cell(each.guarantors.fights_russia["United States"]),
                _cell(each.guarantors.usd_bn_a_year_of_fighting_on["Europe"], 1),
                _cell(each.guarantors.usd_bn_a_year_of_fighting_on["United States"], 1),
            )
            for each in found
        ),
    )


def frontier_table(label: str, along: Sequence[Point]) -> Table:
    """One row a text along the frontier: its provisions, both numbers, and the price."""
    keys = list(along[0].provisions)
    names = [key.removeprefix("regime.").replace(".", "\n").replace("_", " ") for key in keys]
    return _table(
        f"{label}: what would another percentage point of signatures cost? (in percentage "
        "points of durability if signed)",
        [*names, "both\nsign, %", "holds if\nsigned, %", "price"],
        (
            (
                str(number),
                *(f"{each.provisions[key]:.3g}" for key in keys),
                _cell(each.both_sign),
                _cell(each.survival_if_signed),
                "" if each.price is None else _cell(each.price, 1, 2),
            )
            for number, each in enumerate(along, start=1)
        ),
        narrow=True,
    )


def _table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, narrow: bool = False
) -> Table:
    table = Table(
        title=f"\n{title}",
        box=None,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        padding=(0, 0, 0, 1),
    )
    table.add_column(
        "", min_width=3 if narrow else 16, max_width=max(3, WIDTH - 11 * len(headings))
    )
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _cell(number: Estimate, scale: float = 100, digits: int = 1) -> str:
    """A number with its sampling error, and below it the range over parameter sets."""
    error = scale * (number.high - number.low) / 2
    first = f"{scale * number.value:.{digits}f} ±{error:.{digits}f}"
    if np.isnan(number.spread_low):
        return first
    digits = digits - 1 if digits > 1 else 0
    low, high = (
        f"{scale * end + 0.0:.{digits}f}" for end in (number.spread_low, number.spread_high)
    )
    return f"{first}\n[dim]{low} to {high}[/dim]"


def _share(number: Estimate) -> str:
    return with_error(number.value, number.low, number.high)


def _durable(found: Signing) -> Estimate:
    return found.survival_if_signed[durable_years(found)]


def _durability(found: Signing) -> float:
    return _durable(found).value
