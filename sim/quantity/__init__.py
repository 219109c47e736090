"""The numbers of a scenario: how a file gives each, and the blocks that hold them."""

from sim.quantity.block import Parameters, Worlds, derived
from sim.quantity.number import (
    SMALLEST,
    SOLDIERS_PER_BRIGADE,
    Array,
    AsTuple,
    Brigades,
    Quantity,
    least,
    parameter,
    soldiers,
)

__all__ = [
    "SMALLEST",
    "SOLDIERS_PER_BRIGADE",
    "Array",
    "AsTuple",
    "Brigades",
    "Parameters",
    "Quantity",
    "Worlds",
    "derived",
    "least",
    "parameter",
    "soldiers",
]
