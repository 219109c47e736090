"""The explorer page without a browser: settings and controls as functions, and the page as
Streamlit runs it for tests.
"""

import json
import re
import shlex
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from elements import LIBRARY, TEXTS
from typer.testing import CliRunner

import sim
from sim.analysis.typical import typical
from sim.app import controls, elsewhere, explored, results, settings
from sim.characters import visible
from sim.cli import app
from sim.game.endings import Cause
from sim.guarantee import provisions
from sim.page.page import page as report_page
from sim.presentation.cells import bracketed
from sim.presentation.reversal import headline
from sim.quantity import Parameters, parameter
from sim.scenario.load import load_folder
from sim.scenario.schema import Scenario, digest
from sim.scenario.show import parameters, resolved
from sim.scenario.texts import with_clauses
from sim.study.reversal import find_reversal
from sim.uncertainty import Distribution

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("small_studies", "blank_figures")]
pytest.importorskip(
    "streamlit", reason="the page needs the extra `app`: pip install 'ceasefire[app]'"
)
QUICK = {"sampling.designs": 60, "sampling.seed": 4, "sampling.steps_per_year": 1}
"""Settings under which a scenario takes a moment."""


def explore(scenarios, name, values):
    return explored.explore(
        explored.reader(next(scenarios.rglob(f"{name}.toml"))),
        values,
        list(LIBRARY),
    )


# ---- settings

SETTINGS = {
    "nothing": ("nato", {}),
    "a number": ("nato", {"regime.deployment.brigades": "12.5"}),
    "a distribution": (
        "eu",
        {"regime.arms.package_usd_bn": "{ uniform = [20, 80] }", "sampling.seed": "7"},
    ),
    "what was absent": (
        "none",
        {
            "regime.accession.start": "1",
            "regime.accession.mean_years": "2",
            "regime.accession.veto": "0.1",
        },
    ),
    "what is taken away": ("nato", {"regime.accession": "none"}),
    "a limit taken away": ("neutrality", {"regime.force_limit.brigades": "none"}),
    "an actor": ("none", {"russia.strength_target": "150", "sampling.designs": "1000"}),
    "members": ("coalition", {"europe.without.names": '["Germany"]'}),
}


@pytest.mark.parametrize(("name", "values"), SETTINGS.values(), ids=SETTINGS)
def test_a_file_of_what_is_explored_loads_to_the_same_scenario(scenarios, tmp_path, name, values):
    """Nothing is lost between the address and the file, and the command line takes the file."""
    explored = explore(scenarios, name, values)
    assert explored.problems == []
    path = tmp_path / "downloaded.toml"
    path.write_text(resolved(explored.scenario))
    read = sim.load(path)
    assert digest(read.determinants()) == digest(explored.scenario.determinants())
    assert read.name == explored.scenario.name
    assert CliRunner().invoke(app, ["check", str(path)]).exit_code == 0


@pytest.mark.parametrize(("name", "values"), SETTINGS.values(), ids=SETTINGS)
def test_what_differs_is_what_was_set(scenarios, name, values):
    explored = explore(scenarios, name, values)
    inside = {key for key in values if not key.startswith("sampling.")}
    assert inside <= set(explored.changed) | {"regime.accession"}
    assert all(
        any(key.startswith(start) for start in inside | {"regime.accession."})
        for key in explored.changed
    )
    assert bool(explored.changed) == bool(inside)
    assert explored.file.sampling == explored.scenario.sampling
    assert explored.scenario.name == ("changed" if inside else name)


def test_a_quick_answer_unless_asked_for_more(scenarios):
    assert explore(scenarios, "nato", {}).scenario.sampling.designs == 300
    assert (
        explore(scenarios, "nato", {"sampling.designs": "1000"}).scenario.sampling.designs == 1000
    )


