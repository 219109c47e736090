"""No wrong number: what a distribution could give that a number may not be is refused, and what
cannot be fails where it comes out.
"""

import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from elements import uncertain
from hypothesis import given, settings
from hypothesis import strategies as st
from scipys import frozen
from typer.testing import CliRunner

import sim
from sim.actors.members import Member
from sim.analysis import measures
from sim.analysis.costs import ratio
from sim.analysis.designs import Designs
from sim.analysis.estimate import ANY, DIFFERENCE, SHARE, Estimate, estimate
from sim.cli import app
from sim.ensemble import block as blocks
from sim.ensemble.gate import check_outcomes
from sim.ensemble.timeline import check_timeline
from sim.errors import ImpossibleError
from sim.guarantee.costs import Costs
from sim.guarantee.provisions import Accession
from sim.quantity import Parameters
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.uncertainty import KINDS, LARGEST, Choice, Distribution, Draws, Normal

pytestmark = pytest.mark.long

SMALL = {"sampling.designs": 8, "sampling.replicates": 4, "sampling.horizon_years": 2}
ACCESSION = {"start": 1.0, "mean_years": 2.0, "veto": 0.1}
MEMBERS = [member.model_dump(mode="json") for member in Scenario().europe.members[:2]]


def numbers(block: type[Parameters], prefix: str = "") -> dict[str, tuple[float, float]]:
    """The range of each number of a block, and of the blocks in it, that may be uncertain.

    By the schema, so that a new one is in it.
    """
    fields = {}
    for name, field in block.model_fields.items():
        if isinstance(field.default, Parameters):
            fields |= numbers(type(field.default), f"{prefix}{name}.")
        elif name in uncertain(block) and isinstance(extra := field.json_schema_extra, dict):
            fields[prefix + name] = (
                max(extra.get("minimum", -LARGEST), -LARGEST),
                min(extra.get("maximum", LARGEST), LARGEST),
            )
    return fields


NUMBERS = (
    numbers(Scenario)
    | numbers(Accession, "regime.accession.")
    | numbers(Member, "europe.members.0.")
)
POSITIVE = {key: low for key, (low, _) in NUMBERS.items() if low > 0}


def read(key: str, value: object) -> Scenario:
    """A whole scenario with one number as a file says it. Raises ScenarioError."""
    if key.startswith("europe.members.0."):
        name = key.rpartition(".")[2]
        return replaced(Scenario(), {"europe.members": [MEMBERS[0] | {name: value}, MEMBERS[1]]})
    more = {"regime.accession": dict(ACCESSION)} if key.startswith("regime.accession.") else {}
    return replaced(Scenario(), more | {key: value})


def test_every_number_of_the_schema_is_tried():
    """Those named where the fault was found are among those that must be above 0, and no default is
    refused.
    """
    assert {
        "regime.deployment.half_life",
        "regime.accession.mean_years",
        "europe.tripwire_half_force",
        "ukraine.brigade_cost",
        "russia.reconstitution_half_life",
        "ukraine.buildup_half_life",
        "war.decisiveness",
    } <= set(POSITIVE)
    assert {
        key
        for key, value in Scenario().leaves()
        if isinstance(value, float | Distribution) and "members" not in key
    } <= set(NUMBERS)
    Scenario.model_validate(Scenario().model_dump(mode="json", exclude_none=True))
    for key, (low, high) in NUMBERS.items():
        assert read(key, max(low, min(1.0, high))), key


