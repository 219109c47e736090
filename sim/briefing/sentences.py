"""The answer in sentences: how long, how sure, what a guarantee adds, when the danger is, why
ceasefires end.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis import durability
from sim.analysis.estimate import Estimate, estimate
from sim.analysis.labels import labels, labels_by_name
from sim.analysis.measures import COST_IN_PEACE, COST_OF_WAR, Simulated
from sim.analysis.words import with_error
from sim.game.endings import Cause, Reason

_EARLY, _REASONS = 5, 4


def answer(runs: Sequence[Simulated]) -> Iterator[str]:
    """A sentence a run, the most durable first: durability at the horizon and at five years, with
    both intervals.
    """
    called = labels_by_name(runs)
    for run in sorted(runs, key=lambda each: -_last(each)["estimate"]):
        table = durability.survival(run).set_index("years")
        last = _last(run)
        early = (
            f" and {share(table.loc[_EARLY])} hold {_EARLY} years"
            if _EARLY in table.index[:-1]
            else ""
        )
        yield (
            f"Under {called[run.name]}, {share(last)} of ceasefires hold {run.horizon_years} "
            f"years{early}; over plausible parameters the share that holds {run.horizon_years} "
            f"years is {spread(last)}."
        )


def differences(table: pd.DataFrame, called: Mapping[str, str]) -> Iterator[str]:
    """A sentence a comparison, at the last year.

    By how much, and whether plausible parameters agree on the sign.

    Scenarios are `called` by their labels.
    """
    for _, row in (
        table[table["years"] == table["years"].max()]
        .sort_values("estimate", ascending=False)
        .iterrows()
    ):
        more = "more" if row["estimate"] >= 0 else "fewer"
        told = (
            f"On the same histories, {100 * abs(row['estimate']):.1f} "
            f"(±{50 * (row['high'] - row['low']):.1f}) in a hundred {more} ceasefires hold "
            f"{row['years']:g} years under {called[row['scenario']]} than under "
            f"{called[row['baseline']]}"
        )
        if row["low"] <= 0 <= row["high"]:
            yield f"{told}, which is within the sampling error: simulate more histories to tell."
        elif pd.isna(row["spread_low"]):
            yield f"{told}."
        elif row["spread_low"] < 0 < row["spread_high"]:
            yield (
                f"{told}; plausible parameters disagree on which is better "
                f"({points(row['spread_low'])} to {points(row['spread_high'])} points in nine of "
                "ten), so that the ranking turns on assumptions."
            )
        else:
            yield (
                f"{told}; in nine of ten plausible parameter sets the difference is "
                f"{points(row['spread_low'])} to {points(row['spread_high'])} points."
            )


def danger(runs: Sequence[Simulated]) -> Iterator[str]:
    """A sentence a run: the year with the highest hazard."""
    for run, label in zip(runs, labels(runs), strict=True):
        worst, first, last = durability.danger(run)
        alike = (
            ""
            if first == last
            else f"; years {first} to {last} hold others that its error cannot tell from it"
        )
        yield (
            f"Under {label} the danger is greatest in year {worst['year']:.0f}, when ceasefires "
            f"that still hold end at a rate of {share(worst)} a year{alike}."
        )


def why(runs: Sequence[Simulated]) -> Iterator[str]:
    """A sentence a run: the commonest way of ending, and the others."""
    for run, label in zip(runs, labels(runs), strict=True):
        table = (
            durability.causes(run)
            .set_index("cause")
            .drop(str(Cause.HELD))
            .sort_values("estimate", ascending=False)
        )
        first, *others = table.index
        rest = ", ".join(f"{Cause(cause).clause} in {share(table.loc[cause])}" for cause in others)
        most = f"{Cause(first).clause} in {share(table.loc[first])} of histories"
        yield f"Under {label}, {most}; {rest}."


def reasons(runs: Sequence[Simulated]) -> Iterator[str]:
    """A sentence a run in which Russia attacks: its main reasons, the commonest first, as far as
    any history shows them.
    """
    for run, label in zip(runs, labels(runs), strict=True):
        table = (
            durability.reasons(run)
            .set_index("reason")
            .sort_values("estimate", ascending=False, kind="stable")
        )
        shown = [
            f"{Reason(reason).words} in {share(row)}"
            for reason, row in table[table["estimate"] > 0].iterrows()
        ]
        if shown:
            yield (
                f"Under {label}, the main reason of Russia's attacks is that "
                f"{', '.join(shown[:_REASONS])} of all histories."
            )


def costs(runs: Sequence[Simulated], base: Simulated | None) -> Iterator[str]:
    """A sentence a run: what is paid in peace, what a resumed war is expected to cost, and how much
    less that is than under a base.
    """
    called = labels_by_name(runs if base is None or base in runs else [*runs, base])
    for run in runs:
        peace, war = (
            _told(estimate(measure, run.worlds)) for measure in (COST_IN_PEACE, COST_OF_WAR)
        )
        paid = f"USD {amount(peace)} billion are" if peace["high"] > 0 else "nothing is"
        told = (
            f"Under {called[run.name]}, {paid} paid in peace, and war that resumes is expected "
            f"to cost USD {amount(war)} billion"
        )
        if base is None or run is base:
            yield f"{told}."
            continue
        saved = _told(estimate(COST_OF_WAR, run.worlds, base.worlds))
        change = (
            "which is not beyond error other than"
            if saved["low"] <= 0 <= saved["high"]
            else (
                f"{_billion(abs(saved['estimate']), saved)} billion "
                f"{'less' if saved['estimate'] < 0 else 'more'} than"
            )
        )
        yield f"{told}, {change} under {called[base.name]} on the same histories."


def amount(row: Any) -> str:
    """An expected cost in USD billion with its 95 % sampling error."""
    return _billion(row["estimate"], row)


def amounts(row: Any) -> str:
    """The spread of an expected cost over parameter designs."""
    return (
        "" if pd.isna(row["spread_low"]) else f"{row['spread_low']:.0f} to {row['spread_high']:.0f}"
    )


def part(row: Any) -> str:
    """The share of a burden with its 95 % sampling error.

    Nothing is shared where nothing is paid.
    """
    return (
        ""
        if pd.isna(row["share"])
        else with_error(row["share"], row["share_low"], row["share_high"])
    )


def share(row: Any) -> str:
    """A share with its 95 % sampling error."""
    return with_error(row["estimate"], row["low"], row["high"])


def spread(row: Any) -> str:
    """The spread over parameter designs."""
    if pd.isna(row["spread_low"]):
        return "not known, with one history a parameter set"
    return f"{100 * row['spread_low']:.0f} to {100 * row['spread_high']:.0f} % in nine of ten sets"


def points(value: float) -> str:
    """A difference in percentage points."""
    return f"{100 * value:+.0f}"


def _billion(value: float, row: Any) -> str:
    return f"{value:.1f} (±{(row['high'] - row['low']) / 2:.1f})"


def _told(made: Estimate) -> Any:
    return pd.Series(durability.columns_of(made))


def _last(run: Simulated) -> Any:
    return durability.survival(run, [run.horizon_years]).iloc[0]
