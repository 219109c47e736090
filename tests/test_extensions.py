"""Provisions and measures of other packages: they join by entry points, count as our own do, and
change nothing where no scenario uses them.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
from conftest import ROOT

import sim
from sim.analysis import catalogue
from sim.ensemble.block import simulate
from sim.ensemble.manifest import manifest_of, written
from sim.errors import ExtensionError
from sim.extensions import Extension, extensions
from sim.fingerprint import meaning
from sim.guarantee.provisions.joined import with_provisions_of_others
from sim.guarantee.provisions.regime import Regime
from sim.model.designs import dimensions
from sim.scenario.schema import json_schema

EXAMPLE = ROOT / "tests" / "extension_example"
PAGE = (ROOT / "docs" / "how-to" / "extend_from_outside.md").read_text(encoding="utf-8")
SMALL = {"sampling.designs": 64, "sampling.replicates": 4, "sampling.horizon_years": 3}
SETTLED = "regime.hotline.settled"


def build(folder, source=EXAMPLE):
    """A folder with the distribution of the example, as it is installed from its wheel."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


def python(site, *words, folder=None):
    """A Python that has the packages of a folder too."""
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(site)]), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )


PROBE = f"""
import json
import numpy as np
import sim
from sim.analysis.catalogue import named, without_years
from sim.app.controls import groups
from sim.ensemble.block import simulate
from sim.ensemble.manifest import manifest_of, written
from sim.model.designs import dimensions
from sim.scenario.clauses import REGIME_KEYS, regime_of, Clause
from sim.scenario.load import replaced
from sim.scenario.schema import described, json_schema
from sim.scenario.show import resolved
from sim.study.question import Question

small = {SMALL!r}
plain = sim.load("coalition", small)
used = sim.load("coalition", small | {{"{SETTLED}": {{"uniform": [0.7, 0.9]}}}})
fixed = sim.load("coalition", small | {{"{SETTLED}": 0.8}})
block, other = simulate(plain, 0, 256), simulate(used, 0, 256)
drawn = [name for name in block.outcomes if "." in name]
clause = Clause(number="1", text="a line", source="a text", sets={{"{SETTLED}": 0.2}})


def problems(values):
    try:
        sim.load("coalition", values)
    except sim.ScenarioError as wrong:
        return wrong.problems


run = sim.run(used, out="runs")
again = sim.read_run(run.folder)
slider = next(group for group in groups(plain, used, []) if group.key == "regime.hotline")
measure = named("probed", 3)
(answer,) = [each for each in without_years(3) if each.name == "probed"]
with open("shown.toml", "w", encoding="utf-8") as file:
    file.write(resolved(used))
print(json.dumps({{
    "manifests": {{name: json.loads(written(manifest_of(scenario))) for name, scenario in
        [("plain", plain), ("used", used), ("fixed", fixed)]}},
    "years": block.outcomes["years"].tolist(),
    "same draws": all(block.outcomes[name].equals(other.outcomes[name]) for name in drawn),
    "incidents": [float(np.sum(each.outcomes["hazard_incident"])) for each in (block, other)],
    "settled": sorted(other.outcomes["{SETTLED}"].tolist())[::255],
    "dimensions": len(dimensions()),
    "schema": json_schema(),
    "shown again": sim.load("shown.toml").determinants() == used.determinants(),
    "described": described("{SETTLED}"),
    "misspelt": problems({{"regime.hotline.setled": 0.1}}),
    "beyond": problems({{"{SETTLED}": 2}}),
    "clause": regime_of([clause]).hotline.settled,
    "keys": "{SETTLED}" in REGIME_KEYS,
    "slider": [slider.title, slider.meaning, slider.controls[0].label, slider.controls[0].high],
    "folder": str(run.folder),
    "read": again.scenario.determinants() == used.determinants(),
    "verified": sim.verify(run.folder).differences,
    "measure": [answer.label, answer.unit, float(measure.numbers(run.worlds).mean())],
    "counted": float((run.outcomes["probes"] > 0).mean()),
    "questions": [Question.about("robustness", [plain], outcome=outcome).hash
        for outcome in ("probed", "survival@3")],
    "replaced": replaced(used, {{"{SETTLED}": 0.0}}).determinants() == plain.determinants(),
}}))
"""


