"""Results for other programs: whole, described, harmless, and over nothing that is not an export."""

import io
import json
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from SALib.sample import latin
from SALib.util import scale_samples

import sim
from sim.exports import write
from sim.exports.described import exported
from sim.scenario.columns import Kind, of_kind
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.factors import factors, salib_problem
from sim.study.finding import Finding
from sim.study.kept import EXACTLY

pytestmark = pytest.mark.long
SMALL = {
    "sampling.designs": 16,
    "sampling.replicates": 3,
    "sampling.horizon_years": 6,
    "sampling.steps_per_year": 2,
}
KINDS = tuple(write.FORMATS)
FORMULAS = ("=1+1", "+1", "-x", "@x", "\t=1")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run in a folder; its title begins as a formula does."""
    scenario = sim.load("coalition", SMALL | {"title": "=HYPERLINK(1)"})
    return sim.run(scenario, out=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def finding():
    """A finding with hostile texts in a table that is declared, and one that is not."""
    labels = pd.DataFrame({"scenario": ["a", "b"], "label": ["=1+1", "план"]})
    return Finding("reversal", {"who": "=x"}, {"labels": labels, "more": labels})


def tables_of(kind, path):
    """The tables of an export, as frames by name."""
    match kind:
        case "csv":
            return {file.stem: pd.read_csv(file, **EXACTLY) for file in path.glob("*.csv")}
        case "xlsx":
            return {
                name.lower(): frame for name, frame in pd.read_excel(path, sheet_name=None).items()
            }
        case "json":
            document = json.loads(path.read_text(encoding="utf-8"))
            return {
                name: pd.DataFrame(
                    {column: content["values"] for column, content in columns.items()}
                )
                for name, columns in document["tables"].items()
            }
        case "nc":
            with xr.open_datatree(path) as tree:
                named = {"outcomes": tree.to_dataset(), **tree.children}
                return {
                    name: group.to_dataframe().reset_index()
                    if name == "outcomes"
                    else group.to_dataset().to_dataframe()
                    for name, group in named.items()
                }


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_arrives(kind, run, tmp_path):
    """In full, with outcomes by parameter set and history, the timeline and the estimates."""
    path = sim.export(run, tmp_path / f"out.{kind}", kind)
    read = tables_of(kind, path)
    for table in exported(run).tables:
        numbers = table.frame.select_dtypes("number")
        assert len(numbers.columns) > 4
        np.testing.assert_allclose(
            read[table.name][list(numbers)].astype(numbers.dtypes).to_numpy(float),
            numbers.to_numpy(float),
            rtol=1e-15 if kind == "xlsx" else 0,  # a workbook keeps 16 digits
            err_msg=table.name,
        )
    causes = read["outcomes"].sort_values(["design", "replicate"])["cause"]
    assert causes.tolist() == run.outcomes["cause"].tolist()
    assert read["outcomes"]["held"].tolist() == run.outcomes["held"].tolist()


def test_estimates_have_both_uncertainties(run):
    """They are those that `survival` and `costs` give."""
    *_, table = exported(run).tables
    estimates = table.frame.set_index("measure")
    survival = sim.survival(run, [5]).drop(columns="years").iloc[0]
    pd.testing.assert_series_equal(
        estimates.loc["survival@5", list(survival.index)].astype(float), survival, check_names=False
    )
    costs = sim.costs(run, items=["all"]).set_index("bearer")
    assert estimates.loc["cost.europe", "estimate"] == costs.loc["Europe", "estimate"]


def test_every_column_is_described(run, tmp_path, calibrated_finding):
    """Unit, type and meaning stand in all kinds of files, of a run and of a finding."""
    for result in (run, calibrated_finding):
        tables = exported(result).tables
        described = pd.read_csv(
            sim.export(result, tmp_path / exported(result).name) / "columns.csv"
        ).set_index(["table", "column"])
        assert len(described) == sum(len(table.frame.columns) for table in tables)
        assert not described.isna().to_numpy().any()
        document = json.loads(sim.export(result, tmp_path / "a.json").read_text(encoding="utf-8"))
        for (table, column), row in described.iterrows():
            said = document["tables"][table][column]
            assert [said["type"], said["unit"], said["meaning"]] == row.tolist()
    assert described.loc[("draws", "russia.strength_target"), "unit"] == "brigade-equivalents"


def test_netcdf_says_what_it_holds(run, tmp_path):
    """Dimensions, units and long names; drawn parameters by parameter set; the scenario."""
    with xr.open_datatree(sim.export(run, tmp_path / "a.nc")) as tree:
        assert tree["years"].sizes == {"design": 16, "replicate": 3}
        assert tree["years"].attrs == {"units": "years", "long_name": "how long the ceasefire held"}
        drawn = of_kind(run.worlds, Kind.DRAWN)
        assert {tree[name].dims for name in drawn} == {("design",)}
        (tmp_path / "again.toml").write_text(tree.attrs["settings"], encoding="utf-8")
        assert tree.attrs["model_code_sha256"] == run.manifest["model"]
    assert sim.load(tmp_path / "again.toml").determinants() == run.scenario.determinants()


def test_the_scenario_beside_the_tables_is_that_of_the_run(run, tmp_path):
    folder = sim.export(run, tmp_path / "out")
    assert sim.load(folder / "scenario.toml").determinants() == run.scenario.determinants()


@pytest.fixture(scope="module")
def calibrated_finding(scenarios):
    """The posterior that comes with the product."""
    return write.read(scenarios / "calibrated")


def test_a_posterior_has_chains_and_draws(calibrated_finding, tmp_path):
    """By its keys with units, beside the other tables of the calibration."""
    with xr.open_datatree(sim.export(calibrated_finding, tmp_path / "a.nc")) as tree:
        posterior = tree["posterior"]
        assert posterior.sizes == {"chain": 1, "draw": 500}
        draws = calibrated_finding.tables["draws"]
        for name in draws:
            np.testing.assert_array_equal(posterior[name].to_numpy()[0], draws[name])
        assert posterior["russia.strength_target"].attrs["units"] == "brigade-equivalents"
        assert set(tree.children) > {"posterior", "parts", "scores"}


def test_no_text_is_a_formula(run, finding, tmp_path):
    """In a spreadsheet a text stays a text; a text that is none keeps every character."""
    for result in (run, finding):
        folder = sim.export(result, tmp_path / result.name)
        for file in folder.glob("*.csv"):
            cells = pd.read_csv(file, header=None, dtype=str).to_numpy().ravel()
            risky = [cell for cell in cells if str(cell).lstrip().startswith(tuple("=+@"))]
            assert risky == [], file
        book = openpyxl.load_workbook(sim.export(result, tmp_path / f"{result.name}.xlsx"))
        assert {"About", "Columns"} < set(book.sheetnames)
        kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
        assert "f" not in kinds
    assert [row[1].value for row in book["Labels"].iter_rows()] == ["label", "=1+1", "план"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_text_that_begins_as_a_formula_is_quoted(text, tmp_path):
    table = pd.DataFrame({"text": [text, "-", "1-1"], "number": [-1.5, 2, 3]})
    folder = sim.export(Finding("other", {}, {"t": table}), tmp_path / "out")
    data = (folder / "t.csv").read_bytes()
    read = pd.read_csv(io.BytesIO(data))
    assert read["text"].tolist() == [f"'{text}", "-", "1-1"]
    assert read["number"].tolist() == [-1.5, 2, 3]
    assert b"\r" not in data


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_replaces_an_export_and_nothing_else(kind, run, tmp_path, command):
    """Another file or folder of that name is refused, and stays as it was."""
    path = tmp_path / f"a.{kind}"
    words = ["export", run.folder, "--to", kind, "--out", path]
    command(*words)
    command(*words)
    if kind == "csv":
        (path / "mine.txt").write_text("mine")
    else:
        path.write_text("mine")
    refused = command(*words, code=2)
    assert f"{path}: is there already" in refused.stderr.replace("\n", "")
    mine = path / "mine.txt" if kind == "csv" else path
    assert mine.read_text() == "mine"
    with pytest.raises(sim.RunError, match="is there already"):
        sim.export(run, tmp_path, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_is_whole_or_not_there(kind, run, tmp_path, monkeypatch):
    """A full disk leaves the earlier export, and nothing beside it."""
    path = sim.export(run, tmp_path / f"a.{kind}", kind)

    def full(unfinished, _):
        if kind == "csv":
            unfinished.mkdir()
        (unfinished / "half" if kind == "csv" else unfinished).write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "FORMATS", {kind: write.Format(full)})
    monkeypatch.setattr(write, "write_folder", full)
    with pytest.raises(sim.RunError, match="No space left"):
        sim.export(run, path, kind)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert tables_of(kind, path)["outcomes"]["years"].tolist()


@pytest.mark.parametrize("kind", ["xlsx", "nc"])
def test_an_extra_that_is_missing_is_named(kind, run, tmp_path, monkeypatch, command):
    """Before anything is read or written, with what to install; csv and json need none."""
    monkeypatch.setattr(write, "find_spec", lambda _: None)
    result = command("export", run.folder, "--to", kind, "--out", tmp_path / "a", code=2)
    assert "pip install 'ceasefire[export]'" in result.stderr
    assert list(tmp_path.iterdir()) == []
    command("export", run.folder, "--to", "csv", "--out", tmp_path / "a")
    command("export", run.folder, "--out", tmp_path / "a.json")


def test_a_scenario_stands_for_its_run(tmp_path, monkeypatch, command):
    """In the folder of runs; where only another run of it is there, that one is named, and where
    there is none, the command that makes it; a calibration of the library goes by its name.
    """
    monkeypatch.chdir(tmp_path)
    settings = [f"--set={key}={value}" for key, value in SMALL.items()]
    assert "ceasefire run none" in command("export", "none", code=2).stderr
    run = sim.run(sim.load("none", SMALL))
    assert str(run.folder) in command("export", "none", code=2).stderr
    command("export", "none", *settings, "--to", "json")
    assert (tmp_path / "none.json").is_file()
    command("export", "calibrated", "--to", "csv", "--out", "posterior")
    assert len(pd.read_csv(tmp_path / "posterior" / "draws.csv")) == 500
    assert "must be one of csv" in command("export", "none", *settings, "--to=x", code=2).stderr


def test_a_table_that_is_too_long_for_a_sheet_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.exports.workbook.MOST_ROWS", 40)
    with pytest.raises(sim.RunError, match="export it as csv or nc"):
        sim.export(run, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_no_other_archive(run, tmp_path):
    """A zip file that no export wrote stays."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("mine", "ceasefire export")
    with pytest.raises(sim.RunError, match="is there already"):
        sim.export(run, tmp_path / "a.xlsx")


