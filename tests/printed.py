"""Compare what a program prints with what it printed on another machine, where the last bit of a
number may be another.
"""

import re
from decimal import Decimal

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)")
"""A number that stands alone: digits within a name, a colour or a hash are text."""
LAYOUT = re.compile(r"\s+|[-─━═]{2,}")
"""Spaces, line breaks and rules, which follow the widths of numbers."""


def apart(kept: str, fresh: str) -> list[str]:
    """Where two texts differ: in words, or in a number by more than one unit of its last digit.

    Empty where they say the same.

    A number that is printed with fewer digits, since those that follow are zeros, counts with the
    digits of the other.
    """
    words = [LAYOUT.sub("", NUMBER.sub("#", text)) for text in (kept, fresh)]
    if words[0] != words[1]:
        start = next(
            (at for at, (one, other) in enumerate(zip(*words, strict=False)) if one != other),
            min(map(len, words)),
        )
        return [" is now ".join(repr(text[max(0, start - 30) : start + 30]) for text in words)]
    pairs = zip(NUMBER.findall(kept), NUMBER.findall(fresh), strict=True)
    return [
        f"{one} is now {other}"
        for one, other in pairs
        if abs(_value(one) - _value(other)) > min(_unit(one), _unit(other))
    ]


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _unit(number: str) -> Decimal:
    """One in its last printed digit."""
    return Decimal(1).scaleb(int(_value(number).as_tuple().exponent))
