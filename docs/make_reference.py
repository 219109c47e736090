"""Write the reference pages from the code: python docs/make_reference.py [FOLDER].

`make docs` does so before it builds the pages, so that a command, a key of scenario files, a column
or a function has its entry as soon as it exists. The pages are not kept in the repository.
"""

import sys
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import typer.main
from pydantic.fields import FieldInfo
from reference_intros import (
    COMMANDS_INTRO,
    COURSES_INTRO,
    DECISIONS_INTRO,
    FIGURES_INTRO,
    FILES_INTRO,
    FINDINGS_INTRO,
    NAMES_INTRO,
    OUTCOMES_INTRO,
    PYTHON_INTRO,
    TIMELINE_INTRO,
)

import sim
from sim import plots
from sim.analysis.catalogue import without_years
from sim.analysis.measures import survival
from sim.cli import app
from sim.quantity import Parameters
from sim.scenario import columns
from sim.scenario.course import CHOICES, DETAILS, OPTIONAL, SILENT
from sim.scenario.sampling import Sampling
from sim.scenario.schema import Scenario
from sim.study.schemas import SCHEMAS
from sim.uncertainty import EXAMPLES, KINDS

HERE = Path(__file__).parent
AREAS = {
    "scenario": "Scenarios",
    "ensemble": "Runs",
    "analysis": "Estimates",
    "study": "Studies",
    "model": "The model",
    "presentation": "For readers",
    "errors": "Errors",
}
"""The packages that public names come from, in the order of the page, and their headings; others
come after them, by their names.
"""


def code(text: object) -> str:
    """Text as code, in a sentence or a cell."""
    return f"`{text}`" if f"{text}" else ""


def entry(term: str, *lines: str) -> str:
    """One entry of a list of definitions."""
    return f"{term}\n: " + "\n  ".join(lines).rstrip() + "\n"


def sentence(text: str) -> str:
    """Text with a capital at its beginning and a full stop at its end."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


# --- the command line ---


def parameter_entry(parameter: Any, record: tuple[str, str]) -> str:
    """An argument or an option: how it is written, what it is for, and its default."""
    written, meaning = record
    names = " / ".join((*parameter.opts, *parameter.secondary_opts))
    shown = written if parameter.param_type_name == "argument" else names
    if parameter.metavar and parameter.param_type_name == "option":
        shown = f"{shown} {parameter.metavar}"
    return entry(code(shown), meaning)


def command_section(name: str, command: Any) -> str:
    """One command: what it does, its usage, its arguments and its options."""
    context = command.make_context(name, [], resilient_parsing=True)
    usage = f"ceasefire {name} " + " ".join(command.collect_usage_pieces(context))
    records = [(each, each.get_help_record(context)) for each in command.params]
    entries = [parameter_entry(each, record) for each, record in records if record]
    return "\n".join(
        (f"## `ceasefire {name}`\n", command.help or "", f"\n```text\n{usage}\n```\n", *entries)
    )


def command_line() -> str:
    """The page of every command, after the options that stand before one."""
    program = typer.main.get_command(app)
    commands = program.commands  # type: ignore[attr-defined]
    context = program.make_context("ceasefire", ["--help"], resilient_parsing=True)
    records = [(each, each.get_help_record(context)) for each in program.params]
    options = [parameter_entry(each, record) for each, record in records if record]
    sections = (command_section(name, commands[name]) for name in sorted(commands))
    return "\n".join((COMMANDS_INTRO, *options, *sections))


# --- scenario files ---


def block_of(annotation: Any) -> tuple[type[Parameters] | None, bool]:
    """The block that a field holds, if it holds one, and whether it holds a list of them."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, Parameters):
            return kind, get_origin(annotation) is tuple
    return None, False


def limits(extra: dict[str, Any]) -> str:
    """The range that a number may take, in words."""
    low, high = extra.get("minimum"), extra.get("maximum")
    match low, high:
        case None, None:
            return ""
        case _, None:
            return f"Range: at least {low:g}."
        case None, _:
            return f"Range: at most {high:g}."
        case _:
            return f"Range: {low:g} to {high:g}."


def default(field: FieldInfo) -> str:
    """The default of a field as a scenario file would have it."""
    if field.is_required():
        return "Must be given."
    value = field.default
    if value is None or value in ("", ()):
        return "Default: none."
    as_data = getattr(value, "as_data", None)
    written = as_data() if as_data else value
    if isinstance(written, dict):
        kind, numbers = next(iter(written.items()))
        return f"Default: `{{ {kind} = {numbers} }}`."
    return f"Default: `{written}`."


def key_entry(key: str, field: FieldInfo) -> str:
    """One key of a scenario file."""
    extra: Any = field.json_schema_extra or {}
    unit, symbol = (str(extra.get(name, "")).strip("-–") for name in ("unit", "symbol"))
    facts = (
        default(field),
        limits(extra),
        f"Unit: {unit}." if unit else "",
        f"Symbol: {symbol}." if symbol else "",
    )
    source = f"Source: {extra['source'].rstrip('.')}." if "source" in extra else ""
    return entry(
        code(key), sentence(field.description or ""), "", " ".join(filter(None, facts)), source
    )


