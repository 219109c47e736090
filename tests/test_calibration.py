"""Calibration: the method on records whose truth is known, and the contracts of what it writes."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from elements import LIBRARY
from scipys import frozen
from typer.testing import CliRunner

import sim
from sim.chance import stream_seed
from sim.cli import app
from sim.errors import ScenarioError
from sim.presentation.calibration import doubts, section
from sim.record.class_scenarios import CLASS_SCENARIOS
from sim.record.record import record
from sim.study.calibration import histories, self_check
from sim.study.calibration.emulator import Emulator, counted
from sim.study.calibration.forecasts import left_out, predictors
from sim.study.calibration.histories import (
    EDGES,
    Histories,
    draw_record,
    representing,
    simulate_candidates,
)
from sim.study.calibration.overlay import scenario_text
from sim.study.calibration.posterior import Posterior, Prior, weighted_quantiles
from sim.study.calibration.prior import (
    LEVELS,
    PRIOR,
    SHARED,
    candidates,
    hypercube,
    lattice,
    of_schema,
    pairs,
)
from sim.study.calibration.study import fit_record
from sim.study.finding import Finding
from sim.study.kept import read
from sim.uncertainty import Uniform

pytestmark = pytest.mark.long
CLASSES = ("none", "deployed_allied_force")


def weibull_histories(count, histories, seed):
    """Candidates whose lifetimes are known in closed form.

    A rate that two parts set, half of it in the second class; the rest do nothing.
    """
    return of_known_rate(hypercube(count, seed), histories, seed + 1)


def of_known_rate(scores, histories, seed):
    """The same of given candidates."""
    rng = np.random.default_rng(seed)
    rate = (
        np.exp(-2.5 + 0.8 * scores[:, 0] + 0.4 * scores[:, 1])[:, None, None]
        * np.array([1.0, 0.5])[:, None]
    )
    years = rng.exponential(size=(len(scores), 2, histories)) / rate
    return Histories(scores, CLASSES, np.where(years > EDGES[-1], np.inf, years))


def cases_of(count, years=30.0):
    """So many cases in each class, followed for so long."""
    names = np.repeat(CLASSES, count)
    case = [f"case {number}" for number in range(len(names))]
    return pd.DataFrame(
        {"case": case, "pair": case, "guarantee_class": names, "years": years, "ended": False}
    )


@pytest.fixture(scope="module")
def prior():
    return Prior.from_emulator(Emulator(weibull_histories(400, 200, 1)), power=12)


def test_the_medians_of_the_prior_are_the_defaults_of_the_schema():
    """Normal scores of 0 give back the schema: its distributions over pairs, and the medians of
    what pairs share; V is spread wider.
    """
    shares, shared = np.linspace(0.01, 0.99, 9), set(SHARED.values())
    said = pairs(candidates(np.zeros((1, len(PRIOR)))).to_dict("records")[0])
    assert shared < set(said)
    assert {key for key, _ in LEVELS.values()} < set(said)
    for key, value in said.items():
        default = of_schema(key)
        if key in shared:
            assert value == pytest.approx(default.quantile(np.array([0.5]))[0]), key
        elif key != "russia.value_of_prevailing":
            np.testing.assert_allclose(
                value.quantile(shares), default.quantile(shares), err_msg=key
            )
        else:
            assert value.median == pytest.approx(default.median)
            assert value.sigma == pytest.approx(1.25 * default.sigma)
    with pytest.raises(TypeError, match=r"^russia\.strength is 100"):
        of_schema("russia.strength")


def test_the_prior_is_filled_evenly():
    """Both designs have the mean and variance of a standard normal in every part, and reach every
    candidate that a scenario can be.
    """
    for scores in (hypercube(4096, 3), lattice(12, 3)):
        np.testing.assert_allclose(scores.mean(axis=0), 0, atol=0.01)
        np.testing.assert_allclose(scores.var(axis=0), 1, atol=0.02)
    extreme = candidates(np.vstack([np.full(len(PRIOR), 6.0), np.full(len(PRIOR), -6.0)]))
    for row in extreme.to_dict("records"):
        assert sim.scenario.load.replaced(sim.Scenario(), pairs(row)).uncertain()


def test_chances_are_those_of_a_known_law(prior):
    """Under exponential lifetimes the chance of each end, and of holding to any year, is the closed
    form, to 5 points in 95 of 100 candidates.
    """
    rate = np.exp(-2.5 + 0.8 * prior.scores[:, 0] + 0.4 * prior.scores[:, 1])
    middle = np.abs(prior.scores[:, :2]).max(axis=1) < 1.5
    for years in (0.5, 4.0, 8.5, 20.0):
        chance = np.exp(prior.chances.log_holding(0, years))
        assert np.quantile(np.abs(chance - np.exp(-rate * years))[middle], 0.95) < 0.05
    case = cases_of(1).iloc[:1].assign(years=2.5, ended=True)
    chance = np.exp(prior.chances.log_chance(case)[:, 0])
    assert (
        np.quantile(np.abs(chance - (np.exp(-2 * rate) - np.exp(-3 * rate)))[middle], 0.95) < 0.03
    )


def test_chances_add_up(prior):
    """Ending in one of the intervals or holding to the last edge is certain.

    Holding longer is never likelier.
    """
    for chances in (prior.chances, counted(weibull_histories(20, 100, 5))):
        total = np.exp(chances.log_end).sum(axis=-1) + np.exp(chances.log_beyond[..., -1])
        np.testing.assert_allclose(total, 1)
        holding = np.stack([chances.log_holding(0, years) for years in np.linspace(0, 25, 60)])
        assert (np.diff(holding, axis=0) <= 1e-12).all()


def test_a_case_that_was_not_followed_counts_as_longer(prior):
    """Its chance is that of holding so long; one that ended after the last edge counts as held to
    it.
    """
    case = cases_of(1).iloc[:1]
    np.testing.assert_array_equal(
        prior.chances.log_chance(case.assign(years=6.0))[:, 0], prior.chances.log_holding(0, 6.0)
    )
    np.testing.assert_array_equal(
        prior.chances.log_chance(case.assign(years=33.0, ended=True))[:, 0],
        prior.chances.log_holding(0, 20.0),
    )


def test_no_case_leaves_the_prior_and_many_find_the_truth(prior):
    """Without a case nothing is learned; 400 cases teach most of the part that matters most, and
    hold the truth within 4 spreads.
    """
    nothing = prior.posterior(cases_of(0))
    np.testing.assert_allclose(nothing.weights, 1 / len(nothing.weights))
    np.testing.assert_allclose(nothing.parts()["learned"], 0, atol=1e-9)
    truth = weibull_histories(3, 400, 11)
    cases = draw_record(truth, 1, cases_of(200))
    posterior = prior.posterior(cases)
    rate = np.exp(-2.5 + 0.8 * truth.scores[1, 0] + 0.4 * truth.scores[1, 1])
    row = posterior.durability("none", [5]).iloc[0]
    assert abs(row["estimate"] - np.exp(-5 * rate)) < 4 * (row["high"] - row["low"]) / 3.3
    learned = posterior.parts()["learned"]
    assert learned.iloc[0] == learned.max() > 0.5


def test_ranks_of_the_truth_are_uniform_and_say_so_when_the_method_is_wrong(prior):
    """150 synthetic records: no part's ranks stray by chance of less than 1e-4 in all, and a
    likelihood that forgets censoring does.
    """
    truths, cases = weibull_histories(150, 60, 21), cases_of(20, 8.0)
    right = self_check.uniformity(self_check.ranks(prior, truths, cases))
    assert right["chance"].min() > 1e-4 / len(PRIOR)

    class Forgetful(Prior):
        def posterior(self, known):
            return super().posterior(known[known["ended"]])

    wrong = self_check.uniformity(
        self_check.ranks(Forgetful(prior.scores, prior.chances), truths, cases)
    )
    assert wrong["chance"].min() < 1e-4 / len(PRIOR)


def test_the_emulator_is_held_against_counts_that_it_has_not_seen():
    """On candidates it has not seen the log chance of a record is that of the counts, to their
    chance; one fitted to noise is not.
    """
    cases = draw_record(weibull_histories(1, 60, 31), 0, cases_of(20))
    fresh = weibull_histories(40, 2000, 33)
    bank = weibull_histories(550, 200, 1)  # five candidates for each coefficient of a regression
    checked = self_check.emulated(Emulator(bank), fresh, cases)
    right, spread, _ = self_check.apart(checked)
    shuffled = Histories(bank.scores, CLASSES, np.random.default_rng(0).permutation(bank.lifetimes))
    _, wrong, _ = self_check.apart(self_check.emulated(Emulator(shuffled), fresh, cases))
    assert abs(right) < 4 * spread / np.sqrt(40) + 0.5
    assert spread < 2 < wrong
    assert self_check.likelier(checked)["counted"].min() >= checked["counted"].median()


def test_the_error_of_counts_is_that_of_repeating_them():
    """What halves of the histories say of the counts' error is what other histories of the same
    candidates show, to a quarter.
    """
    cases, emulator = (
        draw_record(weibull_histories(1, 60, 31), 0, cases_of(20)),
        Emulator(weibull_histories(400, 200, 1)),
    )
    scores = hypercube(40, 80)
    again = [
        self_check.emulated(emulator, of_known_rate(scores, 2000, seed), cases)
        for seed in range(20)
    ]
    made = np.mean(np.var([table["counted"] for table in again], axis=0, ddof=1))
    assert self_check.apart(pd.concat(again))[2] == pytest.approx(np.sqrt(made), rel=0.25)


def test_synthetic_records_have_the_classes_and_the_censoring_of_the_cases():
    """Each case keeps its class; who was not followed to the end is followed no longer.

    And no two cases share a history.
    """
    cases = record()
    cases = cases[cases["guarantee_class"].isin(CLASSES)].reset_index(drop=True)
    source = weibull_histories(2, len(cases), 41)
    made = draw_record(source, 0, cases)
    assert made["guarantee_class"].tolist() == cases["guarantee_class"].tolist()
    assert (made["years"] <= np.where(cases["ended"], cases["years"].max(), cases["years"])).all()
    assert made.loc[made["ended"], "years"].is_unique
    with pytest.raises(ValueError, match="too few for"):
        draw_record(weibull_histories(2, 3, 41), 0, cases)


def test_quantiles_by_weight_are_those_of_repeated_values():
    """A weight of three is a value said three times."""
    values, times = np.array([3.0, 1.0, 2.0, 7.0]), np.array([1, 3, 2, 2])
    repeated = np.repeat(values, times)
    for share in (0.2, 0.5, 0.9):
        assert (
            abs(
                weighted_quantiles(values, times / times.sum(), [share])[0]
                - np.quantile(repeated, share)
            )
            <= 1.6
        )
    assert weighted_quantiles(np.arange(1001.0), np.full(1001, 1 / 1001), [0.5]) == pytest.approx(
        [500.0]
    )


def test_draws_follow_the_posterior(prior):
    """Systematic draws come as often as their weights say, to one.

    Pairs have the mean of their part, within 4 standard errors.
    """
    posterior = prior.posterior(draw_record(weibull_histories(1, 60, 51), 0, cases_of(20)))
    picked = np.bincount(posterior.draws(500, 3), minlength=len(posterior.weights))
    assert (np.abs(picked - 500 * posterior.weights) <= 1).all()
    sample = posterior.sampled(2000, 3)
    mean = float(posterior.weights @ np.log(candidates(prior.scores)["choice noise"]))
    error = np.log(sample["russia.choice_noise"]).std() / np.sqrt(2000)
    assert abs(np.log(sample["russia.choice_noise"]).mean() - mean) < 4 * error + 1e-3


def test_the_calibrated_predictor_is_blind_to_the_case_that_it_predicts(prior):
    """What it says of a case does not change with its fate, and equals the posterior of the others."""
    cases = draw_record(weibull_histories(1, 60, 61), 0, cases_of(20))
    predict = predictors(prior)["model calibrated"]
    others = cases.drop(index=3)
    durability = predict(others, cases.loc[[3]], [5.0])[0, 0]
    assert durability == pytest.approx(
        prior.posterior(others).durability("none", [5.0])["estimate"].iloc[0]
    )
    assert durability != pytest.approx(
        prior.posterior(cases).durability("none", [5.0])["estimate"].iloc[0], abs=1e-9
    )


@pytest.fixture(scope="module")
def by_class():
    """The scenarios of the record, in whole years."""
    yearly = {"sampling.steps_per_year": 1}
    return representing([sim.load(LIBRARY[stand.scenario], yearly) for stand in CLASS_SCENARIOS])


def test_candidates_have_histories_of_their_own_which_all_classes_share(by_class, monkeypatch):
    """Lifetimes depend on the seed, not on the processes or on the other classes.

    The same candidate named twice has other histories.
    """
    monkeypatch.setattr(histories, "_TOGETHER", 120)
    scores = np.repeat(hypercube(2, 5), 2, axis=0)
    classes = {name: by_class[name] for name in CLASSES}
    together = simulate_candidates(classes, scores, 60, 7)
    with ThreadPoolExecutor(2) as executor:
        np.testing.assert_array_equal(
            together.lifetimes, simulate_candidates(classes, scores, 60, 7, executor).lifetimes
        )
    np.testing.assert_array_equal(
        together.lifetimes[:, :1],
        simulate_candidates({CLASSES[0]: by_class[CLASSES[0]]}, scores, 60, 7).lifetimes,
    )
    np.testing.assert_array_equal(
        together.lifetimes[:2], simulate_candidates(classes, scores[:2], 60, 7).lifetimes
    )
    assert not np.array_equal(
        together.lifetimes, simulate_candidates(classes, scores, 60, 8).lifetimes
    )
    assert not np.array_equal(together.lifetimes[0], together.lifetimes[1])


def test_candidates_that_are_simulated_together_keep_their_own_numbers():
    """Of two, each draws from its own distribution or has its one number.

    Together they reach as far as both.
    """
    both = histories.OfCandidates((Uniform(1, 2), 5.0))
    np.testing.assert_allclose(both.quantile(np.array([0.0, 0.5, 0.25, 0.75])), [1, 1.5, 5, 5])
    assert both.support == pytest.approx((1, 5))
    assert both.validation_error() is None


def test_neighbouring_seeds_share_no_set_of_histories(monkeypatch):
    """Nor do the candidates, the truths and the candidates that are not fitted of one calibration.

    Seeds made by addition shared 39 of 40 sets.
    """
    seeds = []

    def record_seed(scenarios, histories, seed, batch):
        seeds.append(seed)
        return np.zeros((len(batch), len(scenarios), histories))

    monkeypatch.setattr(histories, "_lifetimes", record_seed)
    monkeypatch.setattr("sim.study.calibration.study._tables", lambda *_: {})
    every = [sim.load(LIBRARY[entry.scenario]) for entry in CLASS_SCENARIOS]
    for seed in (2025, 2026, 2027):
        fit_record(every, seed=seed)
    assert len(seeds) == len(set(seeds)) == 60


def test_histories_are_those_of_a_run_with_the_values_of_the_candidate(by_class):
    """The lifetimes of a candidate are those of a run of the scenario with its values, successors
    of leaders included.
    """
    scores = hypercube(1, 9)
    values = pairs(candidates(scores).to_dict("records")[0])
    own = sim.run(
        sim.scenario.load.replaced(
            by_class["none"],
            values
            | {
                "sampling.designs": 500,
                "sampling.replicates": 1,
                "sampling.seed": stream_seed(2025, "histories of candidates", 0),
            },
        ),
        out=None,
    ).outcomes
    ours = simulate_candidates({"none": by_class["none"]}, scores, 500, 2025).lifetimes[0, 0]
    np.testing.assert_allclose(ours, np.where(own["held"], np.inf, own["years"]))


def test_a_missing_scenario_and_a_fit_of_too_few_are_refused():
    """Each fault is said with what to do."""
    with pytest.raises(ScenarioError, match="budapest"):
        representing(
            [
                sim.load(LIBRARY[stand.scenario])
                for stand in CLASS_SCENARIOS
                if stand.scenario != "budapest"
            ]
        )
    every = [sim.load(LIBRARY[stand.scenario]) for stand in CLASS_SCENARIOS]
    with pytest.raises(
        ScenarioError, match=r"^candidates must be 100 or more \(got 5\)\nchecks must be "
    ):
        fit_record(every, candidates=5, checks=1)
    with pytest.raises(ScenarioError, match=r"^seed must be 0 or more"):
        fit_record(every, seed=-1)


def test_the_document_and_the_folder_of_a_calibration(calibrated):
    """Every table is in both; nothing is bare; figures stand beside them.

    It reads back the same, and says that it is too small.
    """
    document, folder = calibrated
    finding = read(folder)
    assert set(document) - {"kind", "asked", "folder"} == set(finding.tables)
    for parameter in document["parts"]:
        assert parameter["low"] <= parameter["posterior"] <= parameter["high"]
        assert parameter["prior_low"] <= parameter["prior"] <= parameter["prior_high"]
        assert parameter["learned_low"] <= parameter["learned"] <= parameter["learned_high"]
    for pair in document["entangled"]:
        assert pair["correlation_low"] <= pair["correlation"] <= pair["correlation_high"]
    assert {score["predictor"] for score in document["scores"]} == {
        "model before",
        "model calibrated",
        "Kaplan-Meier",
        "Weibull",
        "Weibull by class",
    }
    for row in document["durability"]:
        assert row["low"] is None or row["low"] <= row["estimate"] <= row["high"]
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "learned.png",
        "calibrated.png",
        "ranks.png",
    }
    assert scenario_text(finding) == (folder / "calibrated.toml").read_text()
    assert (
        section(finding).answer[0].startswith("The posterior is unreliable: the weights are worth ")
    )


def test_a_posterior_that_loses_to_its_prior_is_not_to_be_used(calibrated):
    """By the chance of the cases left out, or by the log score over the years.

    One that gains by both, and is sound, raises no doubt.
    """
    finding = read(calibrated[1])
    log = finding.tables["scores"].query("score == 'log'")
    sound = {
        "effective": finding.tables["effective"].assign(effective=500),
        "uniformity": finding.tables["uniformity"].assign(chance=0.5),
        "emulator": pd.DataFrame(
            {"emulated": [1.0, 2, 3, 4], "counted": [1.0, 2, 3, 4], "chance": 0.0}
        ),
    }
    for gain, better, so in ((0.01, -0.01, True), (-0.01, -0.01, False), (0.01, 0.01, False)):
        of_model = log["predictor"].str.startswith("model")
        scored = log.assign(
            estimate=np.where(
                of_model, 0.5 + better * (log["predictor"] == "model calibrated"), log["estimate"]
            )
        )
        changed = Finding(
            finding.kind,
            finding.settings,
            {
                **finding.tables,
                **sound,
                "scores": scored,
                "left_out": finding.tables["left_out"].assign(gain=gain),
            },
        )
        assert (
            (not list(doubts(changed)))
            == so
            == (not section(changed).answer[0].startswith("Do not use this posterior: "))
        )


def test_left_out_gains_are_those_of_the_other_pairs(prior):
    """The row is what the posterior of the other pairs gives to each pair's cases, one after
    another.
    """
    cases = draw_record(weibull_histories(1, 60, 61), 0, cases_of(10))
    cases["pair"] = [f"pair {number // 3}" for number in range(len(cases))]
    row, chances = left_out(prior, cases).iloc[0], prior.chances.log_chance(cases)
    after = [
        np.log(
            prior.posterior(cases[cases["pair"] != case["pair"]]).weights
            @ np.exp(chances[:, number])
        )
        for number, (_, case) in enumerate(cases.iterrows())
    ]
    assert row["after"] == pytest.approx(np.mean(after))
    assert row["before"] == pytest.approx(np.mean(np.log(np.exp(chances).mean(axis=0))))
    assert row["gain"] == pytest.approx(row["after"] - row["before"])
    assert row["gain_low"] < row["gain"] < row["gain_high"]


def test_every_scenario_runs_on_the_posterior(calibrated, scenarios):
    """Applied on top of a scenario, the posterior gives its pairs row by row, keeps the regime,
    names the run after both, and is announced.
    """
    document, folder = calibrated
    posterior = folder / "calibrated.toml"
    scenario = sim.load(
        scenarios / "nato.toml",
        {"sampling.designs": 500, "sampling.replicates": 1},
        over=[posterior],
    )
    assert scenario.name == "nato+calibrated"
    assert scenario.regime == sim.load(scenarios / "nato.toml").regime
    rows = pd.DataFrame(document["draws"])
    worlds = sim.run(scenario, out=None).outcomes
    merged = worlds[list(rows)].merge(
        rows.drop_duplicates(), how="left", on=list(rows), indicator=True
    )
    assert (merged["_merge"] == "both").all()
    result = CliRunner().invoke(app, ["check", f"{scenarios / 'nato.toml'}+{posterior}"])
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == [scenario.of_posterior]
    assert scenario.of_posterior.startswith("nato+calibrated: ")
    assert not sim.load(scenarios / "nato.toml").of_posterior


def test_a_posterior_says_how_it_was_made(calibrated):
    """It names its command, has the keys of a candidate and no other that is drawn jointly, and its
    values lie where the prior allows.
    """
    text = (calibrated[1] / "calibrated.toml").read_text()
    assert text.startswith(
        "# Made by `ceasefire calibrate --candidates 40 --histories 20 --checks 8 --seed 3`"
    )
    scenario = sim.load(calibrated[1] / "calibrated.toml")
    drawn_jointly = {key: value for key, value in scenario.uncertain().items() if value.is_joint}
    assert set(drawn_jointly) == set(
        pairs(candidates(np.zeros((1, len(PRIOR)))).to_dict("records")[0])
    )
    assert all(len(value.values) == 500 for value in drawn_jointly.values())
    noise, prior = np.array(scenario.russia.choice_noise.values), frozen(PRIOR["choice noise"])
    assert prior.cdf(noise.min()) > 1e-5
    assert prior.cdf(noise.max()) < 1 - 1e-5


def test_a_posterior_of_no_weight_is_never_made():
    """Candidates under which the record is impossible weigh nothing, and the others add up to 1."""
    prior = Prior(np.zeros((3, len(PRIOR))), counted(weibull_histories(3, 50, 71)))
    posterior = Posterior(prior, np.array([-1e9, -50.0, -50.0]))
    np.testing.assert_allclose(posterior.weights, [0, 0.5, 0.5])
    assert posterior.effective == pytest.approx(2)


def test_intervals_count_every_history_once():
    """An end on an edge belongs to the interval that it closes."""
    lifetimes = np.array([[[0.25, 0.26, 20.0, np.inf]]])
    ends = Histories(np.zeros((1, len(PRIOR))), ("none",), lifetimes).ends()
    assert ends.sum() == 4
    assert [int(interval) for interval in np.flatnonzero(ends[0, 0])] == [
        0,
        1,
        len(EDGES) - 2,
        len(EDGES) - 1,
    ]
    assert histories.EDGES[0] == 0


def test_history_scores_a_calibration_left_out_and_refuses_one_that_has_seen_the_cases(
    calibrated, tmp_path, monkeypatch
):
    """Scores of the calibrated model stand beside the rivals.

    A posterior among the files, or other classes, is an error of two words.
    """
    monkeypatch.setattr("sim.study.scoring.CHEAP_RESAMPLES", 20)
    files = [str(LIBRARY[stand.scenario]) for stand in CLASS_SCENARIOS]
    size = ["--designs", "20", "--replicates", "2"]
    small = [*size, "--no-figures", "--json", "--out", str(tmp_path)]
    _, folder = calibrated
    result = CliRunner().invoke(app, ["history", *files, "--calibration", str(folder), *small])
    assert result.exit_code == 0, result.output
    kept = read(folder).tables["scores"].query("predictor == 'model calibrated'")
    scored = pd.DataFrame(json.loads(result.stdout)["scores"]).query(
        "predictor == 'model calibrated'"
    )
    np.testing.assert_allclose(scored["estimate"], kept["estimate"])
    for words, message, lines in (
        ([*files[:2], "--calibration", str(folder)], "calibration", 1),
        ([f"{files[0]}+{folder / 'calibrated.toml'}"], "calibrated: contains draws", 2),
        ([*files, "--calibration", str(tmp_path)], str(tmp_path), 1),
    ):
        refused = CliRunner().invoke(app, ["history", *words, *small])
        assert (refused.exit_code, len(refused.output.splitlines()), message in refused.output) == (
            2,
            lines,
            True,
        ), refused.output
