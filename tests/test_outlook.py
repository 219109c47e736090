"""The outlook after what has happened: the run where nothing has, the law of total probability,
honest errors, refusals.

Seeds are fixed; a bound of 4 standard errors is a false alarm of 6e-5 if the seed were drawn anew.
"""

import json
import re

import numpy as np
import pandas as pd
import pytest

import sim
from sim.ensemble import conditioned
from sim.ensemble.conditioned import Conditioned, simulate_conditioned
from sim.errors import RunError, ScenarioError
from sim.presentation.registry import section_of
from sim.scenario.course import DETAILS, Course, Event
from sim.scenario.load import replaced
from sim.study.outlook import find_outlook
from sim.study.outlook_finding import NOW, QUIET, SIGNATURE, document
from sim.study.outlook_rows import History
from sim.study.schemas import SCHEMAS

SMALL = {"sampling.designs": 400, "sampling.replicates": 5, "sampling.steps_per_year": 4}
SO_FAR = Course(
    2.0,
    (
        Event(0.5, "incident", {"retaliated": True}),
        Event(1.0, "renewal", {"passed": True}),
        Event(1.0, "funds", {"passed": True}),
        Event(1.85, "election", {"of": "United States", "says": "sceptical"}),
    ),
)


@pytest.fixture(scope="module")
def scenario(scenarios):
    return sim.load(scenarios / "article5_like.toml", SMALL)


@pytest.fixture(scope="module")
def finding(scenario):
    return find_outlook(scenario, SO_FAR, out=None)


@pytest.mark.long
def test_with_nothing_observed_the_outlook_is_that_of_the_run_to_the_bit(scenario):
    """Estimates, limits and ranges, at every year."""
    table = sim.outlook(scenario, Course(), out=None)
    now, then = (table[table["since"] == since].iloc[:, 1:] for since in (NOW, SIGNATURE))
    np.testing.assert_array_equal(now.to_numpy(), then.to_numpy())
    survival = sim.survival(sim.run(scenario, out=None), [1, 2, 5, 10])
    np.testing.assert_array_equal(then.to_numpy(), survival.to_numpy())


@pytest.mark.long
def test_the_outlook_averaged_over_what_may_happen_next_is_the_outlook_now(finding):
    """For each kind of event that may be seen in the next year, to rounding."""
    watch = finding.tables["watch"].dropna()
    survival = finding.tables["survival"]
    now = survival[(survival["since"] == NOW) & (survival["years"] == 5)]["estimate"].iloc[0]
    mean = watch["chance"] * watch["outlook"] + (1 - watch["chance"]) * watch["otherwise"]
    np.testing.assert_allclose(mean, now, atol=1e-12)
    assert {QUIET, "incident", "probe", "new leader in Russia", "renewal failed"} <= set(
        watch["what"]
    )


def test_tables_have_their_columns_and_the_document_what_a_program_needs(finding):
    for name, table in finding.tables.items():
        assert SCHEMAS["outlook"][name].problems(table) == [], name
    written = json.loads(json.dumps(document(finding), allow_nan=False))
    assert set(written) == {
        *("scenario", "until", "survival", "at_signature", "effective_histories"),
        *("learned", "events", "watch"),
    }
    assert set(written["survival"]) == set(written["at_signature"]) == {"1", "2", "5", "10"}
    assert [event["at"] for event in written["events"]] == [event.at for event in SO_FAR.events]
    assert all({"what", "chance", "outlook"} <= set(row) for row in written["watch"])
    assert all({"name", "before", "now"} <= set(row) for row in written["learned"])
    for row in written["survival"].values():
        assert row["low"] <= row["estimate"] <= row["high"]
        assert row["spread_low"] < row["estimate"] < row["spread_high"]


def test_a_statement_teaches_about_its_administration(finding):
    """A sceptical administration lowers the belief that the United States is resolute, beyond the
    errors; the path has a point before and after each event."""
    learned = finding.tables["learned"].set_index("name").loc["united_states_resolute"]
    assert learned["now_high"] < learned["before_low"]
    path = finding.tables["path"]
    assert set(path["event"]) == {0, 1, 2, 3, 4}
    assert path["years"].is_monotonic_increasing


