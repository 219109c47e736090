"""Texts on the table: who would sign each, what holds if it is signed, and which texts are
dominated.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimate import Estimate
from sim.analysis.estimate_table import columns_of, estimate_of
from sim.analysis.signing import DURABLE_YEARS, Guarantors, Signing, numbers, signing
from sim.ensemble.run import run
from sim.ensemble.store import Run
from sim.scenario.schema import Scenario
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema, with_limits
from sim.study.finding import LABELS, Finding, label_table
from sim.study.side_payments import Point

Frontiers = Mapping[str, Sequence[Point]]
"""Of each scenario the texts along its frontier."""


def sign(texts: Sequence[Scenario | Run] | Scenario | Run, **options: Any) -> pd.DataFrame:
    """Who would sign each text, and what holds if it is signed.

    Parameters
    ----------
    texts
        Scenarios, which are simulated, or runs; one, or several.
    **options
        Those of `sim.run`, for scenarios.

    Returns
    -------
    DataFrame
        A row a text and outcome. Columns: scenario; outcome (russia_signs, ukraine_signs,
        ukraine_gain, both_sign, survival.YEARS, survival_if_signed.YEARS, rearming, and
        guarantors.WHAT.BEARER); estimate, low, high, its 95 % confidence limits; spread_low,
        spread_high, the middle 90 % of parameter sets, NaN for a number of all parameter sets
        together.

    Examples
    --------
    >>> text = sim.load("scenarios/texts/28_points.toml", {"sampling.designs": 32})
    >>> table = sim.sign(text, out=None).set_index("outcome")
    >>> bool(0 <= table.loc["both_sign", "estimate"] <= 1)
    True

    """
    several = [texts] if isinstance(texts, Scenario | Run) else texts
    return find_signing(
        [text if isinstance(text, Run) else run(text, **options) for text in several]
    ).table


def find_signing(runs: Sequence[Run], frontiers: Frontiers | None = None) -> Finding:
    """The finding of kind `signing`, with the tables of `TABLES`."""
    rows = (
        {"scenario": signed.scenario, "outcome": name} | columns_of(number)
        for signed in map(signing, runs)
        for name, number in numbers(signed)
    )
    along = frontiers or {}
    keys = [key for points in list(along.values())[:1] for key in points[0].provisions]
    settings = {
        "scenarios": [run.name for run in runs],
        "runs": [run.manifest["hash"] for run in runs],
        "vary": keys,
    }
    return Finding(
        "signing",
        settings,
        {
            "signing": TABLES["signing"].table(rows),
            "frontier": pd.DataFrame(
                list(_frontier_rows(along)), columns=[*TABLES["frontier"].names, *keys]
            ),
        }
        | label_table(runs),
    )


def signings(finding: Finding) -> list[Signing]:
    """Who would sign each of the texts of a finding of kind `signing`."""
    return [
        _signing(name, finding.label(name), rows.set_index("outcome"))
        for name, rows in finding.table.groupby("scenario", sort=False)
    ]


def frontiers(finding: Finding) -> dict[str, list[Point]]:
    """Of each scenario the texts along its frontier; empty where no provisions varied."""
    keys = finding.settings["vary"]
    return {
        str(name): [_point(row, keys) for _, row in rows.iterrows()]
        for name, rows in finding.tables["frontier"].groupby("scenario", sort=False)
    }


def document(finding: Finding) -> dict[str, Any]:
    """What `ceasefire sign --json` prints; the texts along a frontier if provisions vary."""
    along = frontiers(finding)
    return {
        "scenarios": [
            signed.document()
            | (
                {"frontier": [point.document() for point in along[signed.scenario]]}
                if signed.scenario in along
                else {}
            )
            for signed in signings(finding)
        ]
    }


def durable_years(signed: Signing) -> int:
    """The year whose durability is set against the chance that both sign."""
    return max(
        (year for year in signed.survival_if_signed if year <= DURABLE_YEARS),
        default=min(signed.survival_if_signed),
    )


def durability(signed: Signing) -> Estimate:
    """The durability if signed that is set against the chance that both sign."""
    return signed.survival_if_signed[durable_years(signed)]


def dominated_by(texts: Sequence[Signing]) -> list[int | None]:
    """For each text the text that dominates it, by its place, or None on the frontier.

    A text dominates another if it is better by more than the sampling errors in one of the two, the
    chance that both sign and durability if signed, and not worse by more than them in the other.
    """
    pairs = [(text.both_sign, durability(text)) for text in texts]
    return [
        max(
            (place for place, other in enumerate(pairs) if _dominates(other, own)),
            key=lambda place: pairs[place][0].value * pairs[place][1].value,
            default=None,
        )
        for own in pairs
    ]


def _dominates(own: tuple[Estimate, Estimate], other: tuple[Estimate, Estimate]) -> bool:
    gaps = [mine.value - theirs.value for mine, theirs in zip(own, other, strict=True)]
    errors = [
        float(np.hypot(mine.value - mine.low, theirs.high - theirs.value))
        for mine, theirs in zip(own, other, strict=True)
    ]
    compared = list(zip(gaps, errors, strict=True))
    return any(gap > error for gap, error in compared) and all(
        gap >= -error for gap, error in compared
    )


def _signing(name: str, label: str, rows: pd.DataFrame) -> Signing:
    def estimated(outcome: str) -> Estimate:
        return estimate_of(rows.loc[outcome])

    def by(prefix: str) -> dict[str, Estimate]:
        names = [name for name in rows.index if name.startswith(f"{prefix}.")]
        return {name.removeprefix(f"{prefix}."): estimated(name) for name in names}

    def by_year(prefix: str) -> dict[int, Estimate]:
        return {int(year): number for year, number in by(prefix).items()}

    return Signing(
        name,
        label,
        estimated("russia_signs"),
        estimated("ukraine_signs"),
        estimated("ukraine_gain"),
        estimated("both_sign"),
        by_year("survival"),
        by_year("survival_if_signed"),
        estimated("rearming"),
        Guarantors(**{name: by(f"guarantors.{name}") for name in Guarantors.__annotations__}),
    )


_MEASURED = ("both_sign", "survival_if_signed", "price")


def _frontier_rows(along: Frontiers) -> Iterator[dict[str, Any]]:
    for name, points in along.items():
        for point in points:
            row: dict[str, Any] = {"scenario": name}
            for measured in _MEASURED:
                number: Estimate | None = getattr(point, measured)
                values = (number.value, number.low, number.high) if number else [np.nan] * 3
                names = (measured, f"{measured}_low", f"{measured}_high")
                row |= dict(zip(names, values, strict=True))
            yield row | dict(point.provisions)


def _point(row: Any, keys: Sequence[str]) -> Point:
    both, survival, price = (
        None
        if np.isnan(row[name])
        else Estimate(row[name], row[f"{name}_low"], row[f"{name}_high"])
        for name in _MEASURED
    )
    if both is None or survival is None:
        raise ValueError("a text on the frontier needs both numbers")
    return Point({key: float(row[key]) for key in keys}, both, survival, price)


_SCENARIO = Column("scenario", Kind.TEXT, "-", "name of the text")
TABLES: Mapping[str, TableSchema] = {
    "signing": TableSchema(
        (
            _SCENARIO,
            Column("outcome", Kind.TEXT, "-", "dotted name, such as survival_if_signed.10"),
            *(
                Column(name, Kind.NUMBER, "of the outcome", meaning)
                for name, meaning in (
                    ("estimate", "its mean, or a function of means"),
                    ("low", "lower 95 % confidence limit"),
                    ("high", "upper 95 % confidence limit"),
                    ("spread_low", "lower limit of 90 % of parameter sets; unknown for one number"),
                    ("spread_high", "upper limit of 90 % of parameter sets"),
                )
            ),
        )
    ),
    "frontier": TableSchema(
        (
            _SCENARIO,
            *with_limits(Column("both_sign", Kind.NUMBER, "share", "chance that both sign")),
            *with_limits(
                Column(
                    *("survival_if_signed", Kind.NUMBER, "share"),
                    "share that still holds after a signature",
                )
            ),
            *with_limits(
                Column(
                    *("price", Kind.NUMBER, "share per share"),
                    "durability that one more point of the chance costs up to the next text",
                )
            ),
        ),
        has_keys=True,
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `signing`."""
