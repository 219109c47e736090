"""What the historical record says about pairs of adversaries, in words and numbers."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import special

from sim.levels import SPREAD
from sim.presentation.section import Column, Section, Table, figure
from sim.study.calibration import self_check
from sim.study.calibration.forecasts import AFTER, BEFORE
from sim.study.finding import Finding
from sim.wording import above_limits, of_row

_MIN_LEARNED, _MAX_NOTHING, _MIN_MOVED, _MIN_ENTANGLED, _MAX_P_VALUE = 0.25, 0.1, 0.3, 0.3, 0.01
_MIN_EFFECTIVE, _MAX_ERROR = 100, 5
"""Judgements: candidates that weights must be worth, and error of the emulator, where the record is
likelier, that is too large.
"""
_SPREAD_IN_SD = float(np.subtract(*special.ndtri(SPREAD[::-1])))
"""Standard deviations between the ends of a range of 90 %."""


def section(finding: Finding) -> Section:
    """What was learned, what is not identified, whether it predicts, and whether the method can be
    trusted.
    """
    parts, counts = finding.tables["parts"], finding.tables["effective"].iloc[0]
    learned = parts[(parts["learned"] >= _MIN_LEARNED) & (parts["learned_low"] > 0)].sort_values(
        "learned", ascending=False
    )
    moved = np.log(parts["posterior"] / parts["prior"]).abs() / (
        np.log(parts["prior_high"] / parts["prior_low"]) / _SPREAD_IN_SD
    )
    nothing = parts[(parts["learned"] < _MAX_NOTHING) & (moved < _MIN_MOVED)]["part"].tolist()
    most = "; ".join(
        f"{row['part']} {_range(row, 'posterior', 'low', 'high')}, before "
        f"{_range(row, 'prior', 'prior_low', 'prior_high')}"
        for _, row in learned.iterrows()
    )
    entangled = finding.tables["entangled"]
    surely = entangled["correlation_low"] * entangled["correlation_high"] > 0
    strong = entangled["correlation"].abs() >= _MIN_ENTANGLED
    pairs = "; ".join(
        f"{row['part']} and {row['other']} ({row['correlation']:+.2f}, "
        f"{row['correlation_low']:+.2f} to {row['correlation_high']:+.2f})"
        for _, row in entangled[surely & strong].iterrows()
    )
    doubtful, predicts = tuple(doubts(finding)), _predicts(finding)
    answer = (
        (*doubtful, predicts, _trust(finding))
        if doubtful
        else (
            (
                f"{counts['cases']:.0f} cases, {counts['ended']:.0f} of which ended in war, say "
                f"most "
                f"about: {most or 'nothing'}."
            ),
            f"The record says almost nothing about: {', '.join(nothing) or 'no part'}.",
            (
                "Not separately identified (one can compensate for the other): "
                f"{pairs or 'no two parts'}."
            ),
            predicts,
            _trust(finding),
        )
    )
    table = Table.of(
        "",
        parts,
        (
            Column("", lambda row: str(row["part"])),
            Column("before", lambda row: _cell(row, "prior", "prior_low", "prior_high")),
            Column("after", lambda row: _cell(row, "posterior", "low", "high")),
            Column("learned", lambda row: above_limits(*of_row(row, "learned"))),
        ),
    )
    return Section(
        finding.kind,
        "What does the historical record say about pairs of adversaries?",
        answer,
        (table,),
        {
            "learned": figure("learned", finding),
            "calibrated": figure("calibrated", finding),
            "ranks": figure("ranks", finding),
        },
        "Medians, and below them the range of 90 % of candidates. Learned is the share of the "
        "variance that the record took away, with 95 % limits from refits to half of the "
        "candidates: they include sampling error and the error of the emulator. A part of which "
        "little is learned keeps its assumed range. Below 0, its range became wider.",
    )


def _predicts(finding: Finding) -> str:
    """Whether the fit forecasts pairs that it has not seen better than the prior does."""
    own, log = finding.tables["left_out"].iloc[0], _log_scores(finding)
    year = min(10, log["years"].max())
    at_year = log[log["years"] == year].set_index("predictor")
    worse = ", ".join(
        f"{name} {row['worse']:+.3f} ({row['worse_low']:+.3f} to {row['worse_high']:+.3f})"
        for name, row in at_year.loc[[BEFORE, AFTER]].iterrows()
    )
    return (
        "With the cases of each pair left out in their turn, the fit changes the mean log "
        f"chance of a case by {own['gain']:+.3f} ({own['gain_low']:+.3f} to "
        f"{own['gain_high']:+.3f}) from {own['before']:.3f}; more is better. The log score at "
        f"{year:g} years is worse than that of pooled Kaplan-Meier by: {worse}. Limits are 95 % "
        "over resamples of the pairs."
    )


def _log_scores(finding: Finding) -> pd.DataFrame:
    scores = finding.tables["scores"]
    return scores[scores["score"] == "log"]


def loses(finding: Finding) -> bool:
    """Whether the posterior forecasts pairs of adversaries that were left out worse than the prior,
    by either score.

    The two are the mean log chance of the cases, and the log score of holding averaged over the
    years.
    """
    means = _log_scores(finding).groupby("predictor")["estimate"].mean()
    return bool(finding.tables["left_out"].iloc[0]["gain"] < 0 or means[AFTER] > means[BEFORE])


def doubts(finding: Finding) -> Iterator[str]:
    """What forbids using the posterior."""
    worth = finding.tables["effective"].iloc[0]["effective"]
    _, error, _ = self_check.apart(self_check.likelier(finding.tables["emulator"]))
    faults = {
        f"the weights are worth {worth:.0f} candidates (minimum {_MIN_EFFECTIVE})": worth
        < _MIN_EFFECTIVE,
        f"the emulator errs by {error:.1f} in the log-likelihood of the record, the "
        f"maximum being {_MAX_ERROR}": error > _MAX_ERROR,
        "the truth of synthetic records does not rank uniformly": _uniform(finding) < _MAX_P_VALUE,
    }
    if reasons := [reason for reason, holds in faults.items() if holds]:
        yield (
            f"The posterior is unreliable: {'; '.join(reasons)}. Simulate more candidates "
            "and histories."
        )
    if loses(finding):
        yield (
            "Do not use this posterior: it forecasts pairs of adversaries that it has not seen "
            "worse than the prior does."
        )


def _uniform(finding: Finding) -> float:
    """Chance that as many independent parts all stray less than the one that strays furthest."""
    uniform = finding.tables["uniformity"]
    return float(1 - (1 - uniform["chance"].min()) ** len(uniform))


def _trust(finding: Finding) -> str:
    uniform, counts = finding.tables["uniformity"], finding.tables["effective"].iloc[0]
    worst, chance = uniform.loc[uniform["chance"].idxmin()], _uniform(finding)
    mean, spread, _ = self_check.apart(finding.tables["emulator"])
    near, error, counts_error = self_check.apart(self_check.likelier(finding.tables["emulator"]))
    verdict = "as it should" if chance >= _MAX_P_VALUE else "not as it should"
    return (
        f"On {len(finding.tables['ranks'])} synthetic records the truth ranks in its posterior "
        f"{verdict}: of {len(uniform)} parts {worst['part']} strays furthest, by "
        f"{worst['distance']:.2f}; chance strays further in {100 * chance:.0f} % of such checks "
        f"of as many independent parts. The emulated log chance of the record is {mean:+.1f} (SD "
        f"{spread:.1f}) off the counted one; where the record is likelier {near:+.1f} (SD "
        f"{error:.1f}, with the counts' own error of {counts_error:.1f}). The posterior weighs "
        f"{counts['candidates']:,.0f} candidates, worth {counts['effective']:,.0f} equal ones."
    )


def _range(row: "pd.Series[float]", middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.2g} ({row[low]:.2g} to {row[high]:.2g})"


def _cell(row: "pd.Series[float]", middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.3g}\n{row[low]:.2g} to {row[high]:.2g}"
