"""What studies found: kept whole, read back the same, told on the terminal and on the page."""

import io
import json
import re
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.errors import RunError
from sim.page.page import page
from sim.presentation import terminal
from sim.presentation.registry import FINDINGS, section_of
from sim.presentation.section import Column, Section, Table
from sim.scenario.course import Course, Event
from sim.study import (
    clauses,
    deals,
    discovery,
    elicitation,
    outlook,
    requirement,
    reversal,
    robustness,
    sensitivity,
    side_payments,
)
from sim.study.answers import read_beliefs
from sim.study.finding import Finding
from sim.study.kept import FILE, keep, read
from sim.study.question import Question
from sim.study.schemas import SCHEMAS

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("small_studies", "blank_figures")]
ANSWERS = {
    "Anna": {"russia.value_of_prevailing": (0.2, 0.5, 1.5), "russia.insecurity": (0.1, 0.2, 0.5)},
    "Boris": {"russia.value_of_prevailing": (0.8, 2.0, 6.0)},
}
SO_FAR = Course(1.0, (Event(0.5, "incident", {"retaliated": True}),))


@pytest.fixture(scope="module")
def findings(scenarios, few, calibrated):
    """A small finding of each kind."""
    none, coalition = (
        few(
            sim.load(
                scenarios / f"{name}.toml", {"sampling.designs": 120, "sampling.steps_per_year": 1}
            )
        )
        for name in ("none", "coalition")
    )
    runs = [sim.run(scenario, out=None) for scenario in (none, coalition)]
    vary = {"regime.commitment.europe": (0.0, 1.0)}
    along = side_payments.frontier(coalition, vary, designs=40, replicates=2, samples=8)
    return {
        "signing": deals.find_signing(runs, {"coalition": along}),
        "clauses": clauses.value(coalition, designs=24, replicates=2).finding(),
        "sensitivity": sensitivity.attribute_variance(
            none, "survival@5", samples=32, replicates=4, trajectories=5
        ),
        "discovery": discovery.find_regions(none, "survival@5 < 0.6", out=None),
        "robustness": robustness.rank_guarantees([none, coalition], "survival@5", out=None),
        "requirement": requirement.find_cheapest(
            none, 0.7, 3, {"regime.deployment.brigades": (0.0, 10.0)}, samples=8
        ),
        "calibration": read(calibrated[1]),
        "elicitation": elicitation.pool_beliefs(read_beliefs(none, ANSWERS)),
        "reversal": reversal.find_reversal(runs),
        "outlook": outlook.find_outlook(coalition, SO_FAR, signature=runs[1], out=None),
    }


def test_every_kind_is_told(findings):
    """What can be told is what is tried here."""
    assert set(findings) == set(FINDINGS)
    assert {finding.kind for finding in findings.values()} == set(FINDINGS)


def test_the_page_of_every_kind_is_for_everybody(findings, browser, tmp_path):
    """Axe-core finds no fault, on a desk and on a telephone; nothing is wider than the window."""
    from browser import NARROW, WIDE, overflow, violations

    path = tmp_path / "report.html"
    path.write_text(page([], findings=list(findings.values())))
    for width in (WIDE, NARROW):
        shown = browser.new_page(viewport={"width": width, "height": 900})
        shown.goto(path.as_uri())
        assert violations(shown) == ({}, {})
        assert overflow(shown) <= 0
        shown.close()


def test_every_table_has_the_columns_of_its_schema(findings):
    """Names, order and types of every column of every finding; each with a unit and a meaning."""
    assert set(SCHEMAS) == set(findings)
    for kind, tables in SCHEMAS.items():
        assert set(findings[kind].tables) == set(tables)
        for name, schema in tables.items():
            assert schema.problems(findings[kind].tables[name]) == [], f"{kind}: {name}"
            assert all(column.unit and column.meaning for column in schema.columns)


def test_a_table_that_departs_from_its_schema_is_noticed(findings):
    """A column that is missing, one too many, one of another type."""
    schema, table = SCHEMAS["discovery"]["share"], findings["discovery"].tables["share"]
    for broken, problem in (
        (table.drop(columns="low"), "not"),
        (table.assign(more=1), "has more: ['more']"),
        (table.assign(failing=0.5), "failing holds float64, not whole number"),
        (table.assign(estimate="x"), "estimate holds"),
    ):
        assert any(problem in line for line in schema.problems(broken)), problem


