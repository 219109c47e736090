"""Numbers, chances and dates as a story says them."""

from datetime import date, timedelta

from sim.calendar import DAYS_PER_YEAR

_MIN_CHANCE = 0.001
"""Chances below this are called so: a judgement."""
_COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def counted(number: int) -> str:
    """A number as a word, or in figures from ten on."""
    return _COUNTED[number] if number < len(_COUNTED) else f"{number}"


def times(count: int) -> str:
    """How often: once, twice, three times."""
    return {1: "once", 2: "twice"}.get(count, f"{counted(count)} times")


def duration(steps: int, steps_per_year: int) -> str:
    """Years and months."""
    years, rest = divmod(steps, steps_per_year)
    months = round(12 * rest / steps_per_year)
    spoken = [
        f"{count} {unit}{'' if count == 1 else 's'}"
        for count, unit in ((years, "year"), (months, "month"))
        if count
    ]
    return " and ".join(spoken) or "no time"


def month_of(signed: date, years: float) -> date:
    """A day in the middle of the month that ends `years` after the signature."""
    return signed + timedelta(days=DAYS_PER_YEAR * (years - 1 / 24))


def named_month(signed: date, years: float) -> str:
    """The month that ends `years` after the signature, with its year."""
    return f"{month_of(signed, years):%B %Y}"


def percent(chance: float) -> str:
    """A chance or a belief, in whole percent, or closer where it is near none."""
    if 0 < chance < _MIN_CHANCE:
        return f"under {100 * _MIN_CHANCE:g} %"
    whole = f"{100 * chance:.0f} %"
    return f"{100 * chance:.1f} %" if whole in ("0 %", "1 %") and chance else whole


def moved(before: float, after: float) -> str:
    """How a chance or belief moved that moved by a percentage point or more."""
    rose = "rose" if after > before else "fell"
    return f"{rose} from {percent(before).removesuffix(' %')} to {percent(after)}"