def test_a_changed_scenario_takes_no_name_that_another_has(scenarios):
    reader, values = explored.reader(scenarios / "nato.toml"), {"regime.arms.package_usd_bn": "1"}
    assert (
        explored.explore(reader, values, ["nato", "changed", "changed-2"]).scenario.name
        == "changed-3"
    )
    assert explored.explore(reader, values | {"name": "mine"}, ["nato"]).scenario.name == "mine"
    assert explored.explore(reader, {"name": "eu"}, ["nato", "eu"]).scenario.name == "changed"


BAD = {
    "regime.deploymnt.brigades": "4",
    "regime.commitment.europe": "1.5",
    "regime.arms.package_usd_bn": "many",
    "regime.commitment.resupply": "none",
    "regime.accession.veto": "2",
    "russia.strength": "{ uniform = [5, 3] }",
    "sampling.designs": "1",
    "sampling": "3",
    "extends": '"/etc/passwd"',
    "": "3",
    "a..b": "3",
    "regime.monitoring.quality": "[" * 2000,
}


@pytest.mark.parametrize("key", BAD)
def test_a_bad_setting_has_the_message_of_the_command_line_and_leaves_the_others(scenarios, key):
    good = {"regime.deployment.brigades": "7", "russia.strength_target": "150"}
    explored = explore(scenarios, "none", good | {key: BAD[key]})
    assert explored.left_out == {key}
    assert {"regime.deployment.brigades", "russia.strength_target"} == set(explored.changed)
    if len(BAD[key]) < 100:
        refused = CliRunner().invoke(
            app,
            [
                "check" if not key else "show",
                str(scenarios / "none.toml"),
                "--set",
                f"{key}={BAD[key]}",
            ],
        )
        wanted = {line.removeprefix("command line: ") for line in refused.stderr.splitlines()}
        if key:
            assert {problem.removeprefix("this page: ") for problem in explored.problems} == wanted
    assert explored.problems


def test_several_bad_settings_are_all_told(scenarios):
    explored = explore(
        scenarios,
        "none",
        {
            "regime.deploymnt": "1",
            "regime.commitment.europe": "7",
            "regime.commitment.united_states": "0.5",
        },
    )
    assert [problem.split(": ")[:2] for problem in explored.problems] == [
        ["this page", "regime.commitment.europe"],
        ["this page", "regime.deploymnt"],
    ]
    assert explored.changed == {"regime.commitment.united_states": 0.5}


def test_more_histories_than_a_page_can_simulate_are_refused_before_they_start(scenarios):
    explored = explore(
        scenarios, "none", {"sampling.designs": "1000000", "sampling.replicates": "1000000"}
    )
    assert len(explored.problems) == 1
    assert explored.scenario.sampling.worlds <= 100_000


def test_the_address_gives_names_and_settings():
    address = {
        "scenario": ["a", "nato"],
        "compare": ["eu", "eu", "none"],
        "regime.arms.package_usd_bn": ["3"],
        "view": ["Files"],
    }
    assert settings.Request.of_address(address) == settings.Request(
        "nato", ("eu", "none"), "", "Files", ""
    )
    assert settings.settings_of(address) == {"regime.arms.package_usd_bn": "3"}
    assert settings.read_lines(settings.lines({"a.b": "3", "c": "{ uniform = [1, 2] }"})) == {
        "a.b": "3",
        "c": "{ uniform = [1, 2] }",
    }


# ---- controls


@cache
def library_in(folder):
    """The scenarios of a folder, which are read once."""
    loaded, _ = load_folder(folder)
    return loaded


def all_controls(scenarios, name="article5_like", values=()):
    explored, library = explore(scenarios, name, dict(values)), library_in(scenarios)
    return {
        control.key: control
        for group in controls.groups(explored.file, explored.scenario, library.values())
        for control in group.controls
    }


def test_every_parameter_of_every_provision_has_a_control(scenarios):
    wanted = {
        f"regime.{name}.{inner}"
        for name in provisions.Regime.model_fields
        for inner in settings.block_of(provisions.Regime, name).model_fields
    }
    assert set(all_controls(scenarios)) == wanted


