"""The columns of a run's tables: what each holds, in which type and unit, and of which kind it is.

They are declared here, once. Each is stored with its description in the metadata of its field, so
that whoever reads a table asks the table and no name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from sim.characters import in_column
from sim.game.endings import ENDINGS
from sim.guarantee.costs import (
    EUROPE,
    UKRAINE,
    UNITED_STATES,
    column,
    member_bearer,
)
from sim.scenario.sampling import milestones
from sim.scenario.schema import ONLY_SIGNATURES, Scenario
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
_DESCRIBED = "columns"
Descriptions = Mapping[str, Mapping[str, str]]
"""For the name of each column what is stored of it: its kind, unit and meaning, and what it is
about.
"""


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
    # `item`, `bearer` and `party` of a cost; `cause` or `years` of a hazard; `use` of a parameter
    # that decides signatures only
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def description(self) -> dict[str, str]:
        """What is stored of it with the values."""
        return {"kind": str(self.kind), "unit": self.unit, "meaning": self.meaning, **self.about}


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
    return [*OUTCOMES, *_hazards(scenario), *_costs(scenario), *parameters(scenario)]


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


def descriptions(stored: "pa.Schema") -> dict[str, dict[str, str]]:
    """What is stored of each column of a table; an outcome where it does not say of which kind."""
    return {
        column.name: {"kind": str(Kind.OUTCOME)}
        | {key.decode(): said.decode() for key, said in (column.metadata or {}).items()}
        for column in stored
    }


def described(frame: "pd.DataFrame", columns: Descriptions) -> "pd.DataFrame":
    """The frame, knowing what its columns are."""
    frame.attrs |= described_by(columns)
    return frame


def described_by(columns: Descriptions) -> dict[Any, Any]:
    """What a table knows that has these columns."""
    return {_DESCRIBED: _Shared(columns)}


class _Shared(dict[str, Mapping[str, str]]):
    """Descriptions, which do not change: frames that are made of each other share them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself; pandas would take longer to copy it than for most of what it does."""
        return self


def about(worlds: Any, kind: Kind) -> Descriptions:
    """The columns of one kind among outcomes, in their order, each with what is stored of it.

    Parameters
    ----------
    worlds
        Outcomes of a run: a frame, or the columns of a file.
    kind
        The kind.

    Returns
    -------
    mapping
        By the name of the column; empty for a table that does not say what its columns are.

    """
    columns: Descriptions = worlds.attrs.get(_DESCRIBED, {})
    return {name: columns[name] for name in worlds if columns.get(name, {}).get("kind") == kind}


def of_kind(worlds: Any, kind: Kind) -> list[str]:
    """The names of these columns."""
    return list(about(worlds, kind))


def _hazards(scenario: Scenario) -> Iterator[Column]:
    for cause in ENDINGS:
        meaning = f"sum of the chances of each month that {cause.clause}"
        yield _hazard(f"hazard_{cause}", meaning, {"cause": str(cause)})
    for year in milestones(scenario.sampling.horizon_years)[:-1]:
        meaning = f"sum of the chances of every end in the first {year} years"
        yield _hazard(f"hazard_until_{year}", meaning, {"years": str(year)})


def _hazard(name: str, meaning: str, about: Mapping[str, str]) -> Column:
    return Column(name, "float32", Kind.HAZARD, "probability", meaning, about)


def _costs(scenario: Scenario) -> Iterator[Column]:
    for item in ("arms", "resupply", "losses"):
        yield _cost(item, UNITED_STATES, UNITED_STATES, "United States")
    for item in ("reconstruction", "losses"):
        yield _cost(item, UKRAINE, UKRAINE, "Ukraine")
    for member in scenario.europe.standing:
        for item in ("stationing", "arms", "resupply", "losses"):
            yield _cost(item, EUROPE, member_bearer(member.name), in_column(member.name))


def _cost(item: str, party: str, bearer: str, name: str) -> Column:
    """A cost, with who bears it: a party, or a member of one."""
    meaning = f"present value of {item} to {name}"
    about = {"item": item, "party": party, "bearer": bearer, "name": name}
    return Column(column(item, bearer), "float32", Kind.COST, "USD billion", meaning, about)


def parameters(scenario: Scenario) -> Iterator[Column]:
    """The columns of the parameters that are drawn for each parameter set of a scenario."""
    for name, value, stated in scenario.fields():
        if isinstance(value, Distribution):
            extra: Any = stated.json_schema_extra
            about = {"use": "signature"} if name.startswith(ONLY_SIGNATURES) else {}
            yield Column(
                *(name, "float64", Kind.DRAWN, str(extra["unit"])), str(stated.description), about
            )
