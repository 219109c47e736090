"""Scenario discovery: the boxes are those of EMA workbench, known regions are found, and chance is
not taken for one.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sizes import places

import sim
from sim import plots
from sim.analysis.freed import by_design, chance_left
from sim.analysis.measures import Measure
from sim.analysis.resampling import RESAMPLES
from sim.presentation import terminal
from sim.presentation.registry import section_of
from sim.scenario.load import replaced
from sim.study import discovery, prim
from sim.study.assumptions import assumptions, meaning
from sim.study.kept import read
from sim.study.regions import regions

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("blank_figures", "few_resamples")]
HERE = Path(__file__).parent / "ema_workbench"
GOLDEN = json.loads((HERE / "boxes.json").read_text())["boxes"]


@pytest.fixture(scope="module")
def few_resamples():
    """A quarter of those of the product: enough for limits that hold what is known, and for answers
    that are the same again.
    """
    with pytest.MonkeyPatch.context() as patched:
        for place in places({"sim.analysis.resampling.bags:resamples": RESAMPLES // 4}):
            patched.setitem(*place)
        yield


def _cases():
    spec = importlib.util.spec_from_file_location("ema_workbench_cases", HERE / "cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


def _told(x, y, left, box):
    """Limits within the data, mass, coverage, density."""
    inside = prim.within(x, box) & left
    return [
        *np.clip(box, x.min(axis=0), x.max(axis=0)).ravel(),
        inside.mean(),
        y[inside].sum() / y.sum(),
        y[inside].mean(),
    ]


@pytest.mark.parametrize("name", GOLDEN)
def test_boxes_are_those_of_ema_workbench(name):
    """Every box on the way, limits, mass, coverage and density to 1e-12.

    Ours goes on peeling where EMA workbench stops.

    Pasting is compared from the box at which EMA workbench stops.
    """
    x, y = _cases()[name]()
    x, left = x.to_numpy(), np.ones(len(y), bool)
    for steps in GOLDEN[name]:
        peels = 1 + sum(np.diff([step["mass"] for step in steps]) < 0)
        boxes = prim.trajectory(x[left], y[left], prim.MIN_MASS * len(y))[:peels]
        boxes += prim.pastings(x[left], y[left], boxes[-1])
        for box, step in zip(boxes, steps, strict=True):
            inside = prim.within(x, box) & left
            computed = [
                *np.clip(box, x.min(axis=0), x.max(axis=0)).ravel(),
                inside.mean(),
                y[inside].sum() / y.sum(),
                y[inside].mean(),
            ]
            expected = [*np.ravel(step["limits"]), step["mass"], step["coverage"], step["density"]]
            np.testing.assert_allclose(computed, expected, atol=1e-12)
        left &= ~prim.within(x, boxes[-1])


def _space(count=800, seed=5):
    return pd.DataFrame(
        np.random.default_rng(seed).random((count, 3)),
        columns=["russia.insecurity", "russia.value_of_prevailing", "russia.strength_target"],
    )


def test_a_known_region_is_found_with_limits_that_hold_it():
    """A box in two of three parameters, one call in twenty wrong.

    The limits' intervals hold the true ones, the third stays free.
    """
    x = _space()
    inside = ((x.iloc[:, 0] > 0.6) & (x.iloc[:, 1] < 0.5)).to_numpy()
    fails = inside ^ (np.random.default_rng(6).random(len(x)) < 0.05)
    rules, boxes, steps = regions(x, fails)
    first = pd.DataFrame(rules).query("box == 1").set_index("parameter")
    assert (
        first.loc["russia.insecurity", "low_low"] - 0.01
        <= 0.6
        <= first.loc["russia.insecurity", "low_high"] + 0.01
    )
    assert (
        first.loc["russia.value_of_prevailing", "high_low"] - 0.01
        <= 0.5
        <= first.loc["russia.value_of_prevailing", "high_high"] + 0.01
    )
    assert first.loc[["russia.insecurity", "russia.value_of_prevailing"], "chosen"].min() == 1
    assert first.loc["russia.strength_target", ["low", "high"]].isna().all()
    density, coverage = fails[inside].mean(), fails[inside].sum() / fails.sum()
    assert boxes[0]["density_low"] <= density <= boxes[0]["density_high"]
    assert boxes[0]["coverage_low"] <= coverage <= boxes[0]["coverage_high"]
    assert sum(step["taken"] for step in steps) == len(boxes)


def test_what_the_first_box_leaves_is_looked_into():
    """Two regions apart: two boxes, which share no case and cover most of both."""
    x = _space(600)
    fails = (
        (x.iloc[:, 0] > 0.7) & (x.iloc[:, 1] > 0.7) | (x.iloc[:, 0] < 0.25) & (x.iloc[:, 2] < 0.4)
    ).to_numpy()
    _, boxes, _ = regions(x, fails)
    assert len(boxes) >= 2
    assert sum(box["coverage"] for box in boxes) > 0.8


def test_an_assumption_that_does_not_matter_is_seldom_restricted():
    """Twenty sets of cases in which two of three do not.

    Fewer than one in five of their boxes restrict either (limit stated at 40 %).
    """
    taken = 0
    for seed in range(20):
        x = _space(400, seed)
        fails = (x.iloc[:, 0] > 0.7).to_numpy() ^ (np.random.default_rng(seed).random(400) < 0.05)
        box, _ = prim.find_box(x.to_numpy(), fails, 20)
        taken += int(prim.restricted(box)[1:].any())
    assert taken <= 8


@pytest.mark.parametrize(
    ("seeds", "most"), [(2, 1), pytest.param(20, 4, marks=pytest.mark.exhaustive)]
)
def test_no_region_is_told_where_there_is_none(seeds, most, monkeypatch):
    """Failures thrown by a coin, with all resamples of the product.

    No more of them show a box than would of 2.5 %, which is right, in 1 of 1,000 such tests.
    """
    for place in places({"sim.analysis.resampling.bags:resamples": RESAMPLES}):
        monkeypatch.setitem(*place)
    shown = 0
    for seed in range(seeds):
        _, boxes, _ = regions(
            _space(300, seed), np.random.default_rng(100 + seed).random(300) < 0.3
        )
        shown += len(boxes) > 0
    assert shown <= most


def test_the_cases_in_a_box_do_not_depend_on_the_scale_of_a_parameter():
    """Peeling splits cases by their order, so that logarithms hold the same cases."""
    x = _space().to_numpy()
    fails = (x[:, 0] > 0.6) & (x[:, 1] < 0.5)
    stretched = np.column_stack([np.exp(5 * x[:, 0]), np.log(x[:, 1]), x[:, 2] ** 3])
    boxes = [prim.find_box(cases, fails, 40)[0] for cases in (x, stretched)]
    np.testing.assert_array_equal(prim.within(x, boxes[0]), prim.within(stretched, boxes[1]))


def test_chance_that_is_left_says_how_far_designs_are_from_the_truth():
    """Binomial designs around a line: the errors told are within a third of those made, over 2,000
    designs.
    """
    rng = np.random.default_rng(9)
    design = np.repeat(np.arange(2000), 10)
    value = rng.permutation(2000) / 2000
    truth = np.clip(0.3 + 0.4 * value + 0.1 * rng.standard_normal(2000), 0.02, 0.98)
    worlds = pd.DataFrame(
        {
            "world": np.arange(20_000),
            "design": design,
            "a.b": value[design],
            "held": rng.random(20_000) < truth[design],
        }
    )
    measure = Measure("held", "held", "share", lambda table: table["held"].to_numpy(float))
    made = np.sqrt(np.mean((by_design(measure, worlds) - truth) ** 2))
    assert made / np.sqrt(np.mean(chance_left(measure, worlds) ** 2)) == pytest.approx(1, abs=1 / 3)


SMALL = {"sampling.designs": 300, "sampling.replicates": 8, "sampling.horizon_years": 5}


@pytest.fixture(scope="module")
def none(scenarios, few):
    return few(sim.load(scenarios / "none.toml", SMALL))


@pytest.fixture(scope="module")
def finding(none):
    """A finding of a small run."""
    return discovery.find_regions(none, "survival@5 < 0.6", out=None)


def test_the_value_of_prevailing_decides_without_a_guarantee(finding):
    """As the model is written, in each resample.

    Every number of the tables lies within its limits.
    """
    rules = finding.table
    assert rules.iloc[0]["parameter"] == "russia.value_of_prevailing"
    assert rules.iloc[0]["chosen"] == rules.iloc[0]["low_chosen"] == 1
    for table, columns in (
        (finding.tables["boxes"], ("coverage", "density", "mass")),
        (
            finding.tables["share"].rename(
                columns={"low": "estimate_low", "high": "estimate_high"}
            ),
            ("estimate",),
        ),
    ):
        for column in columns:
            assert (table[f"{column}_low"] <= table[column]).all()
            assert (table[column] <= table[f"{column}_high"]).all()
    assert len(finding.tables["cases"]) == 300


def test_the_same_question_has_the_same_answer(finding, none):
    """Determinism, and the public function gives the rules."""
    again = sim.discover(none, "survival@5 < 0.6", out=None)
    pd.testing.assert_frame_equal(again, finding.table)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("survival@5 < 0", "Nowhere"),
        ("restricted_mean_years < 0", "Nowhere"),
        ("survival@5 >= 0", "Everywhere"),
        ("survival@5 < 0.02", "Nowhere|cannot be distinguished from chance"),
    ],
)
def test_never_always_and_too_few_are_answers(scenarios, few, when, words):
    """Without a region the sentences say so, and the figures can be drawn."""
    finding = discovery.find_regions(few(sim.load(scenarios / "nato.toml", SMALL)), when, out=None)
    section = section_of(finding)
    assert finding.table.empty
    assert any(word in " ".join(section.answer) for word in words.split("|"))
    for draw in section.figures.values():
        assert draw().get_title(loc="left")
        plots.style.plt.close("all")


def test_without_a_region_designs_are_shown_over_what_goes_most_with_the_outcome(scenarios, few):
    """The value of prevailing across, named in words.

    The whole space is the one point of peeling, and there is no table of rules.
    """
    finding = discovery.find_regions(
        few(sim.load(scenarios / "none.toml", SMALL | {"sampling.designs": 60})),
        "survival@5 < 0.1",
        out=None,
    )
    section = section_of(finding)
    assert finding.table.empty
    assert finding.tables["share"].iloc[0]["failing"] > 0
    assert section.figures["discovery"]().get_xlabel().startswith("Russia: value of prevailing")
    whole = section.figures["peeling"]().containers[0].lines[0]
    assert whole.get_xydata().tolist() == [[1, finding.tables["share"].iloc[0]["estimate"]]]
    console = Console(width=200)
    with console.capture() as printed:
        console.print(terminal.section(section))
    assert section.answer[0] in " ".join(printed.get().split())
    assert "in resamples" not in printed.get()
    plots.style.plt.close("all")


def test_a_guarantee_beats_none_by_more_than_chance(scenarios, none, few):
    """The same run under another name differs nowhere.

    Another guarantee does, and what is within chance is no difference.
    """
    same = (
        discovery.find_regions(
            none, "survival@5 > 0", against=none.model_copy(update={"name": "same"}), out=None
        )
        .tables["share"]
        .iloc[0]
    )
    assert same["failing"] == same["unsure"] == 0
    other = discovery.find_regions(
        few(sim.load(scenarios / "article5_like.toml", SMALL)),
        "survival@5 > 0",
        against=none,
        out=None,
    )
    share = other.tables["share"].iloc[0]
    assert 0.2 < share["low"] < share["high"] < 1
    assert share["failing"] + share["unsure"] * share["designs"] <= share["designs"] + 0.5


def test_an_assumption_of_one_guarantee_bears_its_name(scenarios, few):
    """Numbers that both share stand once; one of their own says under which."""
    pair = [
        sim.run(replaced(few(sim.load(scenarios / f"{name}.toml", SMALL)), more), out=None)
        for name, more in (
            ("none", {}),
            ("coalition", {"regime.commitment.europe": {"uniform": [0.2, 0.6]}}),
        )
    ]
    columns = list(assumptions(pair))
    assert "russia.insecurity" in columns
    assert (
        meaning("regime.commitment.europe under coalition")[0]
        == "promise of the European coalition under coalition"
    )
    assert [column for column in columns if "under" in column] == [
        "regime.commitment.europe under coalition"
    ]
    assert (
        meaning("europe.members.United Kingdom.reliability")[0]
        == "United Kingdom: chance that the pledge is honoured"
    )


SIZE = ["--designs", "120", "--replicates", "4", "--years", "5"]


def test_the_command_keeps_what_it_prints(scenarios, few_file, tmp_path, command):
    """JSON, folder, figures; read again it tells the same."""
    words = [
        "discover",
        f"{scenarios / 'none.toml'}+{few_file}",
        "--when",
        "survival@5 < 0.6",
        "--designs",
        300,
        "--replicates",
        8,
        "--years",
        5,
        "--out",
        tmp_path,
    ]
    document = json.loads(command(*words, "--json").stdout)
    folder = Path(document["folder"])
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "discovery.png",
        "peeling.png",
    }
    again = read(folder)
    assert section_of(again).answer[0] in " ".join(command(*words).stdout.split())
    assert document["rules"][0]["parameter"] == "russia.value_of_prevailing"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--when", "survival@5 0.5"], "--when survival@5 0.5:"),
        (
            ["--when", "survival@9 < 0.5"],
            "--when survival@9 < 0.5: must begin with an outcome: survival@9:",
        ),
        (["--when", "surival@5 < 0.5"], "surival@5"),
        (["--when", "survival@5 < 50"], "--when survival@5 < 50:"),
        (["--when", "survival@5 < nan"], "--when survival@5 < nan:"),
        (["--when", "survival@5 < 0.5", "--replicates", "1"], "--replicates"),
        (["--when", "survival@5 < 0.5", "--against", "{none}"], "none"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(scenarios, tmp_path, words, said, command):
    """Exit code 2, one line, and nothing is simulated."""
    none = scenarios / "none.toml"
    result = command(
        "discover",
        none,
        *SIZE,
        *(word.format(none=none) for word in words),
        "--out",
        tmp_path,
        code=2,
    )
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("[!.]*"))


def test_without_anything_uncertain_there_is_nothing_to_discover(
    scenarios, few_file, tmp_path, command
):
    """The message says what to give a distribution."""
    sets = [
        f"--set={key}={value}"
        for key, value in (
            ("russia.strength_target", 170),
            ("russia.reconstitution_half_life", 4),
            ("russia.value_of_prevailing", 1),
            ("russia.insecurity", 0.5),
        )
    ]
    with_few = f"{scenarios / 'none.toml'}+{few_file}"
    result = command(
        "discover", with_few, "--when", "survival@5 < 0.5", *SIZE, *sets, "--out", tmp_path, code=2
    )
    assert len(result.stderr.splitlines()) == 1
