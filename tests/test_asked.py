"""No command simulates more than it has counted: what its user agrees to is all that is computed."""

import shutil

import numpy as np
import pytest
from elements import COMMANDS
from sizes import CALIBRATION_SIZES, places
from test_faults import FAULTED, FILES, SERVES, TYPED, expanded
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.model.ceasefire import CeasefireModel

OF_ONE = {"play", "game"}
"""Commands that simulate one history at a time, or look for one among a fixed number."""
MOST_OF_ONE = 20_000
TAKES = CALIBRATION_SIZES | {
    "sim.study.calibration.study._COARSER": 6,
    "sim.study.calibration.study._SETS": 4,
    "sim.study.scoring.CHEAP_RESAMPLES": 4,
    "sim.study.cheapest.ROUNDS": 1,
}
"""Sizes under which a study takes a moment, and counts itself as it does."""


@pytest.fixture(scope="module", autouse=True)
def few_resamples():
    """Resamples simulate nothing: a few of them do."""
    few = {f"sim.analysis.resampling.{name}:resamples": 4 for name in ("bags", "halves")}
    with pytest.MonkeyPatch.context() as patched:
        for place in places(few):
            patched.setitem(*place)
        yield


@pytest.fixture
def counted(monkeypatch):
    """The histories that were agreed to, one number a question, and those that were simulated."""
    agreed, simulated = [], []
    begin = CeasefireModel.__init__

    def beginning(model, *words, **named):
        begin(model, *words, **named)
        simulated.append(len(np.atleast_1d(model.worlds)))

    def answer(text, **_):
        agreed.append(int(text.split()[0].replace(",", "")))
        return True

    monkeypatch.setattr(CeasefireModel, "__init__", beginning)
    monkeypatch.setattr("sim.cli.size.MAX_UNASKED", -1)
    monkeypatch.setattr("sim.cli.size._can_ask", lambda: True)
    monkeypatch.setattr("typer.confirm", answer)
    for name, size in TAKES.items():
        monkeypatch.setattr(name, size)
    return agreed, simulated


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files of all commands, a run, a finding, and the log of a game."""
    folder = tmp_path_factory.mktemp("asked")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for words in (
            FAULTED["run"],
            FAULTED["discover"],
            ("play", "x.toml", "--seat=ukraine", "--world=1", "--log", "courses/played.toml"),
        ):
            assert carried_out(words).exit_code == 0
    return folder


def carried_out(words):
    return CliRunner().invoke(app, list(map(str, words)), input=TYPED)


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of a calibration of three records
@pytest.mark.parametrize("name", sorted(FAULTED))
def test_all_that_is_simulated_was_agreed_to(name, folder, counted, tmp_path, monkeypatch):
    """In one question, which comes before the first history; the bounded ones ask none. Histories
    that are told one by one are no matter.
    """
    agreed, simulated = counted
    monkeypatch.chdir(shutil.copytree(folder, tmp_path / "own"))
    if not any("*" in word for word in FAULTED[name]):
        shutil.rmtree("runs")
    result = carried_out(expanded(FAULTED[name], folder))
    assert result.exit_code == 0, result.output
    if name in OF_ONE:
        assert not agreed
        assert sum(simulated) <= MOST_OF_ONE
    elif simulated or agreed:
        assert len(agreed) == 1
        assert sum(many for many in simulated if many > 1) <= agreed[0]


def test_every_command_is_counted():
    assert {words[0] for words in FAULTED.values()} | SERVES == set(COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "coalition", "--world=3", "--course", "log.toml"),
        ("verify", "none", "--all"),
        ("run", "none", "--designs=20", "--replicates=2", "--years=1", "--precision=0.01"),
    ],
    ids=lambda words: words[0],
)
def test_what_grows_out_of_little_is_asked_for(words, tmp_path, monkeypatch, command):
    """The continuations of a long log, a run that is verified whole, and a run that grows until it
    is precise enough.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.cli.size.MAX_UNASKED", 50)
    small = {"sampling.designs": 10, "sampling.replicates": 6, "sampling.horizon_years": 1}
    sim.run(sim.load("none", small), out=tmp_path).folder.rename("none")
    (tmp_path / "log.toml").write_text(
        '[[decisions]]\nat = 1.0\nactor = "Russia"\nchoice = "hold"\n'
    )
    refused = command(*words, code=2).stderr
    assert "histories take about" in refused.splitlines()[-1]
    assert "--yes starts them" in refused
    if words[0] != "run":
        command(*words, "--yes")
