"""The command line: what it prints, what it writes, and how it ends."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from elements import COMMANDS, LIBRARY, MEMBERS

import sim
from sim.analysis.comparison import comparison
from sim.analysis.costs import ITEMS
from sim.game.endings import Cause, Reason
from sim.presentation.answer import answer
from sim.presentation.cells import bracketed
from sim.scenario.differing import beyond_guarantee

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("small_studies", "blank_figures")]
SMALL = ["--designs", "60", "--replicates", "5", "--set", "sampling.steps_per_year=4"]
ENDS = [cause for cause in Cause if cause is not Cause.HELD]
ESTIMATE = {"estimate", "low", "high", "spread_low", "spread_high"}


@pytest.fixture(scope="module")
def compared(scenarios, tmp_path_factory, command):
    """A comparison and the folder of its runs."""
    out = tmp_path_factory.mktemp("runs")
    paths = [scenarios / f"{name}.toml" for name in ("none", "coalition", "nato")]
    return json.loads(command("compare", *paths, *SMALL, "--out", out, "--json").stdout), out


def assert_holds(value):
    """Nothing bare: an estimate lies within its limits."""
    assert set(value) == ESTIMATE
    assert value["low"] <= value["estimate"] <= value["high"]
    assert value["spread_low"] <= value["spread_high"]


def test_the_document_of_a_run(compared):
    """Keys, types and contents as the contract says."""
    for run in compared[0]["runs"]:
        assert set(run) == {
            "scenario",
            "label",
            "as_of",
            "worlds",
            "designs",
            "replicates",
            "seed",
            "horizon_years",
            "integrated",
            "survival",
            "survival_if_signed",
            "restricted_mean_years",
            "causes",
            "reasons",
            "threshold",
            "terms_drift",
            "probes_per_year",
            "europe_intervenes",
            "us_backs",
            "costs",
            "seconds",
            "folder",
        }
        assert (
            run["worlds"],
            run["designs"],
            run["replicates"],
            run["seed"],
            run["horizon_years"],
        ) == (300, 60, 5, 2025, 20)
        assert list(run["survival"]) == ["1", "2", "5", "10", "20"]
        assert list(run["survival_if_signed"]) == list(run["survival"])
        assert list(run["causes"]) == [str(cause) for cause in Cause]
        assert sum(share["estimate"] for share in run["causes"].values()) == pytest.approx(1)
        assert list(run["reasons"]) == [str(reason) for reason in Reason]
        assert sum(share["estimate"] for share in run["reasons"].values()) == pytest.approx(
            run["causes"]["attack"]["estimate"]
        )
        assert (
            run["label"]
            == {
                "none": "No guarantee",
                "coalition": "Coalition of the willing",
                "nato": "NATO membership",
            }[run["scenario"]]
        )
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", run["as_of"])
        for value in (
            *run["survival"].values(),
            *run["survival_if_signed"].values(),
            *run["causes"].values(),
            *run["reasons"].values(),
            run["terms_drift"],
            run["probes_per_year"],
            run["europe_intervenes"],
            run["us_backs"],
            run["restricted_mean_years"],
        ):
            assert_holds(value)
        assert Path(run["folder"]).is_dir()
        assert run["seconds"] > 0


def test_the_document_has_thresholds_and_pooled_rates(compared):
    """A threshold for each year of durability, null where it is beyond.

    Rates are totals over all histories by their years.
    """
    for run in compared[0]["runs"]:
        assert list(run["threshold"]) == list(run["survival"])
        for threshold in run["threshold"].values():
            assert set(threshold) == {"estimate", "low", "high", "beyond"}
            assert threshold["beyond"] == (threshold["estimate"] is None)
        worlds = sim.read_run(run["folder"]).outcomes
        for name, totals in (
            ("terms_drift", worlds["terms_drift"] * worlds["years"]),
            ("probes_per_year", worlds["probes"]),
        ):
            assert run[name]["estimate"] == pytest.approx(totals.sum() / worlds["years"].sum())


def test_the_document_tells_who_bears_what(compared):
    """Every cost has both intervals and its share of the burden, for each bearer and item.

    Where nothing is paid there is no share.
    """
    for run in compared[0]["runs"]:
        assert list(run["costs"]) == ["all", "Europe", *MEMBERS, "United States", "Ukraine"]
        for items in run["costs"].values():
            assert list(items) == list(ITEMS)
            for item, cost in items.items():
                assert_holds({name: cost[name] for name in ESTIMATE})
                assert set(cost) - ESTIMATE == {"share", "share_low", "share_high"}
                if cost["share"] is None:
                    assert run["costs"]["all"][item]["estimate"] == 0
                else:
                    assert 0 <= cost["share_low"] <= cost["share"] <= cost["share_high"] <= 1


def test_the_document_of_differences(compared):
    """One entry for each scenario but the baseline, the same as the Python function gives."""
    document, _ = compared
    differences = document["differences"]
    assert [(entry["scenario"], entry["baseline"]) for entry in differences] == [
        ("coalition", "none"),
        ("nato", "none"),
    ]
    runs = [sim.read_run(run["folder"]) for run in document["runs"]]
    table = sim.compare(runs).set_index(["scenario", "years"])
    for entry in differences:
        assert list(entry["survival"]) == ["1", "2", "5", "10", "20"]
        for years, value in entry["survival"].items():
            assert_holds(value)
            assert value["estimate"] == table.loc[(entry["scenario"], int(years)), "estimate"]


@pytest.mark.parametrize(
    ("years", "reported"),
    [
        (1, ["1"]),
        (3, ["1", "2", "3"]),
        (7, ["1", "2", "5", "7"]),
        (25, ["1", "2", "5", "10", "20", "25"]),
    ],
)
def test_years_as_far_as_the_horizon_reaches(years, reported, scenarios, tmp_path, command):
    """And the horizon itself."""
    words = ("run", scenarios / "none.toml", *SMALL, "--years", years, "--out", tmp_path)
    document = json.loads(command(*words, "--json", "--no-figures").stdout)
    assert list(document["runs"][0]["survival"]) == reported
    assert document["differences"] == []


def test_the_run_folder(compared):
    """Manifest, outcomes and timeline hold what the contract says, and agree with each other."""
    run = sim.read_run(compared[0]["runs"][1]["folder"])
    assert run.manifest["state"] == "complete"
    assert set(run.manifest) >= {
        "scenario",
        "hash",
        "seed",
        "versions",
        "platform",
        "started",
        "finished",
        "seconds",
        "blocks",
        "sha256",
    }
    outcomes, timeline = run.outcomes, run.timeline
    assert list(outcomes)[:16] == [
        "world",
        "design",
        "replicate",
        "years",
        "cause",
        "reason",
        "held",
        "europe_intervenes",
        "us_backs",
        "members_fought",
        "probes",
        "firm_answers",
        "terms_drift",
        "russia_prevails",
        "russia_signs",
        "ukraine_gain",
    ]
    assert set(list(outcomes)[16:]) == {
        *run.scenario.uncertain(),
        *(f"hazard_{cause}" for cause in ENDS),
        *(f"hazard_until_{year}" for year in (1, 2, 5, 10)),
        *(f"cost_{item}_united_states" for item in ("arms", "resupply", "losses")),
        *(f"cost_{item}_ukraine" for item in ("reconstruction", "losses")),
        *(
            f"cost_{item}_europe_{name}"
            for item in ("stationing", "arms", "resupply", "losses")
            for name in MEMBERS
        ),
    }
    assert (outcomes["world"] == np.arange(300)).all()
    assert (outcomes["design"] == outcomes["world"] // 5).all()
    assert outcomes["russia_prevails"].isna().equals(outcomes["held"])
    assert ((outcomes["members_fought"] == "") | outcomes["europe_intervenes"]).all()
    assert len(timeline) == 80
    ended = timeline.filter(like="ended_")
    assert timeline["at_risk"].iloc[0] == 300
    np.testing.assert_array_equal(timeline["at_risk"].diff().iloc[1:], -ended.sum(axis=1).iloc[:-1])
    for cause in ENDS:
        assert ended[f"ended_{cause}"].sum() == (outcomes["cause"] == cause).sum()
    for name in (
        "russia_strength",
        "ukraine_strength",
        "reputation_europe",
        "reputation_united_states",
    ):
        quantiles = timeline[[f"{name}_{percent}" for percent in (5, 25, 50, 75, 95)]]
        assert (np.diff(quantiles, axis=1) >= 0).all()


def test_quantiles_of_the_timeline_are_those_of_the_worlds(scenarios):
    """To one per cent of the strength, and 0.005 of the belief, of the exact quantiles over worlds
    still at peace.
    """
    scenario = sim.load(
        scenarios / "coalition.toml", {"sampling.designs": 200, "sampling.horizon_years": 3}
    )
    row = sim.run(scenario, out=None).timeline.iloc[-1]
    model = sim.CeasefireModel(scenario, 2000)
    while model.running:
        model.step()
    for percent in (5, 25, 50, 75, 95):
        exact = {
            name: np.quantile(values[model.at_peace], percent / 100, method="inverted_cdf")
            for name, values in (
                ("russia_strength", model.russia.strength),
                ("reputation_europe", model.europe.reputation),
            )
        }
        assert row[f"russia_strength_{percent}"] == pytest.approx(
            exact["russia_strength"], rel=0.0101
        )
        assert row[f"reputation_europe_{percent}"] == pytest.approx(
            exact["reputation_europe"], abs=0.0051
        )


def test_figures_are_written_beside_the_results(scenarios, compared, command):
    """Each section of a run and of a comparison has its own."""
    _, out = compared
    command("run", scenarios / "none.toml", *SMALL, "--out", out)
    (folder,) = out.glob("none-*")
    assert {path.name for path in (folder / "figures").glob("*.png")} == {
        "survival.png",
        "threshold.png",
        "causes.png",
        "reasons.png",
        "hazard.png",
        "burden.png",
        "spread.png",
    }
    (together,) = out.glob("comparison-*")
    names = {
        "survival.png",
        "threshold.png",
        "causes.png",
        "reasons.png",
        "hazard.png",
        "differences.png",
        "burden.png",
        "spread.png",
    }
    assert {path.name for path in (together / "figures").glob("*.png")} == names
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.rglob("*.png"))


def test_a_second_run_reads_the_folder(scenarios, tmp_path, command):
    """The same document to the letter, the time it took included, and the files untouched."""
    words = ("run", scenarios / "eu.toml", *SMALL, "--out", tmp_path, "--json", "--no-figures")
    first = command(*words).stdout
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert command(*words).stdout == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == stamps


def test_folders_and_files_are_compared_alike(compared, scenarios, command):
    """A run folder stands for its scenario."""
    document, out = compared
    mixed = json.loads(
        command(
            "compare",
            document["runs"][0]["folder"],
            scenarios / "nato.toml",
            *SMALL,
            "--out",
            out,
            "--json",
            "--no-figures",
        ).stdout
    )
    assert mixed["differences"][0] == document["differences"][1]


def tables(text):
    """The tables of a printed text by title: its rows, and the line of small print below each."""
    by_title = {}
    for block in re.split(r"\n\n", text):
        title, *lines = block.splitlines()
        if any("(±" in line for line in lines) and not title.startswith("- "):
            by_title[title] = list(pairwise(lines))
    return by_title


def test_the_table_shows_both_intervals_of_every_share(scenarios, compared, command):
    """Every share and cost has its error, every row a range beneath it; the caveat stands once, and
    no line of the answer and the tables is wider than a terminal.
    """
    paths = [scenarios / f"{name}.toml" for name in ("none", "nato")]
    text = command("compare", *paths, *SMALL, "--no-figures", "--out", compared[1]).stdout
    printed = tables(text[text.index("Share of ceasefires still holding, %") :])
    assert len(printed) >= 6
    for pairs in printed.values():
        for row, ranges in pairs:
            if row.startswith(("No guarantee", "NATO")) and "(" in row:
                number = r"[-+]?\d+\.\d"
                numbers = re.findall(rf"{number} \((?:±{number}|{number} to {number})\)", row)
                assert len(numbers) == len(re.findall(number, re.sub(r"\(.*?\)", "", row)))
                assert len(re.findall(r"[-+]?\d+ to [-+]?\d+", ranges)) == len(numbers)
    assert text.count("not a forecast") == 1
    assert max(map(len, text[: text.index("  No guarantee: /")].splitlines())) <= 80


def test_a_comparison_answers_in_sentences_first(compared, scenarios, command):
    """Which guarantee, by how much, how sure, why, what would reverse it and what it costs; then
    the tables with the same numbers.
    """
    document, out = compared
    paths = [scenarios / f"{name}.toml" for name in ("none", "coalition", "nato")]
    text = " ".join(command("compare", *paths, *SMALL, "--out", out).stdout.split())
    questions = [
        "Which guarantee holds longest?",
        "By how much?",
        "How sure is that?",
        "Why do they differ?",
        "What would reverse this?",
        "What does it cost, and whom?",
        "Share of ceasefires still holding",
    ]
    places = [text.index(question) for question in questions]
    assert places == sorted(places)
    best = max(document["runs"], key=lambda run: run["survival"]["20"]["estimate"])
    assert text.startswith(
        f"Which guarantee holds longest? - {best['label']}: after 20 years, "
        f"{100 * best['survival']['20']['estimate']:.1f} % ("
    )
    reverse = text[places[4] : places[5]]
    assert "NATO membership" in reverse
    assert "Coalition of the willing" in reverse
    assert re.search(r"\(±[\d.]+\)|\([\d.]+ to ", reverse)


def test_a_baseline_is_held_against_a_bare_ceasefire_too(compared):
    """Of a baseline that is not `none` it is said what it adds to no guarantee, once."""
    runs = [sim.read_run(run["folder"]) for run in compared[0]["runs"]]
    for baseline, label in (("coalition", "Coalition of the willing"), ("nato", "NATO membership")):
        margins = next(
            section.answer
            for section in answer(comparison(runs, baseline))
            if section.question == "By how much?"
        )
        against_bare = f"under {label} than under No guarantee"
        assert sum(against_bare in sentence for sentence in margins) == 1
        assert len(set(margins)) == len(margins)


def test_scenarios_that_differ_in_assumptions_are_named(scenarios, tmp_path, command):
    """In what, in one line on standard error; who takes part is the guarantee's."""
    paths = [scenarios / f"{name}.toml" for name in ("coalition", "coalition_of_few")]
    assert beyond_guarantee([sim.load(path) for path in paths]) == []
    few = ("--designs", 40, "--replicates", 2, "--years", 3, "--no-figures", "--out", tmp_path)
    changed = ("--set", "2:russia.insecurity=0.5", "--set", "2:regime.arms.package_usd_bn=9")
    assert command("compare", *paths, *few, *changed, "--json").stderr == (
        "these scenarios differ in more than the guarantee: russia.insecurity; a difference "
        "between them is not that of the guarantee alone\n"
    )


