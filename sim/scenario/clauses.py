"""The clauses of a text: what each says, which values of the guarantee it sets, and which of them
the model has.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Self, get_args

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sim.guarantee.provisions.regime import Regime
from sim.quantity import Brigades, Parameters, parameter
from sim.scenario.toml import Key

_KINDS = ("sets", "not_modelled", "no_bearing")
"""A clause has exactly one of these."""
_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._\-]*$"


def _keys_of(block: type[Parameters], prefix: str) -> Iterator[str]:
    for name, field in block.model_fields.items():
        kinds = get_args(field.annotation) or (field.annotation,)
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Parameters)]
        if inner:
            yield from _keys_of(inner[0], f"{prefix}{name}.")
        else:
            yield prefix + name


REGIME_KEYS = tuple(_keys_of(Regime, "regime."))
"""Every value of a guarantee by its dotted key: what a clause may set."""


_LIKE_OURS = 0.7
"""How alike a name is to that of a provision, at least, to be taken for a slip of the pen."""


def not_installed(name: str) -> str:
    """That a provision is not here, and what to do about it; empty if there is one of this name, or
    of one so like it that it is meant.
    """
    if difflib.get_close_matches(name, Regime.model_fields, n=1, cutoff=_LIKE_OURS):
        return ""
    return (
        f"no provision {name!r} is installed; install the package that brings it, or use one of "
        f"{', '.join(Regime.model_fields)}"
    )


def _known(key: str) -> str:
    if key in REGIME_KEYS:
        return key
    if not key.startswith("regime."):
        raise PydanticCustomError(
            "clause_key",
            "a clause sets values of the guarantee, by their dotted keys in quotes, such as "
            '"regime.deployment.brigades" = 5',
        )
    if key.count(".") > 1 and (missing := not_installed(key.split(".")[1])):
        raise PydanticCustomError("clause_key", "{missing}", {"missing": missing})
    near = difflib.get_close_matches(key, REGIME_KEYS, n=1, cutoff=0)
    raise PydanticCustomError("clause_key", "no such key; did you mean {near}?", {"near": near[0]})


_SETS_SCHEMA = {
    "type": "object",
    "propertyNames": {"enum": list(REGIME_KEYS)},
    "additionalProperties": TypeAdapter(Brigades).json_schema(),
    "minProperties": 1,
}
Sets = Annotated[
    dict[Annotated[str, AfterValidator(_known)], Any],
    Field(min_length=1),
    WithJsonSchema(_SETS_SCHEMA),
]
"""Values as a file gives them anywhere, by dotted key; the regime checks them."""
Words = Annotated[str, AfterValidator(lambda text: " ".join(text.split())), Field(min_length=1)]
"""A text, whose line breaks and indents mean nothing."""


class Clause(Parameters):
    """One clause of a text, and what becomes of it in the model."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [kind]} for kind in _KINDS]}
    )

    number: Annotated[str, Field(pattern=_NUMBER)] = parameter(
        ..., "number of the clause in the text", unit="-", symbol="-", source="that of the text"
    )
    text: Words = parameter(
        ..., "what the clause says, in our words", unit="-", symbol="-", source="after the text"
    )
    source: Words = parameter(
        ...,
        "where the clause stands, and the reason for the values that it sets",
        unit="-",
        symbol="-",
        source="stated by the scenario",
    )
    sets: Sets | None = parameter(
        None,
        "values of the guarantee that the clause sets, by dotted key",
        unit="of each key",
        symbol="-",
        source="stated by the scenario",
    )
    not_modelled: Words | None = parameter(
        None,
        "why the model leaves the clause out, although it may bear on durability",
        unit="-",
        symbol="-",
        source="stated by the scenario",
    )
    no_bearing: Words | None = parameter(
        None,
        "why the clause has no bearing on durability",
        unit="-",
        symbol="-",
        source="stated by the scenario",
    )

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        kinds = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise PydanticCustomError(
                "clause_kind",
                "needs exactly one of sets, not_modelled and no_bearing; it has {kinds}",
                {"kinds": " and ".join(kinds) or "none of them"},
            )
        return self

    @property
    def name(self) -> str:
        """What its values go by in dotted keys."""
        return self.number

    def sourced(self) -> dict[str, Any]:
        """What it sets, each value with a source: its own, or else that of the clause."""
        return {key: _with_source(value, self.source) for key, value in (self.sets or {}).items()}


