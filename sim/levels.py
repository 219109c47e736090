"""The levels of every interval that a reader sees, each defined here and nowhere else."""

from scipy import special

CONFIDENCE = 0.95
"""Of intervals for sampling error: the convention of the field."""
TAILS = (0.025, 0.975)
"""Quantiles of resamples between which an interval of that level lies."""
REACH = float(special.ndtri(TAILS[1]))
"""Standard errors from a mean to its limit of that level."""
MAX_ERROR_CHANCE = 0.05
"""A result counts as more than chance if chance would give it with a probability of at most this:
the convention of the field, and what those intervals leave out."""
SPREAD = (0.05, 0.95)
"""Quantiles of parameter sets between which 90 % of them lie: a judgement, so that a thousand sets
leave fifty on either side."""
EVEN = 0.5
"""Durability or chance of attack at which both outcomes are equally likely."""
