"""What a scenario file may say: every number with its unit, symbol, meaning, default, range and
source.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Self, get_args

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim.actors.europe import FrontLineDefender
from sim.actors.russia import Challenger
from sim.actors.ukraine import Protege
from sim.actors.united_states import Backstop
from sim.calendar import Calendar, Date
from sim.characters import FORMULA
from sim.game.signing import Fighting
from sim.game.war import War
from sim.guarantee.costs import Costs
from sim.guarantee.provisions.regime import Regime
from sim.quantity import AsTuple, Parameters, parameter
from sim.scenario.clauses import Clause
from sim.scenario.correlation import Correlation, fault
from sim.scenario.names import LONGEST_NAME, NAME
from sim.scenario.sampling import Sampling
from sim.uncertainty import Mixture

OWN = ("name", "label", "as_of", "title", "description", "sources", "clauses")
"""What a file says of itself only, and does not hand on to a file that extends it; none of it
changes a result.
"""

ONLY_SIGNATURES = ("fighting.", "ukraine.value_of_sovereignty", "regime.territory.ceded")
"""Beginnings of the keys of numbers on which no history depends, only who would sign: they take up
no dimension of the parameter sets, and no term of the fit by which sampling errors shrink.
"""


_LONGEST_LABEL = 60
"""Characters of a label, which stands at the end of a line in figures and in sentences."""


def _for_tables(text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        raise PydanticCustomError(
            "label",
            "must be a few words, at most {most} characters; a `title` may be longer",
            {"most": _LONGEST_LABEL},
        )
    if text.startswith(FORMULA):
        raise PydanticCustomError(
            "label", "must not begin with =, +, - or @, which a spreadsheet takes for a formula"
        )
    return text


Line = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]
"""A text of one line, whose spaces and line breaks mean nothing."""
Label = Annotated[Line, AfterValidator(_for_tables)]
"""A line that stands in tables for people, in files for spreadsheets too."""


POSTERIOR = (
    "its draws come from a posterior, which describes pairs of adversaries as the historical "
    "record has them, not this one"
)
Origins = Mapping[str, tuple[tuple[Any, str], ...]]
"""For each dotted key the values it was given and by whom, the first being the earliest."""
Sources = Mapping[str, str]
"""For a dotted key the source that its file states beside it."""


class Scenario(Parameters):
    """A ceasefire under a guarantee regime: everything that determines a run."""

    name: Annotated[str, Field(pattern=NAME, max_length=LONGEST_NAME)] = parameter(
        "scenario",
        "short name for tables and folders; without one, that of the file",
        unit="-",
        symbol="-",
        source="given by the scenario",
    )
    label: Label = parameter(
        "",
        "a few words for people: in figures, tables and sentences",
        unit="-",
        symbol="-",
        source="stated by the scenario",
    )
    as_of: Date | None = parameter(
        None,
        "date of the state of affairs that the scenario describes",
        unit="date",
        symbol="-",
        source="stated by the scenario",
    )
    title: Line = parameter(
        "",
        "one line that says what the scenario is",
        unit="-",
        symbol="-",
        source="given by the scenario",
    )
    description: str = parameter(
        "", "what the scenario stands for", unit="-", symbol="-", source="given by the scenario"
    )
    sources: Annotated[tuple[str, ...], AsTuple] = parameter(
        (),
        "where the facts behind the scenario come from",
        unit="-",
        symbol="-",
        source="given by the scenario",
    )
    clauses: Annotated[tuple[Clause, ...], AsTuple] = parameter(
        (),
        "clauses of the text that the scenario is made of; its regime is their union over `base`",
        unit="-",
        symbol="-",
        source="the text that the scenario stands for",
    )
    correlation: Annotated[tuple[Correlation, ...], AsTuple] = parameter(
        (),
        "pairs of uncertain numbers that are not independent; a later file wins pair by pair",
        unit="-",
        symbol="-",
        source="none: numbers are taken as independent unless a scenario says how they depend",
    )
    calendar: Calendar = Calendar()
    regime: Regime = Regime()
    russia: Challenger = Challenger()
    ukraine: Protege = Protege()
    europe: FrontLineDefender = FrontLineDefender()
    united_states: Backstop = Backstop()
    war: War = War()
    costs: Costs = Costs()
    fighting: Fighting = Fighting()
    sampling: Sampling = Sampling()

    @model_validator(mode="after")
    def _drawn_together_have_one_length(self) -> Self:
        uncertain = self.uncertain()
        draws = {key: len(number.numbers()) for key, number in uncertain.items() if number.is_joint}
        mixtures = {
            key: len(number.components)
            for key, number in uncertain.items()
            if isinstance(number, Mixture)
        }
        for what, lengths in (("lists of draws", draws), ("mixtures", mixtures)):
            if len(set(lengths.values())) > 1:
                listed = ", ".join(f"{length} ({key})" for key, length in lengths.items())
                raise PydanticCustomError(
                    "draws",
                    "{what} are drawn together and must have one length; they have {lengths}",
                    {"what": what, "lengths": listed},
                )
        return self

    @model_validator(mode="after")
    def _correlations_can_hold(self) -> Self:
        if self.correlation and (wrong := fault(self.correlation, dict(self.leaves()))):
            position, problem = wrong
            context = {"position": position, "problem": problem}
            raise PydanticCustomError("correlation", "{problem}", context)
        return self

    @model_serializer(mode="wrap")
    def _without_empty_correlation(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A scenario without correlations is the same data as before there were any."""
        return {key: value for key, value in whole(self).items() if key != "correlation" or value}

    def __repr__(self) -> str:
        """One line: name, label, and how much is uncertain."""
        uncertain, sampling = len(self.uncertain()), self.sampling
        return (
            f"Scenario({self.name!r}, {self.label!r}: {uncertain} uncertain numbers, "
            f"{sampling.designs} parameter sets of {sampling.replicates} histories)"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        import sim  # noqa: PLC0415  the front door knows who shows it

        return sim.html(self)

    _origins: Origins = PrivateAttr(default_factory=dict)
    _stated_sources: Sources = PrivateAttr(default_factory=dict)

    def with_origins(self, origins: Origins, sources: Sources) -> Self:
        """The same scenario, remembering who set its values."""
        copy = self.model_copy()
        copy._origins, copy._stated_sources = origins, sources  # noqa: SLF001  its own class
        return copy

    def without_fixed_pairs(self) -> Self:
        """The same scenario without correlations of numbers that are no longer uncertain."""
        uncertain = self.uncertain().keys()
        kept = tuple(own for own in self.correlation if own.pair <= uncertain)
        return self if kept == self.correlation else self.model_copy(update={"correlation": kept})

    @property
    def origins(self) -> Origins:
        """For each dotted key that a file or --set gave.

        The values and who gave them, the last of which holds.
        """
        return self._origins

    @property
    def stated_sources(self) -> Sources:
        """The sources that files state beside their numbers, by dotted key."""
        return self._stated_sources

    @property
    def of_posterior(self) -> str:
        """What has to be said where the scenario carries draws of a posterior.

        Empty where it carries none.
        """
        return (
            f"{self.name}: {POSTERIOR}"
            if any(value.is_joint for value in self.uncertain().values())
            else ""
        )

    def determinants(self) -> dict[str, Any]:
        """What determines the result of a run, as plain data."""
        return self.model_dump(mode="json", exclude=set(OWN)) | self.extensions()

    def extensions(self) -> dict[str, Any]:
        """The packages whose provisions the guarantee has, under one key; nothing without them."""
        joined = self.regime.extensions()
        return {"extensions": joined} if joined else {}


def digest(determines: Mapping[str, Any]) -> str:
    """SHA-256 of plain data, the same whatever the order of its keys."""
    text = json.dumps(determines, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """JSON Schema of scenario files, for editors."""
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    del schema["$defs"]["Accession"][
        "required"
    ]  # what a file leaves out may stand in the one that it extends
    schema["properties"]["extends"] = {
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ],
        "description": (
            "a scenario file that this one builds on, relative to this file, or several, of "
            "which the later win"
        ),
    }
    return schema


def described(key: str) -> tuple[str, str]:
    """Meaning and unit of a dotted key. Raises KeyError for one that no scenario has."""
    block: Any = Scenario
    *blocks, name = key.split(".")
    for inner in blocks:
        block = next(
            kind
            for kind in _kinds(block.model_fields[inner].annotation)
            if issubclass(kind, Parameters)
        )
    field = block.model_fields[name]
    extra: dict[str, Any] = field.json_schema_extra
    return str(field.description), str(extra["unit"])


def _kinds(annotation: Any) -> tuple[type, ...]:
    """The types of an annotation that may be optional."""
    return tuple(kind for kind in get_args(annotation) or (annotation,) if isinstance(kind, type))
