"""Every table of a run is what its schema says, in memory and in the file, with the kind of each
column beside it.
"""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.ensemble.block import simulate
from sim.ensemble.joined import arrow
from sim.guarantee.costs import PEACE, WAR
from sim.scenario import columns
from sim.scenario.columns import Kind

SMALL = {"sampling.designs": 4, "sampling.replicates": 2, "sampling.horizon_years": 1}


@pytest.mark.long
def test_the_outcomes_of_every_scenario_have_their_schema(scenarios):
    """Names, types, order and descriptions, whatever the members and provisions."""
    for path in sorted(scenarios.glob("**/*.toml")):
        if path.stem == "base":
            continue
        scenario = sim.load(path, SMALL)
        block = simulate(scenario, 0, 8)
        declared = columns.schema(columns.outcomes(scenario))
        stored = arrow(block.outcomes, declared)
        assert stored.schema.equals(declared, check_metadata=True), path.stem
        assert list(block.outcomes) == declared.names, path.stem
        table = block.timeline.table(scenario.sampling.steps_per_year)
        assert list(table) == [column.name for column in columns.timeline()], path.stem


def test_the_files_of_a_run_have_theirs(scenarios, tmp_path):
    """The kinds come with the file and with the frame that is read from it."""
    scenario = sim.load(scenarios / "coalition.toml", SMALL)
    run = sim.run(scenario, out=tmp_path)
    for name, declared in (
        ("outcomes.parquet", columns.outcomes(scenario)),
        ("timeline.parquet", columns.timeline()),
    ):
        stored = pq.read_schema(run.folder / name)
        assert stored.names == [column.name for column in declared]
        for field, column in zip(stored, declared, strict=True):
            said = {key.decode(): value.decode() for key, value in field.metadata.items()}
            assert said["kind"] == column.kind
            assert said["unit"] == column.unit
            assert said["meaning"] == column.meaning
            (typed,) = columns.schema([column])
            assert pa.types.is_dictionary(typed.type) or field.type == typed.type
    again = sim.read_run(run.folder)
    for worlds in (run.worlds, run.outcomes, again.worlds, again.outcomes):
        assert columns.of_kind(worlds, Kind.DRAWN) == list(scenario.uncertain())
        costs = columns.of_kind(worlds, Kind.COST)
        assert {name.split("_")[1] for name in costs} == {*PEACE, *WAR}
    memory = sim.run(scenario, out=None)
    assert columns.of_kind(memory.worlds, Kind.DRAWN) == list(scenario.uncertain())


def test_every_column_has_a_unit_and_a_meaning(scenarios):
    every = columns.outcomes(sim.load(scenarios / "nato.toml")) + columns.timeline()
    assert all(column.unit and column.meaning for column in every)
    assert {column.kind for column in every} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_table_that_says_nothing_has_no_column_of_a_kind(kind, scenarios):
    outcomes = simulate(sim.load(scenarios / "none.toml", SMALL), 0, 8).outcomes
    outcomes.attrs.clear()
    assert columns.of_kind(outcomes, kind) == []
