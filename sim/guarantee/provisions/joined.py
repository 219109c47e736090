"""Provisions of other packages, which join the regime by entry points `ceasefire.provisions`."""

import inspect
import operator
from typing import Any, TypeVar

import numpy as np
from pydantic import create_model
from pydantic.fields import FieldInfo

from sim.extensions import Extension, extensions
from sim.guarantee.provisions.provision import Provision
from sim.guarantee.terms import NOT_ADDED, TERMS, Moment, OwnTerm, Standing, Terms
from sim.quantity import Array, Parameters
from sim.uncertainty import Distribution

GROUP = "ceasefire.provisions"
"""The entry points under which a package names its provisions."""
_STATED = ("unit", "symbol", "source")
Block = TypeVar("Block", bound=Parameters)


def with_provisions_of_others(regime: type[Block]) -> type[Block]:
    """The regime with a block for each provision of another package, after its own.

    The class itself where there are none. Raises ExtensionError for a provision that cannot be
    used.
    """
    joined = extensions(GROUP, _problem, {*dir(regime), *regime.model_fields})
    if not joined:
        return regime
    fields: Any = {
        name: (extension.content, extension.content()) for name, extension in joined.items()
    }
    whole = create_model(
        regime.__name__,
        __base__=regime,
        __module__=regime.__module__,
        __doc__=regime.__doc__,
        **fields,
    )
    whole.joined = joined  # type: ignore[attr-defined]
    return whole


def is_at_defaults(block: Parameters) -> bool:
    """Whether no value of a block was changed; one that differs between histories was."""
    return all(
        not isinstance(value, np.ndarray) and value == field.default
        for name, field in type(block).model_fields.items()
        for value in [getattr(block, name)]
    )


def _problem(extension: Extension) -> str | None:
    """What is wrong with a provision of another package, and what to do about it."""
    block = extension.content
    if not (isinstance(block, type) and issubclass(block, Provision)):
        return f"must be a subclass of {Provision.__module__}.{Provision.__name__}"
    if inspect.isabstract(block):
        return "must define `contributes`"
    if not inspect.cleandoc(block.__doc__ or "").strip() or block.__doc__ == Provision.__doc__:
        return "needs a docstring, whose first line says what it is"
    if not block.model_fields:
        return "needs a parameter, which a scenario may set"
    if unknown := sorted(block.contributes_to - TERMS):
        return f"contributes to {', '.join(unknown)}, which are no terms of a crisis"
    problems = (_field_problem(name, field) for name, field in block.model_fields.items())
    return next(filter(None, problems), None) or _default_problem(block)


def _field_problem(name: str, field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    is_stated = isinstance(extra, dict) and all(extra.get(what) for what in _STATED)
    if not (is_stated and field.description):
        return f"{name}: must be declared by sim.quantity.parameter, with unit, symbol and source"
    if field.is_required() or isinstance(field.default, Distribution):
        return f"{name}: needs a default that is fixed, under which it changes nothing"
    return None


def _default_problem(block: type[Provision]) -> str | None:
    """A scenario that does not mention it must be as if it were not installed."""
    nothing, at = Terms(), Moment(1.0, 1.0, entered=True, successor=False)
    try:
        contribution = block().contributes(Standing.of_moment(at))
        changed = [
            term.changes if isinstance(term, OwnTerm) else term
            for term, value in contribution.items()
            if not _is_neutral(term, value, nothing)
        ]
    except Exception as wrong:  # noqa: BLE001  whatever another package does is its fault
        return f"fails at its defaults: {type(wrong).__name__}: {wrong}"
    if changed:
        return f"changes {', '.join(changed)} at its defaults; choose others, which change nothing"
    return None


def _is_neutral(term: str | OwnTerm, value: Array, nothing: Terms) -> bool:
    """Whether a contribution leaves its term as it is, or what its own term changes."""
    if isinstance(term, OwnTerm):
        return bool(np.all(term.by(1.0, value) == 1.0))
    before = getattr(nothing, term)
    return bool(np.all(NOT_ADDED.get(term, operator.add)(before, value) == before))