def test_one_run_prints_who_bears_what(scenarios, compared, command):
    """A row a bearer, as in the table of the Python function.

    Costs in peace, by war and in all, each with error and range; then the shares.
    """
    _, out = compared
    path = scenarios / "coalition.toml"
    text = command("run", path, *SMALL, "--no-figures", "--out", out).stdout
    (folder,) = out.glob("coalition-*")
    table = sim.costs(sim.read_run(folder)).set_index(["bearer", "item"])
    costs, shares = (
        text[text.index(title) :].split("\n\n")[0].splitlines()
        for title in ("Expected cost under Coalition", "Share of the cost under Coalition")
    )
    for bearer in table.index.unique("bearer"):
        rows = [table.loc[bearer, item] for item in ("peace", "war", "all")]
        line = next(row for row in costs if row.startswith(f"{bearer} "))
        assert re.findall(r"[\d.]+ \(±[\d.]+\)", line) == [
            f"{row['estimate']:.1f} (±{(row['high'] - row['low']) / 2:.1f})" for row in rows
        ]
        assert len(re.findall(r"\d+ to \d+", costs[costs.index(line) + 1])) == 3
        if bearer != "all":
            line = next(row for row in shares if row.startswith(f"{bearer} "))
            assert re.findall(r"[\d.]+ \(±[\d.]+\)", line) == [
                f"{100 * row['share']:.1f} (±{50 * (row['share_high'] - row['share_low']):.1f})"
                for row in rows
            ]
    assert max(map(len, text.splitlines()[:-1])) <= 80


