"""What was computed is found again: nothing is simulated or drawn twice, whatever was damaged is
named and not believed, and three at once in one folder do not harm each other.
"""

import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from elements import LIBRARY

import sim
from sim import plots
from sim.analysis.comparison import Comparison
from sim.analysis.summary import Summary
from sim.ensemble.block import simulate
from sim.ensemble.points import Points
from sim.ensemble.seal import sealed
from sim.ensemble.store import read_run
from sim.model.ceasefire import CeasefireModel
from sim.presentation.document import document as document_of
from sim.presentation.registry import section_of
from sim.record.class_scenarios import CLASS_SCENARIOS
from sim.scenario.show import resolved
from sim.study.calibration.histories import representing, simulate_candidates
from sim.study.calibration.prior import hypercube
from sim.study.kept import FILE, answered, read
from sim.study.question import Question

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("small_studies", "blank_figures")]
SMALL = ("--designs", 40, "--replicates", 2, "--years", 5)
SETS = ("--designs", 40, "--replicates", 2)
BRIGADES = ("--vary", "regime.deployment.brigades=0:20")
COMMANDS = {
    "run": ("run", "none", *SMALL),
    "compare": ("compare", "none", "coalition", "--explain", *SMALL),
    "sensitivity": ("sensitivity", "none", "--samples", 32, "--years", 5),
    "discover": ("discover", "none", "--when", "survival@5 < 0.6", *SMALL),
    "robust": ("robust", "none", "coalition", *SMALL),
    "require": ("require", "none", "--hold", 0.7, *SETS, "--years", 3, *BRIGADES, "--samples", 8),
    "sweep": ("sweep", "none", "--grid", "regime.deployment.brigades=0:20:2", *SMALL),
    "clauses": ("clauses", "coalition", *SETS),
    "sign": ("sign", "coalition", *SMALL, *BRIGADES),
    "history": ("history", "none", *SETS),
    "outlook": ("outlook", "none", "--events", "so_far.toml", "--designs", 100, "--replicates", 3),
}
LEAST_SIMULATIONS = 10
"""The corners and the first sample of a search with one provision and 8 samples."""


FILES = {
    name: f"extends = '{name}'\n[sampling]\nsteps_per_year = 2\n" for name in ("none", "coalition")
} | {"so_far": "until = 0.5\n[[events]]\nat = 0.5\nwhat = 'incident'\n"}
"""Scenarios that take long steps, and a course."""


def words(out, name):
    """The words of a command, whose files are written beside its results."""
    paths = {file: out.parent / f"{file}.toml" for file in FILES}
    for file, path in paths.items():
        if not path.exists():
            path.write_text(FILES[file], encoding="utf-8")
    return [
        *(paths.get(str(word).removesuffix(".toml"), word) for word in COMMANDS[name]),
        "--out",
        out,
    ]


def files_of(folder):
    """Every file in a folder and when it was written."""
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.fixture
def nothing_is_computed(monkeypatch):
    """A call, after which a history that is simulated or a figure that is drawn is a fault."""

    def forbid():
        def fault(*_, **__):
            raise AssertionError("computed twice")

        monkeypatch.setattr(CeasefireModel, "__init__", fault)
        monkeypatch.setattr(plots, "save", fault)

    return forbid


@pytest.mark.parametrize("name", COMMANDS)
def test_a_repeated_command_simulates_and_draws_nothing(
    name, tmp_path, command, nothing_is_computed
):
    """The second time the model cannot be made: the answer is the same, and no file is written."""
    first = command(*words(tmp_path, name))
    written = files_of(tmp_path)
    nothing_is_computed()
    again = command(*words(tmp_path, name))
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert files_of(tmp_path) == written


def test_candidates_of_a_calibration_are_simulated_once(tmp_path, monkeypatch):
    """The second time the model cannot be made; the lifetimes are the same."""
    library = [
        sim.load(LIBRARY[entry.scenario], {"sampling.steps_per_year": 1})
        for entry in CLASS_SCENARIOS
    ]
    arguments = representing(library), hypercube(4, 0), 10, 0
    first = simulate_candidates(*arguments, out=tmp_path)
    monkeypatch.setattr(CeasefireModel, "__init__", lambda *_: pytest.fail("simulated twice"))
    again = simulate_candidates(*arguments, out=tmp_path)
    np.testing.assert_array_equal(first.lifetimes, again.lifetimes)


