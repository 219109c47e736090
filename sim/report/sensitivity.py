"""Which assumptions drive an outcome, in words and numbers."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.analysis.words import above_limits, of_row, with_limits
from sim.report.section import Section
from sim.study.assumptions import meaning
from sim.study.experiment import JOINT
from sim.study.finding import Finding
from sim.study.variance import TARGET_HALF_WIDTH

_LEADING = 3


def section(finding: Finding) -> Section:
    """What drives the outcome, how much is chance, what was not told from it, and whether the
    sample was large enough.
    """
    names = [finding.label(name) for name in finding.asked["scenarios"]]
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
    rows = tuple(
        (
            f"{_named(name)}\n{name}",
            *(_index(shares[name].loc[index]) for index in ("first order", "total")),
            *_ends(swings.get(name), finding),
            _effect(screened.loc[name], finding),
        )
        for name in ranked
    )
    return Section(
        f"Which assumptions drive {finding.asked['outcome']} {under}?",
        tuple(_answer(finding, shares, ranked)),
        _HEADINGS,
        rows,
        "Alone: share of the variance by parameters that goes with this one; in all: with what "
        "it does together with others (Sobol indices). At its lowest and highest tenth: the "
        "outcome there, all others being anywhere. Moves by: mean size of its elementary "
        "effects (Morris), and below it the size that chance alone would give them. Each has "
        "its 95 % limits; chance has been taken out of the shares, which are estimated, so that "
        "they may pass 0 and 100 %.",
    )


def _ends(swing: pd.DataFrame | None, finding: Finding) -> tuple[str, ...]:
    """The outcome at the lowest and the highest tenth; rows of joint draws have neither."""
    return (
        ("no order",) * 2
        if swing is None
        else tuple(
            above_limits(*of_row(swing.loc[end]), *_unit(finding, "estimate"))
            for end in ("low", "high")
        )
    )


def _effect(effect: Any, finding: Finding) -> str:
    """The mean size of elementary effects, that which chance alone would give them, and whether
    they are told apart.
    """
    size = (
        f"{100 * effect['chance']:.1f}"
        if finding.asked["unit"] == "share"
        else f"{effect['chance']:.2f}"
    )
    told = "" if effect["told"] else ": not told apart"
    return (
        f"{above_limits(*_stated(effect, 'effect'), *_unit(finding, 'effect'))}\nby chance "
        f"{size}{told}"
    )


_HEADINGS = ("", "alone", "in all", "at its\nlowest tenth", "at its\nhighest tenth", "moves by")


def _answer(finding: Finding, shares: dict[str, pd.DataFrame], ranked: list[str]) -> Iterator[str]:
    sample, screened = (
        finding.tables["sample"].iloc[0],
        finding.tables["screening"].set_index("factor"),
    )
    if pd.isna(sample["widest"]) or sample["variance_low"] <= 0:
        yield (
            "What was varied does not move it by more than chance: no share of its variance can "
            "be told."
        )
    else:
        for name in ranked[:_LEADING]:
            alone, whole = (shares[name].loc[index] for index in ("first order", "total"))
            yield (
                f"{_named(name)} alone accounts for {_share(alone)} of the variance by "
                f"parameters, and for {_share(whole)} with what it does together with others."
            )
    swings = finding.tables["swings"]
    for _, between in swings[
        (swings["end"] == "between") & swings["factor"].isin(ranked[:_LEADING])
    ].iterrows():
        yield (
            f"Along {_named(between['factor'])} it is no slope: between both ends, in tenth "
            f"{between['tenth']} of 10 of its values, the outcome is {_value(between, finding)}."
        )
    chance = (
        f"Of the variance between single histories {with_limits(*of_row(sample, 'chance'))} is "
        "chance that no parameter moves"
    )
    chance = "No two histories differ in it" if pd.isna(sample["chance"]) else chance
    yield f"{chance}; the outcome is {_value(sample, finding, 'mean')} on average."
    if untold := [_named(name) for name in ranked if not screened.loc[name, "told"]]:
        yield f"Screening does not tell from chance: {'; '.join(untold)}."
    yield _enough(finding, sample, ranked)


def _index(row: Any) -> str:
    """A share for the table, where there is one."""
    return "not known" if pd.isna(row["estimate"]) else above_limits(*of_row(row))


def _enough(finding: Finding, sample: Any, ranked: list[str]) -> str:
    if pd.isna(sample["widest"]):
        return (
            f"The sample of {sample['points']:.0f} points told no influence from chance; take "
            "more --replicates or more --samples."
        )
    first = f"{_named(ranked[0])} leads in {100 * sample['leads']:.0f} of 100 resamples"
    if sample["widest"] <= TARGET_HALF_WIDTH:
        return (
            "The sample was large enough: no total index is less sure than "
            f"±{100 * sample['widest']:.1f} points, and {first}."
        )
    return (
        f"The sample of {finding.asked['samples']} leaves a total index as unsure as "
        f"±{100 * sample['widest']:.1f} points, though {first}; --samples {sample['enough']:.0f} "
        f"would bring it to ±{100 * TARGET_HALF_WIDTH:.0f}."
    )


def _named(factor: str) -> str:
    if factor == JOINT:
        return "The row of the joint draws"
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
    if finding.asked["unit"] != "share":
        return str(finding.asked["unit"]), 2
    return "%" if len(finding.asked["scenarios"]) == 1 and name != "effect" else "points", 1