def test_set_changes_a_value(scenarios, tmp_path, command):
    """And the manifest says so."""
    words = (
        "--set",
        "regime.deployment.brigades=7",
        "--set",
        "russia.strength={ uniform = [90, 110] }",
    )
    words += ("--out", tmp_path, "--json", "--no-figures")
    document = json.loads(command("run", scenarios / "none.toml", *SMALL, *words).stdout)
    scenario = sim.read_run(document["runs"][0]["folder"]).manifest["scenario"]
    assert scenario["regime"]["deployment"]["brigades"] == 7
    assert scenario["russia"]["strength"] == {"uniform": [90, 110]}


def test_list_check_show_and_schema(scenarios, command):
    """Names with titles; fine files; values with origins; a JSON document."""
    listed = command("list", scenarios).stdout.splitlines()
    assert sum(not line.startswith(" ") for line in listed) == len(LIBRARY)
    assert any(re.fullmatch(r"nato +1 +1 +NATO membership, on the way", line) for line in listed)
    assert command("check", scenarios / "nato.toml").stdout == f"{scenarios / 'nato.toml'}: fine\n"
    shown = command("show", scenarios / "nato.toml", "--set", "war.decisiveness=3").stdout
    assert (
        "brigades = 10.0    # n_F: allied force stationed in Ukraine [brigades; 45,000 soldiers]"
        in shown
    )
    assert "#   set by command line; was 2.0 (default)" in shown
    assert json.loads(command("schema").stdout)["title"] == "Scenario"


