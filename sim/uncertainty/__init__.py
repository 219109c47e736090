"""What is not known of a number: the distributions that a scenario file may give instead of it."""

from sim.uncertainty.beliefs import ELICITED, FIT, SINGLE, Mixture, Quantiles
from sim.uncertainty.distribution import LARGEST, Distribution, Floats, is_number
from sim.uncertainty.listed import Choice, Draws, PointValues
from sim.uncertainty.shapes import Beta, LogNormal, Normal, Triangular, Uniform

__all__ = [
    "ELICITED",
    "EXAMPLES",
    "FIT",
    "KINDS",
    "LARGEST",
    "Beta",
    "Choice",
    "Distribution",
    "Draws",
    "Floats",
    "LogNormal",
    "Mixture",
    "Normal",
    "PointValues",
    "Quantiles",
    "Triangular",
    "Uniform",
    "is_number",
]

KINDS: dict[str, type[Distribution]] = SINGLE | {Mixture.kind: Mixture}
"""The distributions that a scenario file may give, by their key."""
EXAMPLES = {kind: distribution.example for kind, distribution in KINDS.items()}
