"""The n-th use of a file fails, in every command: it ends in words, and the same command then ends
with the same bytes as one that nothing disturbed.

A use is an open, a write, a rename, a folder made, a figure saved, a look at whether a file is there
and the like, of any file of the command; the fault is a full disk, a refused permission, a broken
disk, no memory left, or SIGKILL. The suite tries some uses of most commands; the exhaustive one
tries all uses of every command with each fault.
"""

import inspect
import json
import random
import re
import shutil

import pytest
from elements import COMMANDS, assert_all_have_data
from faults import FAULTS, KILL
from sizes import CALIBRATION_SIZES, STUDY_SIZES
from warm import Warm

from sim.cli import app
from sim.record.class_scenarios import CLASS_SCENARIOS

pytestmark = pytest.mark.long
SMALL = "[sampling]\ndesigns = {sets}\nreplicates = 2\nhorizon_years = 3\nsteps_per_year = 2\n"
FILES = {
    "x.toml": "title = 'x'\nextends = 'none'\n" + SMALL.format(sets=8),
    "y.toml": "title = 'y'\nextends = 'coalition'\n" + SMALL.format(sets=8),
    "many.toml": "title = 'many'\nextends = 'none'\n" + SMALL.format(sets=220),
    "none.toml": "extends = 'none'\n" + SMALL.format(sets=8),
    "courses/course.toml": "until = 0.5\n",
    "plans/x.toml": "title = 'x'",
    "answers.csv": "expert,key,p5,p50,p95\nAnna,russia.insecurity,.1,.2,.5\n",
} | {
    f"classes/{one.scenario}.toml": f"extends = '{one.scenario}'\nsampling.steps_per_year = 1"
    for one in CLASS_SCENARIOS
}
"""The scenarios and the course of all trials."""
BRIGADES = ("--vary", "regime.deployment.brigades=0:20")
QUIET = ("--quiet", "--no-figures")
STUDIES = {
    "run": ("run", "x.toml", *QUIET),
    "compare": ("compare", "x.toml", "y.toml", *QUIET),
    "sweep": ("sweep", "x.toml", "--grid", "regime.deployment.brigades=0:20:2"),
    "require": ("require", "x.toml", "--hold=0.7", "--years=2", *BRIGADES, "--samples=8", *QUIET),
    "sensitivity": ("sensitivity", "x.toml", "--outcome=survival@2", "--samples=32", *QUIET),
    "discover": ("discover", "x.toml", "--when", "survival@2 < 0.6", *QUIET),
    "robust": ("robust", "x.toml", "y.toml", "--designs=20", *QUIET),
    "clauses": ("clauses", "y.toml", "--outcome=survival@2", "--designs=4", *QUIET),
    "sign": ("sign", "y.toml", *QUIET),
    "outlook": ("outlook", "many.toml", "--events", "courses/course.toml", *QUIET),
    "history": ("history", "none.toml", *QUIET),
    "calibrate": (
        *("calibrate", "classes", "--candidates=12", "--histories=6", "--checks=3"),
        *("--seed=2", *QUIET),
    ),
}
"""Commands that keep what they computed, in small."""
OTHERS = {
    "report": ("report", "runs/x-*", "runs/discovery-*", "--out", "page.html"),
    "play": ("play", "x.toml", "--seat=ukraine", "--log", "log.toml"),
    "replay": (
        "replay",
        "x.toml",
        "--world=1",
        "--course=courses/played.toml",
        "--out",
        "page.html",
    ),
    "replay, typical": ("replay", "x.toml", "--typical", "--figure", "drawn.png"),
    "game": ("game", "x.toml", "--efg", "game.efg", "--figure", "drawn.png"),
    "elicit": (
        *("elicit", "x.toml", "--csv", "answers.csv", "--out", "mine.toml"),
        *("--designs=20", "--outcome=survival@2", *QUIET),
    ),
    "export": ("export", "runs/x-*", "--out", "x.json"),
    "new": ("new", "new.toml"),
    "verify": ("verify", "runs/x-*"),
    "list": ("list", "plans"),
    "show": ("show", "x.toml"),
    "check": ("check", "x.toml", "y.toml"),
    "schema": ("schema",),
}
"""Commands that write a file that their user names, and those that only read."""
FAULTED = STUDIES | OTHERS
SERVES = {"app"}
"""Commands that do not end by themselves."""
SIZES = (
    STUDY_SIZES
    | CALIBRATION_SIZES
    | {
        "sim.study.calibration.study._COARSER": 6,
        "sim.study.calibration.study._SETS": 4,
        "sim.study.scoring.CHEAP_RESAMPLES": 10,
        "sim.analysis.resampling.bags:resamples": 4,
        "sim.analysis.resampling.halves:resamples": 4,
    }
)
"""Sizes under which a study takes a moment."""
TYPED = "2\n" * 400
"""The option that a player names whenever the game stops, the same when it is resumed."""
ONCE = "is there already"
"""Why a command is refused that has written its file."""
QUICK = {"check", "list", "new", "schema", "show"}
"""Commands that use few files, so that the suite tries all of them with each fault."""
HEAVY = {
    *("calibrate", "history", "outlook", "report", "require", "robust", "sign", "sweep"),
    "replay, typical",
}
"""Commands that take more than a second, or keep what they compute as another does: only the
exhaustive suite tries them.
"""
WHEN = ("started", "finished", "seconds", "written", "seal", "files")
"""What a document says of the time at which it was written, or of documents that say it."""


