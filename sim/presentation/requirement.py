"""What would be enough, in words and numbers."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd

from sim.analysis.catalogue import named
from sim.presentation.section import Column, Section, Table, figure
from sim.scenario.schema import described
from sim.study.assumptions import values_of
from sim.study.cheapest import (
    IN_NINE_OF_TEN,
    NOT_REACHED,
    ON_AVERAGE,
    ON_FRONTIER,
    REACHED_WITHIN_ERROR,
    SURE_SHARE,
)
from sim.study.finding import Finding
from sim.wording import above_limits, of_row, with_error

_SHARES = {
    "holds,\nsearch": ("estimate", "low", "high"),
    "holds,\nfresh": ("fresh_estimate", "fresh_low", "fresh_high"),
    "enough in\n(fresh)": ("fresh_sure", "fresh_sure_low", "fresh_sure_high"),
}
"""Columns of shares by their headings."""


def section(finding: Finding) -> Section:
    """The cheapest guarantees, how sure they are on fresh histories, and the frontier."""
    settings, table = finding.settings, finding.table
    keys, priced = list(settings["vary"]), named(settings["cost"], settings["years"])
    limits = "; ".join(
        f"{described(key)[0].split(':')[0]} from {low:g} to {high:g} {described(key)[1]}"
        for key, (low, high) in settings["vary"].items()
    )
    return Section(
        finding.kind,
        f"What would it take for {100 * settings['hold']:g} % to hold {settings['years']:g} years, "
        f"starting from {finding.label(settings['scenario']['name'])}?",
        (
            *(
                _sentence(table[table["role"] == role].iloc[0], role, settings)
                for role in (ON_AVERAGE, IN_NINE_OF_TEN)
            ),
            _along(table, keys, settings),
        ),
        (Table.of("", table, _columns(keys)),),
        {"frontier": figure("frontier", finding)},
        f"Varied: {limits}.\nThe cost is “{priced.label}”, expected within {settings['years']:g} "
        "years, in present value. Each share has its 95 % sampling error: of the histories of the "
        "search, and of fresh ones that the search has not seen. Enough in: share of parameter "
        "sets in which the durability is reached. The error of a cost is that of this very "
        "guarantee: another seed may lead the search to another one. A promise costs nothing in "
        "dollars, so that a search for the cheapest guarantee takes all of it that helps; of "
        "guarantees that cost the same it takes the one that gives least.",
    )


def _sentence(row: Any, role: str, settings: Any) -> str:
    enough = f"{100 * settings['hold']:g} % hold {settings['years']:g} years"
    guarantee = values_of(settings["vary"], row)
    fresh = (
        f"on fresh histories {_share(row, 'fresh_')} hold, and it is enough in "
        f"{_sure(row, 'fresh_')} of parameter sets (search: {_share(row, '')}; {_sure(row, '')})"
    )
    if row["status"] == NOT_REACHED:
        return (
            f"So that {enough} {role}, nothing within the limits is enough; what comes closest "
            f"has {guarantee}: {fresh}."
        )
    within = (
        ", though only within its sampling error" if row["status"] == REACHED_WITHIN_ERROR else ""
    )
    confirmed = _confirmed(row, role, settings["hold"])
    return (
        f"So that {enough} {role}, the cheapest has {guarantee}, at USD {_cost(row, 'fresh_')} "
        f"billion{within}: {fresh}. {confirmed}"
    )


def _confirmed(row: Any, role: str, hold: float) -> str:
    """Whether fresh histories bear out what the search found."""
    names, level = (
        (("estimate", "low", "high"), hold)
        if role == ON_AVERAGE
        else (("sure", "sure_low", "sure_high"), SURE_SHARE)
    )
    middle, least, most = (row[f"fresh_{name}"] for name in names)
    if least >= level:
        return "Fresh histories confirm it."
    if middle >= level:
        return "Fresh histories reach it too, within their sampling error."
    return "Fresh histories fall short of it" + (
        ", within their sampling error." if most >= level else ": add a margin."
    )


def _along(table: pd.DataFrame, keys: Sequence[str], settings: Any) -> str:
    along = table[table["role"] == ON_FRONTIER]
    first, last = along.iloc[0], along.iloc[-1]
    if len(along) == 1:
        return (
            "Of all that was tried, none is better in cost or durability than one guarantee: "
            f"{values_of(keys, first)}."
        )
    return (
        f"Along the frontier of {len(along)} guarantees, durability after {settings['years']:g} "
        f"years rises from {_share(first, 'fresh_')} at USD {_cost(first, 'fresh_')} billion to "
        f"{_share(last, 'fresh_')} at {_cost(last, 'fresh_')} ({values_of(keys, last)})."
    )


def _columns(keys: Sequence[str]) -> tuple[Column, ...]:
    """What it is, its provisions, its cost, and its shares."""
    return (
        Column("", _role),
        *(
            Column(
                key.removeprefix("regime.").replace(".", "\n").replace("_", " "),
                partial(_provision, key),
            )
            for key in keys
        ),
        Column("cost,\nUSD bn", lambda row: above_limits(*of_row(row, "fresh_cost"), "", 1)),
        *(Column(heading, partial(_share_of, names)) for heading, names in _SHARES.items()),
    )


def _provision(key: str, row: Any) -> str:
    return f"{row[key]:.3g}"


def _share_of(names: tuple[str, str, str], row: Any) -> str:
    value, low, high = (float(row[name]) for name in names)
    return above_limits(value, low, high, digits=1)


def _role(row: Any) -> str:
    return str(row["role"]) if row["role"] == ON_FRONTIER else f"{row['role']}\n{row['status']}"


def _share(row: Any, prefix: str) -> str:
    return with_error(row[f"{prefix}estimate"], row[f"{prefix}low"], row[f"{prefix}high"])


def _sure(row: Any, prefix: str) -> str:
    return with_error(row[f"{prefix}sure"], row[f"{prefix}sure_low"], row[f"{prefix}sure_high"])


def _cost(row: Any, prefix: str) -> str:
    return (
        f"{row[f'{prefix}cost']:.1f} "
        f"(±{(row[f'{prefix}cost_high'] - row[f'{prefix}cost_low']) / 2:.1f})"
    )
