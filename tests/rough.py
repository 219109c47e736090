"""Figures for tests that do not look at them."""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

_SAVE = Figure.savefig


def saved_roughly(figure: Figure, where: Any, **options: Any) -> None:
    """Save a figure in few pixels, without a layout and drawn once, in place of `Figure.savefig`,
    which draws it twice.
    """
    figure.set_layout_engine("none")
    figure.set_dpi(20)
    match options.get("format") or Path(where).suffix:
        case "png" | ".png":
            FigureCanvasAgg(figure).print_png(where)
        case "svg" | ".svg":
            FigureCanvasSVG(figure).print_svg(where, metadata=options.get("metadata"))
        case _:
            _SAVE(figure, where, **options | {"bbox_inches": None})
