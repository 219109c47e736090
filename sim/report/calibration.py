"""What the record teaches of dyads, in words and numbers."""

import numpy as np
import pandas as pd

from sim.report.section import Section
from sim.study.calibration import self_check
from sim.study.calibration.study import AFTER, BEFORE
from sim.study.finding import Finding

_LEARNED, _NOTHING, _MOVED, _ENTANGLED, _SUSPICIOUS = 0.25, 0.1, 0.3, 0.3, 0.01
_NINE_OF_TEN = 3.29      # standard deviations between the ends of nine of ten


def section(finding: Finding) -> Section:
    """What was learned, what cannot be told apart, whether it predicts, and whether the method can be trusted."""
    parts, counts = finding.tables["parts"], finding.tables["effective"].iloc[0]
    learned = parts[parts["learned"] >= _LEARNED].sort_values("learned", ascending=False)
    moved = np.log(parts["posterior"] / parts["prior"]).abs() / (np.log(parts["prior_high"] / parts["prior_low"]) / _NINE_OF_TEN)
    nothing = parts[(parts["learned"] < _NOTHING) & (moved < _MOVED)]["part"].tolist()
    told = "; ".join(f"{row['part']} {_range(row, 'posterior', 'low', 'high')}, before {_range(row, 'prior', 'prior_low', 'prior_high')}"
                     for _, row in learned.iterrows())
    entangled = finding.tables["entangled"]
    pairs = "; ".join(f"{row['part']} and {row['other']} ({row['correlation']:+.2f})"
                      for _, row in entangled[entangled["correlation"].abs() >= _ENTANGLED].iterrows())
    answer = (
        f"{counts['cases']:.0f} cases, {counts['ended']:.0f} of which ended in war, teach most of: {told or 'nothing'}.",
        f"They teach next to nothing of: {', '.join(nothing) or 'no part'}.",
        f"They cannot tell apart, since one makes up for the other: {pairs or 'no two parts'}.",
        _scores(finding.tables["scores"]), _trust(finding))
    rows = tuple((row["part"], _cell(row, "prior", "prior_low", "prior_high"), _cell(row, "posterior", "low", "high"),
                  f"{100 * row['learned']:.0f} %") for _, row in parts.iterrows())
    return Section("What does the record teach of dyads?", answer, ("", "before", "after", "learned"), rows,
                   "Medians, and below them where nine of ten candidates lie. Learned is the share of the variance that the record "
                   "took away; a part of which little is learned keeps what was assumed of it. Below 0, it is less sure than it was.")


def _scores(scores: pd.DataFrame) -> str:
    some = scores[(scores["score"] == "log") & (scores["years"] == min(10, scores["years"].max()))].set_index("predictor")
    told = [f"{name} {some.loc[name, 'worse']:+.3f} ({some.loc[name, 'worse_low']:+.3f} to {some.loc[name, 'worse_high']:+.3f})"
            for name in (BEFORE, AFTER)]
    return (f"Leaving out each case in its turn, the log score at {some['years'].iloc[0]:g} years is worse than that of pooled "
            f"Kaplan-Meier by: {', '.join(told)}; limits are 95 % over resamples of the cases.")


def _trust(finding: Finding) -> str:
    uniform, counts = finding.tables["uniformity"], finding.tables["effective"].iloc[0]
    worst = uniform.loc[uniform["chance"].idxmin()]
    chance = float(1 - (1 - worst["chance"]) ** len(uniform))
    mean, spread = self_check.apart(finding.tables["emulator"])
    verdict = "as it should" if chance >= _SUSPICIOUS else "NOT as it should: do not believe this posterior"
    return (f"On {len(finding.tables['ranks'])} synthetic records the truth ranks in its posterior {verdict}: of {len(uniform)} parts "
            f"{worst['part']} strays furthest, by {worst['distance']:.2f}; "
            f"chance strays further in {100 * chance:.0f} % of such checks of as many independent parts. "
            f"The emulated log chance of the record is {mean:+.1f} (SD {spread:.1f}) off the counted one. The posterior weighs "
            f"{counts['candidates']:,.0f} candidates, worth {counts['effective']:,.0f} equal ones.")


def _range(row: "pd.Series[float]", middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.2g} ({row[low]:.2g} to {row[high]:.2g})"


def _cell(row: "pd.Series[float]", middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.3g}\n{row[low]:.2g} to {row[high]:.2g}"
