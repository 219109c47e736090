"""Beliefs: fitted quantiles, mixtures, what lies between experts and what within, answers as files
and as lines, and the overlay that comes of them.
"""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.model.ceasefire import CeasefireModel
from sim.model.designs import components, designs
from sim.presentation.registry import section_of
from sim.scenario.load import load
from sim.study import sensitivity
from sim.study.answers import answers_text, number_of, read_beliefs, template
from sim.study.beliefs import asked_numbers
from sim.study.beliefs_overlay import overlay_text
from sim.study.elicitation import pool_beliefs, variance_parts
from sim.study.elicitation_tables import BETWEEN, EXPERT, PRIOR
from sim.study.factors import COMPONENT
from sim.uncertainty import FIT, KINDS, Mixture, Quantiles

U = np.array([0.05, 0.5, 0.95])
GRID = np.linspace(0.001, 0.999, 199)
VALUE, INSECURITY = "russia.value_of_prevailing", "russia.insecurity"
BOUNDED, ABOVE, FREE = INSECURITY, VALUE, "russia.probe_gain"
"""Numbers of the three kinds of range."""
ANSWERS = {
    'Anna, "A" [x] = 1\\': {VALUE: (0.2, 0.5, 1.5), INSECURITY: (0.1, 0.3, 0.9)},
    "Борис": {VALUE: (0.8, 2.0, 6.0)},
}
CSV = (
    "expert,key,p5,p50,p95\nAnna,russia.insecurity,0.1,0.3,0.9\nBoris,russia.insecurity,.4,.6,.7\n"
)


@pytest.fixture(scope="module")
def nato(few):
    """A scenario of which four numbers are uncertain, in few parameter sets."""
    return few(
        sim.load(
            "nato", {"sampling.designs": 60, "sampling.replicates": 4, "sampling.steps_per_year": 4}
        )
    )


UNIT = st.floats(0.01, 0.99)


@given(
    st.tuples(UNIT, UNIT, UNIT),
    st.sampled_from([{}, {"low": 0}, {"high": 1}, {"low": 0, "high": 1}]),
)
def test_the_fitted_quantiles_are_the_answers(three, limits):
    """For any three numbers in order, within any limits; and no value lies beyond those."""
    fitted = Quantiles(*sorted(three), **limits)
    if fitted.validation_error():
        assert np.diff(sorted(three)).min() < 1e-8
        return
    width = fitted.p95 - fitted.p5
    np.testing.assert_allclose(fitted.quantile(U), sorted(three), rtol=0, atol=FIT * width)
    values = fitted.quantile(np.linspace(0, 1, 999))
    assert (np.diff(values) >= 0).all()
    assert limits.get("low", -np.inf) <= values[0] <= values[-1] <= limits.get("high", np.inf)
    assert fitted.miss() < FIT


@pytest.mark.parametrize(
    ("known", "limits"),
    [
        (stats.norm(2, 3), {}),
        (stats.lognorm(0.9, scale=2), {"low": 0}),
        (stats.lognorm(0.9, loc=5, scale=2), {"low": 5}),
    ],
)
def test_symmetric_answers_give_the_distribution_that_everybody_knows(known, limits):
    """Normal without limits, lognormal above one; closed form of the kernel where they are not."""
    fitted = Quantiles(*known.ppf(U), **limits)
    np.testing.assert_allclose(fitted.quantile(GRID), known.ppf(GRID), rtol=1e-9)


def test_answers_between_limits_are_symmetric_where_they_mirror_each_other():
    """0.1, 0.5, 0.9 of a share is probit-normal, and a mirrored answer a mirrored distribution."""
    fitted = Quantiles(0.1, 0.5, 0.9, 0, 1)
    z = stats.norm.ppf(GRID) * stats.norm.ppf(0.9) / stats.norm.ppf(0.95)
    np.testing.assert_allclose(fitted.quantile(GRID), stats.norm.cdf(z), rtol=1e-9)
    skew, mirrored = Quantiles(0.1, 0.2, 0.7, 0, 1), Quantiles(0.3, 0.8, 0.9, 0, 1)
    np.testing.assert_allclose(skew.quantile(GRID), 1 - mirrored.quantile(1 - GRID), rtol=1e-9)
    assert Quantiles.parse(skew.as_data()["quantiles"]) == skew


