"""Commands about scenario files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import File, Files, Set, app, load, plain_errors
from sim.errors import ScenarioError


@app.command("list")
def list_scenarios(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Folder of scenario files.")
    ] = Path("scenarios"),
) -> None:
    """List the scenarios in a folder: name and title."""
    with plain_errors() as refuse:
        from sim.scenario.load import load_folder

        scenarios, problems = load_folder(folder)
        for scenario in scenarios.values():
            typer.echo(f"{scenario.name:22} {scenario.title}")
        if problems:
            refuse(problems)


@app.command()
def check(files: Files) -> None:
    """Check scenario files and report every problem found; missing sources are warnings."""
    with plain_errors() as refuse:
        from sim.scenario.sources import without_source

        problems: list[str] = []
        warnings: list[str] = []
        for file in files:
            try:
                scenario = load(file)
            except ScenarioError as wrong:
                problems += wrong.on_command_line()
            else:
                warnings += without_source(scenario)
                typer.echo(f"{file}: fine")
        for warning in dict.fromkeys(warnings):
            typer.echo(warning, err=True)
        if problems:
            refuse(problems)


@app.command()
def show(file: File, overrides: Set = None) -> None:
    """Print the resolved scenario: every value with its meaning, origin and source."""
    with plain_errors():
        from sim.scenario.show import resolved

        typer.echo(resolved(load(file, overrides)), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False, allow_nan=False))