SAMPLING = {
    "sampling.designs": 60,
    "sampling.replicates": 5,
    "sampling.horizon_years": 5,
    "sampling.steps_per_year": 4,
}
"""That of `SMALL`, for five years."""


def test_a_sweep_is_a_table_of_runs(scenarios, tmp_path, command):
    """Every combination, each equal to the run of its own scenario."""
    words = (
        "sweep",
        scenarios / "none.toml",
        "--grid",
        "regime.deployment.brigades=0:10:2",
        "--grid",
        "regime.commitment.europe=0:1:2",
        "--years",
        5,
    )
    table = pd.DataFrame(json.loads(command(*words, *SMALL, "--out", tmp_path, "--json").stdout))
    assert len(table) == 4 * 3
    own = sim.run(
        sim.load(
            scenarios / "none.toml",
            SAMPLING | {"regime.deployment.brigades": 10, "regime.commitment.europe": 1},
        ),
        out=None,
    )
    last = table[
        (table["regime.deployment.brigades"] == 10) & (table["regime.commitment.europe"] == 1)
    ]
    np.testing.assert_allclose(last["estimate"], sim.survival(own)["estimate"])
    sampled = pd.DataFrame(
        json.loads(command(*words, "--sample", 3, *SMALL, "--out", tmp_path, "--json").stdout)
    )
    assert sampled["regime.deployment.brigades"].between(0, 10).all()
    assert sampled["regime.deployment.brigades"].nunique() == 3