def test_a_slider_says_what_the_schema_says(scenarios):
    for key, control in all_controls(scenarios, "nato").items():
        _, block, name = key.split(".")
        field = settings.block_of(provisions.Regime, block).model_fields[name]
        extra = field.json_schema_extra
        for said in (field.description, extra["unit"], extra["symbol"], control.source, key):
            assert said.lower() in control.explanation.lower()
        assert control.low >= extra["minimum"]
        assert control.high <= extra.get("maximum", float("inf"))
        assert control.low < control.high
        assert control.low <= control.start <= control.high
        assert (
            control.value is None
            or isinstance(control.value, Distribution)
            or control.low <= control.value <= control.high
        )


def test_the_ends_of_a_slider_do_not_move_with_it(scenarios):
    before = all_controls(scenarios)["regime.deployment.brigades"]
    after = all_controls(scenarios, values={"regime.deployment.brigades": "20"})[
        "regime.deployment.brigades"
    ]
    assert (after.low, after.high, after.step, after.value) == (
        before.low,
        before.high,
        before.step,
        20,
    )
    assert (
        all_controls(scenarios, values={"regime.deployment.brigades": "500"})[
            "regime.deployment.brigades"
        ].high
        == 500
    )


def test_every_value_of_every_scenario_is_within_its_slider(scenarios):
    for name in LIBRARY:
        for control in all_controls(scenarios, name).values():
            for value in (control.value, control.in_file):
                assert (
                    value is None
                    or isinstance(value, Distribution)
                    or control.low <= value <= control.high
                )


def test_a_new_provision_gets_its_control(scenarios, monkeypatch):
    """A class and a field of the regime are all it takes."""

    class Zone(Parameters):
        """A zone between the armies."""

        width: float = parameter(
            3.0, "width of the zone", unit="km", symbol="b", source="a test", low=0
        )

    class WithZone(provisions.Regime):
        zone: Zone = Zone()

    monkeypatch.setattr(controls, "Regime", WithZone)
    scenario = sim.load(scenarios / "none.toml").model_copy(update={"regime": WithZone()})
    group = list(controls.groups(scenario, scenario, []))[-1]
    (control,) = group.controls
    assert (group.title, group.meaning, control.label) == (
        "Zone",
        "A zone between the armies.",
        "Width of the zone, km",
    )
    assert (control.key, control.low, control.high, control.value) == ("regime.zone.width", 0, 6, 3)


# ---- the page


SMALL = {name: str(value) for name, value in QUICK.items()}
"""The same in an address."""


def shown(at):
    """All markup of the page as text."""
    return "\n".join(
        unescape(re.sub(r"<[^>]+>", "\n", block.proto.body.replace("<wbr>", "")))
        for block in at.main.get("html")
        if "<style" not in block.proto.body
    )


def said(at, name):
    """What the address says under this name; whether the test harness gives a text or a list of
    them differs between its versions.
    """
    value = at.query_params[name]
    return value if isinstance(value, str) else value[-1]


def durability(at, column=0):
    """The durability table of the page: estimate, error and range by year, as texts."""
    body = next(
        block.proto.body
        for block in at.main.get("html")
        if '<table class="numbers"' in block.proto.body
    )
    rows = re.findall(r'<th scope="row">(\d+) years?</th>(.*?)</tr>', body)
    return {
        int(year): re.findall(r"<td[^>]*>(.*?)<small>(.*?)</small></td>", cells)[column]
        for year, cells in rows
    }


def expected(scenario):
    """The same from `sim.survival`."""
    table = sim.survival(sim.run(scenario, out=None))
    return {
        int(row.years): (
            bracketed(row._asdict(), ("estimate", "low", "high")),
            f"{100 * row.spread_low:.0f} to {100 * row.spread_high:.0f}",
        )
        for row in table.itertuples()
    }


def slider(at, key):
    return next(control for control in at.slider if control.key.startswith(f"{key} "))