def test_a_page_tells_it_with_its_figures(finding):
    section = section_of(finding)
    assert "effective histories" in " ".join(section.answer)
    assert set(section.figures) == {"outlook", "learned", "watch"}
    for draw in section.figures.values():
        assert draw().has_data()
    assert [len(table.rows) for table in section.tables[1:2]] == [len(SO_FAR.events)]


YEARLY = tuple(
    Event(at, what, {"passed": True}) for at in (1.0, 2.0) for what in ("renewal", "funds")
)
ELECTED = {
    says: Event(1.85, "election", {"of": "United States", "says": says})
    for says in ("sceptical", "committed")
}
RISKS = {
    "peace": ((), 5.6, 0.3),
    "a failed renewal": ((Event(2.0, "renewal", {"passed": False}),), 8.0, 1.0),
    "a sceptical administration": ((ELECTED["sceptical"],), 7.0, 0.5),
    "a committed one": ((ELECTED["committed"],), 4.4, 0.4),
    "all news good": ((*YEARLY[:2], ELECTED["committed"], *YEARLY[2:]), 3.7, 0.5),
}
"""Percent of `article5_like` that is at war within five years after two in which nothing else was
seen, as an independent implementation of the model has it, with its 95 % limits."""


@pytest.mark.long
def test_the_risk_after_news_is_that_of_an_independent_implementation(scenarios):
    """Within 4 standard errors of both, the parameter sets' included."""
    scenario = sim.load(scenarios / "article5_like.toml")
    free = sim.run(scenario, out=None)
    tasks = [Conditioned(scenario, Course(2.0, events), 5.0) for events, *_ in RISKS.values()]
    frames = simulate_conditioned(tasks)
    for (name, (_, risk, limit)), frame in zip(RISKS.items(), frames, strict=True):
        history = History(frame, free)
        held = history.weighted.share(history.holds(7.0))
        errors = np.array([limit, 50 * (held.high - held.low)]) / 1.96
        assert abs(100 * (1 - held.value) - risk) < 4 * np.hypot(*errors), name


def test_too_few_histories_are_refused_with_what_to_do(scenario):
    """What is left of a small sample after three probes, and a course that no history can take."""
    probes = tuple(
        Event(at, "probe", {"answer": "firm", "retaliated": True}) for at in (0.25, 0.5, 0.75)
    )
    with pytest.raises(RunError, match=r"effective.*\d+ parameter sets"):
        find_outlook(replaced(scenario, {"sampling.designs": 60}), Course(1.0, probes), out=None)
    never = replaced(
        scenario, {"europe.renewal_if_resolute": 1.0, "europe.renewal_if_irresolute": 1.0}
    )
    failed = Course(1.0, (Event(1.0, "renewal", {"passed": False}),))
    with pytest.raises(RunError, match="none of"):
        find_outlook(never, failed, out=None)
    with pytest.raises(ScenarioError, match="horizon"):
        find_outlook(scenario, Course(19.5), out=None)


@pytest.mark.long
def test_resampling_changes_no_mean(scenario, monkeypatch):
    """Resampled in every month, the chance of the course, types, V and war are those of weights
    alone: within 4 standard errors of 20 independent pieces of each."""
    course = Course(1.0, (Event(0.5, "probe", {"answer": "soft"}),))

    def pieces():
        rows = []
        for number in range(20):
            task = Conditioned(scenario, course, 2.0, 0.0, number * 100, (number + 1) * 100)
            frame = pd.DataFrame(task.simulate().T, columns=task.columns)
            weights = np.exp(frame["log_weight"].to_numpy())
            values = (1.0, frame["europe_resolute"], frame["insecurity"], frame["years"] > 3)
            rows.append([np.mean(weights * value) for value in values])
        return np.array(rows)

    weighted = pieces()
    monkeypatch.setattr(conditioned, "DEGENERATE", 1.0)
    resampled = pieces()
    assert not np.array_equal(weighted, resampled)
    apart = resampled - weighted
    error = apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
    assert (abs(apart.mean(axis=0)) < 4 * error).all()