def test_a_sweep_says_where_durability_is_highest(scenarios, tmp_path, command):
    """In a sentence and a table of whole lines: a row a combination, a column a year."""
    words = ("sweep", scenarios / "none.toml", "--grid", "regime.commitment.europe=0:1:2")
    words = (*words, "--years", 5, *SMALL, "--out", tmp_path)
    table = pd.DataFrame(json.loads(command(*words, "--json").stdout))
    printed = " ".join(command(*words).stdout.split())
    last = table[table["years"] == 5].set_index("regime.commitment.europe")["estimate"]
    for word, value in (("most", last.idxmax()), ("fewest", last.idxmin())):
        assert (
            f"After 5 years, the {word} ceasefires still hold with “promise of the European "
            f"coalition” at {value:g}: {100 * last[value]:.1f} % ("
        ) in printed
    high, low = (
        sim.run(
            sim.load(scenarios / "none.toml", SAMPLING | {"regime.commitment.europe": value}),
            out=None,
        )
        for value in (last.idxmax(), last.idxmin())
    )
    (paired,) = sim.compare([low, high], years=[5]).to_dict("records")
    assert (
        f"After 5 years, {100 * paired['estimate']:.1f} percentage points "
        f"(±{50 * (paired['high'] - paired['low']):.1f}) more ceasefires still hold with “promise "
        f"of the European coalition” at {last.idxmax():g} than with “promise"
    ) in printed
    for _, row in table.iterrows():
        assert bracketed(row, ("estimate", "low", "high")) in printed


def test_a_sweep_without_effect_has_ends_that_are_indistinguishable(scenarios, tmp_path, command):
    """A scenario without a force does not depend on where it would stand; nor does a single
    combination have a difference.
    """
    words = ("sweep", scenarios / "none.toml", "--grid", "regime.deployment.exposure=0:1:2")
    words = (*words, "--years", 5, *SMALL, "--out", tmp_path)
    printed = " ".join(command(*words).stdout.split())
    assert "0.0 percentage points (±0.0) more ceasefires still hold with" in printed
    assert "The two are statistically indistinguishable" in printed
    assert "than with" not in " ".join(command(*words, "--sample", 1).stdout.split())


def test_precision_is_reached_and_what_it_took_is_said(scenarios, tmp_path, command):
    """Every durability's error is at most what was asked for, and more designs than the scenario's
    were needed.
    """
    words = ("run", scenarios / "none.toml", *SMALL, "--precision", "0.05", "--out", tmp_path)
    result = command(*words, "--json", "--no-figures")
    (run,) = json.loads(result.stdout)["runs"]
    assert all((share["high"] - share["low"]) / 2 <= 0.05 for share in run["survival"].values())
    assert run["designs"] > 60
    assert len(re.findall(r"none: .*\b5\b.* ±[\d.]+", result.stderr)) >= 2
    assert str(run["designs"]) in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, command):
    """`--help` says what the command does, and ends well."""
    text = command(name, "--help").stdout
    assert f"ceasefire {name}" in text.replace("root", "ceasefire")
    assert len(text) > 200
