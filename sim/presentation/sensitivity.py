"""Which assumptions drive an outcome, in words and numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sim.presentation.section import Column, Section, Table, figure
from sim.study.assumptions import meaning
from sim.study.factors import COMPONENT, JOINT
from sim.study.finding import Finding
from sim.study.variance import TARGET_HALF_WIDTH
from sim.wording import above_limits, of_row, with_limits

_MAX_FACTORS, _MAX_LISTED = 3, 6


def section(finding: Finding) -> Section:
    """What drives the outcome, how much is chance, what was not told from it, and whether the
    sample was large enough.
    """
    names = [finding.label(name) for name in finding.settings["scenarios"]]
    under = (
        f"under {names[0]}" if len(names) == 1 else f"under {names[0]} less that under {names[1]}"
    )
    shares = {
        name: rows.set_index("index") for name, rows in finding.table.groupby("factor", sort=False)
    }
    ranked = sorted(shares, key=lambda name: -shares[name].loc["total", "estimate"])
    screened = finding.tables["screening"].set_index("factor")
    swings = {
        name: rows.set_index("end") for name, rows in finding.tables["swings"].groupby("factor")
    }
    table = Table.of(
        "",
        pd.DataFrame({"factor": ranked}),
        (
            Column("", lambda row: f"{_named(row['factor'])}\n{row['factor']}"),
            Column("alone", lambda row: _index(shares[row["factor"]].loc["first order"])),
            Column("in all", lambda row: _index(shares[row["factor"]].loc["total"])),
            Column("at its\nlowest tenth", lambda row: _end(swings, row, "low", finding)),
            Column("at its\nhighest tenth", lambda row: _end(swings, row, "high", finding)),
            Column("moves by", lambda row: _effect(screened.loc[row["factor"]], finding)),
        ),
    )
    return Section(
        finding.kind,
        f"Which assumptions drive {finding.settings['outcome']} {under}?",
        tuple(_answer(finding, shares, ranked)),
        (table,),
        {
            "tornado": figure("tornado", finding),
            "influence": figure("influence", finding),
        },
        "Alone: share of the variance due to parameters that this one explains; in all: with its "
        "interactions (Sobol indices). At its lowest and highest tenth: the outcome there, "
        "averaged over all others. Moves by: mean size of its elementary effects (Morris), and "
        "below it the size that chance alone would give. Each has its 95 % limits. The shares are "
        "estimates free of chance, which may therefore fall below 0 or exceed 100 %.",
    )


def _end(swings: Mapping[Any, pd.DataFrame], row: Any, end: str, finding: Finding) -> str:
    """The outcome at the lowest or highest tenth; rows of draws and components have neither."""
    if row["factor"] not in swings:
        return "no order"
    swing = swings[row["factor"]]
    return above_limits(*of_row(swing.loc[end]), *_unit(finding, "estimate"))


def _effect(effect: Any, finding: Finding) -> str:
    """The mean size of elementary effects, that which chance alone would give them, and whether
    they differ significantly.
    """
    size = (
        f"{100 * effect['chance']:.1f}"
        if finding.settings["unit"] == "share"
        else f"{effect['chance']:.2f}"
    )
    significant = "" if effect["told"] else ": not significant"
    return (
        f"{above_limits(*_stated(effect, 'effect'), *_unit(finding, 'effect'))}\nby chance "
        f"{size}{significant}"
    )


def _answer(finding: Finding, shares: dict[str, pd.DataFrame], ranked: list[str]) -> Iterator[str]:
    sample, screened = (
        finding.tables["sample"].iloc[0],
        finding.tables["screening"].set_index("factor"),
    )
    if pd.isna(sample["widest"]) or sample["variance_low"] <= 0:
        yield (
            "The parameters do not move it significantly, so that no share of its variance can be "
            "estimated."
        )
    else:
        for name in ranked[:_MAX_FACTORS]:
            alone, whole = (shares[name].loc[index] for index in ("first order", "total"))
            yield (
                f"{_named(name)} alone explains {_share(alone)} of the variance due to "
                f"parameters, and {_share(whole)} with its interactions."
            )
    swings = finding.tables["swings"]
    for _, between in swings[
        (swings["end"] == "between") & swings["factor"].isin(ranked[:_MAX_FACTORS])
    ].iterrows():
        yield (
            f"The effect of {_named(between['factor'])} is not monotone: in tenth "
            f"{between['tenth']} of 10 of its values the outcome is {_value(between, finding)}."
        )
    chance = (
        f"Chance accounts for {with_limits(*of_row(sample, 'chance'))} of the variance between "
        "single histories"
    )
    chance = "No two histories differ in it" if pd.isna(sample["chance"]) else chance
    yield f"{chance}; the outcome is {_value(sample, finding, 'mean')} on average."
    yield from _insignificant(screened, ranked)
    yield _enough(finding, sample, ranked)


def _insignificant(screened: pd.DataFrame, ranked: list[str]) -> Iterator[str]:
    """Which assumptions have no significant effect, or how many where they are too many to list."""
    names = [_named(name) for name in ranked if not screened.loc[name, "told"]]
    if len(names) > _MAX_LISTED:
        yield (
            f"{len(names)} of {len(ranked)} assumptions are not significant in the screening; the "
            "table says which."
        )
    elif names:
        yield f"Not significant in the screening: {'; '.join(names)}."


def _index(row: Any) -> str:
    """A share for the table, where there is one."""
    return "not known" if pd.isna(row["estimate"]) else above_limits(*of_row(row))


def _enough(finding: Finding, sample: Any, ranked: list[str]) -> str:
    if pd.isna(sample["widest"]):
        return (
            f"In the sample of {sample['points']:.0f} points no influence is significant; take "
            "more --replicates or more --samples."
        )
    first = f"{_named(ranked[0])} leads in {100 * sample['leads']:.0f} of 100 resamples"
    if sample["widest"] <= TARGET_HALF_WIDTH:
        return (
            "The sample was large enough: every total index is known to "
            f"±{100 * sample['widest']:.1f} percentage points or better, and {first}."
        )
    return (
        f"The sample of {finding.settings['samples']} leaves an error of "
        f"±{100 * sample['widest']:.1f} percentage points in a total index, though {first}; "
        f"--samples {sample['enough']:.0f} would bring it to ±{100 * TARGET_HALF_WIDTH:.0f}."
    )


def _named(factor: str) -> str:
    if factor == JOINT:
        return "The row of the joint draws"
    if factor == COMPONENT:
        return "The component of the mixtures (which expert)"
    words = meaning(factor)[0]
    return words[:1].upper() + words[1:]


def _share(row: Any) -> str:
    return with_limits(*of_row(row))


def _value(row: Any, finding: Finding, name: str = "estimate") -> str:
    return with_limits(*_stated(row, name), *_unit(finding, name))


def _stated(row: Any, name: str) -> tuple[float, float, float]:
    """A number and its limits, those of an effect being `low` and `high`."""
    return (row[name], row["low"], row["high"]) if name == "effect" else of_row(row, name)


def _unit(finding: Finding, name: str) -> tuple[str, int]:
    """Unit and digits."""
    if finding.settings["unit"] != "share":
        return str(finding.settings["unit"]), 2
    return "%" if len(finding.settings["scenarios"]) == 1 and name != "effect" else "points", 1
