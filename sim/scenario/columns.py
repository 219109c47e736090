"""The columns of a run's tables: what each holds, in which type and unit, and of which kind it is.

They are declared here, once. Each is stored with its description in the metadata of its field, so
that whoever reads a table asks the table and no name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sim.game.endings import ENDINGS
from sim.guarantee.costs import EUROPE, UKRAINE, UNITED_STATES, column
from sim.scenario.schema import Scenario, milestones
from sim.uncertainty import Distribution

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

QUANTILES = (5, 25, 50, 75, 95)
"""Percentiles of the timeline."""
STATES = {
    "russia_strength": ("Russia's strength", "brigade-equivalents"),
    "ukraine_strength": ("Ukraine's strength", "brigade-equivalents"),
    "reputation_europe": ("reputation of the European coalition", "probability"),
    "reputation_united_states": ("reputation of the United States", "probability"),
}
"""Variables of the timeline, with their meaning and unit."""
_KINDS = "kinds"


class Kind(StrEnum):
    """What a column is for."""

    IDENTITY = "identity"
    """Which history a row is, or which month."""
    OUTCOME = "outcome"
    """What became of it."""
    HAZARD = "hazard"
    """Chances that the ceasefire had of ending, summed over its months."""
    COST = "cost"
    """Who pays what."""
    DRAWN = "drawn"
    """A parameter that was drawn for its parameter set."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    type: str  # that of Arrow, by its name; `word` is one of a few texts
    kind: Kind
    unit: str
    meaning: str

    @property
    def description(self) -> dict[str, str]:
        """What is stored of it with the values."""
        return {"kind": str(self.kind), "unit": self.unit, "meaning": self.meaning}


OUTCOMES = (
    Column("world", "int64", Kind.IDENTITY, "-", "number of the simulated history"),
    Column("design", "int64", Kind.IDENTITY, "-", "number of its parameter set"),
    Column("replicate", "int64", Kind.IDENTITY, "-", "which history of its parameter set it is"),
    Column("years", "float64", Kind.OUTCOME, "years", "how long the ceasefire held"),
    Column("cause", "word", Kind.OUTCOME, "-", "how it ended, `held` if it did not"),
    Column("reason", "word", Kind.OUTCOME, "-", "main reason of an attack, else null"),
    Column("held", "bool", Kind.OUTCOME, "-", "whether it held to the horizon"),
    Column("europe_intervenes", "bool", Kind.OUTCOME, "-", "whether the coalition fought"),
    Column("us_backs", "bool", Kind.OUTCOME, "-", "whether the United States backed Ukraine"),
    Column("members_fought", "string", Kind.OUTCOME, "-", "members that kept their pledge"),
    Column("probes", "int32", Kind.OUTCOME, "probes", "probes by Russia"),
    Column("firm_answers", "int32", Kind.OUTCOME, "probes", "probes that were met firmly"),
    Column(
        *("terms_drift", "float64", Kind.OUTCOME, "probability"),
        "mean shift of Russia's chance of prevailing since the signature",
    ),
    Column(
        *("russia_prevails", "float64", Kind.OUTCOME, "probability"),
        "Russia's chance of prevailing in the war, null without one",
    ),
    Column(
        *("russia_signs", "float64", Kind.OUTCOME, "probability"),
        "Russia's chance of signing the text",
    ),
    Column(
        *("ukraine_gain", "float64", Kind.OUTCOME, "utility"),
        "what the history is worth to Ukraine, less what fighting on is",
    ),
)
"""Those that every run has."""


def outcomes(scenario: Scenario) -> list[Column]:
    """The columns of the outcomes of a scenario, one row a history, in their order."""
    return [*OUTCOMES, *_hazards(scenario), *_costs(scenario), *_drawn(scenario)]


def timeline() -> list[Column]:
    """The columns of a timeline, one row a month, in their order."""
    return [
        Column("step", "int64", Kind.IDENTITY, "months", "number of the month"),
        Column("years", "float64", Kind.IDENTITY, "years", "end of the month"),
        Column("at_risk", "int64", Kind.OUTCOME, "histories", "at peace when it began"),
        *(
            Column(f"ended_{cause}", "int64", Kind.OUTCOME, "histories", f"{cause.label} in it")
            for cause in ENDINGS
        ),
        *(
            Column(
                f"{name}_{percent}",
                "float64",
                Kind.OUTCOME,
                unit,
                f"{meaning}: {percent} % of the histories at peace lie below",
            )
            for name, (meaning, unit) in STATES.items()
            for percent in QUANTILES
        ),
    ]


def schema(columns: Iterable[Column]) -> "pa.Schema":
    """The schema of a table with these columns, each with its description as metadata."""
    import pyarrow as pa  # noqa: PLC0415  who reads a table, or a scenario, needs none

    word = pa.dictionary(pa.int8(), pa.string())
    return pa.schema(
        pa.field(
            column.name,
            word if column.type == "word" else pa.type_for_alias(column.type),
            metadata=column.description,
        )
        for column in columns
    )


def stored_kinds(stored: "pa.Schema") -> dict[str, str]:
    """The kind of each column of a table that was stored; an outcome where it does not say."""
    return {
        field.name: (field.metadata or {}).get(b"kind", Kind.OUTCOME.encode()).decode()
        for field in stored
    }


def described(frame: "pd.DataFrame", kinds: dict[str, str]) -> "pd.DataFrame":
    """The frame, knowing the kinds of its columns."""
    frame.attrs[_KINDS] = kinds
    return frame


def of_kind(worlds: Any, kind: Kind) -> list[str]:
    """The columns of one kind among outcomes, in their order.

    Parameters
    ----------
    worlds
        Outcomes of a run: a frame, or the columns of a file.
    kind
        The kind.

    Returns
    -------
    list of str
        Their names; empty for a table that does not say of which kind its columns are.

    """
    kinds = worlds.attrs.get(_KINDS, {})
    return [name for name in worlds if kinds.get(name) == kind]


def _hazards(scenario: Scenario) -> Iterator[Column]:
    for cause in ENDINGS:
        meaning = f"sum of the chances of each month that {cause.clause}"
        yield Column(f"hazard_{cause}", "float32", Kind.HAZARD, "probability", meaning)
    for year in milestones(scenario.sampling.horizon_years)[:-1]:
        meaning = f"sum of the chances of every end in the first {year} years"
        yield Column(f"hazard_until_{year}", "float32", Kind.HAZARD, "probability", meaning)


def _costs(scenario: Scenario) -> Iterator[Column]:
    members = [EUROPE + member.name for member in scenario.europe.standing]
    for item, bearer in (
        *(("arms", UNITED_STATES), ("resupply", UNITED_STATES), ("losses", UNITED_STATES)),
        *(("reconstruction", UKRAINE), ("losses", UKRAINE)),
        *(
            (item, member)
            for member in members
            for item in ("stationing", "arms", "resupply", "losses")
        ),
    ):
        meaning = f"present value of {item} to {bearer.removeprefix(EUROPE)}"
        yield Column(column(item, bearer), "float32", Kind.COST, "USD billion", meaning)


def _drawn(scenario: Scenario) -> Iterator[Column]:
    for name, value, field in scenario.fields():
        if isinstance(value, Distribution):
            extra: Any = field.json_schema_extra
            yield Column(name, "float64", Kind.DRAWN, str(extra["unit"]), str(field.description))
