"""Commands about scenario files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.loading import load, stacked
from sim.cli.messages import plain_errors, write
from sim.cli.options import AsJson, File, Files, Set, app
from sim.cli.streams import say, say_document, say_exactly
from sim.errors import ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


@app.command("list")
def list_scenarios(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder of scenario files.",
            show_default="the library and the files here",
        ),
    ] = None,
) -> None:
    """List the scenarios of the library and the files here, or those in a folder and in `texts`
    inside it: name, promises, and title.
    """
    with plain_errors() as refuse:
        from sim.presentation import scenarios as words
        from sim.scenario.load import load_folder

        if folder is None:
            say("\n".join(words.library()))
            return
        scenarios, problems = load_folder(folder)
        say("\n".join(words.listed(scenarios.values())))
        if problems:
            refuse(problems)


@app.command()
def new(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.")],
    base: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Scenario that it builds on: a name or a file.",
            autocompletion=completion.scenarios,
        ),
    ] = "none",
) -> None:
    """Write a scenario file that builds on another, with what it may change in comments."""
    with plain_errors() as refuse:
        from sim.scenario import library
        from sim.scenario.template import copy_of

        scenario = load(base)
        if path.exists():
            refuse([f"{path}: is there already; choose another name"])
        extends = [library.reference_from(path.parent, file) for file in stacked(base)]
        text = copy_of(scenario, base, extends)
        write(path, lambda file: file.write_text(text, encoding="utf-8"))
        say(f"{path}: builds on {base}; edit it, then: ceasefire check {path}")


@app.command()
def check(files: Files, as_json: AsJson = False) -> None:
    """Check scenario files and report every problem found; missing sources are warnings.

    Of a text, say how many of its clauses the model has.
    """
    with plain_errors() as refuse:
        from sim.scenario.sources import without_source

        problems: list[str] = []
        checked: dict[str, Scenario] = {}
        for file in files:
            try:
                checked[file] = load(file)
            except ScenarioError as wrong:
                problems += wrong.on_command_line()
            else:
                if not as_json:
                    _report_fine(file, checked[file])
        warnings = [line for scenario in checked.values() for line in without_source(scenario)]
        for warning in dict.fromkeys(warnings):
            say(warning, err=True)
        if problems:
            refuse(problems)
        if as_json:
            document = {"scenarios": [_checked(*file) for file in checked.items()]}
            say_document(document)


def _report_fine(file: str, scenario: "Scenario") -> None:
    """One line for a file that can be used, and one for the clauses of a text."""
    from sim.scenario.clauses import Coverage

    say(f"{file}: fine")
    if scenario.clauses:
        say(f"{file}: {Coverage.of_clauses(scenario.clauses)}")


def _checked(file: str, scenario: "Scenario") -> dict[str, Any]:
    """What is to be said of a file that can be used; `clauses` is null for one that is no text."""
    from sim.scenario.clauses import Coverage
    from sim.scenario.sources import without_source

    return {
        "file": file,
        "scenario": scenario.name,
        "label": scenario.label,
        "warnings": without_source(scenario),
        "clauses": Coverage.of_clauses(scenario.clauses).document() if scenario.clauses else None,
    }


@app.command()
def show(file: File, overrides: Set = None) -> None:
    """Print the resolved scenario: every value with its meaning, origin and source."""
    with plain_errors():
        from sim.scenario.show import resolved

        say_exactly(resolved(load(file, overrides)))


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    with plain_errors():
        from sim.scenario.schema import json_schema

        say_document(json_schema())
