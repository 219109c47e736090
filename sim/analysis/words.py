"""Numbers in words, never without their uncertainty."""

_LOPSIDED = 0.25


def with_error(value: float, low: float, high: float, sign: str = "") -> str:
    """A share in percent, or with a sign a difference in points, with half its 95 % interval, or with its limits if they are lopsided."""
    below, above = 100 * (value - low), 100 * (high - value)
    unit = "" if sign else " %"
    if abs(above - below) > max(_LOPSIDED * (above + below) / 2, 1 / 10):
        return f"{100 * value:{sign}.1f} ({100 * low:{sign}.1f} to {100 * high:{sign}.1f}){unit}"
    return f"{100 * value:{sign}.1f} (±{(above + below) / 2:.1f}){unit}"
