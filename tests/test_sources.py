"""Where every number comes from: the schema gives reasons, files are warned about numbers without
one, and `show` says who set what.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from elements import LIBRARY, schemas

import sim
from sim.scenario.show import resolved
from sim.scenario.sources import without_source

FILES = [path for name, path in LIBRARY.items() if name != "calibrated"]
"""The scenarios, without the overlay that a calibration made and that a warning goes with."""
LONGEST = 250
"""Characters of a source that a reader takes in at a glance."""


def ceasefire(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """The installed command, as a user calls it."""
    command = [Path(sys.executable).with_name("ceasefire"), *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


FIELDS = {
    f"{block}.{name}": field
    for block, properties in schemas().items()
    for name, field in properties.items()
    if "source" in field
}
"""Every number of the schema by block and name."""


@pytest.mark.parametrize(("name", "field"), FIELDS.items(), ids=FIELDS)
def test_no_number_of_the_schema_is_a_judgement_and_nothing_more(name, field):
    """A source is a sentence short enough to read, and a judgement says what it rests on."""
    reason = re.sub(r"^(fixed )?judgement\b[\s,:;.]*", "", str(field["source"]))
    assert len(reason.split()) >= 3, name
    assert len(str(field["source"])) <= LONGEST, name


SOURCES = {
    "brigades = 5": (
        "x.toml:3: regime.deployment.brigades: has no source; add one, as in { value = 5, "
        'source = "…" }'
    ),
    "brigades = { uniform = [1, 9] }": (
        "x.toml:3: regime.deployment.brigades: has no source; add one, as in { uniform = [1, "
        '9], source = "…" }'
    ),
    "brigades = { value = 5, source = ' ' }": (
        "x.toml:3: regime.deployment.brigades: has no source; add one, as in { value = 5, "
        'source = "…" }'
    ),
    "brigades = { value = 5, source = 'judgement' }": "x.toml:3: regime.deployment.brigades: has the source 'judgement' and no reason; "
    'add the reason, as in { value = 5, source = "…" }',
    "brigades = { value = 5, source = 'Author 2026, p. 3' }": "",
    "brigades = { uniform = [1, 9], source = 'Author 2026, p. 3' }": "",
}
"""A number of a provision in a file, and the warning that it meets."""


@pytest.mark.parametrize("line", SOURCES)
def test_check_warns_of_a_provision_without_a_source(line, tmp_path):
    """On standard error, a line a number, with exit code 0: the file may be used."""
    (tmp_path / "x.toml").write_text(
        f"title = 'x'\n[regime.deployment]\n{line}\n[russia]\nstrength = 110\n"
    )
    result = ceasefire("check", "x.toml", folder=tmp_path)
    assert (result.returncode, result.stdout, result.stderr.strip()) == (
        0,
        "x.toml: fine\n",
        SOURCES[line],
    )


def test_a_number_is_judged_by_the_file_that_sets_it(tmp_path):
    """Inherited with its source it has one; set again without a source it has none.

    `--set` needs none.
    """
    (tmp_path / "a.toml").write_text(
        "[regime.deployment]\nbrigades = { value = 5, source = 'a book' }\nexposure = 0.4\n"
    )
    (tmp_path / "b.toml").write_text(
        "extends = 'a.toml'\n[regime.arms]\npackage_usd_bn = { value = 9, source = 'a paper' }\n"
    )
    (tmp_path / "c.toml").write_text(
        "extends = 'a.toml'\n[regime.deployment]\nbrigades = 6\nexposure = { value = 1, source "
        "= 'a map' }\n"
    )
    warned = {
        name: [
            warning.split(": ")[:2]
            for warning in without_source(sim.load(tmp_path / f"{name}.toml"))
        ]
        for name in "abc"
    }
    inherited = [[f"{tmp_path / 'a.toml'}:3", "regime.deployment.exposure"]]
    assert warned == {
        "a": inherited,
        "b": inherited,
        "c": [[f"{tmp_path / 'c.toml'}:3", "regime.deployment.brigades"]],
    }
    assert (
        without_source(
            sim.load(
                tmp_path / "b.toml",
                {"regime.deployment.exposure": 0.2, "regime.sanctions.snapback": 0.1},
            )
        )
        == []
    )


def test_a_file_in_which_two_scenarios_build_is_warned_of_once(tmp_path):
    """However many of the files that are checked inherit from it.

    One that is wrong is still refused.
    """
    (tmp_path / "a.toml").write_text("[regime.deployment]\nbrigades = 5\n")
    for name in "bc":
        (tmp_path / f"{name}.toml").write_text("extends = 'a.toml'\n")
    (tmp_path / "d.toml").write_text("[regime.deployment]\nbrigades = -5\n")
    result = ceasefire("check", "b.toml", "c.toml", "d.toml", folder=tmp_path)
    assert (result.returncode, result.stdout) == (2, "b.toml: fine\nc.toml: fine\n")
    warning, problem = result.stderr.splitlines()
    assert warning.startswith("a.toml:2: regime.deployment.brigades: has no source")
    assert problem == "d.toml:2: regime.deployment.brigades: must be at least 0; -5 is not"


def test_the_library_gives_a_source_for_every_provision():
    """No scenario that comes with the product meets a warning."""
    result = ceasefire("check", *FILES, folder=FILES[0].parent)
    assert (result.returncode, result.stderr) == (0, "")
    fine = [line for line in result.stdout.splitlines() if "clause" not in line]
    assert fine == [f"{path}: fine" for path in FILES]


OWN = """title = "own"
[calendar]
signed = 2027-03-01
[united_states]
next_election = 2028-11-07
[[europe.members]]
name = "Spain"
brigades = { value = 4, source = "a budget" }
reliability = 0.5
weight = 1
resolve_offset = 0
next_election = 2027-08-22
election_interval = 4
[[europe.members]]
name = "Norway"
brigades = 2
reliability = { uniform = [0.7, 0.9], source = "a poll" }
weight = 1
resolve_offset = 0.1
next_election = 2029-09-10
election_interval = 4
"""


def test_show_says_who_set_every_value(tmp_path):
    """Dates and values of members included, each with its own line and source."""
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    scenario = sim.load(path)
    shown = resolved(scenario)
    for number, line in enumerate(OWN.splitlines(), start=1):
        name, _, value = line.partition(" = ")
        if value and name != "title":
            assert re.search(rf"#   set by {re.escape(str(path))}:{number}[;\n]", shown), line
    spain, norway = shown[shown.index('name = "Spain"') :].split("[[europe.members]]")
    assert f"#   set by {path}:8\n#   source: a budget" in spain
    assert f"#   set by {path}:17\n#   source: a poll" in norway
    assert "signed = 2027-03-01" in shown
    assert scenario.stated_sources["europe.members.Norway.reliability"] == "a poll"


def test_a_run_remembers_who_set_dates_and_members(tmp_path):
    """The manifest holds them, and the scenario of a run that is read again says the same."""
    (tmp_path / "own.toml").write_text(OWN)
    scenario = sim.load(
        tmp_path / "own.toml",
        {"sampling.designs": 2, "sampling.replicates": 1, "sampling.horizon_years": 1},
    )
    again = sim.run(scenario, out=tmp_path).scenario
    assert again.model_dump() == scenario.model_dump()
    assert resolved(again) == resolved(scenario)