def test_the_page_loads(page):
    at = page(**SMALL)
    assert {name: said(at, name) for name in settings.OPENS} == settings.OPENS
    text = shown(at)
    assert text.count("for exploring assumptions, not a forecast") == 1
    assert {
        "How long does the ceasefire hold?",
        "Which Russia does it deter?",
        "When does the risk peak?",
        "How does the ceasefire end?",
        "Why does Russia attack?",
        "What does it cost, and who pays?",
    } <= set(text.splitlines())
    assert "Russia is deterred for 10 years if it values Ukraine" in text


def test_it_opens_on_a_comparison(page, tmp_path):
    """Of the library one that means something, of a reader's own files the first three; unless the
    address compares already.
    """
    assert set(settings.OPENS.values()) <= set(LIBRARY)
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.toml").write_text(f"title = '{name}'\n")
    at = page(tmp_path, view="Parameters", **SMALL)
    assert said(at, "scenario") == "a"
    assert at.multiselect(key="compare").value == ["b", "c"]
    at = page(tmp_path, view="Parameters", compare="d", **SMALL)
    assert at.multiselect(key="compare").value == ["d"]
    assert at.multiselect(key="compare").placeholder not in LIBRARY


TINY = {
    "sampling.designs": "12",
    "sampling.replicates": "2",
    "sampling.horizon_years": "10",
    "sampling.seed": "4",
    "sampling.steps_per_year": "1",
}
CHANGED = {
    "scenario": "nato",
    "compare": "eu",
    "regime.deployment.brigades": "11",
    "regime.arms.package_usd_bn": "{ uniform = [20, 80] }",
}


@pytest.mark.parametrize("view", settings.VIEWS[1:])
def test_every_view_gives_the_command_and_the_python(view, page, tmp_path, monkeypatch):
    """Both run as they stand, unless they take a file that the page offers; of the first view, that
    of answers, the next test compares the numbers too.
    """
    at = page(view=view, **CHANGED, **TINY)
    codes = [block.value for block in at.main.code]
    (command,) = [code for code in codes if code.startswith("ceasefire ")]
    (program,) = [code for code in codes if code.startswith("import sim\n")]
    compile(program, "page", "exec")
    if ".toml" not in command:
        monkeypatch.chdir(tmp_path)
        quiet = ["--no-figures"] if command.split()[1] in {"run", "compare", "sign"} else []
        ended = CliRunner().invoke(app, [*shlex.split(command)[1:], *quiet])
        assert ended.exit_code == 0, ended.output
        exec(program, {})  # noqa: S102  the page's own


def test_the_command_and_the_python_give_the_numbers_of_the_page(page, tmp_path, monkeypatch):
    at = page(**CHANGED, **TINY)
    command, program = (block.value for block in at.main.code)
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, [*shlex.split(command)[1:], "--json", "--no-figures"])
    document = json.loads(ended.stdout)
    assert [run["scenario"] for run in document["runs"]] == ["changed", "nato", "eu"]
    for column, run in enumerate(document["runs"]):
        assert {
            int(year): bracketed(row, ("estimate", "low", "high"))
            for year, row in run["survival"].items()
        } == {year: estimate for year, (estimate, _) in durability(at, column).items()}
    made = {}
    exec(program, made)  # noqa: S102  the page's own
    assert [sim.survival(run).to_dict() for run in made["runs"]] == [
        sim.survival(sim.read_run(run["folder"])).to_dict() for run in document["runs"]
    ]