@pytest.mark.parametrize("key", POSITIVE)
def test_a_distribution_that_reaches_what_a_number_may_not_be_is_refused(key):
    """0 where it must be above: in a list, or nearer to it than the number itself may come.

    Those that stay away are read.
    """
    low, high = NUMBERS[key]
    inside = min(2 * low if low >= 0.1 else 1.0, high)
    for reaching in (
        {"choice": [0, inside]},
        {"draws": [inside, 0]},
        {"uniform": [0, inside]},
        {"triangular": [0, 0, inside]},
        {"normal": {"mean": inside, "sd": 1}},
        {"normal": {"mean": inside, "sd": 1, "low": low / 2}},
        {"lognormal": {"median": inside, "sigma": 3}},
        {"choice": {"values": [0, inside], "weights": [1e-300, 1e9]}},
    ):
        with pytest.raises(sim.ScenarioError, match=re.escape(key.replace(".0.", ".1."))):
            read(key, reaching)
    for staying in (
        {"choice": [low, inside]},
        {"draws": [low, inside]},
        {"uniform": [low, inside]},
        {"triangular": [low, low, inside]},
        {"normal": {"mean": (low + inside) / 2, "sd": 1, "low": low, "high": inside}},
    ):
        assert read(key, staying).uncertain()
    if math.isinf(high) or high == LARGEST:
        assert read(key, {"lognormal": {"median": inside, "sigma": 0.05}}).uncertain()


def plain(key: str, value: float) -> bool:
    """Whether the schema takes a number."""
    block, *names = (Scenario, *key.split("."))
    if key.startswith("regime.accession."):
        block, names = Accession, names[2:]
    elif key.startswith("europe.members.0."):
        block, names = Member, names[3:]
    for name in names[:-1]:
        block = type(block.model_fields[name].default)
    low, high = numbers(block)[names[-1]]
    return bool(low <= value <= high)


SIZES = st.one_of(
    st.floats(-2, 3),
    st.floats(0, 300),
    st.floats(-1e9, 1e9),
    st.sampled_from([0, 1, 1e-3, 1e9, 5e-324, 2.0**-53]),
)
WIDTHS = st.one_of(st.floats(0, 3), st.floats(1e-12, 1e-6), st.floats(0, 1e9), st.just(5e-324))
DISTRIBUTIONS = st.one_of(
    st.builds(lambda low, width: {"uniform": [low, low + width]}, SIZES, WIDTHS),
    st.builds(lambda low, a, b: {"triangular": [low, low + a, low + a + b]}, SIZES, WIDTHS, WIDTHS),
    st.builds(lambda mean, sd: {"normal": {"mean": mean, "sd": sd}}, SIZES, WIDTHS),
    st.builds(
        lambda mean, sd, a: {"normal": {"mean": mean, "sd": sd, "low": mean - a}},
        SIZES,
        WIDTHS,
        WIDTHS,
    ),
    st.builds(
        lambda mean, sd, b: {"normal": {"mean": mean, "sd": sd, "high": mean + b}},
        SIZES,
        WIDTHS,
        WIDTHS,
    ),
    st.builds(
        lambda mean, sd, a, b: {
            "normal": {"mean": mean, "sd": sd, "low": mean - a, "high": mean + b}
        },
        SIZES,
        WIDTHS,
        WIDTHS,
        WIDTHS,
    ),
    st.builds(
        lambda median, sigma: {"lognormal": {"median": median, "sigma": sigma}}, SIZES, WIDTHS
    ),
    st.builds(lambda a, b: {"beta": {"a": a, "b": b}}, st.floats(0.05, 1e4), st.floats(0.05, 1e4)),
    st.builds(lambda values: {"choice": values}, st.lists(SIZES, min_size=1, max_size=5)),
    st.builds(
        lambda pairs: {
            "choice": {
                "values": [value for value, _ in pairs],
                "weights": [weight for _, weight in pairs],
            }
        },
        st.lists(st.tuples(SIZES, WIDTHS), min_size=1, max_size=5),
    ),
    st.builds(lambda values: {"draws": values}, st.lists(SIZES, min_size=2, max_size=5)),
    st.builds(
        lambda p5, a, b, limits: {
            "quantiles": {"p5": p5, "p50": p5 + a, "p95": p5 + a + b}
            | {name: p5 + limit for name, limit in limits.items()}
        },
        SIZES,
        WIDTHS,
        WIDTHS,
        st.fixed_dictionaries({}, optional={"low": WIDTHS.map(lambda w: -w), "high": WIDTHS}),
    ),
)
EXTREMES = np.array([0.0, 5e-324, 2.0**-53, 2.0**-52, 0.5, 1 - 2.0**-52, 1 - 2.0**-53, 1.0])
U = np.concatenate([EXTREMES, (np.arange(2000 - len(EXTREMES)) + 0.5) / (2000 - len(EXTREMES))])


