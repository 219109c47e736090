"""Provisions that stand in a file of this package alone, without a line in `Regime`."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from pydantic import create_model

from sim.guarantee.provisions.provision import Provision
from sim.quantity import Parameters

Block = TypeVar("Block", bound=Parameters)


def with_provisions_of_files(regime: type[Block]) -> type[Block]:
    """The regime with a block for each provision that it does not name, after its own, by the names
    of their files; the class itself where there are none.
    """
    fields: Any = {
        name: (kind, kind()) for name, kind in _provisions() if name not in regime.model_fields
    }
    if not fields:
        return regime
    return create_model(
        regime.__name__,
        __base__=regime,
        __module__=regime.__module__,
        __doc__=regime.__doc__,
        **fields,
    )


def _provisions() -> Iterator[tuple[str, type[Provision]]]:
    """Every provision that a file of this package defines, with the name of the file."""
    package = __name__.rpartition(".")[0]
    for _, name, _ in pkgutil.iter_modules([str(Path(__file__).parent)]):
        module = f"{package}.{name}"
        for kind in vars(import_module(module)).values():
            is_provision = isinstance(kind, type) and issubclass(kind, Provision)
            if is_provision and not inspect.isabstract(kind) and kind.__module__ == module:
                yield name, kind