def test_a_command_takes_the_library_by_name_and_what_no_setting_can_say_by_file(scenarios):
    """What is as in its file is not set; a provision that is taken away needs the page's file."""

    def said(name, values):
        explored = explore(scenarios, name, values)
        sources = elsewhere.sources(explored, {}, {name: scenarios / f"{name}.toml"})
        return elsewhere.command("Answers", sources)

    quick = "--set sampling.designs=300"
    assert said("nato", {}) == f"ceasefire run nato {quick}"
    assert (
        said("nato", {"regime.deployment.brigades": "11"})
        == f"ceasefire run nato {quick} --set name=changed --set regime.deployment.brigades=11"
    )
    assert said("nato", {"regime.accession": "none"}) == f"ceasefire run nato-changed.toml {quick}"
    own = elsewhere.sources(explore(scenarios, "nato", {}), {}, {"nato": Path("my own/nato.toml")})
    assert elsewhere.command("Parameters", own).startswith("ceasefire show 'my own/nato.toml' ")


def test_the_report_is_that_of_the_command(scenarios):
    """To the byte, of the same runs, with what would reverse their ranking."""
    tiny = {key: int(value) for key, value in TINY.items()}
    runs = [
        sim.run(sim.load(scenarios / f"{name}.toml", tiny), out=None) for name in ("nato", "none")
    ]
    made = report_page(runs, "none", findings=[find_reversal(runs)])
    assert results.report(runs, "none") == made.encode()


def test_words_that_change_in_a_file_change_on_the_page(page, tmp_path):
    """The values are the same, and what was simulated before says nothing old."""
    for label in ("Before", "After"):
        (tmp_path / "x.toml").write_text(f"label = '{label}'\n")
        assert f"Under {label}" in shown(page(tmp_path, **TINY))


def test_a_slider_changes_the_numbers_to_those_of_the_package(page, scenarios):
    at = page(scenario="article5_like", **SMALL)
    assert durability(at) == expected(sim.load(scenarios / "article5_like.toml", QUICK))
    slider(at, "regime.deployment.brigades").set_value(20.0).run()
    changed = sim.load(scenarios / "article5_like.toml", QUICK | {"regime.deployment.brigades": 20})
    assert said(at, "regime.deployment.brigades") == "20"
    assert durability(at) == expected(changed)
    assert durability(at, 1) == expected(sim.load(scenarios / "article5_like.toml", QUICK))
    again = page(**{name: said(at, name) for name in at.query_params})
    assert durability(again) == durability(at)


def test_the_smallest_answer_is_shown(page):
    """Two worlds of one year: ranges over designs are not known, and nothing breaks."""
    at = page(
        scenario="none",
        **{
            "sampling.designs": "2",
            "sampling.replicates": "1",
            "sampling.horizon_years": "1",
            "russia.stake": "1",
        },
    )
    assert "this page: russia.stake:" in shown(at)
    assert "How does the ceasefire end?" in shown(at)


def test_only_what_differs_from_the_file_is_in_the_address(page):
    at = page(scenario="article5_like", view="Parameters", **SMALL)
    slider(at, "regime.arms.package_usd_bn").set_value(120.0).run()
    assert "regime.arms.package_usd_bn" in at.query_params
    slider(at, "regime.arms.package_usd_bn").set_value(90.0).run()
    assert set(at.query_params) == {"scenario", "view", *SMALL}
    at.select_slider(key="size").set_value(300).run()
    assert set(at.query_params) == {"scenario", "view", *SMALL} - {"sampling.designs"}


def test_comparison_shows_paired_differences(page, scenarios):
    at = page(scenario="nato", compare="eu", baseline="none", **SMALL)
    runs = [
        sim.run(sim.load(scenarios / f"{name}.toml", QUICK), out=None)
        for name in ("nato", "none", "eu")
    ]
    table = sim.compare(runs, "none").query("scenario == 'nato' and years == 20").iloc[0]
    error = f"(±{50 * (table['high'] - table['low']):.1f})"
    assert f"{100 * table['estimate']:+.1f} {error}" in shown(at)
    assert "Difference from No guarantee" in shown(at)
    assert at.selectbox(key="scenario").options[0].startswith("Armed neutrality: ")


