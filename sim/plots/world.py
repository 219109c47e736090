"""The history of one world on one time axis.

Strengths, reputations, what the courses are worth to Russia, and what happened.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.game.endings import Cause, Reason
from sim.plots.style import DASHES, PALETTE, axes_or_new, in_own_style, label_ends

__all__ = ["world"]

PANELS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "strength\n(brigade-equivalents)",
        (("russia_strength", "Russia"), ("ukraine_strength", "Ukraine")),
    ),
    (
        "probability",
        (
            ("reputation_europe", "Europe is resolute"),
            ("reputation_united_states", "US is resolute"),
            ("chance_europe_intervenes", "Europe fights"),
            ("chance_us_backs", "US backs it"),
        ),
    ),
    (
        "value to Russia\n(utility)",
        (
            ("value_of_attacking", "attacking"),
            ("value_of_holding", "holding"),
            ("value_of_probing", "probing"),
        ),
    ),
)
"""Panels from the top: their label, and their lines with the columns of the journal's states."""
MARKS = {
    "election": "|",
    "member election": "|",
    "funds": "s",
    "leader": "*",
    "renewal": "+",
    "term": "_",
    "voided": "v",
    "entry": "P",
    "russia reviews": ".",
    "ukraine reviews": "1",
    "answer": "^",
    "incident": "x",
    "war": "X",
    "ended": "D",
}
NAMES = {
    "election": "US election",
    "member election": "elections in Europe",
    "funds": "Congress votes the funds",
    "leader": "new Russian leader",
    "renewal": "renewal of the deployment",
    "term": "end of the promise's term",
    "voided": "promise voided",
    "entry": "entry into force",
    "russia reviews": "Russia reviews",
    "ukraine reviews": "Ukraine reviews",
    "answer": "Europe answers a probe",
    "incident": "incident",
    "war": "war",
    "ended": "another end",
}


@in_own_style
def world(journal: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """Draw the journal of one world, as `Journal.document` gives it."""
    ax = axes_or_new(ax, (9, 8))
    ax.set_axis_off()
    states, events = journal["states"], journal["events"]
    years = np.array([state["years"] for state in states])
    for number, (label, lines) in enumerate(PANELS):
        panel = ax.inset_axes((0, 0.77 - 0.25 * number, 1, 0.22))
        _draw_lines(panel, years, states, lines)
        panel.set_ylabel(label)
        panel.set_xlim(0, years[-1])
        panel.tick_params(labelbottom=False)
    _draw_events(ax.inset_axes((0, 0, 1, 0.24)), events, years[-1])
    ax.set_title(f"History {journal['world']}: {_finding(events)}", loc="left")
    return ax


def _draw_lines(panel: Axes, years: Any, states: Any, lines: tuple[tuple[str, str], ...]) -> None:
    ends = []
    for number, (column, name) in enumerate(lines):
        values = np.array([state[column] for state in states])
        colour = PALETTE[number]
        panel.plot(years, values, color=colour, ls=DASHES[number], lw=1.5)
        ends.append((float(values[-1]), name, colour))
    panel.spines[["top", "right"]].set_visible(False)
    panel.margins(y=0.08)
    label_ends(panel, float(years[-1]), ends)


def _draw_events(panel: Axes, events: Any, last: float) -> None:
    """A row for each kind of event that happened.

    A review's mark is filled where the actor did not hold.
    """
    kinds = [kind for kind in MARKS if any(event["kind"] == kind for event in events)]
    for row, kind in enumerate(reversed(kinds)):
        for event in (event for event in events if event["kind"] == kind):
            acted = event["details"].get("choice", "holds") != "holds" or kind == "war"
            panel.plot(
                event["years"],
                row,
                MARKS[kind],
                color=PALETTE[2] if acted else PALETTE[0],
                ms=7 if acted else 5,
                clip_on=False,
            )
    panel.set_yticks(range(len(kinds)), [NAMES[kind] for kind in reversed(kinds)], fontsize="small")
    panel.set(
        xlim=(0, last),
        ylim=(-0.6, len(kinds) - 0.4),
        xlabel="years since the ceasefire (orange: an actor departed from the status quo)",
    )
    panel.spines[["top", "right"]].set_visible(False)


def _finding(events: Any) -> str:
    end = events[-1]
    if end["kind"] == "held":
        return f"the ceasefire holds {end['years']:g} years"
    details = end["details"]
    cause = Cause(details["cause"])
    europe = f"; Europe {details['europe']}" if cause.began == "Russia" else ""
    why = f"\n(main reason: {Reason(details['reason']).words})" if details.get("reason") else ""
    return f"after {end['years']:.1f} years {cause.clause}{europe}{why}"
