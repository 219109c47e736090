"""What the record teaches of dyads, in words and numbers."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.words import above_limits, of_row
from sim.report.section import Section
from sim.study.calibration import self_check
from sim.study.calibration.study import AFTER, BEFORE
from sim.study.finding import Finding

_LEARNED, _NOTHING, _MOVED, _ENTANGLED, _SUSPICIOUS = 0.25, 0.1, 0.3, 0.3, 0.01
_FEWEST, _MOST_ERROR = 100, 5
"""Judgements: candidates that weights must be worth, and error of the emulator, where the record is likelier, that is too large."""
_NINE_OF_TEN = 3.29      # standard deviations between the ends of nine of ten


def section(finding: Finding) -> Section:
    """What was learned, what cannot be told apart, whether it predicts, and whether the method can be trusted."""
    parts, counts = finding.tables["parts"], finding.tables["effective"].iloc[0]
    learned = parts[(parts["learned"] >= _LEARNED) & (parts["learned_low"] > 0)].sort_values("learned", ascending=False)
    moved = np.log(parts["posterior"] / parts["prior"]).abs() / (np.log(parts["prior_high"] / parts["prior_low"]) / _NINE_OF_TEN)
    nothing = parts[(parts["learned"] < _NOTHING) & (moved < _MOVED)]["part"].tolist()
    told = "; ".join(f"{row['part']} {_range(row, 'posterior', 'low', 'high')}, before {_range(row, 'prior', 'prior_low', 'prior_high')}"
                     for _, row in learned.iterrows())
    entangled = finding.tables["entangled"]
    surely = entangled["correlation_low"] * entangled["correlation_high"] > 0
    pairs = "; ".join(f"{row['part']} and {row['other']} ({row['correlation']:+.2f}, {row['correlation_low']:+.2f} to "
                      f"{row['correlation_high']:+.2f})"
                      for _, row in entangled[surely & (entangled["correlation"].abs() >= _ENTANGLED)].iterrows())
    doubtful = tuple(doubts(finding))
    answer = (*doubtful, _trust(finding)) if doubtful else (
        f"{counts['cases']:.0f} cases, {counts['ended']:.0f} of which ended in war, teach most of: {told or 'nothing'}.",
        f"They teach next to nothing of: {', '.join(nothing) or 'no part'}.",
        f"They cannot tell apart, since one makes up for the other: {pairs or 'no two parts'}.",
        _scores(finding.tables["scores"]), _trust(finding))
    rows = tuple((row["part"], _cell(row, "prior", "prior_low", "prior_high"), _cell(row, "posterior", "low", "high"),
                  above_limits(*of_row(row, "learned"))) for _, row in parts.iterrows())
    return Section("What does the record teach of dyads?", answer, ("", "before", "after", "learned"), rows,
                   "Medians, and below them where nine of ten candidates lie. Learned is the share of the variance that the record "
                   "took away, with 95 % limits of refits to half of the histories, which hold their chance and the error of "
                   "the emulator; a part of which little is learned keeps what was assumed of it. Below 0, it is less sure than it was.")


def _scores(scores: pd.DataFrame) -> str:
    some = scores[(scores["score"] == "log") & (scores["years"] == min(10, scores["years"].max()))].set_index("predictor")
    told = [f"{name} {some.loc[name, 'worse']:+.3f} ({some.loc[name, 'worse_low']:+.3f} to {some.loc[name, 'worse_high']:+.3f})"
            for name in (BEFORE, AFTER)]
    return (f"Leaving out each case in its turn, the log score at {some['years'].iloc[0]:g} years is worse than that of pooled "
            f"Kaplan-Meier by: {', '.join(told)}; limits are 95 % over resamples of the cases.")


def doubts(finding: Finding) -> Iterator[str]:
    """What forbids to believe the posterior at all."""
    worth = finding.tables["effective"].iloc[0]["effective"]
    _, error, _ = self_check.apart(self_check.likelier(finding.tables["emulator"]))
    told = {
        f"the weights are worth {worth:.0f} candidates, where {_FEWEST} are the least": worth < _FEWEST,
        f"the emulator errs by {error:.1f} in the log chance of the record, where {_MOST_ERROR} is the most": error > _MOST_ERROR,
        "the truth of synthetic records does not rank uniformly": _uniform(finding) < _SUSPICIOUS,
    }
    if reasons := [reason for reason, so in told.items() if so]:
        yield f"Do not believe this posterior: {'; '.join(reasons)}. Simulate more --candidates and --histories."


def _uniform(finding: Finding) -> float:
    """Chance that as many independent parts all stray less than the one that strays furthest."""
    uniform = finding.tables["uniformity"]
    return float(1 - (1 - uniform["chance"].min()) ** len(uniform))


def _trust(finding: Finding) -> str:
    uniform, counts = finding.tables["uniformity"], finding.tables["effective"].iloc[0]
    worst, chance = uniform.loc[uniform["chance"].idxmin()], _uniform(finding)
    mean, spread, _ = self_check.apart(finding.tables["emulator"])
    near, error, counts_error = self_check.apart(self_check.likelier(finding.tables["emulator"]))
    verdict = "as it should" if chance >= _SUSPICIOUS else "not as it should"
    return (f"On {len(finding.tables['ranks'])} synthetic records the truth ranks in its posterior {verdict}: of {len(uniform)} parts "
            f"{worst['part']} strays furthest, by {worst['distance']:.2f}; "
            f"chance strays further in {100 * chance:.0f} % of such checks of as many independent parts. "
            f"The emulated log chance of the record is {mean:+.1f} (SD {spread:.1f}) off the counted one; where the record is likelier "
            f"{near:+.1f} (SD {error:.1f}, with the counts' own error of {counts_error:.1f}). The posterior weighs "
            f"{counts['candidates']:,.0f} candidates, worth {counts['effective']:,.0f} equal ones.")


def _range(row: "pd.Series[float]", middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.2g} ({row[low]:.2g} to {row[high]:.2g})"


def _cell(row: "pd.Series[float]", middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.3g}\n{row[low]:.2g} to {row[high]:.2g}"
