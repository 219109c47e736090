"""What the pages of the reference say before their entries."""

COMMANDS_INTRO = """\
# Command line

Every command takes `--help`. Those that compute print one JSON document with `--json`, and
nothing else on standard output. A command exits with 0 if it succeeded, with 2 if its usage or a
file is wrong, and with 130 if it was interrupted.
"""
FILES_INTRO = """\
# Scenario files

A scenario file is TOML. It says only what it changes: every key has a default, and `extends`
names a file, or several, whose values come first. `[europe.without]` with a list of `names` takes
members out of the coalition. `[[correlation]]` states that two uncertain numbers depend on each
other; files merge pair by pair. `ceasefire schema` prints all this as a JSON Schema for editors.

## Uncertain numbers

A number may be given (`5`), given with its source (`{ value = 5, source = "…" }`), or uncertain,
with or without a source:

| distribution | example |
| --- | --- |
"""
OUTCOMES_INTRO = """\
# Tables and their columns

Each column carries its description: in Parquet files as the metadata of its field, in findings as
declared here.

## `outcomes.parquet`

One row a simulated history. After these columns comes one for each uncertain number of the
scenario, named by its dotted key. Costs have a column for each member of the scenario's coalition;
here stand those of the reference coalition.
"""
TIMELINE_INTRO = """\
## `timeline.parquet`

One row a month.
"""
NAMES_INTRO = """\
## Names of outcomes

A study takes an outcome by one of these names. `survival@` takes any number of years up to the
horizon.

| name | meaning | unit |
| --- | --- | --- |
"""
FINDINGS_INTRO = """\
## Findings of studies

A study keeps its tables in a folder, one file each. The unit *outcome* is that of the outcome for
which the study was run. Where a table has keys, it has one more column for each number that varies.
"""
COURSES_INTRO = """\
# Files of events and decisions

A course is a TOML file of what has happened and what is decided: `until`, the last moment that was
observed, then `[[events]]` and `[[decisions]]`. A moment is a date, or a number of years since the
signature.

## Events

Each has `at`, `what`, and the details of its kind. Those in brackets may be left out.

| `what` | details | if it is not listed |
| --- | --- | --- |
"""
DECISIONS_INTRO = """\
## Decisions

Each has `at`, `actor` and `choice`.

| `actor` | decides | `choice` |
| --- | --- | --- |
"""
PYTHON_INTRO = """\
# Python

`import sim` offers these names. Each is imported when it is first used.
"""
FIGURES_INTRO = """\
## Figures: `sim.plots`

Every figure takes `ax=`, returns the Matplotlib axes, and reads tables only.
"""