def test_what_would_reverse_a_comparison_is_said_on_request(page, scenarios):
    """In the words of the command line, about the same runs."""
    at = page(scenario="nato", compare="none", **SMALL)
    (button,) = [button for button in at.button if button.label == "What would reverse this?"]
    button.click().run()
    runs = [
        sim.run(sim.load(scenarios / f"{name}.toml", QUICK), out=None) for name in ("nato", "none")
    ]
    assert headline(find_reversal(runs)) in shown(at)
    assert not [
        button for button in page(scenario="nato", **SMALL).button if "reverse" in button.label
    ]


def test_what_is_absent_or_uncertain_can_be_switched(page):
    at = page(scenario="paris_declaration", view="Parameters", **SMALL)
    at.toggle(key="regime.deployment.brigades~").set_value(False).run()
    assert said(at, "regime.deployment.brigades") == "5"
    at.toggle(key="regime.deployment.brigades~").set_value(True).run()
    assert "regime.deployment.brigades" not in at.query_params
    at.toggle(key="regime.force_limit.brigades?").set_value(True).run()
    assert slider(at, "regime.force_limit.brigades").value == float(
        said(at, "regime.force_limit.brigades")
    )
    at.toggle(key="regime.accession?").set_value(True).run()
    assert not at.exception
    assert float(said(at, "regime.accession.mean_years")) > 0
    at.toggle(key="regime.accession?").set_value(False).run()
    assert not any(name.startswith("regime.accession") for name in at.query_params)
    at = page(scenario="nato", view="Parameters", **SMALL)
    at.toggle(key="regime.accession?").set_value(False).run()
    assert said(at, "regime.accession") == "none"
    at.toggle(key="regime.accession?").set_value(True).run()
    assert "regime.accession" not in at.query_params


def test_a_bad_address_is_answered_in_the_command_lines_words_and_keeps_the_rest(page, scenarios):
    at = page(
        scenario="nato",
        compare="nowhere",
        baseline="eu",
        world="x",
        view="Nothing",
        **SMALL,
        **{"regime.deploymnt": "3", "regime.arms.package_usd_bn": "150"},
    )
    text = shown(at)
    assert "this page: regime.deploymnt:" in text
    assert "compare nowhere:" in text
    assert "view Nothing:" in text
    assert durability(at) == expected(
        sim.load(scenarios / "nato.toml", QUICK | {"regime.arms.package_usd_bn": 150})
    )
    sampling = "sampling.seed=4\nsampling.steps_per_year=1"
    assert at.text_area(key="other settings").value == f"{sampling}\nregime.deploymnt=3"
    at.text_area(key="other settings").set_value(sampling).run()
    assert "this page: regime.deploymnt" not in shown(at)


HOSTILE = {
    "400 digits": ("regime.deployment.brigades", "9" * 400),
    "lists in lists": ("regime.deployment.brigades", "[" * 3000),
    "a thousand names": (".".join("a" * 1000), "1"),
    "no character": ("regime.deployment.brigades", "\0"),
    "markup": ("regime.deployment.brigades", "<script>alert(1)</script>"),
    "two lines": ("regime.deployment.brigades", "1\n2"),
    "an escape code": ("\x1b[31mred", "1"),
}


