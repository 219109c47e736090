"""Which assumptions drive an outcome, in sentences and a table."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.report.section import Section
from sim.scenario.schema import described
from sim.study.finding import Finding
from sim.study.points import JOINT
from sim.study.sensitivity import WANTED

HOW_TO_READ = (
    "Shares of the variance of the outcome over plausible parameters, chance taken out, each with its\n"
    "95 % limits: `alone` is what would go if the parameter alone were known (first-order index), `in\n"
    "all` what would stay if all others were (total index); interactions are between the two. Lowest\n"
    "and highest tenth: the mean outcome there, while all others vary. `effect`: the mean absolute\n"
    "effect over nine of ten of its values (Morris screening); below it what chance alone would give.\n"
    "This is a model for thinking with, not a forecast."
)


def section(finding: Finding) -> Section:
    """What drives the outcome, how sure that is, what is chance, and whether the sample was large enough."""
    told = finding.asked
    rows = [_cells(finding, str(parameter)) for parameter in finding.table["parameter"].unique()]
    return Section(f"Which assumptions drive {_outcome(told)}?", tuple(_answer(finding)),
                   ("parameter", "alone", "in all", "lowest tenth", "highest tenth", "effect"), tuple(rows), HOW_TO_READ)


def _outcome(told: Any) -> str:
    what = f"{told['outcome']} ({told['label']})"
    return f"{what} under {told['scenario']}" if told["against"] is None else (
        f"the difference in {what} between {told['scenario']} and {told['against']}")


def _answer(finding: Finding) -> Iterator[str]:
    told, sample = finding.asked, finding.tables["sample"].iloc[0]
    yield f"Over all that is not known, {_outcome(told)} is {value(told, *sample[['mean', 'mean_low', 'mean_high']])}."
    yield from _drivers(finding)
    share = percent(*sample[["chance_share", "chance_share_low", "chance_share_high"]])
    yield f"Of the variance of one history's fate, {share} is chance, which no knowledge of these parameters would take away."
    yield from _enough(sample)


def _drivers(finding: Finding) -> Iterator[str]:
    """What leads, by how much and in which direction; what follows; what is not told from nothing; how much is interaction."""
    told, sample = finding.asked, finding.tables["sample"].iloc[0]
    leading, *others = finding.table["parameter"].unique()
    ends = {end["tenth"]: end for _, end in _tenths(finding, leading).iterrows()}
    swing = "" if not ends else (f"; the outcome is {_value(told, ends[1])} in the lowest tenth of its values and {_value(told, ends[10])} "
                                 "in the highest")
    yield (f"Of what is not known, {named(leading)} alone accounts for {_share(finding, leading, 'first')} of the variance, and with its "
           f"interactions for {_share(finding, leading, 'total')}{swing}.")
    seen = [other for other in others if _index(finding, other, "total")["low"] > 0]
    if seen:
        shares = "; ".join(f"{named(other)}, {_share(finding, other, 'total')}" for other in seen)
        yield f"With their interactions follow {shares}."
    if unseen := [other for other in others if other not in seen]:
        yield f"Not told from no influence at all: {', '.join(map(named, unseen))}."
    if sample["sum_of_first_high"] < 1:
        alone = percent(*sample[["sum_of_first", "sum_of_first_low", "sum_of_first_high"]])
        yield f"All parameters alone account for {alone} of the variance; the rest is their interactions."


def _enough(sample: Any) -> Iterator[str]:
    """Whether the sample was large enough, and what size would be."""
    size = f"{sample['samples']:,} samples of {sample['replicates']} histories ({sample['worlds']:,} worlds in all)"
    widest, wanted = f"±{100 * sample['widest']:.1f} points", f"±{100 * WANTED:g} points"
    if sample["enough"]:
        yield f"The sample was large enough: {size} leave no total index wider than {widest}, and {wanted} was wanted."
    else:
        yield (f"The sample was too small: {size} leave a total index as wide as {widest}; some {sample['samples_wanted']:,} samples would "
               f"bring all to {wanted}.")
    if sample["factors"] > 1:
        apart = sample["leading_apart"]
        yield ("Which parameter leads is not told from this sample." if not apart else
               "Which parameter leads is told beyond error, and which is second is not." if apart == 1 and sample["factors"] > 2 else      # noqa: PLR2004
               f"The order of the first {min(apart + 1, sample['factors'])} parameters is told beyond error.")
    if not sample["sane"]:
        yield "First-order indices add up to more than 100 % beyond their error, which cannot be: ask with more samples."


def _cells(finding: Finding, parameter: str) -> tuple[str, ...]:
    told, tenths = finding.asked, _tenths(finding, parameter)
    ends = [_below(_value(told, tenths.iloc[row])) for row in (0, -1)] if len(tenths) else ["no order", "no order"]
    effect = finding.tables["screening"].set_index("parameter").loc[parameter]
    size, chance = (_number(told, effect[column]) for column in ("mu_star", "by_chance"))
    shares = [_below(_share(finding, parameter, index)) for index in ("first", "total")]
    meaning = "" if parameter == JOINT else f"\n{_meaning(parameter)}"
    return (f"{parameter}{meaning}", *shares, *ends, f"{size}\nchance: {chance}")


def named(parameter: str) -> str:
    """A parameter in a sentence: what it means, and its key."""
    return "the row of the joint draws" if parameter == JOINT else f"{_meaning(parameter)} ({parameter})"


def _meaning(key: str) -> str:
    return described(key)[0].split(":")[0].split(";")[0].split(",")[0]


def _index(finding: Finding, parameter: str, index: str) -> Any:
    table = finding.table
    return table[(table["parameter"] == parameter) & (table["index"] == index)].iloc[0]


def _share(finding: Finding, parameter: str, index: str) -> str:
    return percent(*_index(finding, parameter, index)[["estimate", "low", "high"]])


def _tenths(finding: Finding, parameter: str) -> pd.DataFrame:
    table = finding.tables["tenths"]
    return table[table["parameter"] == parameter]


def percent(estimate: float, low: float, high: float) -> str:
    """A share of variance with its limits, which lie between nothing and all, whatever the error of an estimate."""
    cut = [100 * min(max(share, 0.0), 1.0) for share in (estimate, low, high)]
    return f"{cut[0]:.0f} % ({cut[1]:.0f} to {cut[2]:.0f})"


def value(told: Any, estimate: float, low: float, high: float) -> str:
    """A mean outcome with its limits, in its unit."""
    return f"{_number(told, estimate)} ({' to '.join(_number(told, limit).split()[0] for limit in (low, high))})"


def _value(told: Any, row: Any) -> str:
    return value(told, row["estimate"], row["low"], row["high"])


def _number(told: Any, number: float) -> str:
    if told["unit"] != "share":
        return f"{number:.2f} {told['unit']}"
    return f"{100 * number:.1f} %" if told["against"] is None else f"{100 * number:+.1f} points"


def _below(text: str) -> str:
    """The limits of an estimate on a line of their own."""
    estimate, _, limits = text.partition(" (")
    return f"{estimate}\n{limits.removesuffix(')')}"