def _with_source(value: Any, source: str) -> Any:
    if isinstance(value, Mapping):
        return {"source": source, **value}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value, "source": source} if is_number else value


def named(key: Key, clauses: Any) -> str:
    """A key inside `clauses` as messages name it: by the number of the clause."""
    position, *inner = key[1:]
    clause = clauses[position]
    number = clause.get("number") if isinstance(clause, Mapping) else None
    clause_name = f"clause {number}" if isinstance(number, str) else f"clauses.{int(position) + 1}"
    names = [str(name) for name in inner if name != "[key]"]
    return ": ".join([clause_name, *(names[1:] if len(names) > 1 else names)])


def conflicts(clauses: Iterable[Clause]) -> Iterator[tuple[Key, str]]:
    """What clauses may not do to each other, with the place of the later one inside `clauses`.

    Two may not have one number or set the same key; one alone sets an accession, which a regime
    has whole or not at all.
    """
    numbers: set[str] = set()
    setters: dict[str, str] = {}
    for position, clause in enumerate(clauses):
        if clause.number in numbers:
            yield (
                (position, "number"),
                f"clause {clause.number}: an earlier clause has the same number; give it its own",
            )
        numbers.add(clause.number)
        for key in clause.sets or ():
            unit = "regime.accession" if key.startswith("regime.accession.") else key
            setter = setters.setdefault(unit, clause.number)
            if setter != clause.number:
                yield (
                    (position, "sets", key),
                    f"clause {clause.number}: {key}: clause {setter} sets {unit} too; keep one",
                )


def regime_of(clauses: Iterable[Clause], others: Mapping[str, Any] | None = None) -> Regime:
    """The regime of these clauses over that of `base`, which has none; `others` win over them."""
    values = {key: value for clause in clauses for key, value in (clause.sets or {}).items()}
    regime: dict[str, Any] = {}
    for key, value in {**values, **(others or {})}.items():
        _, *blocks, name = key.split(".")
        block = regime
        for child in blocks:
            block = block.setdefault(child, {})
        block[name] = value
    return Regime.model_validate(regime)


def differences(regime: Regime, clauses: Iterable[Clause]) -> dict[str, tuple[Any, Any]]:
    """Where a regime is not that of the clauses: its value and theirs, by dotted key."""
    of_clauses = dict(regime_of(clauses).leaves())
    return {
        f"regime.{key}": (value, of_clauses.get(key))
        for key, value in regime.leaves()
        if value != of_clauses.get(key)
    }


@dataclass(frozen=True)
class Coverage:
    """Which clauses of a text the model has, by number."""

    in_model: tuple[str, ...]
    no_bearing: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of_clauses(cls, clauses: Iterable[Clause]) -> Self:
        """By what each clause has."""
        clauses = tuple(clauses)
        return cls(
            *(
                tuple(clause.number for clause in clauses if getattr(clause, kind) is not None)
                for kind in ("sets", "no_bearing", "not_modelled")
            )
        )

    def document(self) -> dict[str, Any]:
        """As plain data: the number of clauses, and the numbers of those of each kind."""
        total = len(self.in_model) + len(self.no_bearing) + len(self.left_out)
        return {"total": total, **asdict(self)}

    def __str__(self) -> str:
        """17 of 28 clauses are in the model, 6 have no bearing on durability, 5 are left out."""
        modelled, without, left = map(len, (self.in_model, self.no_bearing, self.left_out))
        total = modelled + without + left
        return (
            f"{modelled} of {total} {'clause' if total == 1 else 'clauses'} "
            f"{'is' if modelled == 1 else 'are'} in the model, "
            f"{without} {'has' if without == 1 else 'have'} no bearing on durability, "
            f"{left} {'is' if left == 1 else 'are'} left out"
        )
