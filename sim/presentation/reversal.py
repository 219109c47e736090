"""What would reverse the ranking of the best two, in words: a finding of kind `reversal`."""

import math
from typing import Any

import numpy as np

from sim.presentation.section import Column, Section, Table
from sim.study.finding import Finding
from sim.study.steps import STEP
from sim.wording import above_limits

TRUST = (
    f"Fixed numbers are {STEP}; those of all coalition members move together, and a provision that "
    "a guarantee does not have is not added. A change of belief on an uncertain number counts as "
    "one step if it is worth ruling out half of the parameter sets. Each number moves alone. The "
    "95 % limits are those of the simulated histories, not of the search, which may miss a number "
    "whose effect is close to that of another."
)


def section(finding: Finding) -> Section:
    """The section of the finding."""
    best, rival = (finding.label(_ranking(finding)[place]) for place in ("best", "rival"))
    candidates = finding.tables["candidates"]
    table = Table.of(
        "Closest to a reversal",
        candidates,
        (
            Column("number", lambda row: f"{_meaning(row, finding)}\n{row['parameter']}"),
            Column("from", lambda row: f"{row['now']:.3g}"),
            Column("to", lambda row: f"{row['then']:.3g}"),
            Column("steps until level", _steps),
            Column("lead after one step, points", _lead),
        ),
    )
    return Section(
        "reversal",
        f"What would reverse the ranking of {best} and {rival}?",
        (headline(finding),),
        () if candidates.empty else (table,),
        {},
        TRUST,
    )


def headline(finding: Finding) -> str:
    """The line: the number that comes closest to reversing the ranking, and by which step."""
    ranking, candidates = _ranking(finding), finding.tables["candidates"]
    best, rival = finding.label(ranking["best"]), finding.label(ranking["rival"])
    rows = [row for _, row in candidates.iterrows()]
    closest = {
        kind: next((row for row in rows if row["kind"] == kind), None)
        for kind in ("uncertain", "fixed")
    }
    said = []
    if (belief := closest["uncertain"]) is not None:
        said.append(_belief(belief, best, rival, finding))
    else:
        said.append(
            "No change in what is believed of one uncertain number alone would bring "
            f"{rival} level with {best}."
        )
    if (step := closest["fixed"]) is not None:
        said.append(_step(step, best, rival, finding))
    if rows and rows[0]["kind"] == "fixed":
        said.reverse()
    level = (
        f"{best} and {rival} are statistically indistinguishable already. "
        if ranking["difference_low"] <= 0
        else ""
    )
    if candidates.empty:
        return f"{level}No number that was moved reverses the ranking of {best} and {rival}."
    return level + " ".join(said)


def _belief(row: Any, best: str, rival: str, finding: Finding) -> str:
    return (
        f"{rival} would be level with {best} if the median of “{_meaning(row, finding)}” were "
        f"{row['then']:.3g} instead of {row['now']:.3g}: a change of belief of "
        f"{row['steps']:.2f} steps ({row['steps_low']:.2f} to {_number(row['steps_high'])}), where "
        "one step is worth ruling out half of the parameter sets."
    )


def _step(row: Any, best: str, rival: str, finding: Finding) -> str:
    moved = f"“{_meaning(row, finding)}” at {row['then']:.3g} instead of {row['now']:.3g}"
    lead = (
        f"by {100 * abs(row['difference']):.1f} percentage points "
        f"(±{50 * (row['difference_high'] - row['difference_low']):.1f})"
    )
    if row["difference"] >= 0:
        return (
            f"No fixed number alone puts {rival} ahead ({STEP}); {moved} comes closest, and leaves "
            f"{best} ahead {lead}."
        )
    significant = "" if row["difference_high"] < 0 else ", within the sampling error"
    return f"Of the fixed numbers ({STEP}), {moved} would put {rival} ahead {lead}{significant}."


def _meaning(row: Any, finding: Finding) -> str:
    whose = row["guarantee"] if isinstance(row["guarantee"], str) else ""
    return f"{row['meaning']} ({finding.label(whose)})" if whose else str(row["meaning"])


def _steps(row: Any) -> str:
    if math.isinf(row["steps"]):
        return "none"
    return f"{row['steps']:.2f}\n{row['steps_low']:.2f} to {_number(row['steps_high'])}"


def _lead(row: Any) -> str:
    if row["kind"] == "uncertain":
        return ""
    limits = (row["difference"], row["difference_low"], row["difference_high"])
    return above_limits(*limits, unit="", digits=1, scale=100)


def _number(value: float) -> str:
    return "no limit" if math.isinf(value) else f"{value:.2f}"


def _ranking(finding: Finding) -> Any:
    return finding.tables["ranking"].iloc[0].replace({np.nan: ""})