@pytest.fixture(scope="module")
def probed(site, tmp_path_factory):
    """What a process says that has the package, and the folder in which it ran."""
    folder = tmp_path_factory.mktemp("probed")
    answer = python(site, "-c", PROBE, folder=folder)
    assert answer.returncode == 0, answer.stderr
    return folder, json.loads(answer.stdout)


def test_the_how_to_is_the_example_package():
    """Each file that the page has its reader save is one of the package, as it stands."""
    saved = re.findall(
        r"[Ss]ave this as `([^`]+)`[^`]*(?:`[^`]+`[^`]*)?```\w+\n(.*?)```", PAGE, re.DOTALL
    )
    files = {name: text for name, text in saved if name != "line.toml"}
    assert set(files) == {
        str(path.relative_to(EXAMPLE))
        for path in EXAMPLE.rglob("*")
        if path.suffix in (".py", ".toml") and path.name != "__init__.py"
    }
    for name, text in files.items():
        assert text == (EXAMPLE / name).read_text(encoding="utf-8")


@pytest.mark.long
def test_what_is_installed_and_not_used_changes_nothing(probed):
    """Neither bytes nor names: those of this process, which does not have the package."""
    _, said = probed
    plain = sim.load("coalition", SMALL)
    manifest = json.loads(written(manifest_of(plain)))
    for key in ("hash", "scenario", "versions"):
        assert said["manifests"]["plain"][key] == manifest[key]
    assert said["years"] == simulate(plain, 0, 256).outcomes["years"].tolist()
    assert said["dimensions"] == len(dimensions())
    assert said["replaced"]


@pytest.mark.long
def test_a_provision_of_another_package_takes_part(probed):
    """It settles incidents, is drawn on its own, and moves no other draw."""
    _, said = probed
    assert said["same draws"]
    before, after = said["incidents"]
    assert after < before
    low, high = said["settled"]
    assert 0.7 <= low < 0.75
    assert 0.85 < high <= 0.9


@pytest.mark.long
def test_the_name_of_a_run_hangs_on_the_package(probed):
    """Its manifest has distribution, version and code; it is read again and verifies."""
    _, said = probed
    manifests = said["manifests"]
    assert len({manifest["hash"] for manifest in manifests.values()}) == 3
    own = manifests["used"]["extensions"]["hotline"]
    assert (own["distribution"], own["version"]) == ("ceasefire-hotline", "1.0")
    assert len(own["code"]) == 64
    assert manifests["used"]["versions"]["ceasefire-hotline"] == "1.0"
    assert "extensions" not in manifests["plain"]
    assert said["read"]
    assert said["verified"] == []


def test_other_code_gives_other_names(tmp_path, monkeypatch):
    """Another layout or comment does not; another formula does."""
    source = (EXAMPLE / "ceasefire_hotline" / "provision.py").read_text(encoding="utf-8")
    noted = source.replace("return {", "# what is left\n        return {")
    assert meaning(noted) == meaning(source)
    hashes = []
    monkeypatch.syspath_prepend(tmp_path)
    for number, text in enumerate((source, noted, source.replace("at.in_force", "1.0"))):
        package = tmp_path / f"hotline_{number}"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "provision.py").write_text(text)
        module = import_module(f"{package.name}.provision")
        own = Extension("hotline", "hotline", "1.0", module.__name__, module.Hotline)
        hashes.append(own.identity["code"])
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.long
def test_files_messages_sliders_and_clauses_know_it(probed):
    """As they know our own provisions."""
    _, said = probed
    check = jsonschema.Draft202012Validator(said["schema"])
    uses = {"regime": {"hotline": {"settled": {"uniform": [0, 1]}}}}
    assert check.is_valid(uses)
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(uses)
    assert said["shown again"]
    assert said["described"] == ["share of serious incidents that a call settles", "share"]
    assert said["misspelt"] == [
        f"override: regime.hotline.setled: no such key; did you mean {SETTLED}?"
    ]
    assert "must be at least 0 and at most 1" in said["beyond"][0]
    assert (said["clause"], said["keys"]) == (0.2, True)
    assert said["slider"][:2] == ["Hotline", "A direct line between the commanders."]
    assert said["slider"][3] == 1