@pytest.fixture(scope="module")
def warm():
    process = Warm(SIZES)
    yield process
    process.close()


@pytest.fixture(scope="module")
def template(warm, tmp_path_factory):
    """A folder with the files of all trials, a run, a finding, and the log of a game."""
    folder = tmp_path_factory.mktemp("template")
    for name in ("classes", "courses", "plans"):
        (folder / name).mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for words in (
        STUDIES["run"],
        STUDIES["discover"],
        ("play", "x.toml", "--seat=ukraine", "--world=1", "--log", "courses/played.toml"),
    ):
        assert warm(words, folder, typed=TYPED).code == 0
    return folder


def expanded(words, folder):
    """The words with the paths that a star stands for."""
    return [
        str(path.relative_to(folder)) if "*" in word else word
        for word in words
        for path in (sorted(folder.glob(word)) if "*" in word else [folder])
    ]


def content(folder, *, with_unfinished=True):
    """What every file of a folder holds, but for the times at which it was written."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        name = re.sub(r"\.\d+\.", ".pid.", str(path.relative_to(folder)))
        if path.is_dir() or path.suffix == ".lock":
            continue
        if not with_unfinished and re.search(r"(^|/)\.pid\.|\.part/", name):
            continue
        contents[name] = path.read_bytes()
        if path.name in ("manifest.json", "finding.json") or path.parent.name == "replies":
            try:
                document = json.loads(contents[name])
            except ValueError:
                continue
            contents[name] = repr(
                {key: document[key] for key in document if key not in WHEN}
            ).encode()
    return contents


class Trials:
    """One command, tried again and again in folders of its own."""

    def __init__(self, name, warm, template, folder):
        self._warm, self._template, self._folder = warm, template, folder
        self._words = expanded(FAULTED[name], template)
        self._needs_runs = any("*" in word for word in FAULTED[name])
        self._resumes = name == "play"  # and shows what is left of the game
        self._mended = {}
        whole = self.fresh()
        self.undisturbed = self.command(whole)
        assert self.undisturbed.code == 0, self.undisturbed.err
        self.end = content(whole)

    def fresh(self):
        """A new folder in which the command may be carried out."""
        shutil.rmtree(self._folder, ignore_errors=True)
        ignored = () if self._needs_runs else ("runs",)
        shutil.copytree(self._template, self._folder, ignore=lambda *_: ignored)
        return self._folder

    def command(self, folder, **fault):
        return self._warm(self._words, folder, typed=TYPED, **fault)

    def disturb(self, folder, fault, at):
        """Let a use of a file fail."""
        self.check(fault, at, self.command(folder, fault=fault, at=at))

    def everywhere(self, folder):
        """Let each use of a file fail with each fault. Yields the faults and uses, with the folder
        as each left it.
        """
        for ended in self._warm.with_each_fault(self._words, folder, typed=TYPED):
            if ended.fault is None:
                assert ended.code == 0, ended
                assert ended.out == self.undisturbed.out
                assert ended.uses == self.undisturbed.uses
                assert content(folder) == self.end
                return
            self.check(ended.fault, ended.at, ended)
            yield ended.fault, ended.at

    def check(self, fault, at, ended):
        """The command ends in words, or is killed, or does without the file."""
        case = f"{fault} at use {at}: {ended}"
        assert "Traceback" not in ended.err, case
        if fault == KILL:
            assert ended.code in (0, -9), case
        elif ended.code:
            assert ended.code == 2, case
            assert ended.err.strip(), case
            assert len(ended.err.splitlines()) <= 3, case
        else:
            assert ended.out == self.undisturbed.out or self._resumes, case

    def mend(self, folder, case):
        """The same command ends as if nothing had happened; a state that was seen is not tried
        again.
        """
        state = repr(sorted(content(folder).items()))
        if self._mended.get(state):
            return
        again = self.command(folder)
        if not (again.code == 2 and ONCE in again.err):
            assert again.code == 0, (case, again)
            assert again.out == self.undisturbed.out or self._resumes, (case, again)
        assert content(folder, with_unfinished=False) == self.end, case
        self._mended[state] = True


@pytest.fixture
def trials(warm, template, tmp_path):
    return lambda name: Trials(name, warm, template, tmp_path / "trial")


def test_every_command_is_tried():
    tried = {words[0] for words in FAULTED.values()} | SERVES
    assert_all_have_data(COMMANDS, dict.fromkeys(tried), "FAULTED")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.exhaustive] if name in QUICK else [])
        for name in sorted(FAULTED.keys() - HEAVY)
    ],
)
def test_a_command_that_fails_goes_on_and_ends_with_the_same_bytes(name, trials):
    """Two faults, one after the other in one folder, each at another use."""
    chance, tried = random.Random(name), trials(name)
    folder = tried.fresh()
    for fault in chance.sample(FAULTS, 2):
        tried.disturb(folder, fault, chance.randint(1, max(1, tried.undisturbed.uses)))
    tried.mend(folder, name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in QUICK else [pytest.mark.exhaustive])
        for name in FAULTED
    ],
)
def test_whatever_fails_a_command_goes_on_and_ends_with_the_same_bytes(name, trials):
    """Each fault at every use: a copy of the process that is stopped there meets it, in a copy of
    its folder.
    """
    tried = trials(name)
    folder = tried.fresh()
    for case in tried.everywhere(folder):
        tried.mend(folder, case)


AT_ONCE = STUDIES | {name: OTHERS[name] for name in ("elicit", "replay, typical", "report")}
"""Commands that several people may give at once in one folder."""
OFTEN = {"discover", "run", "elicit"}
"""Those tried in any case: a finding, a run, and a finding with a file beside it."""


def test_every_command_that_keeps_results_is_tried_at_once():
    """Those with processes to compute with."""
    keep = {
        each.name or each.callback.__name__
        for each in app.registered_commands
        if "workers" in inspect.signature(each.callback).parameters
    }
    tried = {words[0] for words in AT_ONCE.values()} - {"replay"}
    assert_all_have_data(keep, dict.fromkeys(tried), "AT_ONCE")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in OFTEN else [pytest.mark.exhaustive])
        for name in AT_ONCE
    ],
)
def test_three_at_once_in_one_folder_all_succeed(name, warm, template, tmp_path):
    """The same command by three processes that start together: one computes, the others wait and
    read.
    """
    folder = tmp_path / "three"
    words, needs_runs = AT_ONCE[name], any("*" in word for word in AT_ONCE[name])
    shutil.copytree(template, folder, ignore=lambda *_: () if needs_runs else ("runs",))
    ended = warm.at_once(3, expanded(words, template), folder)
    assert [one.code for one in ended] == [0, 0, 0], ended
    assert len({one.out for one in ended}) == 1