@pytest.mark.parametrize(
    "written",
    [
        {"p5": 1, "p50": 1, "p95": 2},
        {"p5": 3, "p50": 2, "p95": 1},
        {"p5": 0, "p50": 1, "p95": 2, "low": 0},
        {"p5": 1, "p50": 2, "p95": 3, "high": 3},
        {"p5": 1, "p50": 1 + 1e-15, "p95": 2},
        {"p5": 1, "p50": 1.0001, "p95": 1.0002, "low": -1e9},
        [1, 2],
    ],
)
def test_quantiles_that_no_distribution_has_are_refused(written):
    """Out of order, at or beyond a limit, or so near to each other that rounding shows."""
    with pytest.raises(ValueError, match="quantiles"):
        Quantiles.parse(written)


def mixture(*written):
    return Mixture.parse(list(written))


def test_the_quantiles_of_a_mixture_are_those_of_its_distribution_function():
    """The mean of the distribution functions of its components, found to rounding."""
    several = mixture(
        {"normal": {"mean": 0, "sd": 1}},
        {"normal": {"mean": 3, "sd": 0.5}},
        {"lognormal": {"median": 2, "sigma": 0.3}},
    )
    u = GRID[::6]
    at = several.quantile(u)
    functions = stats.norm(0, 1), stats.norm(3, 0.5), stats.lognorm(0.3, scale=2)
    np.testing.assert_allclose(
        np.mean([function.cdf(at) for function in functions], axis=0), u, atol=1e-9
    )
    apart = mixture({"uniform": [0, 1]}, {"uniform": [10, 12]})
    np.testing.assert_allclose(apart.quantile(np.array([0.25, 0.75])), [0.5, 11])
    assert apart.support == pytest.approx((0, 12))
    assert KINDS["mixture"].parse(apart.as_data()["mixture"]) == apart


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([{"uniform": [1, 2]}], "list of 2 to"),
        ([{"uniform": [1, 2]}, 5], "takes distributions"),
        ([{"uniform": [1, 2]}, {"draws": [1, 2]}], "no draws"),
        ([{"uniform": [1, 2]}, {"mixture": []}], "no mixture"),
        ([{"uniform": [1, 2]}, {"uniform": [2, 1]}], "low < high"),
        ({"uniform": [1, 2]}, "list of 2 to"),
    ],
)
def test_what_is_no_mixture_is_refused(written, said):
    with pytest.raises(sim.ScenarioError, match=rf"russia.insecurity: mixture.*{said}|{said}"):
        sim.load("nato", {INSECURITY: {"mixture": written}})


LOW_HIGH = {"mixture": [{"uniform": [0.1, 0.2]}, {"uniform": [0.7, 0.8]}]}


def test_the_beliefs_of_one_expert_belong_together():
    """In each parameter set all mixtures have the same component, each as often; other numbers stay
    where they are. Mixtures of several lengths are refused.
    """
    scenario = sim.load("nato", {INSECURITY: LOW_HIGH, "war.surprise": LOW_HIGH})
    sets = np.arange(500)
    drawn = designs(7, scenario.uncertain(), sets)
    high = drawn[INSECURITY] > 0.5
    np.testing.assert_array_equal(high, drawn["war.surprise"] > 0.5)
    assert high.sum() == 250
    np.testing.assert_array_equal(high, components(7, scenario.russia.insecurity, sets) == 1)
    before = designs(7, sim.load("nato").uncertain(), sets)
    assert all(
        np.array_equal(drawn[key], before[key])
        for key in drawn
        if key in before and key not in (INSECURITY, "war.surprise")
    )
    with pytest.raises(sim.ScenarioError, match="mixtures are drawn together"):
        sim.load(
            "nato", {INSECURITY: LOW_HIGH, "war.surprise": {"mixture": [{"uniform": [0, 1]}] * 3}}
        )


def test_a_successor_is_as_the_same_expert_sees_leaders():
    """What a new leader wants comes from the component of the parameter set."""
    far = {"mixture": [{"uniform": [0.1, 0.2]}, {"uniform": [5, 6]}]}
    scenario = sim.load("nato", {VALUE: far, "sampling.designs": 40})
    model = CeasefireModel(scenario, worlds=400)
    redrawn = model.sample.redraw(scenario.russia.value_of_prevailing)(np.linspace(0, 1, 400))
    np.testing.assert_array_equal(redrawn > 1, model.draws[VALUE] > 1)


MEANS, WITHIN, CHANCE = np.array([0.0, 1.0, 3.0]), 4.0, 9.0