@pytest.mark.long
def test_a_measure_of_another_package_is_an_outcome(probed):
    """With its label and unit; what a study asks of it hangs on its code."""
    _, said = probed
    assert said["measure"] == ["is probed at least once", "share", said["counted"]]
    assert 0 < said["counted"] < 1
    assert len(set(said["questions"])) == 2
    with pytest.raises(sim.ScenarioError, match="probed: no such outcome"):
        catalogue.named("probed", 3)


ROBUST_IN_SMALL = (
    *("--designs", "24", "--replicates", "4", "--no-figures"),
    *("--set", "sampling.steps_per_year=2"),
)


@pytest.mark.long
def test_the_commands_of_the_how_to_run(site, tmp_path):
    """In small size, where the package is installed."""
    (text,) = re.findall(r"Save this as `line.toml`.*?```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "line.toml").write_text(text)
    (commands,) = re.findall(r"```sh\n(ceasefire .*?)```", PAGE, re.DOTALL)
    for line in commands.splitlines():
        words = shlex.split(line)[1:]
        small = ROBUST_IN_SMALL if words[0] == "robust" else ()
        answer = python(site, "-m", "sim", *words, *small, folder=tmp_path)
        assert answer.returncode == 0, answer.stderr
        assert words[0] != "show" or "M_H: share of serious incidents" in answer.stdout
        assert words[0] != "robust" or "probed at least once" in answer.stdout


@pytest.mark.long
def test_without_the_package_its_file_and_its_run_are_refused(probed, tmp_path, command):
    """With what is missing, and what to do."""
    folder, said = probed
    path = tmp_path / "line.toml"
    path.write_text('title = "L"\nextends = "coalition"\n[regime.hotline]\nsettled = 0.2\n')
    (line,) = command("check", path, code=2).stderr.strip().splitlines()
    missing = "no provision 'hotline' is installed; install the package that brings it, or use one"
    assert line.startswith(f"{path}:3: regime.hotline: {missing}")
    with pytest.raises(sim.ScenarioError, match=re.escape(missing)):
        sim.load("coalition", {SETTLED: 0.2})
    with pytest.raises(sim.ScenarioError, match=r"did you mean regime\.deployment"):
        sim.load("coalition", {"regime.deploymnt.brigades": 2})
    message = (
        "was made with the provision 'hotline' of ceasefire-hotline 1.0, which is not installed"
    )
    with pytest.raises(sim.RunError, match=message):
        sim.read_run(folder / said["folder"])


def distribution(folder, name, group, entry, module, source):
    """Write a distribution with one entry point, and its module; of no source, its bytecode."""
    info = folder / f"{name.replace('-', '_')}-2.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")
    if source is not None:
        (folder / f"{module}.py").write_text(dedent(source))


