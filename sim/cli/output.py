"""What a command writes beside its answer: which figures, and whether it says more than where its
results are.
"""

import inspect
import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.streams import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("png", "svg", "pdf")
"""Kinds of figures."""


@dataclass(frozen=True)
class Output:
    """The kinds of figures that a command writes, whether it is quiet, and whether it draws figures
    again that are there.
    """

    formats: tuple[str, ...] = ("png",)
    quiet: bool = False
    redraw: bool = False


_DEFAULT = Output()
_OUTPUT: ContextVar[Output] = ContextVar("output", default=_DEFAULT)


def output() -> Output:
    """What the running command writes."""
    return _OUTPUT.get()


def _formats(text: str) -> str:
    """The text, if it names kinds of figures."""
    if not set(text.split(",")) <= set(FORMATS):
        raise typer.BadParameter(f"must be one or more of {', '.join(FORMATS)}, as in png,pdf")
    return text


_Figures = Annotated[
    str,
    typer.Option(
        "--figures",
        metavar="KIND,...",
        help="Kinds of figures to write: png, svg, pdf.",
        callback=_formats,
        autocompletion=lambda: list(FORMATS),
    ),
]
_NoFigures = Annotated[bool, typer.Option("--no-figures", help="Write no figures.")]
_Redraw = Annotated[
    bool, typer.Option("--redraw", help="Draw figures again that are there already.")
]
_Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Print only where the results are kept; with --json, the document."
    ),
]
_OPTIONS: tuple[tuple[str, Any, Any], ...] = (
    ("figures", _Figures, "png"),
    ("no_figures", _NoFigures, False),
    ("quiet", _Quiet, False),
    ("redraw", _Redraw, False),
)


def writes_results(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --figures, --no-figures, --redraw and --quiet, which hold while it
    runs.
    """

    @wraps(command)
    def with_options(
        *, figures: str, no_figures: bool, quiet: bool, redraw: bool, **arguments: Any
    ) -> None:
        kinds = () if no_figures else tuple(dict.fromkeys(figures.split(",")))
        token = _OUTPUT.set(Output(kinds, quiet, redraw))
        try:
            command(**arguments)
        finally:
            _OUTPUT.reset(token)

    own = inspect.signature(command)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, kind, default in _OPTIONS
    ]
    changed: Any = with_options
    changed.__signature__ = own.replace(parameters=[*own.parameters.values(), *more])
    changed.__annotations__ = command.__annotations__ | {name: kind for name, kind, _ in _OPTIONS}
    return with_options


def draw_figures(figures: "Mapping[Path, Callable[[], Axes]]") -> None:
    """Write each figure under its path, in every kind that is wanted and not there, whole or not at
    all.

    A figure that cannot be drawn or written is left out with a message: the answer goes on.
    """
    for name, draw in figures.items():
        paths = _of_kinds(name)
        try:
            _draw_whole(draw, [path for path in paths if output().redraw or not path.exists()])
        except Exception as wrong:  # noqa: BLE001  no figure is worth the answer
            say(f"{name}: the figure is left out: {wrong or repr(wrong)}", err=True)


def is_drawn(name: Path) -> bool:
    """Whether a figure is there in every kind that is wanted."""
    return all(path.exists() for path in _of_kinds(name))


def _of_kinds(name: Path) -> list[Path]:
    """The files of a figure, one of each kind that is wanted."""
    return [name.with_name(f"{name.name}.{kind}") for kind in output().formats]


def _draw_whole(draw: "Callable[[], Axes]", paths: list[Path]) -> None:
    """Write a figure beside where it belongs, and put it there when it is whole."""
    if not paths:
        return
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    unfinished = [path.with_name(f".{os.getpid()}.{path.name}") for path in paths]
    try:
        draw_figure(draw, *unfinished)
        for new, path in zip(unfinished, paths, strict=True):
            new.replace(path)
    finally:
        for new in unfinished:
            new.unlink(missing_ok=True)


def draw_figure(draw: "Callable[[], Axes]", *paths: Path) -> None:
    """Write a figure to files."""
    from sim import plots

    plots.save(draw(), *paths)
