"""One world is an ordinary Mesa model, and thousands are the same model."""

import gc
import re
import weakref

import mesa
import numpy as np
import pytest
from conftest import ROOT
from mesa.datacollection import DataCollector

import sim
from sim.agents.europe import EuropeanCoalition
from sim.agents.russia import Russia
from sim.agents.ukraine import Ukraine
from sim.agents.united_states import UnitedStates
from sim.game.endings import Cause


@pytest.fixture(scope="module")
def scenario(scenarios):
    return sim.load(scenarios / "coalition.toml", {"sampling.horizon_years": 5})


def test_it_is_a_mesa_model_of_four_agents(scenario):
    """The four actors are Mesa agents, registered with the model."""
    model = sim.CeasefireModel(scenario)
    assert isinstance(model, mesa.Model)
    assert {type(agent) for agent in model.agents} == {
        Russia,
        Ukraine,
        EuropeanCoalition,
        UnitedStates,
    }
    assert set(model.agents) == {model.russia, model.ukraine, model.europe, model.united_states}


def test_a_model_that_nobody_uses_goes(scenario):
    """Nothing keeps a model and its arrays, neither Mesa nor its agents; each model numbers its own
    agents from 1 on.
    """
    model = sim.CeasefireModel(scenario, [0, 1])
    model.step()
    assert sorted(agent.unique_id for agent in model.agents) == [1, 2, 3, 4]
    still_there = weakref.ref(model)
    del model
    gc.collect()
    assert still_there() is None


@pytest.mark.long
def test_it_steps_by_the_month_until_it_stops_running(scenario):
    """`month` counts them; `running` turns false when the war resumes or the horizon is reached,
    and not before.
    """
    lengths = set()
    for world in range(0, 400, 16):
        model = sim.CeasefireModel(scenario, [world])
        while model.running:
            assert model.at_peace[0]
            model.step()
        lengths.add(model.month)
        assert model.month == round(12 * model.years_held[0])
        assert model.at_peace[0] == (model.month == 60 and model.cause[0] == 4)
    assert len(lengths) > 1


def test_a_data_collector_gathers_a_row_a_month(scenario):
    """Model and agent reporters work as in any Mesa model."""
    model = sim.CeasefireModel(scenario, [3])
    collector = DataCollector(
        model_reporters={"at_peace": lambda m: bool(m.at_peace[0])},
        agent_reporters={
            "strength": lambda agent: (
                float(agent.strength[0]) if hasattr(agent, "strength") else None
            )
        },
    )
    while model.running:
        model.step()
        collector.collect(model)
    months = collector.get_model_vars_dataframe()
    assert len(months) == model.month
    strengths = (
        collector.get_agent_vars_dataframe()["strength"]
        .unstack()[model.russia.unique_id]
        .astype(float)
    )
    target, half_life = (
        model.parameters.russia.strength_target[0],
        model.parameters.russia.reconstitution_half_life[0],
    )
    expected = target + (100 - target) * 2 ** (-np.arange(1, len(months) + 1) / 12 / half_life)
    np.testing.assert_allclose(strengths, expected, rtol=1e-12)


def test_agents_do_what_they_are_told_together(scenario):
    """`agents.do` works: both armies build up for a month."""
    model = sim.CeasefireModel(scenario, 10)
    model.ukraine.receive(60.0)
    model.agents.select(lambda agent: hasattr(agent, "build_up")).do("build_up")
    assert (model.russia.strength > 100).all()
    assert (model.ukraine.strength > 75).all()


def test_attributes_have_one_entry_a_world(scenario):
    """Shapes are (world,) for the model and its agents."""
    model = sim.CeasefireModel(scenario, 37)
    model.step()
    for array in (
        model.at_peace,
        model.cause,
        model.years_held,
        model.russia.strength,
        model.russia.value_of_prevailing,
        model.ukraine.strength,
        model.europe.reputation,
        model.europe.resolute,
        model.united_states.reputation,
    ):
        assert array.shape == (37,)