def assert_gives_what_a_file_may(key, value):
    """A distribution of a number is refused, or each of its quantiles is accepted in its place."""
    try:
        (uncertain,) = (
            distribution
            for name, distribution in read(key, value).uncertain().items()
            if name.split(".")[-1] == key.split(".")[-1]
            and isinstance(distribution, KINDS[next(iter(value))])
            and name.split(".")[0] == key.split(".")[0]
        )
    except sim.ScenarioError:
        return
    values = uncertain.quantile(U)
    assert plain(key, values.min()), (key, value)
    assert plain(key, values.max()), (key, value)
    assert np.isfinite(values).all()
    assert (np.diff(values[np.argsort(U, kind="stable")]) >= 0).all() or next(iter(value)) in (
        "choice",
        "draws",
    )


@settings(max_examples=200)
@given(st.sampled_from(list(NUMBERS)), DISTRIBUTIONS)
def test_what_is_not_refused_gives_nothing_that_would_be(key, value):
    """Any distribution for any number: 2,000 quantiles, the extremes among them, are each a number
    that the file could have given.
    """
    assert_gives_what_a_file_may(key, value)


@pytest.mark.exhaustive
@settings(max_examples=5000)
@given(st.sampled_from(list(NUMBERS)), DISTRIBUTIONS)
def test_nothing_that_is_not_refused_gives_what_would_be(key, value):
    """The same of many more."""
    assert_gives_what_a_file_may(key, value)