@pytest.mark.parametrize(("key", "text"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_setting_is_answered_as_on_the_command_line(key, text, page):
    """In its words, with the page for the command; the rest of the address counts."""
    at = page(scenario="none", view="Parameters", **TINY, **{key: text})
    refused = CliRunner().invoke(app, ["show", "none", "--set", f"{key}={text}"])
    assert refused.exit_code == 2
    (line,) = (line for line in refused.stderr.splitlines() if "--set" in line or "line:" in line)
    said = visible(" ".join(shown(at).split()))
    words = re.sub(r"^--set |^command line: ", "", line).replace(": value: ", ": ")
    assert f"{settings.ORIGIN}: {' '.join(words.split())}"[:200] in said
    assert at.select_slider(key="size").value == 12


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", ["scenario", "compare", "baseline", "view", "world", "without", "x", "sampling.seed"]
)
@pytest.mark.parametrize("text", ["9" * 400, "<b>" * 3000, "\0", "9" * 10**7], ids=len)
def test_a_hostile_name_is_answered_in_few_words(name, text, page):
    """No name makes the page long, or keeps it from answering."""
    at = page(**({"scenario": "none", "view": "Parameters"} | TINY | {name: text}))
    listed = "".join(
        block.proto.body for block in at.main.get("html") if "problems" in block.proto.body
    )
    assert len(listed) < 4000
    assert "<b><b>" not in listed


def test_an_unknown_scenario_is_said_and_the_first_is_shown(page):
    at = page(scenario="../../etc/passwd", **SMALL)
    assert "scenario ../../etc/passwd:" in shown(at)
    assert durability(at)


def test_a_clause_is_a_switch_and_the_deal_without_it_is_signed_or_not(page, scenarios):
    """The chance that both sign is that of the text without the clause, on the same histories."""
    deal = {"scenario": "28_points", "view": "The deal", "compare": "20_points", **SMALL}
    at = page(**deal)
    text = sim.load(scenarios / "texts" / "28_points.toml", QUICK)
    number, *others = [clause.number for clause in text.clauses if clause.sets]
    at.toggle(key=f"clause {number}").set_value(False).run()
    assert said(at, "without") == number
    table = sim.sign(with_clauses(text, others), out=None).set_index("outcome")
    both = table.loc["both_sign"]
    assert f"{100 * both['estimate']:.1f} (±{50 * (both['high'] - both['low']):.1f})" in shown(at)
    assert f"{text.label} without {number}" in shown(at)
    at.toggle(key=f"clause {number}").set_value(True).run()
    assert "without" not in at.query_params
    at = page(**deal, without="1000")
    assert "this page: without 1000:" in shown(at)


def test_without_clauses_the_deal_stands_beside_all_texts(page):
    text = shown(page(scenario="nato", view="The deal", **SMALL))
    assert all(sim.load(path).label in text for path in TEXTS)


def test_the_story_of_a_world_is_that_of_the_replay(page, scenarios):
    at = page(scenario="coalition", view="One history", world="7", **SMALL)
    story = sim.replay(sim.load(scenarios / "coalition.toml", QUICK), 7)
    assert all(event["words"] in shown(at) for event in story["events"])
    at.number_input(key="number").set_value(8).run()
    assert said(at, "world") == "8"
    number = typical(sim.run(sim.load(scenarios / "coalition.toml", QUICK), out=None))[Cause.HELD]
    at.selectbox(key="typical").set_value(number).run()
    assert f"History {number}: the ceasefire holds 20 years" in shown(at)
    at = page(scenario="coalition", view="One history", world="600", **SMALL)
    assert "world must be between 0 and 599" in shown(at)


def test_every_parameter_is_told_with_its_source_and_who_set_it(page, scenarios):
    at = page(scenario="eu", view="Parameters", **{"regime.arms.package_usd_bn": "10"})
    text = shown(at)
    scenario = sim.load(scenarios / "eu.toml")
    for row in parameters(scenario):
        assert row.key in text or "." not in row.key
        assert row.meaning in text or "." not in row.key
        assert row.source in text or "." not in row.key
    assert "this page" in text
    at.text_input(key="find").set_value("half_life").run()
    assert "regime.deployment.half_life" in shown(at)
    assert "regime.arms" not in shown(at)


def test_files_are_offered(page):
    at = page(scenario="eu", view="Files", **SMALL, **{"regime.arms.package_usd_bn": "10"})
    names = {button.proto.label for button in at.main.get("download_button")}
    assert names == {
        "eu-changed.toml",
        "Report on one page",
        *(
            f"eu-changed-{kind}.png"
            for kind in (
                "survival",
                "differences",
                "threshold",
                "hazard",
                "causes",
                "reasons",
                "burden",
                "spread",
            )
        ),
        "eu-changed.parquet",
        "eu-changed.csv",
        "eu.parquet",
        "eu.csv",
    }


def test_what_a_file_says_is_shown_and_never_read_as_markup(page, tmp_path):
    (tmp_path / "evil.toml").write_text(
        'title = "<script>alert(1)</script> ![x](http://example.com/x.png)"\n'
        '[regime.deployment]\nbrigades = { value = 2, source = "<img '
        'src=http://example.com/y.png>" }\n'
    )
    (tmp_path / "broken.toml").write_text("[regime]\nbrigades = 2\n")
    (tmp_path / "other.toml").write_text('name = "evil"\n')
    at = page(tmp_path, view="Parameters", scenario="evil", **SMALL)
    bodies = "".join(block.proto.body for block in at.main.get("html"))
    assert "<script" not in bodies
    assert "<img" not in bodies
    assert "broken.toml:2: regime.brigades:" in shown(at)
    assert "name: evil is the name of" in shown(at)
    assert r"\<img src\=http\:\/\/" in slider(at, "regime.deployment.brigades").help


# ---- the command


def test_the_command_refuses_a_folder_without_scenarios(tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path):
        refused = CliRunner().invoke(app, ["app", str(folder)])
        assert refused.exit_code == 2
        assert len(refused.stderr.splitlines()) == 1
        assert str(folder) in refused.stderr


def test_the_command_says_how_to_install_the_page(monkeypatch, scenarios):
    monkeypatch.setattr("sim.cli.page.find_spec", lambda _: None)
    refused = CliRunner().invoke(app, ["app", str(scenarios)])
    (line,) = refused.stderr.splitlines()
    assert (refused.exit_code, "pip install 'ceasefire[app]'" in line) == (2, True)


def test_a_port_that_is_taken_is_said(scenarios):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(app, ["app", str(scenarios), "--port", str(port)])
    assert refused.exit_code == 2
    assert f"--port {port}:" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_scenario_is_the_same_however_it_is_told():
    """The table of parameters and the resolved file say the same values."""
    for path in LIBRARY.values():
        scenario: Scenario = sim.load(path)
        lines = resolved(scenario)
        assert all(
            f"{row.key.rpartition('.')[2]} = {row.value}    #" in lines
            for row in parameters(scenario)
            if row.value != "none"
        )


def test_an_impossible_number_is_a_message_on_the_page(page, monkeypatch):
    """A run that the gate refuses is reported as on the command line, without a traceback."""

    def refused(_):
        raise sim.RunError("history 3: x is nan, which cannot be")

    monkeypatch.setattr("sim.app.results.simulate", refused)
    shown = page(scenario="none")
    bodies = "".join(block.proto.body for block in shown.main.get("html"))
    assert "history 3: x is nan, which cannot be" in bodies


def test_what_is_believed_goes_into_the_address_and_comes_as_an_overlay(page):
    """Three numbers that cannot be are refused; those that can are fitted, and taken back."""
    key = "russia.insecurity"
    at = page(scenario="nato", view="Your beliefs", **SMALL)
    assert key in at.multiselect(key="numbers of nato").value

    def typed(values):
        boxes = [box for box in at.number_input if key in box.key]
        for box, value in zip(boxes, values, strict=True):
            box.set_value(value)
        next(b for b in at.button if b.label == "Believe it" and key in b.form_id).click().run()
        assert not at.exception

    typed((0.5, 0.3, 0.7))
    assert "p50: must lie above p5, 0.5 (got 0.3)" in shown(at)
    assert not at.main.get("download_button")
    typed((0.2, 0.3, 0.7))
    assert "p5 = 0.2, p50 = 0.3, p95 = 0.7, low = 0.0, high = 1.0" in str(said(at, key))
    assert [button.proto.label for button in at.main.get("download_button")] == ["mine.toml"]
    next(b for b in at.button if b.label == "As the scenario assumes").click().run()
    assert not at.main.get("download_button")
