"""Provisions of a guarantee: a file each, with what a scenario may say and what it changes in the
crisis game.

A provision says only what it contributes; each of the `Terms` says how contributions to it combine,
by a sum, a product or a minimum, so that the order of provisions cannot matter. To add one, write
its file, or name it in an entry point of another package; schema, messages and tables follow.
"""

from typing import TYPE_CHECKING, Any

from sim.guarantee.provisions.accession import Accession
from sim.guarantee.provisions.provision import TOLERANCE, Provision

if TYPE_CHECKING:
    from sim.guarantee.provisions.regime import Regime

__all__ = ["TOLERANCE", "Accession", "Provision", "Regime"]


def __getattr__(name: str) -> Any:
    if name == "Regime":  # it imports provisions of other packages, which may import this one
        from sim.guarantee.provisions.regime import Regime  # noqa: PLC0415

        return Regime
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