FILES = {
    "choice-bool": "strength = { choice = [true, false] }",
    "choice-nest": "strength = { choice = [[1], [2]] }",
    "choice-table": "strength = { choice = { weights = [1, 2] } }",
    "choice-zero-halflife": "reconstitution_half_life = { choice = [0, 2] }",
    "draws-file": "strength = { draws = 'some.csv' }",
    "draws-nan": "strength = { draws = [1, nan, 3] }",
    "draws-one": "strength = { draws = [1] }",
    "draws-ragged": "strength = { draws = [1, 2, 3] }\n[ukraine]\nstrength = { draws = [1, 2] }",
    "draws-str": "strength = { draws = ['=1+1', '@x'] }",
    "draws-table": "strength = { draws = { values = [1, 2] } }",
    "draws-zero": "strength_target = { draws = [100, 0] }",
    "lognormal-3": "strength = { lognormal = { median = 100, sigma = 3 } }",
    "normal-flat": "strength = { normal = { mean = 50, sd = 1e9, low = 49.9, high = 50.1 } }",
    "normal-inf": "strength = { normal = { mean = 50, sd = inf, low = 1 } }",
    "normal-low": "strength = { normal = { mean = 5, sd = 1e9, low = 1 } }",
    "uniform-zero": "reconstitution_half_life = { uniform = [0, 4] }",
    "number-big": f"strength = {{ uniform = [1, 1{'0' * 400}] }}",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_with_such_a_distribution_is_refused(command, text, tmp_path, monkeypatch):
    """One message with file, line and key, exit code 2, nothing written.

    (Lists that are drawn together are no fault of one line, and a number that TOML does not have is
    refused before lines are looked for.)
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text(f"[russia]\n{text}\n")
    result = CliRunner().invoke(app, [command, "x.toml"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert f"russia.{text.split(' ')[0]}" in result.stderr
    assert "\n[" in text or result.stderr.startswith(
        "x.toml: " if "whole number beyond" in result.stderr else "x.toml:2: "
    )
    assert [path.name for path in tmp_path.iterdir()] == ["x.toml"]


RIGHT = {
    "choice-wbig": ({"choice": {"values": [50, 60], "weights": [1e-300, 1e9]}}, 60, 60, 60),
    "normal-farlow": ({"normal": {"mean": 100, "sd": 1e-9, "low": 1}}, 100 - 9e-9, 100, 100 + 9e-9),
    "normal-tail": (
        {"normal": {"mean": 1e8, "sd": 1e9, "low": 1, "high": 1e9}},
        1,
        4.532674e8,
        1e9,
    ),
    "tri-narrow": ({"triangular": [1, 1, 1.0000000000000002]}, 1, 1, 1.0000000000000002),
    "uniform-narrow": ({"uniform": [1, 1.0000000000000002]}, 1, 1, 1.0000000000000002),
    "uniform-wide": ({"uniform": [1, 1e9]}, 1, 5e8, 1e9),
}


@pytest.mark.parametrize(("given_as", "least", "middle", "most"), RIGHT.values(), ids=RIGHT)
def test_narrow_wide_and_lopsided_distributions_are_right(given_as, least, middle, most):
    """Their quantiles stay within their ends, and the median is theirs."""
    uncertain = read("russia.strength", given_as).uncertain()["russia.strength"]
    values = uncertain.quantile(U)
    assert least <= values.min() <= values.max() <= most
    assert uncertain.quantile(np.array([0.5])) == pytest.approx(middle, rel=1e-6)


@pytest.mark.parametrize(
    "cut", [{}, {"low": 1.0}, {"high": 1.5}, {"low": 1.0, "high": 1.5}, {"low": 1.29, "high": 1.32}]
)
def test_a_cut_normal_is_scipys(cut):
    """Where that is finite; and the far end of one that is cut on one side is finite too."""
    normal = Normal(1.3, 0.1, **cut)
    u = np.concatenate(
        [10.0 ** -np.arange(1, 15), np.linspace(0.01, 0.99, 99), 1 - 10.0 ** -np.arange(1, 10)]
    )
    np.testing.assert_allclose(normal.quantile(u), frozen(normal).ppf(u), rtol=1e-7)
    assert np.isfinite(normal.quantile(np.array([0.0, 1.0]))).all()


WRITTEN = {
    "uniform": [[130, 210], [-1e9, 1e9]],
    "normal": [{"mean": 1.3, "sd": 0.1}],
    "lognormal": [{"median": 0.65, "sigma": 1.2}, {"median": 1e6, "sigma": 3}],
    "triangular": [[1, 2, 4], [1, 1, 4], [-4, 2, 2]],
    "beta": [{"a": 2, "b": 5}, {"a": 0.05, "b": 0.05}, {"a": 1e4, "b": 3}],
    "choice": [[60, 90, 120], {"values": [3, 1, 2], "weights": [0.1, 0.7, 0.4]}],
    "draws": [[0.4, 0.7], list(range(49, 0, -1))],
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_quantiles_are_scipys(kind):
    """Bit for bit, at many probabilities, at the ends of rows of equal share, and far out.

    What SciPy lacks is held to closed forms in tests/test_elicitation.py.
    """
    assert set(KINDS) == {*WRITTEN, "quantiles", "mixture"}
    rows = [np.arange(count + 1) / count for count in (2, 3, 49)]
    u = np.concatenate([np.linspace(0, 1, 4097), 10.0 ** -np.arange(1, 17), *rows])
    u = np.clip(u, 2.0**-53, 1 - 2.0**-53)
    for written in WRITTEN[kind]:
        distribution = KINDS[kind].parse(written)
        theirs = frozen(distribution).ppf(u)
        if isinstance(distribution, Choice | Draws):
            theirs = np.array(distribution.values)[theirs.astype(int)]
        ours = distribution.quantile(u)
        if kind == "normal":  # ours takes each half from its own tail
            np.testing.assert_allclose(ours, theirs, rtol=1e-13)
        else:
            np.testing.assert_array_equal(ours, np.clip(theirs, *distribution.support))


def test_a_coalition_whose_weights_may_all_be_nothing_is_refused():
    """One member that may weigh nothing is fine; all of them would divide by zero."""
    may = {"weight": {"choice": [0, 0.5]}}
    assert replaced(Scenario(), {"europe.members": [MEMBERS[0] | may, MEMBERS[1]]}).uncertain()
    for weight in (may, {"weight": 0}):
        with pytest.raises(sim.ScenarioError, match="europe"):
            replaced(Scenario(), {"europe.members": [member | weight for member in MEMBERS]})
        with pytest.raises(ValueError, match="europe"):
            Scenario.model_validate(
                {"europe": {"members": [member | weight for member in MEMBERS]}}
            )


@pytest.mark.parametrize(
    "given_as",
    [
        "russia.strength=1\nother = 2",
        "russia.strength=1\r\nother = 2",
        "title=a\nb",
        "russia.strength=1\n[war]\ndecisiveness = 3",
    ],
)
def test_a_value_with_a_second_line_is_refused(given_as, tmp_path, monkeypatch):
    """It would have said more than one thing, in silence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text("title = 'x'")
    result = CliRunner().invoke(app, ["run", "x.toml", "--set", given_as])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--set" in result.stderr
    assert given_as.partition("=")[0] in result.stderr
    assert len(result.stderr.splitlines()) == 1


UNGATED = {
    "europe.tripwire_half_force": {},
    "regime.accession.mean_years": {"regime": {"accession": ACCESSION}},
    "ukraine.brigade_cost": {},
    "russia.reconstitution_half_life": {},
}


@pytest.mark.parametrize("key", UNGATED)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_block_with_an_impossible_number_fails(key, tmp_path):
    """A 0 to divide by that got past the reader.

    The run says the history and what was drawn for it, and keeps nothing.
    """
    *outer, name = key.split(".")
    whole = Scenario.model_validate(
        UNGATED[key] | {"sampling": {"designs": 8, "replicates": 4, "horizon_years": 2}}
    )
    inner = [whole]
    for block in outer:
        inner.append(getattr(inner[-1], block))
    changed = inner[-1].model_copy(update={name: Choice((0.0, 2.0))})
    for around, block in zip(reversed(inner[:-1]), reversed(outer), strict=True):
        changed = around.model_copy(update={block: changed})
    with pytest.raises(sim.RunError, match=rf"history (\d+).*{re.escape(key)} = 0\.0") as refusal:
        sim.run(changed, out=tmp_path)
    world = int(re.search(r"history (\d+)", str(refusal.value))[1])
    assert sim.CeasefireModel(changed, [world]).draws[key] == 0
    assert not list(tmp_path.glob("*/outcomes.parquet"))


@pytest.fixture(scope="module")
def block(scenarios):
    """A block of a scenario with an accession, whose outcomes are what they should be."""
    return blocks.simulate(
        sim.load(scenarios / "nato.toml", SMALL | {"sampling.designs": 40}), 0, 160
    )


FLOATS = (
    "years",
    "hazard_attack",
    "hazard_until_1",
    "cost_losses_ukraine",
    "cost_stationing_europe_Germany",
    "russia.strength_target",
)


def spoiled(table: pd.DataFrame, name: str, change) -> pd.DataFrame:
    """The table with one column changed."""
    return table.assign(**{name: change(table[name].to_numpy(copy=True))})


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_does_not_pass(name, value, block):
    """In any column, in any history: its number and its parameters are said."""
    check_outcomes(block.outcomes, 2)
    for world in (0, 17, 159):

        def change(column, at=world):
            column[at] = value
            return column

        with pytest.raises(
            ImpossibleError,
            match=rf"history {world}: {re.escape(name)} .*russia\.strength_target = ",
        ):
            check_outcomes(spoiled(block.outcomes, name, change), 2)


IMPOSSIBLE = {
    "more than certain": ("russia_prevails", lambda column: column * 0 + 1.01),
    "less than nothing": ("russia_prevails", lambda column: column * 0 - 0.01),
    "longer than the horizon": ("years", lambda column: column + 1),
    "before the ceasefire": ("years", lambda column: column * 0),
    "a negative hazard": ("hazard_probe", lambda column: column - 1),
    "a negative cost": ("cost_losses_ukraine", lambda column: column - 1),
    "more answers than probes": ("firm_answers", lambda column: column + 100),
    "more by a year than in all": ("hazard_until_1", lambda column: column + 10),
    "held and ended": ("held", lambda column: ~column),
}


@pytest.mark.parametrize(("name", "change"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_outcomes_that_cannot_be_do_not_pass(name, change, block):
    """Shares outside [0, 1], and columns that contradict each other."""
    with pytest.raises(ImpossibleError, match=r"history \d+"):
        check_outcomes(spoiled(block.outcomes, name, change), 2)


def test_what_is_missing_is_missing_where_it_may_be(block):
    """The chance of prevailing is missing in histories that hold, and there alone.

    Nothing else is missing.
    """
    outcomes, held = block.outcomes, block.outcomes["held"]
    prevails = outcomes["russia_prevails"].fillna(0.5)
    assert held.any()
    assert not held.all()
    for bad in (prevails * np.nan, prevails.where(held)):
        with pytest.raises(ImpossibleError, match="russia_prevails"):
            check_outcomes(outcomes.assign(russia_prevails=bad), 2)
    for name in ("probes", "members_fought", "reason"):
        with pytest.raises(ImpossibleError, match=name):
            check_outcomes(outcomes.assign(**{name: outcomes[name].where(held)}), 2)


@pytest.mark.parametrize("variable", ["russia_strength", "reputation_europe"])
def test_a_timeline_that_loses_histories_does_not_pass(variable, block):
    """Those at peace and those that ended add up to all, in every step."""
    check_timeline(block.timeline)
    counts = block.timeline.at_peace[variable]
    first = np.argmax(counts[5])
    counts[5, first] -= 1
    try:
        with pytest.raises(ImpossibleError, match=rf"step 6 .*{variable}"):
            check_timeline(block.timeline)
    finally:
        counts[5, first] += 1


@pytest.mark.parametrize(
    "state",
    [
        ("russia", "strength", np.nan),
        ("ukraine", "strength", -1.0),
        ("europe", "reputation", 1.1),
        ("united_states", "reputation", np.nan),
    ],
)
def test_a_state_that_cannot_be_does_not_pass(state, scenarios):
    """NaN, a negative strength, a belief above 1: the history is named in which it came out."""
    agent, name, value = state
    model = sim.CeasefireModel(sim.load(scenarios / "none.toml", SMALL), 32)
    step = model.step

    def spoil():
        step()
        if model.steps == 3:
            getattr(getattr(model, agent), name)[7] = value

    model.step = spoil
    with pytest.raises(ImpossibleError, match=r"history 7.*russia\.strength_target = "):
        blocks.Timeline.counted(model)


def test_an_impossible_block_is_not_tried_again_and_the_others_are_kept(
    scenarios, tmp_path, monkeypatch
):
    """The same numbers would come out once more; every other block is written."""
    scenario, tried = sim.load(scenarios / "none.toml", SMALL), []

    def outcomes(model):
        tried.append(int(model.worlds[0]))
        table = OUTCOMES(model)
        return (
            spoiled(table, "years", lambda column: column * np.nan)
            if model.worlds[0] == 16
            else table
        )

    monkeypatch.setattr(blocks, "outcomes", outcomes)
    with pytest.raises(sim.RunError, match=r"simulated histories 16 to 23, seed 2025: history 16"):
        sim.run(scenario, out=tmp_path, block=8)
    assert tried == [0, 8, 16, 24]
    assert len(list(tmp_path.glob("*/blocks/*"))) == 3


OUTCOMES = blocks.outcomes


def test_the_command_says_it_in_one_message(scenarios, tmp_path, monkeypatch):
    """Exit code 2, the scenario, the history and its parameters, and no traceback."""
    monkeypatch.setattr(
        blocks,
        "outcomes",
        lambda model: spoiled(OUTCOMES(model), "years", lambda column: column * np.nan),
    )
    result = CliRunner().invoke(
        app, ["run", str(scenarios / "none.toml"), "--designs", "8", "--out", str(tmp_path)]
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(
        r"none: [\s\S]*history 0.*years is nan.*russia\.strength_target = \d", result.stderr
    )
    assert "Traceback" not in result.stderr


GOOD = (0.5, 0.4, 0.6, 0.1, 0.9)


@pytest.mark.parametrize(
    "bad",
    [
        (np.nan, 0.4, 0.6, 0.1, 0.9),
        (0.5, np.nan, 0.6, 0.1, 0.9),
        (0.5, 0.4, np.inf, 0.1, 0.9),
        (0.5, -np.inf, 0.6, 0.1, 0.9),
        (0.5, 0.51, 0.6, 0.1, 0.9),
        (0.5, 0.4, 0.49, 0.1, 0.9),
        (0.5, 0.6, 0.4, 0.1, 0.9),
        (1.01, 1.0, 1.02, 0.1, 0.9),
        (-0.1, -0.2, 0.6, 0.1, 0.9),
        (0.5, 0.4, 1.1, 0.1, 0.9),
        (0.5, 0.4, 0.6, -0.1, 0.9),
        (0.5, 0.4, 0.6, 0.1, 1.1),
        (0.5, 0.4, 0.6, 0.9, 0.1),
        (0.5, 0.4, 0.6, np.nan, 0.9),
        (0.5, 0.4, 0.6, 0.1, np.nan),
    ],
)
def test_an_estimate_that_cannot_be_is_none(bad):
    """Not finite, outside its limits, or with an interval that does not hold it.

    A spread may be missing whole.
    """
    assert Estimate(*GOOD, what="this", within=SHARE).value == 0.5
    assert math.isnan(Estimate(*GOOD[:3], what="this", within=SHARE).spread_low)
    assert Estimate(-0.5, -1.0, 0.0, -1.0, 1.0, within=DIFFERENCE).low == -1
    assert Estimate(70.0, 60.0, 80.0, 50.0, 90.0, within=ANY).high == 80
    with pytest.raises(ImpossibleError, match="this: "):
        Estimate(*bad, what="this", within=SHARE)


def worlds_of(values: np.ndarray) -> pd.DataFrame:
    """Worlds (design, replicate) with one number each."""
    return pd.DataFrame(
        {
            "world": np.arange(values.size),
            "design": np.repeat(np.arange(len(values)), values.shape[1]),
            "x": values.ravel(),
        }
    )


@pytest.mark.parametrize("spoil", [np.nan, np.inf, 300.0, -300.0])
def test_a_mean_of_impossible_numbers_is_no_estimate(spoil):
    """The name of what was estimated is said."""
    values = np.random.default_rng(1).integers(2, size=(20, 4)).astype(float)
    share = measures.Measure("x", "the share of x", "share", lambda worlds: worlds["x"].to_numpy())
    assert 0 < estimate(share, worlds_of(values)).value < 1
    values[3, 2] = spoil
    with pytest.raises(ImpossibleError, match="the share of x"):
        estimate(share, worlds_of(values))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(2, 12), st.integers(1, 4), st.floats(0, 1), st.integers(0, 1000))
def test_shares_of_few_histories_and_their_differences_are_estimates(
    designs, replicates, chance, seed
):
    """As few as two designs of one history: shares and limits lie in [0, 1], differences in [-1,
    1].
    """
    rng = np.random.default_rng(seed)
    one, other = (
        worlds_of((rng.random((designs, replicates)) < chance).astype(float)) for _ in range(2)
    )
    share = measures.Measure("x", "x", "share", lambda worlds: worlds["x"].to_numpy())
    alone, apart = estimate(share, one), estimate(share, one, other)
    assert 0 <= alone.low <= alone.value <= alone.high <= 1
    assert -1 <= apart.low <= apart.value <= apart.high <= 1
    assert math.isnan(alone.spread_low) is (replicates == 1)


@pytest.mark.parametrize(("designs", "replicates"), [(16, 4), (12, 3)])
@pytest.mark.parametrize("name", ["none", "texts/korea_1953"])
def test_few_integrated_histories_never_give_a_share_that_cannot_be(
    name, designs, replicates, scenarios, tmp_path
):
    """Every share of the document lies in [0, 1], or there is none.

    One message, and exit code 2.
    """
    words = [
        "run",
        scenarios / f"{name}.toml",
        "--designs",
        designs,
        "--replicates",
        replicates,
        "--years",
        5,
        "--integrate",
        "--json",
        "--no-figures",
        "--out",
        tmp_path,
    ]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code in (0, 2), result.output
    assert "Traceback" not in result.stderr
    if result.exit_code == 2:
        assert result.stdout == ""
        return
    (run,) = json.loads(result.stdout)["runs"]
    for row in [*run["survival"].values(), *run["causes"].values()]:
        assert all(0 <= value <= 1 for value in row.values() if value is not None), row


@pytest.mark.parametrize("integrated", [False, True])
@pytest.mark.parametrize("kind", [sim.causes, sim.costs])
def test_shares_add_up_or_are_none(kind, integrated, scenarios):
    """By cause to 1, by bearer to the whole."""
    run = sim.run(
        sim.load(scenarios / "coalition.toml", SMALL | {"sampling.designs": 60}), out=None
    )
    table = kind(run, integrated=integrated)
    if kind is sim.causes:
        assert table["estimate"].sum() == pytest.approx(1, abs=1e-6)
    else:
        parts = (
            table[table["bearer"].isin(["Europe", "United States", "Ukraine"])]
            .groupby("item")["share"]
            .sum(min_count=3)
            .dropna()
        )
        assert len(parts)
        np.testing.assert_allclose(parts, 1, atol=1e-6)


class Run:
    """A run with given ends."""

    name, horizon_years = "given", 2

    def __init__(self, years, held):
        self.worlds = pd.DataFrame(
            {
                "years": years,
                "held": held,
                "design": np.arange(len(years)) // 2,
                "cause": np.where(held, "held", "attack"),
            }
        )


def test_a_rate_without_any_error_has_limits():
    """Every history ends in the first month, so that designs do not differ.

    Each of the 50 then counts as one end (Garwood 1936).
    """
    table = sim.hazard(Run(np.full(100, 1 / 12), np.zeros(100, dtype=bool)))
    assert table["year"].tolist() == [1]
    row = table.iloc[0]
    assert row["estimate"] == pytest.approx(12)
    assert row["low"] == pytest.approx(12 * 0.742, rel=1e-3)
    assert row["high"] == pytest.approx(12 * 1.318, rel=1e-3)


def test_rates_are_finite_and_within_their_limits_whatever_ends():
    """Random ends of 10 to 60 histories over two years; 200 of them."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        count = 2 * int(rng.integers(5, 31))
        years = np.minimum(
            np.ceil(rng.exponential(rng.choice([0.01, 0.2, 2, 50]), count) * 12) / 12, 2
        )
        table = sim.hazard(Run(years, rng.random(count) < 0.5 * (years == 2)))
        assert np.isfinite(table.to_numpy()).all()
        assert (table["low"] <= table["estimate"]).all()
        assert (table["estimate"] <= table["high"]).all()


def test_what_is_left_at_peace_is_never_negative():
    """Where all have ended, exactly nothing is."""
    ended = Run(np.tile([1 / 12, 0.5, 1.0], 22), np.zeros(66, dtype=bool))
    assert sim.cumulative_incidence(ended, [0.5, 1, 2])["held"].tolist() == pytest.approx(
        [1 / 3, 0, 0]
    )
    assert sim.cumulative_incidence(ended, [2])["held"][0] == 0


def test_a_share_of_costs_without_a_whole_is_an_error():
    """Nothing of nothing has no share; something of nothing, or more than the whole, cannot be."""
    designs = Designs(pd.DataFrame({"design": np.arange(10)}))
    nothing, something = np.zeros(10), np.arange(1, 11.0)
    assert np.isnan(ratio(nothing, nothing, designs)).all()
    assert ratio(something, something, designs) == [1, 1, 1]
    assert ratio(nothing, something, designs) == [0, 0, 0]
    for numerator, whole in (
        (something, nothing),
        (something, something - something.mean()),
        (2 * something, something),
        (-something, something),
        (something, -something),
        (something, np.full(10, np.nan)),
        (np.full(10, np.nan), something),
    ):
        with pytest.raises(ImpossibleError):
            ratio(numerator, whole, designs)


@pytest.mark.parametrize("rate", [0.0, 5e-324, 1e-300, 1e-9, 1.0])
def test_a_discount_rate_of_next_to_nothing_divides_by_none(rate):
    """A dollar a year for as long as a file may say is worth no more than the years, and all of
    them without a rate.
    """
    years = np.array([0.0, 1e-9, 1.0, 100.0])
    worth = Costs(discount_rate=rate).stream(years)
    assert ((worth >= 0) & (worth <= years)).all()
    np.testing.assert_allclose(worth, years, rtol=1e-6 if rate < 1e-6 else 1)