def test_blocks_and_executors_change_nothing(scenario, monkeypatch):
    """The same frames in one block; a world that resampling left descends from another."""
    from concurrent.futures import ThreadPoolExecutor

    task = Conditioned(scenario, SO_FAR, 1.0, 1.0)
    with ThreadPoolExecutor(1) as executor:
        (here,), (there,) = (simulate_conditioned([task], pool) for pool in (None, executor))
    assert here.equals(there)
    monkeypatch.setattr(conditioned, "DEGENERATE", 1.0)
    (resampled,) = simulate_conditioned([task])
    assert resampled["world"].duplicated().any()


@pytest.mark.long
@pytest.mark.parametrize("count", [100, pytest.param(400, marks=pytest.mark.exhaustive)])
def test_learning_is_calibrated(count, scenario):
    """Over so many simulated truths, the coalition and the United States are resolute as often as
    whoever saw the same events believes: within 4 standard errors."""
    from test_course import course_of, repeated

    small = replaced(scenario, {"sampling.designs": 120, "sampling.replicates": 4})
    truths = replaced(scenario, {"sampling.seed": 77})
    believed, true = [], []
    for world in range(count):
        model = sim.CeasefireModel(truths, [world])
        while model.running and model.years < 1.0:
            model.step()
        if not model.at_peace[0]:
            continue
        course = course_of(model, 1.0)
        assert not repeated(course)
        (frame,) = simulate_conditioned([Conditioned(small, course, 0.0)])
        weights = np.exp(frame["log_weight"].to_numpy() - frame["log_weight"].max())
        names = ["europe_resolute", "united_states_resolute"]
        believed.append(weights @ frame[names].to_numpy(float) / weights.sum())
        true.append([model.europe.resolute[0], model.united_states.resolute[0]])
    apart = np.array(true, dtype=float) - np.array(believed)
    assert len(apart) > 0.85 * count
    assert (abs(apart.mean(axis=0)) < 4 * apart.std(axis=0) / np.sqrt(len(apart))).all()
    informative = np.std(believed, axis=0)
    assert (informative > 0.02).all()


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
def test_the_command_prints_the_answer(scenarios, tmp_path, command):
    """As JSON with its folder, and as text; from a course in a file."""
    course = tmp_path / "so_far.toml"
    course.write_text(SO_FAR.text())
    words = ("outlook", scenarios / "article5_like.toml", "--events", course, "--out", tmp_path)
    small = ("--designs", "300", "--replicates", "5", "--set", "sampling.steps_per_year=4")
    written = json.loads(command(*words, *small, "--json").stdout)
    folder = tmp_path / written["folder"].rpartition("/")[2]
    assert written["effective_histories"] > 200
    assert {path.stem for path in (folder / "figures").iterdir()} == {"outlook", "learned", "watch"}
    assert "effective histories" in " ".join(command(*words, *small, "--no-figures").stdout.split())


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
def test_the_how_to_runs(scenarios, tmp_path, monkeypatch, command):
    """Its file, each of its commands on a small sample, and its Python: a failed renewal lowers
    the outlook."""
    root = scenarios.parent
    page = (root / "docs" / "how-to" / "update_the_outlook.md").read_text()
    blocks = dict.fromkeys(("toml", "sh", "python"), "")
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        blocks[kind] += block
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(scenarios)
    (tmp_path / "so_far.toml").write_text(blocks["toml"])
    lines = blocks["sh"].splitlines()
    assert len(lines) == 2
    for line in lines:
        words = line.split()[1:]
        printed = command(*words, "--designs", "300", "--set", "sampling.steps_per_year=4").stdout
        assert "effective histories" in " ".join(printed.split())
    exec(blocks["python"], names := {})  # noqa: S102  it is our own page
    quiet, failed = (
        names[name].query("since == 'now' and years == 5")["estimate"].iloc[0]
        for name in ("quiet", "failed")
    )
    assert failed < quiet
    table = re.search(r"\| what \|.*?\n\n", page, re.DOTALL)[0]
    assert {what for what in DETAILS if f"`{what}`" in table} == set(DETAILS)