@pytest.mark.parametrize("means", [MEANS, np.zeros(3)])
def test_between_and_within_are_the_known_variances(means):
    """The mean over 400 samples lies within 4 of its standard errors, of experts who disagree and
    of such as agree.
    """
    rng, expert = np.random.default_rng(3), np.repeat([0, 1, 2], [20, 30, 40])
    parts = []
    for _ in range(400):
        of_sets = means[expert] + rng.normal(0, np.sqrt(WITHIN), len(expert))
        numbers = of_sets[:, None] + rng.normal(0, np.sqrt(CHANCE), (len(expert), 5))
        shares = variance_parts(numbers, expert)
        parts.append((shares.between, shares.within))
    error = np.std(parts, axis=0) / np.sqrt(len(parts))
    away = np.abs(np.mean(parts, axis=0) - (means.var(), WITHIN))
    assert (away < 4 * error).all(), (away, error)


def test_without_variance_there_are_no_shares():
    assert np.isnan(variance_parts(np.ones((6, 2)), np.repeat([0, 1], 3)).shares).all()


def test_an_overlay_is_read_back_as_the_same_beliefs(nato, tmp_path):
    """Whatever the experts are called; with who was asked and when, and who kept the prior."""
    beliefs = read_beliefs(sim.load("nato"), ANSWERS)
    path = tmp_path / "mine.toml"
    text = overlay_text(beliefs, date(2026, 1, 2))
    path.write_text(text, encoding="utf-8")
    loaded = load("nato", over=[path])
    assert loaded.determinants() == beliefs.applied("any").determinants()
    assert loaded.name == "nato+mine"
    assert loaded.russia.insecurity == Mixture(
        (Quantiles(0.1, 0.3, 0.9, 0, 1), sim.load("nato").russia.insecurity)
    )
    assert loaded.stated_sources[INSECURITY] == (
        "elicited from 2 experts, 2026-01-02; Борис kept the prior"
    )
    alone = read_beliefs(nato, {"Anna": {FREE: (-1, 0, 3)}})
    assert alone.applied("any").russia.probe_gain == Quantiles(-1, 0, 3)


@pytest.mark.long
def test_the_finding_says_what_follows_and_who_differs(nato, tmp_path):
    """The prior and the pool are the runs of their scenarios; the pool is the mean of its experts;
    experts far apart differ, within the limits of their shares.
    """
    answers = {"Dove": {VALUE: (0.05, 0.1, 0.2)}, "Hawk": {VALUE: (3, 4, 6)}}
    finding = pool_beliefs(read_beliefs(nato, answers), "mine", out=tmp_path)
    rows = finding.table.set_index(["source", "expert"])["estimate"]
    known = sim.survival(sim.run(nato, out=tmp_path)).set_index("years")
    assert rows[PRIOR, ""] == pytest.approx(known.loc[10, "estimate"])
    assert rows["pooled", ""] == pytest.approx(rows[EXPERT].mean())
    assert rows[EXPERT, "Dove"] > rows[EXPERT, "Hawk"] + 0.3
    parts = finding.tables["variance"].set_index("part")
    assert parts["estimate"].sum() == pytest.approx(1)
    assert parts.loc[BETWEEN, "low"] > 0.3
    section = section_of(finding)
    assert "lies between experts" in " ".join(section.answer)
    for draw in section.figures.values():
        assert draw().get_title(loc="left")
    alone = section_of(pool_beliefs(read_beliefs(nato, {"Dove": answers["Dove"]}), out=tmp_path))
    assert alone.question == "What follows from the beliefs of Dove?"
    assert len(alone.tables) == 1
    for draw in alone.figures.values():
        draw()