def test_another_target_is_answered_from_the_same_points(tmp_path, command):
    """With another --hold the corners and the first sample at least are read, and the answer is
    that of a search on its own.
    """

    def search(hold, out):
        listed = words(out, "require")
        listed[listed.index("--hold") + 1] = hold
        document = json.loads(command(*listed, "--json").stdout)
        return {key: value for key, value in document.items() if key != "folder"}

    def points(out):
        return {path.name for path in out.rglob("*.point")}

    search(0.7, tmp_path / "both")
    before = points(tmp_path / "both")
    second = search(0.8, tmp_path / "both")
    assert second == search(0.8, tmp_path / "alone")
    alone = points(tmp_path / "alone")
    assert points(tmp_path / "both") == before | alone
    assert len(before & alone) >= LEAST_SIMULATIONS


KILLED = """
import os, signal, sys
from sim.cli import app
folder, points = sys.argv[1], 0
def die(event, arguments):
    global points
    if event == "os.rename" and str(arguments[1]).startswith(folder) and str(arguments[1]).endswith(".point"):
        points += 1
        if points == 2:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
app(sys.argv[2:])
"""


@pytest.mark.parametrize(
    "name",
    [
        "require",
        *(
            pytest.param(name, marks=pytest.mark.exhaustive)
            for name in ("sensitivity", "clauses", "outlook")
        ),
    ],
)
def test_a_study_that_was_killed_goes_on_and_ends_with_the_same_bytes(name, tmp_path, command):
    """SIGKILL at the second point: the point before is not computed again, the tables are those of
    a study that nothing disturbed.
    """
    broken, unbroken = tmp_path / "broken", tmp_path / "unbroken"
    of_broken, of_unbroken = ([*words(out, name), "--no-figures"] for out in (broken, unbroken))
    program = [sys.executable, "-c", KILLED, broken, *of_broken]
    killed = subprocess.run(list(map(str, program)), capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    (kept,) = broken.rglob("[!.]*.point")
    written = kept.stat().st_mtime_ns
    command(*of_broken)
    assert kept.stat().st_mtime_ns == written
    command(*of_unbroken)
    tables = [
        {path.name: path.read_bytes() for path in out.glob("*/*.csv")} for out in (broken, unbroken)
    ]
    assert tables[0] == tables[1]
    assert tables[0]


def test_a_damaged_point_is_named_and_computed_again(tmp_path, command, caplog):
    """One bit of one point, and one point in the place of another: neither is believed."""
    first = command(*words(tmp_path, "require"))
    (folder,) = tmp_path.glob("requirement-*")
    shutil.rmtree(folder)
    one, two, three, *_ = sorted(tmp_path.rglob("*.point"))
    data = bytearray(one.read_bytes())
    data[-1] ^= 1
    one.write_bytes(data)
    kept = {path: path.read_bytes() for path in (two, three)}
    two.write_bytes(kept[three])
    again = command(*words(tmp_path, "require"))
    assert again.stdout == first.stdout
    assert str(one) in caplog.text
    assert str(two) in caplog.text
    assert {path: path.read_bytes() for path in (two, three)} == kept


def test_every_flipped_byte_of_a_point_is_named_and_none_believed(tmp_path, caplog):
    """Each bit of each byte of a small point, and a point cut anywhere."""
    points, numbers = Points.in_folder(tmp_path, {}), np.arange(3.0)[None]
    points.write({}, numbers)
    (path,) = tmp_path.rglob("*.point")
    data = path.read_bytes()
    changed = [
        data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        for at in range(len(data))
        for bit in range(8)
    ]
    for altered in [*changed, *(data[:at] for at in range(len(data)))]:
        path.write_bytes(altered)
        caplog.clear()
        assert points.read({}, 1, 3) is None
        assert str(path) in caplog.text
    path.write_bytes(data)
    np.testing.assert_array_equal(points.read({}, 1, 3), numbers)


@pytest.mark.parametrize(
    "content",
    [
        np.zeros((1, 4)),
        np.zeros(3),
        np.zeros((1, 3, 1)),
        np.array(["a", "b", "c"])[None],
        np.array(1.0),
        np.zeros((0, 3)).T,
        b"no numbers",
        b"",
    ],
    ids=str,
)
def test_a_point_of_another_shape_is_named_and_not_believed(content, tmp_path, caplog):
    """Sealed on purpose, with contents that no study wrote."""
    points = Points.in_folder(tmp_path, {})
    points.write({}, np.zeros((1, 3)))
    (path,) = tmp_path.rglob("*.point")
    plain = io.BytesIO()
    if isinstance(content, bytes):
        plain.write(content)
    else:
        np.save(plain, content, allow_pickle=False)
    for packed in (zlib.compress(plain.getvalue()), plain.getvalue()):
        hashed = hashlib.sha256(path.stem.encode() + packed).hexdigest().encode()
        path.write_bytes(hashed + packed)
        caplog.clear()
        assert points.read({}, None, 3) is None
        assert str(path) in caplog.text


def test_points_of_another_question_are_others(tmp_path):
    """Numbers are read under what determines them and under nothing else; without a folder none
    are kept.
    """
    points, others = (Points.in_folder(tmp_path, {"seed": seed}) for seed in (1, 2))
    points.write({"x": 1}, np.array([[0.5, np.pi]]))
    np.testing.assert_array_equal(points.read({"x": 1}, 1, 2), [[0.5, np.pi]])
    assert points.read({"x": 2}, 1, 2) is None
    assert others.read({"x": 1}, 1, 2) is None
    nowhere = Points.in_folder(None, {"seed": 1})
    nowhere.write({"x": 1}, np.zeros((1, 1)))
    assert nowhere.read({"x": 1}, 1, 1) is None


@pytest.fixture(scope="module")
def made(tmp_path_factory, command):
    """A folder of results with a small run, and one with a small finding."""
    out = tmp_path_factory.mktemp("made")
    command(*words(out, "discover"))
    (finding,) = out.glob("discovery-*")
    (run,) = out.glob("none-*")
    return run, finding


def flipped(path, positions):
    """The file with one bit flipped at each of the positions in turn, as it was in the end."""
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    try:
        for position in positions:
            one = bytearray(data)
            one[position] ^= 1 << int(rng.integers(8))
            path.write_bytes(one)
            yield position
    finally:
        path.write_bytes(data)


def refused_or_the_same(path, reader, positions):
    """Whatever bit is flipped, reading is refused in words that name the folder, or gives the
    same.
    """
    whole = reader(path.parent)
    for position in flipped(path, positions):
        again, refusal = read_or_refusal(reader, path.parent)
        assert str(path.parent) in refusal if refusal else again == whole, position


def read_or_refusal(reader, folder):
    """What a folder holds, or why it is refused."""
    try:
        return reader(folder), ""
    except sim.RunError as wrong:
        return None, str(wrong)


def manifest_of(folder):
    return read_run(folder).manifest


def finding_of(folder):
    finding = read(folder)
    return json.dumps([finding.kind, finding.settings, finding.document()], sort_keys=True)


@pytest.mark.parametrize("reader", [manifest_of, finding_of])
def test_a_flipped_bit_is_refused_or_changes_nothing(reader, made):
    """Every 61st byte of the manifest of a run, and of a finding."""
    folder = made[0] if reader is manifest_of else made[1]
    path = folder / ("manifest.json" if reader is manifest_of else FILE)
    refused_or_the_same(path, reader, range(0, path.stat().st_size, 61))


@pytest.mark.exhaustive
@pytest.mark.parametrize("reader", [manifest_of, finding_of])
def test_every_flipped_byte_is_refused_or_changes_nothing(reader, made):
    """Of the manifest of a run, of a finding and of each of its tables."""
    folder = made[0] if reader is manifest_of else made[1]
    names = ["manifest.json"] if reader is manifest_of else [FILE]
    for path in [folder / name for name in names] + sorted(folder.glob("*.csv")):
        refused_or_the_same(path, reader, range(path.stat().st_size))


def a_run_and_what_computes_it(made, out, monkeypatch):
    """The manifest of a run, and a call that computes it again: its block is taken from memory."""
    folder = Path(shutil.copytree(made[0], out / made[0].name))
    scenario = read_run(folder).scenario
    block = simulate(scenario, 0, scenario.sampling.worlds)
    monkeypatch.setattr("sim.ensemble.run.simulate", lambda *_: block)
    return folder / "manifest.json", lambda: sim.run(scenario, out=out)


def a_finding_and_what_computes_it(made, out, _):
    """A finding, and a call that finds it again."""
    finding = read(made[1])
    question = Question(finding.kind, {"of": "a test"})
    return out / question.name / FILE, lambda: answered(question, out, lambda: finding)


TABLES = {".parquet", ".csv"}


def all_but_times(path):
    """The tables beside a document, and what it says of anything but when it was written."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for key in ("started", "finished", "seconds", "written", "seal"):
        document.pop(key, None)
    tables = {
        table.name: table.read_bytes() for table in path.parent.iterdir() if table.suffix in TABLES
    }
    assert tables
    return document, tables


@pytest.mark.parametrize("stride", [701, pytest.param(1, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(
    "make", [a_run_and_what_computes_it, a_finding_and_what_computes_it], ids=["run", "finding"]
)
def test_whatever_bit_is_flipped_the_same_is_computed_again(
    make, stride, made, tmp_path, monkeypatch
):
    """Of every byte of a manifest and of a finding, and of some in the bounded suite."""
    path, again = make(made, tmp_path, monkeypatch)
    again()
    whole = all_but_times(path)
    for position in flipped(path, range(0, path.stat().st_size, stride)):
        again()
        assert all_but_times(path) == whole, position


ODD = (
    *(None, True, -1, 10**400, 1e308, "", "\x1b[31m", "../..", [], {}, [[[]]], {"a": {"b": [1]}}),
    *("9" * 5000, ["x"] * 3, {"": ""}, [None, 1.0], {"uniform": [None, 1]}),
)
"""Values of another type, size or depth than any that is written."""


def paths_in(value, path=()):
    """Where the values of a document stand, from the outside inwards."""
    yield path
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths_in(one, (*path, key))


def odd(document, chance):
    """The document with a value replaced by an odd one, with one left out, or with one more."""
    changed = json.loads(json.dumps(document))
    *path, last = chance.choice([place for place in paths_in(document) if place])
    inner = changed
    for key in path:
        inner = inner[key]
    match chance.randrange(4):
        case 0:
            del inner[last]
        case 1 if isinstance(inner, dict):
            inner[chance.choice(("more", "", "\u202e"))] = chance.choice(ODD)
        case _:
            inner[last] = chance.choice(ODD)
    return changed


@pytest.mark.parametrize(
    "seeds", [range(40), pytest.param(range(40, 3000), marks=pytest.mark.exhaustive)], ids=str
)
@pytest.mark.parametrize("name", ["run", "finding"])
def test_an_odd_document_that_is_sealed_on_purpose_is_refused_or_read(name, seeds, made, tmp_path):
    """A valid seal over wrong types, missing and additional keys: nothing but a refusal in words
    comes of it, or a report.
    """
    folder = tmp_path / "copy"
    shutil.copytree(made[0] if name == "run" else made[1], folder)
    path = folder / ("manifest.json" if name == "run" else FILE)
    document = json.loads(path.read_text(encoding="utf-8"))
    refused = 0
    for seed in seeds:
        path.write_text(sealed(odd(document, random.Random(seed))), encoding="utf-8")
        _, refusal = read_or_refusal(shown_run if name == "run" else shown_finding, folder)
        assert not refusal or str(folder) in refusal, seed
        refused += bool(refusal)
    assert refused > len(seeds) / 3


def shown_run(folder):
    """What reports make of a run."""
    run = read_run(folder)
    return document_of(Comparison((Summary(run, integrated=False),))), resolved(run.scenario)


def shown_finding(folder):
    """What reports make of a finding."""
    return section_of(read(folder))


def test_a_table_that_is_recorded_on_purpose_is_refused(made, tmp_path):
    """Results of other columns, of fewer rows, and what is no table, under their own hashes."""
    whole = pd.read_parquet(made[0] / "outcomes.parquet")
    for name, content in (
        ("outcomes.parquet", whole.drop(columns="held")),
        ("outcomes.parquet", whole.iloc[1:]),
        ("outcomes.parquet", whole.assign(years="x")),
        ("timeline.parquet", whole),
        ("outcomes.parquet", b"PAR1 no table PAR1"),
        ("timeline.parquet", b""),
    ):
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made[0], folder)
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            content.to_parquet(folder / name, index=False)
        manifest = json.loads((folder / "manifest.json").read_text())
        hashed = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        manifest["sha256"][name] = hashed
        (folder / "manifest.json").write_text(sealed(manifest))
        with pytest.raises(sim.RunError, match=name):
            read_run(folder)


def test_an_altered_assumption_is_refused_and_computed_again(tmp_path, command, caplog):
    """A number in the manifest, with or without a new seal: what reads refuses it and names the
    file, what computes names it and gives the answer of the scenario.
    """
    first = command(*words(tmp_path, "run"))
    (folder,) = tmp_path.glob("none-*")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["scenario"]["russia"]["strength"] = 1.0
    for text in (json.dumps(manifest), sealed(manifest)):
        path.write_text(text)
        for listed in (
            ("report", folder, "--out", tmp_path / "page.html"),
            ("verify", folder),
            ("compare", folder, tmp_path.parent / "coalition.toml", *SMALL, "--out", tmp_path),
        ):
            refused = command(*listed, code=2)
            assert str(path) in refused.stderr
            assert len(refused.stderr.splitlines()) == 1
        caplog.clear()
        assert command(*words(tmp_path, "run")).stdout == first.stdout
        assert str(path) in caplog.text
        assert command("verify", folder).stdout


@pytest.mark.parametrize("name", [FILE, "rules.csv"])
def test_an_altered_finding_is_refused_and_found_again(name, tmp_path, command, caplog):
    """What reads refuses it, what computes names it; the answer is the one before."""
    first = command(*words(tmp_path, "discover"))
    (folder,) = tmp_path.glob("discovery-*")
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1) + b" ")
    refused = command("report", folder, "--out", tmp_path / "page.html", code=2)
    assert str(path) in refused.stderr
    assert command(*words(tmp_path, "discover")).stdout == first.stdout
    assert str(path) in caplog.text
    command("report", folder, "--out", tmp_path / "page.html")


@pytest.fixture
def only_read():
    """A context in which a folder and all in it can only be read, by whoever runs the tests."""

    @contextmanager
    def locked(out):
        folders = [out, *(path for path in out.rglob("*") if path.is_dir())]
        modes = {path: path.stat().st_mode for path in folders}
        user = os.geteuid()
        for path in folders:
            path.chmod(0o555)
        try:
            if user == 0:  # whom no mode keeps out
                os.seteuid(65534)
            yield
        finally:
            if user == 0:
                os.seteuid(user)
            for path, mode in modes.items():
                path.chmod(mode)

    return locked


@pytest.mark.parametrize("name", ["run", "discover", "require"])
def test_a_folder_that_can_only_be_read_is_read(name, open_folder, command, only_read):
    """The repeated command prints the same answer, and nothing on standard error."""
    out = open_folder / "runs"
    first = command(*words(out, name))
    with only_read(out):
        again = command(*words(out, name))
    assert (again.stdout, again.stderr) == (first.stdout, "")


def test_runs_that_can_only_be_read_are_reported(open_folder, command, only_read):
    """What would reverse their ranking is found for the page, though it cannot be kept."""
    out, pages = open_folder / "runs", open_folder / "pages"
    for name in ("none", "coalition"):
        command("run", name, *SMALL, "--no-figures", "--out", out)
    pages.mkdir()
    pages.chmod(0o777)
    written = files_of(out)
    with only_read(out):
        command("report", *sorted(out.glob("[!.]*-*")), "--out", pages / "page.html")
    assert files_of(out) == written
    assert "reverse" in (pages / "page.html").read_text()


def test_a_figure_that_cannot_be_drawn_costs_that_figure(tmp_path, command, monkeypatch):
    """The answer is printed, a line names the figure, and the next time it is drawn."""
    from functools import partial

    save, lost = plots.save, "survival.png"

    def failing(save, axes, *paths):
        if any(path.name.endswith(lost) for path in paths):
            raise OSError(28, "No space left on device")
        save(axes, *paths)

    with monkeypatch.context() as patched:
        patched.setattr(plots, "save", partial(failing, save))
        first = command(*words(tmp_path, "run"))
    (line,) = first.stderr.splitlines()
    (folder,) = tmp_path.glob("none-*/figures")
    assert line.startswith(str(folder / Path(lost).stem))
    assert "No space left" in line
    assert not (folder / lost).exists()
    others = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again = command(*words(tmp_path, "run"))
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert (folder / lost).exists()
    assert all(path.stat().st_mtime_ns == written for path, written in others.items())
    command(*words(tmp_path, "run"), "--redraw")
    assert all(path.stat().st_mtime_ns > written for path, written in others.items())