EVERY = {
    "russia.strength_target": {"triangular": [130, 150, 210]},
    "russia.strength": {"normal": {"mean": 100, "sd": 5}},
    "war.decisiveness": {"normal": {"mean": 1.5, "sd": 0.2, "low": 1}},
    "ukraine.strength": {"normal": {"mean": 75, "sd": 5, "low": 60, "high": 90}},
}


def test_salib_samples_what_sensitivity_samples():
    """At the same points of the unit cube, for every kind of distribution that SALib has."""
    scenario = replaced(Scenario(), EVERY)
    stated = sim.problem(scenario)
    assert set(stated["dists"]) == {"unif", "lognorm", "norm", "truncnorm", "triang"}
    varied = factors([scenario])
    unit = latin.sample(salib_problem(varied), 32, seed=1)
    own = varied.values(unit)
    theirs = scale_samples(unit.copy(), stated)
    assert stated["names"] == list(own)
    for column, name in enumerate(own):
        np.testing.assert_allclose(theirs[:, column], own[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    "uncertain",
    [{"beta": {"a": 2, "b": 5}}, {"choice": [0.1, 0.2]}, {"draws": [0.1, 0.2, 0.3]}],
    ids=lambda document: next(iter(document)),
)
def test_what_salib_cannot_state_is_named(uncertain):
    with pytest.raises(sim.ScenarioError, match=r"russia\.insecurity: SALib has no distribution"):
        sim.problem(replaced(Scenario(), {"russia.insecurity": uncertain}))