def test_a_finding_reads_back_the_same(findings, tmp_path):
    """Tables to the last bit, what was asked, and the name of the folder."""
    for finding in findings.values():
        folder = keep(finding, tmp_path)
        again = read(folder)
        assert folder.name == finding.name == again.name
        assert again.settings == json.loads(json.dumps(finding.settings))
        for name, table in finding.tables.items():
            pd.testing.assert_frame_equal(
                again.tables[name].replace({None: np.nan}),
                table.reset_index(drop=True).replace({None: np.nan}),
                check_dtype=False,
            )
        manifest = json.loads((folder / FILE).read_text())
        assert set(manifest["versions"]) >= {"ceasefire", "numpy", "python"}


def test_a_finding_goes_by_the_name_of_its_folder(findings, tmp_path):
    """On a page and in exports as on the disk: by its question, where it was kept by one, also
    where it is kept again.
    """
    question = Question("reversal", {"years": 20})
    folder = keep(findings["reversal"], tmp_path, question)
    kept = read(folder)
    assert folder.name == question.name == kept.name != findings["reversal"].name
    assert keep(kept, tmp_path / "elsewhere").name == folder.name
    assert f"{kept.name}: its settings" in page([], findings=[kept])


def test_a_changed_or_missing_finding_is_refused(findings, tmp_path):
    """A table that was touched, a folder that is none, a kind that nobody knows."""
    folder = keep(findings["sensitivity"], tmp_path)
    (folder / "indices.csv").write_text("factor\nx\n")
    with pytest.raises(RunError, match=r"indices\.csv: "):
        read(folder)
    with pytest.raises(RunError, match=re.escape(str(tmp_path))):
        read(tmp_path)
    with pytest.raises(RunError, match="astrology"):
        section_of(Finding("astrology", {}, {}))
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=re.escape(str(tmp_path / "file"))):
        keep(findings["sensitivity"], tmp_path / "file" / "inside")


def test_a_finding_that_is_kept_again_replaces_itself(findings, tmp_path):
    """The same question has one folder, whole."""
    first, second = keep(findings["discovery"], tmp_path), keep(findings["discovery"], tmp_path)
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_every_section_has_an_answer_and_a_table_of_its_columns(findings):
    """A question, sentences that end, and as many cells as headings.

    Nothing is told without its limits beside it.
    """
    for finding in findings.values():
        section = section_of(finding)
        assert section.question.endswith("?")
        assert section.answer
        assert all(sentence.rstrip().endswith((".", ";", ":")) for sentence in section.answer), (
            section.answer
        )
        for table in section.tables:
            assert all(len(row) == len(table.headings) for row in table.rows)
        assert not any("nan" in sentence.lower().split() for sentence in section.answer)


def test_a_section_loses_nothing_on_a_narrow_terminal():
    """Words and figures are broken, not cut."""
    from rich.console import Console

    console = Console(width=40, record=True, file=io.StringIO())
    long = "russia.reconstitution_half_life"
    frame = pd.DataFrame({"name": [f"x\n{long}"], "a": ["1.234\n1 to 2"], "b": ["5"]})
    columns = tuple(Column(name, itemgetter(name)) for name in frame)
    shown = Section(
        "any",
        "What?",
        ("A sentence of many words " * 9,),
        (Table.of("", frame, columns),),
        trust="How.",
    )
    console.print(terminal.section(shown))
    text = "".join(console.export_text().split())
    assert "…" not in text
    assert text.count("sentence") == 9
    assert long in text
    assert terminal.WIDTH == 80


def test_the_page_tells_findings_beside_a_run(findings, tmp_path):
    """One page: each finding's question is a heading, its figures stand in it, and what was asked
    is there to repeat it.
    """
    folders = [keep(finding, tmp_path) for finding in findings.values()]
    small = {"sampling.designs": 30, "sampling.steps_per_year": 1}
    run = sim.run(sim.load("scenarios/none.toml", small), out=tmp_path)
    path = tmp_path / "page.html"
    result = CliRunner().invoke(
        app, ["report", *map(str, [*folders, run.folder]), "--out", str(path)]
    )
    assert result.exit_code == 0, result.output
    text = path.read_text()
    for finding in findings.values():
        assert finding.name in text
    figures = sum(len(section_of(finding).figures) for finding in findings.values())
    assert text.count("<img ") >= figures
    assert 'src="http' not in text
    with pytest.raises(ValueError, match="needs a run or a finding"):
        page([])