PROVISION = """
    from sim.guarantee.provisions.provision import Provision
    from sim.quantity import parameter, Quantity
    from sim.uncertainty import Uniform

    class Line(Provision):
        \"\"\"A line.\"\"\"
        contributes_to = frozenset({"incidents"})
        settled: Quantity = parameter(0.0, "settled", unit="share", symbol="s", source="none", low=0)
        def contributes(self, at):
            return {"incidents": 1 - self.settled}
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("import_error", "from sim.uncertainty", "from sim.nowhere", "cannot be imported from"),
        ("not_there", "class Line", "class Other", "cannot be imported from"),
        (
            "ends",
            "    class Line",
            "    raise SystemExit\n    class Line",
            "cannot be imported from",
        ),
        (
            "wrong_class",
            "Line(Provision)",
            "Line",
            "must be a subclass of sim.guarantee.provisions",
        ),
        ("abstract", "def contributes", "def other", "must define `contributes`"),
        ("docstring", '"""A line."""', "", "needs a docstring"),
        ("term", '"incidents"}', '"incident"}', "contributes to incident, which are no terms"),
        (
            "undeclared",
            'parameter(0.0, "settled", unit="share", symbol="s", source="none", low=0)',
            "0.0",
            "settled: must be declared by sim.quantity.parameter",
        ),
        ("required", "parameter(0.0", "parameter(...", "settled: needs a default that is fixed"),
        ("by_chance", "parameter(0.0", "parameter(Uniform(0, 1)", "needs a default that is fixed"),
        (
            "not_neutral",
            "1 - self.settled",
            "0.5 - self.settled",
            "changes incidents at its defaults",
        ),
        ("fails", "1 - self.settled", "1 / 0", "fails at its defaults: ZeroDivisionError"),
        ("deployment", "A line", "A line", "has the name of a built-in one"),
        ("terms", "A line", "A line", "has the name of a built-in one"),
        ("Upper", "A line", "A line", "must be named by small letters, digits and _"),
    ],
)
def test_a_provision_that_cannot_be_used_is_refused(name, old, new, message, tmp_path, monkeypatch):
    """In one line that names its distribution and what to mend."""
    source = PROVISION.replace(old, new, 1)
    assert old in PROVISION
    module = f"broken_{name}"
    distribution(
        tmp_path,
        f"broken-{name.lower()}",
        "ceasefire.provisions",
        f"{name} = {module}:Line",
        module,
        source,
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ExtensionError) as refused:
        with_provisions_of_others(Regime)
    (line,) = refused.value.problems
    assert line.startswith(f"broken-{name.lower()} 2.0: {name}: ")
    assert message in line


def test_two_packages_of_one_name_are_refused(tmp_path, monkeypatch):
    """Both are named."""
    for name in ("one", "two"):
        module = f"clash_{name}"
        entry = f"clash = {module}:Line"
        distribution(tmp_path, f"clash-{name}", "ceasefire.provisions", entry, module, PROVISION)
    monkeypatch.syspath_prepend(tmp_path)
    message = "clash-two 2.0: clash: clash-one 2.0 brings this name too; uninstall one of the two"
    with pytest.raises(ExtensionError, match=re.escape(message)):
        with_provisions_of_others(Regime)


def test_a_package_without_source_is_refused(tmp_path, monkeypatch):
    """The names of runs could not hang on what it does."""
    import py_compile

    (tmp_path / "hidden.py").write_text(dedent(PROVISION))
    py_compile.compile(str(tmp_path / "hidden.py"), str(tmp_path / "hidden.pyc"))
    (tmp_path / "hidden.py").unlink()
    entry = "hidden = hidden:Line"
    distribution(tmp_path, "hidden", "ceasefire.provisions", entry, "hidden", None)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ExtensionError, match=r"hidden 2\.0: hidden: has no source"):
        with_provisions_of_others(Regime)


def test_a_contribution_beyond_what_was_declared_is_refused(tmp_path, monkeypatch):
    """Where the provision is used: a study could otherwise leave it out unseen."""
    source = PROVISION.replace('{"incidents": 1', '{"surprise": 1.0, "incidents": 1')
    entry = "sly = sly_line:Line"
    distribution(tmp_path, "sly", "ceasefire.provisions", entry, "sly_line", source)
    monkeypatch.syspath_prepend(tmp_path)
    regime = with_provisions_of_others(Regime)
    from sim.guarantee.terms import Moment

    now = Moment(1.0, 1.0, entered=True, successor=False)
    assert regime().terms(now) == Regime().terms(now)
    with pytest.raises(ExtensionError, match="sly: contributes surprise, not in its"):
        regime.model_validate({"sly": {"settled": 0.1}}).terms(now)


MEASURE = """
    import numpy as np
    from sim.analysis.measures import Measure
    M = Measure("NAME", "a label", "share", lambda worlds: (worlds["probes"] > 0).to_numpy(float))
