"""What a finding of kind `outlook` holds: its tables, words and document."""

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimate_table import estimate_of
from sim.analysis.signing import plain
from sim.scenario.schema import described
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema, estimate_with_limits
from sim.study.finding import LABELS, Finding

AHEAD = 5
"""Years of durability by which events are compared."""
QUIET = "no incident and no probe"
NOW, SIGNATURE = "now", "at signature"
_EVENT_NAMES = {
    "renewal": "renewal of the force",
    "funds": "American funds",
    "promise_renewed": "renewal of the promise",
    "election": "American election",
    "leader": "new leader in Russia",
    "voided": "promise voided",
    "entry_into_force": "entry into force",
}
"""Kinds of events in a few words, where they are more than one."""
_STATE_NAMES = {
    "europe_resolute": "Europe is resolute",
    "united_states_resolute": "the United States is resolute",
    "value_of_prevailing": "what prevailing is worth to Russia (V)",
    "insecurity": "insecurity of Russia (κ)",
}


def words(what: str, details: Any) -> str:
    """An event in a few words."""
    said = {
        True: {"retaliated": "answered by Ukraine", "passed": "passed"},
        False: {"retaliated": "not answered by Ukraine", "passed": "failed"},
    }
    parts = [
        said[value][name]
        if isinstance(value, bool)
        else f"met {value}ly"
        if name == "answer"
        else f"{value}"
        for name, value in details.items()
        if name != "of"
    ]
    return ", ".join([_EVENT_NAMES.get(what, what), *parts])


def name_of(learned: str) -> str:
    """The words for what has been learned about."""
    return _STATE_NAMES.get(learned) or f"{described(learned)[0]} ({learned})"


def compared(survival: pd.DataFrame) -> float:
    """The year in which the outlook now and that at the signature are compared."""
    known = survival[survival["since"] == NOW]["years"]
    return float(max(year for year in known if year <= AHEAD))


def document(finding: Finding) -> dict[str, Any]:
    """What `ceasefire outlook --json` prints."""
    tables = finding.tables

    def estimated(row: Any, name: str) -> dict[str, float | None]:
        return {
            key: None if np.isnan(row[column]) else float(row[column])
            for key, column in (
                ("estimate", name),
                ("low", f"{name}_low"),
                ("high", f"{name}_high"),
            )
        }

    def by_year(since: str) -> dict[str, Any]:
        rows = tables["survival"]
        return {
            f"{row['years']:g}": plain(estimate_of(row))
            for row in rows[rows["since"] == since].to_dict("records")
        }

    return {
        "scenario": finding.settings["scenario"],
        "until": finding.settings["until"],
        "survival": by_year(NOW),
        "at_signature": by_year(SIGNATURE),
        "effective_histories": finding.settings["effective_histories"],
        "learned": [
            {
                "name": row["name"],
                "unit": row["unit"],
                "before": estimated(row, "before"),
                "now": estimated(row, "now"),
            }
            for row in tables["learned"].to_dict("records")
        ],
        "events": [
            {"at": row["at"], "what": row["what"], "moved": estimated(row, "moved")}
            for row in tables["events"].to_dict("records")
        ],
        "watch": [
            {
                "what": row["what"],
                "chance": estimated(row, "chance"),
                "outlook": estimated(row, "outlook"),
                "otherwise": estimated(row, "otherwise"),
            }
            for row in tables["watch"].to_dict("records")
        ],
    }


def _limited(name: str, unit: str, meaning: str, low: str, high: str) -> tuple[Column, ...]:
    return (
        Column(name, Kind.NUMBER, unit, meaning),
        Column(f"{name}_low", Kind.NUMBER, unit, low),
        Column(f"{name}_high", Kind.NUMBER, unit, high),
    )


_CONFIDENCE = ("lower 95 % confidence limit", "upper 95 % confidence limit")
_QUANTILES = (
    "quantile of 5 %, of a share its lower 95 % confidence limit",
    "quantile of 95 %, of a share its upper 95 % confidence limit",
)
_SPREAD = (
    Column("spread_low", Kind.NUMBER, "share", "lower limit of 90 % of parameter sets"),
    Column("spread_high", Kind.NUMBER, "share", "upper limit of 90 % of parameter sets"),
)
TABLES = {
    "survival": TableSchema(
        (
            Column("since", Kind.TEXT, "-", f"{NOW!r} or {SIGNATURE!r}: from when years count"),
            Column("years", Kind.NUMBER, "years", "from then"),
            *estimate_with_limits("share", "histories that hold so long"),
            *_SPREAD,
        )
    ),
    "learned": TableSchema(
        (
            Column("name", Kind.TEXT, "-", "what has been learned about"),
            Column("unit", Kind.TEXT, "-", "its unit; a share is of types"),
            *_limited("before", "own", "median at the signature, or share", *_QUANTILES),
            *_limited("now", "own", "the same today", *_QUANTILES),
        )
    ),
    "events": TableSchema(
        (
            Column("at", Kind.NUMBER, "years", "since the signature"),
            Column("what", Kind.TEXT, "-", "the event"),
            *_limited(
                *("moved", "share", f"change of the chance to hold {AHEAD} years from then"),
                *_CONFIDENCE,
            ),
        )
    ),
    "path": TableSchema(
        (
            Column("years", Kind.NUMBER, "years", "since the signature"),
            Column("event", Kind.COUNT, "-", "which event had just happened, from 1; 0 for none"),
            *estimate_with_limits("share", f"chance to hold {AHEAD} more years, as seen then"),
            *_SPREAD,
        )
    ),
    "watch": TableSchema(
        (
            Column("what", Kind.TEXT, "-", "what may be seen in the next year"),
            *_limited("chance", "share", "its chance", *_CONFIDENCE),
            *_limited(
                *("outlook", "share", f"chance to hold {AHEAD} years from today if it is seen"),
                *_CONFIDENCE,
            ),
            *_limited("otherwise", "share", "the same if it is not seen", *_CONFIDENCE),
        )
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `outlook`."""