@pytest.mark.long
def test_the_expert_is_a_factor_of_a_sensitivity(few):
    """Whose first-order index is the share between experts, within 4 standard errors of both."""
    scenario = few(sim.load("nato", {"sampling.designs": 400, "sampling.steps_per_year": 4}))
    beliefs = read_beliefs(scenario, {"Dove": {VALUE: (0.2, 0.5, 1.5)}, "Hawk": {VALUE: (1, 2, 6)}})
    variance = pool_beliefs(beliefs, out=None).tables["variance"].iloc[0]
    finding = sensitivity.attribute_variance(
        beliefs.applied("both"), "survival@10", samples=256, trajectories=4
    )
    index = finding.table.set_index(["factor", "index"]).loc[(COMPONENT, "first order")]
    error = np.hypot(variance["high"] - variance["low"], index["high"] - index["low"]) / 3.92
    assert abs(variance["estimate"] - index["estimate"]) < 4 * error
    assert "which expert" in " ".join(map(str, section_of(finding).tables[0].rows))
    for draw in section_of(finding).figures.values():
        draw()


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode(),
        CSV.replace(",", ";").replace(".4", "0,4").replace("0.1", "0,1").encode(),
        CSV.replace(",", "\t").encode(),
        (CSV + ",,,,\n\nBoris,russia.choice_noise,,,\n").encode(),
        CSV.replace("expert,", "Expert ,")
        .replace("Anna", '"An\nna"')
        .replace("An\nna", "Anna\n")
        .encode(),
    ],
    ids=["plain", "excel", "european", "tabs", "empty rows", "quoted"],
)
def test_a_csv_of_any_spreadsheet_is_read(content, nato, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    assert read_beliefs(nato, path).answers == {
        "Anna": {INSECURITY: (0.1, 0.3, 0.9)},
        "Boris": {INSECURITY: (0.4, 0.6, 0.7)},
    }


HEAD = "expert,key,p5,p50,p95\n"
BAD = {
    HEAD + "A,russia.insecurty,.1,.2,.3": "2: key: .*did you mean russia.insecurity",
    HEAD + "A,sampling.designs,1,2,3": "2: key: sampling.designs: is no number",
    HEAD + "A,title,1,2,3": "2: key: title: is no number",
    HEAD + "A,europe.members.Poland.weight,.1,.2,.3": "2: key: .*is no number",
    HEAD + "A,russia.insecurity,.3,.2,.4": "2: p50: must lie above p5, 0.3 .got 0.2",
    HEAD + "A,russia.insecurity,.1,.2,1": "2: p95: must lie between 0 and 1 .got 1",
    HEAD + "A,russia.insecurity,.1,,.2": "2: p50: is empty",
    HEAD + 'A,russia.insecurity,.1,"0,2",.2': "2: p50: 0,2 is no number",
    HEAD + "A,russia.insecurity,.1,1_0,inf": "2: p50: 1_0 is no number",
    HEAD + "A,russia.insecurity,.1,.2,inf": "2: p95: must lie",
    HEAD + "A,russia.insecurity,.1,.2,nan": "2: p95: nan is no number",
    HEAD + "A,russia.insecurity,.1,.2": "2: has 4 fields, where line 1 has 5",
    HEAD + ",russia.insecurity,.1,.2,.3": "2: expert: must be a name",
    HEAD + "=cmd(),russia.insecurity,.1,.2,.3": "2: expert: .*formula",
    HEAD + "a\x1b[31m,russia.insecurity,.1,.2,.3": "2: expert: .*cannot be shown",
    HEAD + f"{'a' * 81},russia.insecurity,.1,.2,.3": "2: expert: must have at most 80",
    HEAD
    + "A,russia.insecurity,.1,.2,.3\nB,war.surprise,.1,.2,.3\n A ,russia.insecurity,.1,.2,.3": (
        "4: key: A has answered russia.insecurity in .*csv:2 already"
    ),
    HEAD + 'A,russia.insecurity,.1,.2,"x': "2: is no row of a CSV file",
    HEAD + "A,russia.value_of_prevailing,1e-6,1,1e6\n": "2: p50: .*tail is too long",
    "expert,key,p5,p50\n": "1: has no column p95",
    HEAD.replace("\n", ",p96\n"): "1: p96: no such column",
    HEAD.replace("\n", ",p5\n"): "1: p5: is there twice",
    "": "is empty",
    HEAD: "no answer was given",
    HEAD + "A,russia.insecurity,,,": "no answer was given",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: text.removeprefix(HEAD)[:40] or "nothing")
def test_a_bad_row_is_refused_with_its_line_and_column(text, nato, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(sim.ScenarioError, match=BAD[text]) as refused:
        read_beliefs(nato, path)
    assert len(refused.value.problems) == 1


def test_every_bad_row_is_said_at_once(nato, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(HEAD + "A,x,1,2,3\nA,russia.insecurity,a,b,3\n=,russia.insecurity,.1,.2,.3\n")
    with pytest.raises(sim.ScenarioError) as refused:
        read_beliefs(nato, path)
    places = [problem.split(": ")[:2] for problem in refused.value.problems]
    assert places == [
        [f"{path}:2", "key"],
        [f"{path}:3", "p5"],
        [f"{path}:3", "p50"],
        [f"{path}:4", "expert"],
    ]


@pytest.mark.parametrize("content", ["é".encode("latin-1"), CSV.encode("utf-16")])
def test_a_file_that_is_no_text_is_refused(content, nato, tmp_path):
    (tmp_path / "answers.csv").write_bytes(content)
    with pytest.raises(sim.ScenarioError, match="not UTF-8 text"):
        read_beliefs(nato, tmp_path / "answers.csv")


def test_a_table_is_read_as_its_file_is(nato, tmp_path):
    """And what was read is written as it was; rows of a table are counted."""
    (tmp_path / "a.csv").write_text(CSV)
    read = read_beliefs(nato, tmp_path / "a.csv")
    assert read.answers == read_beliefs(nato, pd.read_csv(tmp_path / "a.csv")).answers
    (tmp_path / "b.csv").write_text(answers_text(read.rows()))
    assert read_beliefs(nato, tmp_path / "b.csv").answers == read.answers
    with pytest.raises(sim.ScenarioError, match="answers, row 1: p95: is empty"):
        read_beliefs(nato, {"A": {INSECURITY: (0.1, 0.2)}})
    with pytest.raises(sim.ScenarioError, match=r"at least 40, 20 for each of 2 experts"):
        pool_beliefs(read_beliefs(sim.load(nato.name, {"sampling.designs": 39}), read.answers))


def test_a_prior_that_is_drawn_with_others_is_no_part_of_a_pool():
    """Each expert has to answer it; who does may."""
    scenario = sim.load("nato", {VALUE: {"draws": [0.5, 1, 2]}})
    with pytest.raises(sim.ScenarioError, match=f"B leaves out {VALUE}"):
        read_beliefs(scenario, {"A": {VALUE: (1, 2, 3)}, "B": {INSECURITY: (0.1, 0.2, 0.3)}})
    assert read_beliefs(scenario, {"A": {VALUE: (1, 2, 3)}}).pooled


def test_a_fixed_number_may_be_asked_about():
    """Who leaves it out keeps the one value."""
    key = "regime.commitment.europe"
    beliefs = read_beliefs(
        sim.load("none"), {"A": {key: (0.1, 0.2, 0.3)}, "B": {INSECURITY: (0.1, 0.2, 0.3)}}
    )
    low = beliefs.applied("any").uncertain()[key].quantile(np.array([0.25]))
    assert low == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("text", "number"), [("0,5", 0.5), ("1.5", 1.5), ("1e3", 1000.0), (" 2", 2.0)]
)
def test_numbers_as_they_are_written(text, number):
    assert number_of(text, commas=True) == number


@pytest.mark.parametrize("text", ["1.234,5", "", "0x1", "1_0", "half", "１"])
def test_what_is_no_number(text):
    assert np.isnan(number_of(text, commas=True))


SHORT = ("--set", "sampling.horizon_years=1", "--set", "sampling.steps_per_year=4")
WORDS = ("nato", "--out", "mine.toml", "--designs", "20", "--replicates", "2", *SHORT)


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """The command with lines typed into it, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(lines, *words, code=0):
        result = CliRunner().invoke(app, ["elicit", *words, "--no-figures"], input=lines)
        assert result.exit_code == code, result.output
        return result

    return run


KEYS = ("--keys", f"{VALUE},{INSECURITY}")


def test_numbers_are_asked_for_one_by_one(typed):
    """A value out of order or range is asked for again, a number may be started again, an empty
    line keeps the prior, and the answer is JSON alone.
    """
    lines = "0.5\n0.2\nabc\n2\nagain\n0,2\n0.6\n1.4\n\n"
    result = typed(lines, *WORDS, *KEYS, "--json", "--expert", " Anna  B ")
    document = json.loads(result.stdout)
    assert document["asked"]["answers"] == [
        {"expert": "Anna B", "key": VALUE, "p5": 0.2, "p50": 0.6, "p95": 1.4}
    ]
    assert document["overlay"] == "mine.toml"
    assert "p50: must lie above p5, 0.5 (got 0.2); type it" in result.stderr
    assert "'abc': is no number" in result.stderr
    assert "assumes 0.65, and between 0.125 and 3.37" in result.stderr
    assert load("nato", over=["mine.toml"]).russia.value_of_prevailing == Quantiles(
        0.2, 0.6, 1.4, 0
    )


@pytest.mark.long
def test_what_was_answered_is_kept_whatever_happens(typed, tmp_path, monkeypatch):
    """At the end of the input with what there is, by an interruption with exit code 130; the same
    command asks for the rest, and another expert adds to it.
    """
    only = "no answer was given: every number keeps its prior; nothing is written"
    assert only in typed("0.1\n", *WORDS, *KEYS, code=2).stderr
    assert not list(tmp_path.iterdir())
    typed(".2\n.6\n1.4\n0.1\n", *WORDS, *KEYS, "--quiet")
    kept = (tmp_path / "mine.csv").read_text()
    assert kept == f"{HEAD}expert,{VALUE},0.2,0.6,1.4\n"

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("sim.cli.interview.typed_line", interrupted)
        stopped = typed("", *WORDS, *KEYS, code=130)
    assert "every number that was answered is in mine.csv" in stopped.stderr
    assert (tmp_path / "mine.csv").read_text() == kept
    prompts = typed(".2\n.3\n.4\n", *WORDS, *KEYS, "--quiet").stderr
    assert "1 of 1: russia.insecurity" in prompts
    typed(".2\n.3\n.4\n", *WORDS, *KEYS, "--expert", "Eve", "--designs", "40", "--quiet")
    assert len((tmp_path / "mine.csv").read_text().splitlines()) == 4


def test_lines_that_answer_nothing_do_not_go_on_forever(typed):
    stopped = typed("x\n" * 1001, *WORDS, *KEYS, code=2).stderr
    assert "1000 lines answer nothing" in stopped


def test_what_the_command_cannot_do_is_refused(typed, tmp_path):
    """Before anything is asked; another file is not overwritten."""
    (tmp_path / "mine.toml").write_text("title = 'x'")
    (tmp_path / "a.csv").write_text(CSV)
    for words, said in (
        (WORDS, "is there already, and"),
        (("nato", "--out", "a.csv"), "must end in .toml"),
        (("nato", "--out", "no/b.toml"), "no such folder"),
        (("nato",), "--out: is needed"),
        (("nato", "--out", "b.toml", "--keys", "russia.x"), "russia.x: is no number"),
        (("nato", "--out", "b.toml", "--csv", "a.csv", "--keys", VALUE), "leave it out"),
        (("nato", "--out", "b.toml", "--csv", "a.csv", "--designs", "8"), "at least 40"),
        (("nato", "--out", "b.toml", "--csv", "none.csv"), "none.csv: no such file"),
        (("nato", "--template", "a.csv", "--keys", VALUE), "is there already"),
        (("nato", "--out", "b.toml", "--expert", "=x", "--keys", VALUE), "--expert: =x: must not"),
    ):
        assert said in typed("", *words, code=2).stderr
    assert (tmp_path / "mine.toml").read_text() == "title = 'x'"


def test_a_template_has_the_questions(typed, tmp_path, nato):
    """With meaning, range and prior; filled in, it is read."""
    typed("", "nato", "--template", "t.csv", *KEYS, "--expert", "Anna")
    table = pd.read_csv(tmp_path / "t.csv")
    assert table["prior_p50"].tolist() == [0.65, 0.5]
    numbers = asked_numbers(sim.load("nato"), [VALUE, INSECURITY])
    assert (tmp_path / "t.csv").read_text() == template(numbers.values(), ["Anna"])
    table[["p5", "p50", "p95"]] = [0.1, 0.2, 0.3]
    assert len(read_beliefs(nato, table).answers["Anna"]) == 2


@pytest.mark.long
def test_the_numbers_asked_for_are_those_of_a_kept_sensitivity(typed, few_file, monkeypatch):
    """It is made once, and read where it was made before, by the command of that name too."""
    scenario, small = f"nato+{few_file}", ("--outcome", "survival@10", "--samples", "32")
    typed_line = CliRunner().invoke(app, ["sensitivity", scenario, *small, "--no-figures"])
    assert typed_line.exit_code == 0, typed_line.output
    monkeypatch.setattr("sim.cli.elicitation._QUICK", 32)
    monkeypatch.setattr("sim.study.sensitivity.attribute_variance", None)
    result = typed("", scenario, "--out", "mine.toml", "--number", "2", code=2)
    assert "1 of 2: russia" in result.stderr or "2 of 2" not in result.stderr
    assert "It drives" in result.stderr
