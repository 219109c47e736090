"""The application, and the options that commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import completion
from sim.cli.panels import Panels
from sim.cli.streams import say, standard_streams


class _Application(typer.Typer):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command of the words, as a program."""
        with standard_streams():
            return super().__call__(*args, **kwargs)


app = _Application(
    name="ceasefire",
    help=(
        "How long does a ceasefire between Russia and Ukraine hold under a security guarantee, "
        "how sure is that, and why does it end?\n\n"
        "A tool for exploring assumptions, not a forecast."
    ),
    no_args_is_help=True,
    cls=Panels,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    """Print the version of the program, and nothing else."""
    if wanted:
        from importlib.metadata import version

        say(f"ceasefire {version('ceasefire')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
    ),
]


@app.callback()
def program(_version: Version = False) -> None:
    """What every command is called through."""


Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Scenarios: names or files. Use A+B to apply B's values on top of A.",
        show_default=False,
        autocompletion=completion.scenarios,
    ),
]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="Scenario: a name or a file. Use A+B to apply B's values on top of A.",
        show_default=False,
        autocompletion=completion.scenarios,
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[N:]KEY=VALUE",
        help="Change a value of every scenario, or of the Nth only; may be repeated.",
        autocompletion=completion.keys(),
    ),
]
Designs = Annotated[
    int | None,
    typer.Option(
        help="Number of parameter sets to sample (parameter uncertainty).",
        show_default="from the scenario",
    ),
]
Replicates = Annotated[
    int | None,
    typer.Option(
        help="Simulated histories per parameter set (chance).", show_default="from the scenario"
    ),
]
Seed = Annotated[
    int | None, typer.Option(help="Seed of every random number.", show_default="from the scenario")
]
Years = Annotated[
    int | None, typer.Option(help="Years to simulate.", show_default="from the scenario")
]
Workers = Annotated[
    int, typer.Option(help="Processes; the results do not depend on their number.", min=1, max=1024)
]
Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Compute on the cluster of this dask scheduler (extra `cluster`)."
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Run until the 95 % sampling error of every durability is at most this.",
        min=0.0001,
        max=0.5,
    ),
]
Integrate = Annotated[
    bool,
    typer.Option(
        "--integrate",
        help="Reduce sampling error by using monthly hazards instead of simulated outcomes; "
        "estimates stay unbiased.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder for run folders.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def sampling(
    designs: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    years: int | None = None,
) -> dict[str, int]:
    """The options that were used, by the keys of a scenario that they set."""
    options = {"designs": designs, "replicates": replicates, "seed": seed, "horizon_years": years}
    return {f"sampling.{name}": value for name, value in options.items() if value is not None}