"""


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """The measures of a distribution with this module."""

    def measures_with(name, source):
        module = f"measure_{name}"
        entry = f"{name} = {module}:M"
        distribution(tmp_path, "meter", "ceasefire.measures", entry, module, source)
        monkeypatch.syspath_prepend(tmp_path)
        return catalogue.of_others.__wrapped__()

    return measures_with


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("no_measure", "M = Measure", "M = print", "must be a sim.analysis.measures.Measure"),
        ("named", '"NAME"', '"other"', "has the name 'other', another than its entry point"),
        ("unlabelled", '"a label"', '""', "needs a label and a unit"),
        ("terms_drift", "a label", "a label", "has the name of a built-in one"),
    ],
)
def test_a_measure_that_cannot_be_used_is_refused(name, old, new, message, measured):
    """In one line that names its distribution."""
    source = MEASURE.replace(old, new, 1).replace("NAME", name)
    with pytest.raises(ExtensionError, match=message) as refused:
        measured(name, source)
    assert str(refused.value).startswith(f"meter 2.0: {name}: ")


@pytest.mark.parametrize(
    ("name", "new", "message"),
    [
        ("missing", 'worlds["prods"]', "fails: KeyError"),
        (
            "one_number",
            'worlds["probes"].to_numpy(float).mean()',
            "a finite number for each history",
        ),
        ("not_finite", 'worlds["probes"].to_numpy(float) * np.nan', "a finite number for each"),
        ("no_share", 'worlds["probes"].to_numpy(float) + 2', "is a share, and must be 0 or 1"),
    ],
)
def test_numbers_that_cannot_be_are_refused(name, new, message, measured):
    """A measure of another package is not trusted further than a column of a run."""
    old = '(worlds["probes"] > 0).to_numpy(float)'
    assert old in MEASURE
    measure = measured(name, MEASURE.replace(old, new).replace("NAME", name))[name]
    run = sim.run(sim.load("none", SMALL), out=None)
    with pytest.raises(ExtensionError, match=message):
        measure.numbers(run.worlds)


@pytest.mark.long
def test_a_broken_package_stops_a_command_with_one_line(tmp_path):
    """Exit code 2, no traceback; help and version do not look for packages."""
    module, entry = "broken_line", "line = broken_line:Line"
    distribution(tmp_path, "broken", "ceasefire.provisions", entry, module, "import nowhere_at_all")
    answer = python(tmp_path, "-m", "sim", "check", "nato")
    assert answer.returncode == 2
    assert answer.stderr.strip() == (
        "broken 2.0: line: cannot be imported from broken_line:Line: ModuleNotFoundError: No module "
        "named 'nowhere_at_all'"
    )
    script = (
        "import sys, sim.cli; from typer.testing import CliRunner;"
        "assert CliRunner().invoke(sim.cli.app, ['--help']).exit_code == 0;"
        "assert 'sim.extensions' not in sys.modules"
    )
    assert python(tmp_path, "-c", script).returncode == 0


def test_a_package_may_be_imported_before_the_schema(site):
    """Its own tests do so: the provision is there, and joins."""
    script = (
        "from ceasefire_hotline.provision import Hotline; import sim;"
        "assert type(sim.load('none').regime.hotline) is Hotline"
    )
    answer = python(site, "-c", script)
    assert answer.returncode == 0, answer.stderr


def test_where_nothing_is_installed_the_regime_is_our_own_class():
    """And no measure is added."""
    assert with_provisions_of_others(Regime) is Regime
    assert extensions("ceasefire.measures", lambda _: None, ()) == {}
    assert Path(sys.modules[Regime.__module__].__file__).name == "regime.py"