@pytest.mark.long
def test_rng_replaces_the_seed(scenario):
    """The same rng gives the same history, another one another, and a generator is as good as a
    number.
    """

    def lives(rng):
        model = sim.CeasefireModel(scenario, 200, rng=rng)
        while model.running:
            model.step()
        return model.years_held.tolist()

    assert lives(5) == lives(5) != lives(6)
    assert lives(np.random.default_rng(5)) == lives(np.random.default_rng(5))
    assert lives(None) == lives(scenario.sampling.seed)


@pytest.mark.parametrize("worlds", [0, 10_001, [-1], [10_000]])
def test_worlds_that_the_scenario_does_not_have_are_refused(worlds, scenario):
    """The message says which worlds there are, and what to raise for more."""
    with pytest.raises(ValueError, match=r"0 to 9999.*sampling.designs"):
        sim.CeasefireModel(scenario, worlds)


def test_an_actor_can_be_replaced_by_a_subclass(scenario):
    """A Russia that never attacks ends no ceasefire by attack; incidents and offensives go on."""

    class Patient(Russia):
        def review(self, chances, worlds):
            attacks, probes = super().review(chances, worlds)
            return np.zeros_like(attacks), probes

    model = sim.CeasefireModel(scenario, 3000)
    model.russia.remove()
    model.russia = Patient(
        model, model.parameters.russia, model.russia.disposition, model.step_years
    )
    while model.running:
        model.step()
    causes = set(model.cause.tolist())
    assert 0 not in causes
    assert causes > {1, 4}


@pytest.mark.parametrize("worlds", [[3], 300])
def test_steps_after_the_end_change_nothing(worlds, scenario):
    """Who steps on after the horizon finds the outcome, the years and the story as they were."""

    def outcome(model):
        return (
            model.cause.tolist(),
            model.years_held.tolist(),
            model.years,
            model.journal and model.story(),
        )

    model = sim.CeasefireModel(scenario, worlds)
    for _ in range(60):
        model.step()
    before = outcome(model)
    for _ in range(36):
        model.step()
    assert outcome(model) == before


@pytest.mark.long
def test_a_war_is_told_once(scenario):
    """Who steps on after the war in a single world reads of it once."""
    model = next(
        model
        for model in (sim.CeasefireModel(scenario, [world]) for world in range(100))
        if [model.step() for _ in range(30)] and not model.at_peace[0]
    )
    assert [event.kind for event in model.journal.events].count("war") == 1


def test_worlds_are_whole_numbers(scenario):
    """NumPy's integers are integers; a fraction is refused, not cut off."""
    assert sim.CeasefireModel(scenario, np.int64(3)).worlds.tolist() == [0, 1, 2]
    assert sim.CeasefireModel(scenario, np.array([5, 2])).worlds.tolist() == [5, 2]
    with pytest.raises(ValueError, match="0 to 9999"):
        sim.CeasefireModel(scenario, [1.5])


def test_a_model_collects_a_row_a_month(scenario):
    """Of one history its values, of several their means; nothing where nothing is wanted."""
    one, several, none = (
        sim.CeasefireModel(scenario, [3]),
        sim.CeasefireModel(scenario, 50),
        sim.CeasefireModel(scenario, 50, collect=False),
    )
    for model in (one, several, none):
        while model.running:
            model.step()
    months = one.datacollector.get_model_vars_dataframe()
    assert len(months) == one.month
    assert months["years"].tolist() == pytest.approx([n / 12 for n in range(1, one.month + 1)])
    assert set(months["at_peace"]) <= {True, False}
    assert months["years_held"].iloc[-1] == pytest.approx(one.years_held[0])
    shares = several.datacollector.get_model_vars_dataframe()
    assert shares["at_peace"].iloc[-1] == several.at_peace.mean()
    assert shares["at_peace"].is_monotonic_decreasing
    assert none.datacollector.get_model_vars_dataframe().empty
    agents = several.datacollector.get_agent_vars_dataframe().loc[several.month]
    by_actor = agents.set_index("actor")
    assert by_actor.loc["Russia", "strength"] == several.russia.strength.mean()
    assert np.isnan(by_actor.loc["UnitedStates", "strength"])


