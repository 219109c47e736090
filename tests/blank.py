"""Figures for tests that do not look at them."""

import base64
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

_SAVE = Figure.savefig
_BLANK = {
    "png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
    ),
    "svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n',
}
"""A figure of one pixel, and one of none."""


def saved_blank(figure: Figure, where: Any, **options: Any) -> None:
    """Save a blank figure in place of the one that was drawn, as `Figure.savefig` would: most of its
    time goes into pixels.
    """
    kind = options.get("format") or Path(where).suffix.removeprefix(".")
    if kind not in _BLANK:
        _SAVE(figure, where, **options | {"bbox_inches": None})
    elif hasattr(where, "write"):
        where.write(_BLANK[kind])
    else:
        Path(where).write_bytes(_BLANK[kind])