def block_sections(model: type[Any], prefix: str, *, listed: bool = False) -> Iterator[str]:
    """The keys of a block, and then the blocks within it."""
    own, within = [], []
    for name, field in model.model_fields.items():
        block, many = block_of(field.annotation)
        if block is None:
            key = name if listed or not prefix else f"{prefix}.{name}"
            own.append(key_entry(key, field))
        else:
            within.append((block, f"{prefix}.{name}".strip("."), many))
    heading = f"[[{prefix}]]" if listed else f"[{prefix}]"
    about = sentence((model.__doc__ or "").split("\n\n")[0])
    if own:
        yield f"## `{heading}`\n\n{about}\n" if prefix else "## Keys at the top of a file\n"
        yield from own
    for block, key, many in within:
        yield from block_sections(block, key, listed=many)


def scenario_files() -> str:
    """The page of every key of a scenario file."""
    kinds = "".join(f"| {code(kind)} | {code(EXAMPLES[kind])} |\n" for kind in KINDS)
    return "\n".join((FILES_INTRO + kinds, *block_sections(Scenario, "")))


# --- courses ---


def either(values: Iterable[object]) -> str:
    """The values that a key may take."""
    return " or ".join(
        code(str(value).lower() if value in (True, False) else value) for value in values
    )


def courses() -> str:
    """The page of every event and decision of a course."""
    events = (
        f"| {code(what)} | {details_of(what)} | "
        f"{'it did not happen' if what in SILENT else 'it is unknown'} |\n"
        for what in DETAILS
    )
    decisions = (
        f"| {code(actor)} | {node} | {either(choices)} |\n"
        for actor, nodes in CHOICES.items()
        for node, choices in nodes.items()
    )
    return COURSES_INTRO + "".join(events) + "\n" + DECISIONS_INTRO + "".join(decisions)


def details_of(what: str) -> str:
    """The details of a kind of event, each with what it may be."""
    described = {name: f"{code(name)}: {either(may_be)}" for name, may_be in DETAILS[what].items()}
    return "; ".join(f"({text})" if name in OPTIONAL else text for name, text in described.items())


# --- tables ---


def column_table(table: Iterable[Any]) -> str:
    """A table of columns: name, kind, unit, meaning."""
    rows = (
        f"| {code(column.name)} | {column.kind} | {column.unit} | {column.meaning} |"
        for column in table
    )
    return "\n".join(("| column | kind | unit | meaning |", "| --- | --- | --- | --- |", *rows, ""))


def names_of_outcomes() -> str:
    """A row for each outcome that a study takes."""
    measures = (survival(5), *without_years(Sampling().horizon_years))
    return NAMES_INTRO + "".join(
        f"| {code(measure.name)} | {measure.label} | {measure.unit} |\n" for measure in measures
    )


def tables() -> str:
    """The page of every column of every table that is written to a file."""
    parts = [OUTCOMES_INTRO]
    parts.append(
        column_table(
            column
            for column in columns.outcomes(Scenario())
            if column.kind is not columns.Kind.DRAWN
        )
    )
    parts += [TIMELINE_INTRO, column_table(columns.timeline()), names_of_outcomes(), FINDINGS_INTRO]
    for study, schemas in SCHEMAS.items():
        for name, schema in schemas.items():
            keys = ", and a column for each key that varies" if schema.has_keys else ""
            parts += [f"### {study}: `{name}`{keys}\n", column_table(schema.columns)]
    return "\n".join(parts)


# --- Python ---


def directive(name: str, path: str) -> str:
    """What Sphinx documents from the docstring of an object."""
    value: Any = getattr(plots if path.startswith("sim.plots.") else sim, path.rpartition(".")[2])
    if not isinstance(value, type):
        kind, options = "autofunction", ""
    elif issubclass(value, Parameters):  # its fields are keys of files, on a page of their own
        kind, path, options = "autoclass", f"{path}()", ""
    elif issubclass(value, Exception):
        kind, options = "autoexception", ""
    else:
        kind, options = "autoclass", "   :members:\n"
    return f"### `{name}`\n\n```{{eval-rst}}\n.. {kind}:: {path}\n{options}```\n"


def python_interface() -> str:
    """The page of every public name, by the package that it comes from."""
    areas: dict[str, list[str]] = {area: [] for area in AREAS}
    for name in sim.__all__:
        value = getattr(sim, name)
        if not isinstance(value, types.ModuleType):
            areas.setdefault(value.__module__.split(".")[1], []).append(name)
    parts = [PYTHON_INTRO]
    for area, names in areas.items():
        parts.append(f"## {AREAS.get(area, area.capitalize())}\n")
        parts += [directive(name, f"sim.{name}") for name in names]
    parts.append(FIGURES_INTRO)
    parts += [directive(name, f"sim.plots.{name}") for name in (*plots.FIGURES, "save")]
    return "\n".join(parts)


PAGES = {
    "command_line": command_line,
    "scenario_files": scenario_files,
    "courses": courses,
    "tables": tables,
    "python": python_interface,
}


def make(folder: Path) -> list[Path]:
    """Write every page; a page that says what it said before is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, page in PAGES.items():
        path, text = folder / f"{name}.md", page().rstrip() + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "reference")
