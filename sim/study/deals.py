"""Texts on the table: who would sign each, what holds if it is signed, and which texts are
dominated.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.durability import columns_of
from sim.analysis.estimate import Estimate
from sim.analysis.signing import Signing, numbers, signing
from sim.ensemble.run import run
from sim.ensemble.store import Run
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.study.side_payments import Point

DURABLE_YEARS = 10
"""Years of durability that are set against the chance of a signature, as far as a run reaches."""


def sign(texts: Sequence[Scenario | Run] | Scenario | Run, **options: Any) -> pd.DataFrame:
    """Who would sign each text, and what holds if it is signed.

    `texts` are scenarios, which are simulated with the `options` of `sim.run`, or runs. Columns:
    scenario, label, outcome (russia_signs, ukraine_signs, ukraine_gain, both_sign,
    survival.YEARS, survival_if_signed.YEARS, rearming, and guarantors.WHAT.BEARER), estimate, low,
    high (95 % confidence), spread_low, spread_high (90 % of parameter sets; NaN for a number of
    all parameter sets together).
    """
    several = [texts] if isinstance(texts, Scenario | Run) else texts
    runs = [each if isinstance(each, Run) else run(each, **options) for each in several]
    return pd.DataFrame(
        [
            {"scenario": found.scenario, "label": found.label, "outcome": name} | columns_of(number)
            for found in map(signing, runs)
            for name, number in numbers(found)
        ]
    )


def document(
    found: Sequence[Signing], frontiers: Mapping[str, Sequence["Point"]] | None = None
) -> dict[str, Any]:
    """What `ceasefire sign --json` prints; the texts along a frontier if provisions vary."""
    scenarios = []
    for each in found:
        along = (frontiers or {}).get(each.scenario)
        more = {} if along is None else {"frontier": [point.document() for point in along]}
        scenarios.append(each.document() | more)
    return {"scenarios": scenarios}


def durable_years(found: Signing) -> int:
    """The year whose durability is set against the chance that both sign."""
    return max(
        (year for year in found.survival_if_signed if year <= DURABLE_YEARS),
        default=min(found.survival_if_signed),
    )


def dominated_by(found: Sequence[Signing]) -> list[int | None]:
    """For each text the text that dominates it, by its place, or None on the frontier.

    A text dominates another if it is better by more than the sampling errors in one of the two, the
    chance that both sign and durability if signed, and not worse by more than them in the other.
    """
    pairs = [(each.both_sign, each.survival_if_signed[durable_years(each)]) for each in found]
    return [
        max(
            (place for place, other in enumerate(pairs) if _dominates(other, own)),
            key=lambda place: pairs[place][0].value * pairs[place][1].value,
            default=None,
        )
        for own in pairs
    ]


def _dominates(one: tuple[Estimate, Estimate], other: tuple[Estimate, Estimate]) -> bool:
    gaps = [mine.value - theirs.value for mine, theirs in zip(one, other, strict=True)]
    errors = [
        float(np.hypot(mine.value - mine.low, theirs.high - theirs.value))
        for mine, theirs in zip(one, other, strict=True)
    ]
    compared = list(zip(gaps, errors, strict=True))
    return any(gap > error for gap, error in compared) and all(
        gap >= -error for gap, error in compared
    )