def test_batch_run_runs_it(scenario):
    """Each run is the history of its number, whatever runs it."""
    rows = mesa.batch_run(
        sim.CeasefireModel,
        {"scenario": [scenario], "worlds": [[3], [4]]},
        number_processes=1,
        max_steps=300,
        display_progress=False,
    )
    assert len(rows) == 2 * 4
    for row in rows:
        alone = sim.CeasefireModel(scenario, row["worlds"])
        while alone.running:
            alone.step()
        assert row["years_held"] == pytest.approx(alone.years_held[0])
        assert row["cause"] == str(list(Cause)[alone.cause[0]])


def test_the_how_to_of_mesas_tools_runs(capsys):
    """Both of its programs, one after the other."""
    page = (ROOT / "docs" / "how-to" / "use_mesas_own_tools.md").read_text(encoding="utf-8")
    names = {"__name__": "__main__"}
    for block in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        exec(block, names)  # noqa: S102  it is our own page
    assert "RunId" in capsys.readouterr().out


class Unchanged(EuropeanCoalition):
    """A strategy that is the model's own."""


class Soft(EuropeanCoalition):
    """A coalition that never answers firmly."""

    def answer_probe(self, worlds, if_resolute, if_irresolute, uniform, falls=np.less):
        """Each answer is the one that the largest uniform number gives."""
        return super().answer_probe(
            worlds, if_resolute, if_irresolute, np.ones_like(uniform), falls
        )


class Disarmed(Ukraine):
    """A Ukraine that never builds up."""

    def build_up(self):
        """Its strength stays that of the signature."""


def played(scenario, agents):
    """A model of many histories, to its end."""
    model = sim.CeasefireModel(scenario, 600, agents=agents, collect=False)
    while model.running:
        model.step()
    return model


@pytest.fixture(scope="module")
def own_actors(scenario):
    return played(scenario, None)


def test_a_strategy_that_changes_nothing_gives_the_same_bytes(scenario, own_actors):
    """A subclass as it stands, for one actor or for several."""
    same = played(scenario, {"europe": Unchanged, "russia": Russia})
    assert type(same.europe) is Unchanged
    assert same.terms_drift.tobytes() == own_actors.terms_drift.tobytes()
    for name in ("years_held", "cause", "probes", "firm_answers", "brigade_years"):
        old, new = (getattr(model.histories, name) for model in (own_actors, same))
        assert old.tobytes() == new.tobytes()
    assert same.russia.strength.tobytes() == own_actors.russia.strength.tobytes()


def test_a_strategy_changes_what_it_decides_and_no_chance(scenario, own_actors):
    """No firm answer where there were some, and an army that stays as it was.

    What does not follow from it is the same: who attacks in the first months, before any probe.
    """
    soft = played(scenario, {"europe": Soft})
    assert own_actors.histories.firm_answers.any()
    assert not soft.histories.firm_answers.any()
    unprobed = (own_actors.probes == 0) & (soft.probes == 0)
    assert unprobed.any()
    assert (own_actors.years_held[unprobed] == soft.years_held[unprobed]).all()
    disarmed = played(scenario, {"ukraine": Disarmed})
    assert (disarmed.ukraine.strength < own_actors.ukraine.strength).all()
    assert (disarmed.russia.successions == own_actors.russia.successions)[
        disarmed.at_peace & own_actors.at_peace
    ].all()


@pytest.mark.parametrize(
    ("agents", "message"),
    [
        ({"nato": Unchanged}, "agents must name actors among russia, ukraine, europe, united_sta"),
        ({"russia": Unchanged}, "must be a subclass of sim.agents.russia.Russia"),
        ({"europe": 3}, "must be a subclass of sim.agents.europe.EuropeanCoalition (got 3)"),
    ],
)
def test_a_strategy_that_cannot_play_is_refused(scenario, agents, message):
    """An actor that there is not, another actor's agent, and what is no class."""
    with pytest.raises(sim.ScenarioError, match=re.escape(message)):
        sim.CeasefireModel(scenario, agents=agents)
