"""How long the ceasefire holds from today, what has been learned, and what to watch."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim import plots
from sim.presentation.cells import both
from sim.presentation.section import Column, Section, Table
from sim.study.finding import Finding
from sim.study.outlook_finding import AHEAD, NOW, QUIET, SIGNATURE, compared, name_of
from sim.wording import share, with_error, years_of

HOW_TO_READ = (
    "In brackets: the 95 % sampling error, or its two limits near an end of the scale; the weights "
    "of histories are included. Below: the range over 90 % of parameter sets. Each history counts "
    "by the chance with which it would have produced what has happened, silence included. What an "
    f"event moved is the change, in percentage points, of the chance to hold {AHEAD} years from "
    "it. An event that is seen in the next year tells as well that the ceasefire held until then: "
    "compare a vote that passes with one that fails.\n"
    "This is a tool for exploring assumptions, not a forecast."
)


def section(finding: Finding) -> Section:
    """Question, answer and tables of a finding of kind `outlook`."""
    tables, settings = finding.tables, finding.settings
    survival = tables["survival"]
    figures: dict[str, Any] = {
        "outlook": lambda ax=None: plots.outlook(finding, ax=ax),
        "learned": lambda ax=None: plots.learning(finding, ax=ax),
    }
    if tables["watch"]["outlook"].notna().any():
        figures["watch"] = lambda ax=None: plots.watch(finding, ax=ax)
    return Section(
        finding.kind,
        f"{finding.label(settings['scenario'])}, {years_of(round(settings['until'], 2))} after the "
        "signature: what is the outlook now?",
        tuple(_answer(finding)),
        (
            _survival(survival),
            *([_events(tables["events"])] if len(tables["events"]) else []),
            _learned(tables["learned"]),
            _watch(tables["watch"]),
        ),
        figures,
        HOW_TO_READ,
    )


def _answer(finding: Finding) -> Iterator[str]:
    survival, settings = finding.tables["survival"], finding.settings
    year = compared(survival)
    now, then = (_at(survival, since, year) for since in (NOW, SIGNATURE))
    yield (
        f"{share(now)} of ceasefires hold {years_of(year)} from today; at the signature it was "
        f"{share(then)}."
    )
    events = finding.tables["events"]
    if len(events):
        most = events.loc[events["moved"].abs().idxmax()]
        yield (
            f"The event that moved the outlook most: {most['what']}, in year {most['at']:.2g}, by "
            f"{_points(most)} percentage points."
        )
    else:
        yield "Nothing was seen but a ceasefire that held: what moved the outlook is silence."
    yield from _to_watch(finding.tables["watch"])
    yield (
        f"{settings['effective_histories']:,.0f} effective histories of "
        f"{settings['histories']:,} stand behind these numbers."
    )


def _to_watch(watch: pd.DataFrame) -> Iterator[str]:
    """The event of the next year after which the outlook is worst, and that after which it is
    best, among those with a chance worth the name.
    """
    known = watch[watch["outlook"].notna() & (watch["what"] != QUIET)]
    if len(known) > 1:
        worst, best = (known.loc[known["outlook"].agg(pick)] for pick in ("idxmin", "idxmax"))
        yield (
            "What to watch in the next year: "
            + "; ".join(
                f"{row['what']} (chance {with_error(*_numbers(row, 'chance'))}), after which "
                f"{with_error(*_numbers(row, 'outlook'))} hold {AHEAD} years from today"
                for row in (worst, best)
            )
            + "."
        )


def _survival(survival: pd.DataFrame) -> Table:
    years = list(dict.fromkeys(survival["years"]))
    frame = pd.DataFrame({"since": [NOW, SIGNATURE]})

    def text(year: float, row: Any) -> str:
        rows = survival[(survival["since"] == row["since"]) & (survival["years"] == year)]
        return both(rows.iloc[0]) if len(rows) else ""

    return Table.of(
        "Still holding after so many years (%)",
        frame,
        (
            Column("years from", lambda row: "today" if row["since"] == NOW else "the signature"),
            *(Column(f"{year:g}", partial(text, year)) for year in years),
        ),
    )


def _events(events: pd.DataFrame) -> Table:
    return Table.of(
        f"What each event moved of the chance to hold {AHEAD} years from it (percentage points)",
        events,
        (
            Column("year", lambda row: f"{row['at']:.2f}"),
            Column("event", lambda row: str(row["what"])),
            Column("moved", _points),
        ),
    )


def _learned(learned: pd.DataFrame) -> Table:
    def text(when: str, row: Any) -> str:
        if row["unit"] == "share":
            return with_error(*_numbers(row, when))
        low, high = row[f"{when}_low"], row[f"{when}_high"]
        return f"{row[when]:.3g} ({low:.2g} to {high:.2g})"

    return Table.of(
        "What has been learned (types: with 95 % sampling error; numbers: median and 5 to 95 %)",
        learned,
        (
            Column("", lambda row: name_of(row["name"])),
            Column("at the signature", partial(text, "before")),
            Column("now", partial(text, "now")),
        ),
    )


def _watch(watch: pd.DataFrame) -> Table:
    def text(name: str, row: Any) -> str:
        return "" if np.isnan(row[name]) else with_error(*_numbers(row, name))

    return Table.of(
        f"What to watch in the next year, and the chance to hold {AHEAD} years from today then",
        watch,
        (
            Column("", lambda row: str(row["what"])),
            Column("chance", partial(text, "chance")),
            Column("outlook\nif seen", partial(text, "outlook")),
            Column("outlook\nif not", partial(text, "otherwise")),
        ),
    )


def _at(survival: pd.DataFrame, since: str, year: float) -> Any:
    return survival[(survival["since"] == since) & (survival["years"] == year)].iloc[0]


def _numbers(row: Any, name: str) -> tuple[float, float, float]:
    return row[name], row[f"{name}_low"], row[f"{name}_high"]


def _points(row: Any) -> str:
    return with_error(*_numbers(row, "moved"), sign="+")
