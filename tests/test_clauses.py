"""Texts as scenarios: the regime of a text is what its clauses set, and everybody can see which
clause set what, and which of them the model leaves out.
"""

import json
import re
import tomllib

import jsonschema
import pytest
from elements import LIBRARY, TEXTS
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.scenario.clauses import REGIME_KEYS, Clause, Coverage, regime_of
from sim.scenario.schema import json_schema
from sim.scenario.show import resolved
from sim.scenario.texts import with_clauses

DEAL = """title = "A deal"
[[clauses]]
number = "1"
text = "A brigade or five."
source = "the deal, article 1"
[clauses.sets]
"regime.deployment.brigades" = { uniform = [1, 5], source = "the annex" }
"regime.deployment.exposure" = 0.3
[[clauses]]
number = "2a"
text = "Arms."
source = "the deal, article 2"
sets = { "regime.arms.package_usd_bn" = 10 }
[[clauses]]
number = "3"
text = "A commission on music."
source = "the deal, article 3"
no_bearing = "no guns"
[[clauses]]
number = "4"
text = "Elections."
source = "the deal, article 4"
not_modelled = "no politics"
"""


@pytest.fixture
def deal(tmp_path, monkeypatch):
    """Write the deal, or a change of it, as deal.toml in the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(old="", new="", more=""):
        assert old in DEAL
        path = tmp_path / "deal.toml"
        path.write_text(DEAL.replace(old, new, 1) + more)
        return path.relative_to(tmp_path)

    return write


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_text_is_its_clauses_over_base(path):
    """With all of them it is the text; with none it is `base` under the names of the text."""
    text, base = sim.load(path), sim.load(LIBRARY["base"])
    numbers = {clause.number for clause in text.clauses}
    assert with_clauses(text, numbers).model_dump() == text.model_dump()
    assert resolved(with_clauses(text, numbers)) == resolved(text)
    none = with_clauses(text, ())
    assert none.determinants() == base.determinants()
    assert (none.name, none.label, none.clauses) == (text.name, text.label, ())
    assert not any(key.startswith("regime.") for key in none.origins)


LOADED = tuple(map(sim.load, TEXTS))


@st.composite
def splits(draw):
    """A text of the library, its clauses in any order, and a place to cut them in two."""
    text = draw(st.sampled_from(LOADED))
    clauses = draw(st.permutations(text.clauses))
    return text, clauses, draw(st.integers(0, len(clauses)))


@given(splits())
def test_the_union_of_any_split_is_the_text(split):
    """Each value of the regime comes from the part whose clause sets it, and is the default in the
    other; together, in whatever order, the parts are the text.
    """
    text, clauses, cut = split
    parts = [
        with_clauses(text, {clause.number for clause in half})
        for half in (clauses[:cut], clauses[cut:])
    ]
    set_by_part = [
        {key.removeprefix("regime.") for clause in half.clauses for key in clause.sets or ()}
        for half in parts
    ]
    assert not set.intersection(*set_by_part)
    default = dict(sim.Scenario().regime.leaves())
    for half, keys in zip(parts, set_by_part, strict=True):
        whole = dict(text.regime.leaves())
        expected = {key: whole[key] if key in keys else default[key] for key in whole}
        assert dict(half.regime.leaves()) == expected
    assert regime_of(clauses) == text.regime


def test_a_part_of_a_text_keeps_what_was_changed_over_it(deal):
    """A value of `--set` or of a file over the text holds in every subset of its clauses."""
    changes = {"regime.deployment.brigades": 7, "regime.sanctions.snapback": 0.1}
    text = sim.load(deal(), changes)
    amended = with_clauses(text, {"2a"})
    assert amended.regime.deployment.brigades == 7
    assert amended.regime.deployment.exposure == 0.5
    assert (amended.regime.sanctions.snapback, amended.regime.arms.package_usd_bn) == (0.1, 10)
    assert (
        amended.origins["regime.deployment.brigades"] == text.origins["regime.deployment.brigades"]
    )
    assert "regime.deployment.exposure" not in amended.origins
    with pytest.raises(KeyError, match="9"):
        with_clauses(text, {"2a", "9"})


def test_who_set_a_value_is_the_clause(deal):
    """Origins name clause, file and line; the source is that of the value or of the clause."""
    text = sim.load(deal(), {"regime.arms.package_usd_bn": 20})
    assert [by for _, by in text.origins["regime.arms.package_usd_bn"]] == [
        "clause 2a of deal.toml:13",
        "override",
    ]
    assert text.stated_sources["regime.deployment.brigades"] == "the annex"
    assert text.stated_sources["regime.deployment.exposure"] == "the deal, article 1"
    shown = CliRunner().invoke(app, ["show", "deal.toml"]).stdout
    assert "#   set by clause 1 of deal.toml:8; was 0.5 (default)" in shown
    assert "#   source: the deal, article 1" in shown
    assert 'number = "2a"' in shown


def test_a_text_that_is_changed_is_no_longer_the_text(deal):
    """`--set` and files over it win; what `show` prints of it loads, without the clauses."""
    path = deal()
    (path.parent / "over.toml").write_text("[regime.arms]\npackage_usd_bn = 30\n")
    changed = sim.load(path, {"regime.deployment.exposure": 0.9}, over=["over.toml"])
    assert (changed.regime.arms.package_usd_bn, changed.regime.deployment.exposure) == (30, 0.9)
    assert len(changed.clauses) == 4
    (path.parent / "copy.toml").write_text(resolved(changed))
    copy = sim.load("copy.toml")
    assert (copy.determinants(), copy.clauses) == (changed.determinants(), ())


def test_a_file_that_extends_a_text_has_its_regime_and_is_no_text(deal):
    """As names and titles, clauses are each file's own."""
    text = sim.load(deal())
    deal().with_name("mine.toml").write_text("extends = 'deal.toml'\n[war]\ndecisiveness = 3\n")
    mine = sim.load("mine.toml")
    assert (mine.regime, mine.clauses) == (text.regime, ())


def test_clauses_determine_nothing_but_the_regime(deal):
    """The same values in tables are the same scenario, so that no result depends on words."""
    tables = (
        "[regime.deployment]\nbrigades = { uniform = [1, 5] }\nexposure = 0.3\n"
        "[regime.arms]\npackage_usd_bn = 10\n"
    )
    text = sim.load(deal())
    deal().with_name("tables.toml").write_text(tables)
    assert sim.load("tables.toml").determinants() == text.determinants()
    both = sim.load(deal(more=tables))
    assert both.model_dump() == text.model_dump()


def test_a_run_remembers_the_clauses(deal, tmp_path):
    """The scenario of a run that is read again is the text."""
    text = sim.load(deal(), {"sampling.designs": 2, "sampling.replicates": 1})
    run = sim.run(text, out=tmp_path)
    assert sim.read_run(run.folder).scenario.clauses == text.clauses


DEPLOYMENT = '"regime.deployment.exposure" = 0.3'
MISTAKES = {
    "the same key in two clauses": (
        ('"regime.arms.package_usd_bn" = 10', '"regime.deployment.exposure" = 0.4'),
        "deal.toml:13: clause 2a: regime.deployment.exposure: clause 1 sets",
    ),
    "an unknown key": (
        (DEPLOYMENT, '"regime.deploymnt.exposure" = 0.3'),
        (
            "deal.toml:8: clause 1: regime.deploymnt.exposure: no such key; did you mean "
            "regime.deployment.exposure?"
        ),
    ),
    "a key of another block": (
        (DEPLOYMENT, '"russia.strength" = 100'),
        "deal.toml:8: clause 1: russia.strength: a clause sets values of the guarantee",
    ),
    "a key without quotes": (
        ('"regime.arms.package_usd_bn" = 10', "regime.arms.package_usd_bn = 10"),
        "deal.toml:13: clause 2a: regime: a clause sets values of the guarantee",
    ),
    "a value out of range": (
        (DEPLOYMENT, '"regime.deployment.exposure" = 3'),
        "deal.toml:8: clause 1: regime.deployment.exposure: must be at least 0 and at most 1",
    ),
    "a value that is no number": (
        (DEPLOYMENT, '"regime.deployment.exposure" = "much"'),
        "deal.toml:8: clause 1: regime.deployment.exposure: must be a finite number",
    ),
    "nothing said of a clause": (
        ('no_bearing = "no guns"\n', ""),
        (
            "deal.toml:14: clause 3: needs exactly one of sets, not_modelled and no_bearing; it has "
            "none of them"
        ),
    ),
    "two things said of a clause": (
        ('no_bearing = "no guns"', 'no_bearing = "no guns"\nnot_modelled = "no music"'),
        (
            "deal.toml:14: clause 3: needs exactly one of sets, not_modelled and no_bearing; it has "
            "not_modelled and no_bearing"
        ),
    ),
    "an empty reason": (
        ('"no guns"', '" "'),
        "deal.toml:18: clause 3: no_bearing: must not be empty",
    ),
    "nothing set": (
        ('{ "regime.arms.package_usd_bn" = 10 }', "{}"),
        "deal.toml:13: clause 2a: sets: must not be empty",
    ),
    "two clauses of one number": (
        ('number = "4"', 'number = "3"'),
        "deal.toml:20: clause 3: an earlier clause has the same number",
    ),
    "no source": (
        ('source = "the deal, article 3"\n', ""),
        "deal.toml:14: clause 3: source: is missing",
    ),
    "no number": (('number = "3"\n', ""), "deal.toml:14: clauses.3: number: is missing"),
    "a number that is no text": (
        ('number = "3"', "number = 3"),
        "deal.toml:15: clauses.3: number: must be a text in quotes",
    ),
    "an unknown word": (
        ('text = "Elections."', 'txt = "Elections."\ntext = "Elections."'),
        "deal.toml:21: clause 4: txt: no such key; did you mean clauses.text?",
    ),
    "an accession in two clauses": (
        (
            '"regime.arms.package_usd_bn" = 10 }',
            (
                '"regime.accession.veto" = 0 }\n[[clauses]]\nnumber = "2b"\ntext = "x"\nsource = "y"\n'
                'sets = { "regime.accession.start" = 1, "regime.accession.mean_years" = 1 }'
            ),
        ),
        "deal.toml:18: clause 2b: regime.accession.start: clause 2a sets regime.accession too",
    ),
    "half an accession": (
        ('"regime.arms.package_usd_bn" = 10 }', '"regime.accession.veto" = 0 }'),
        "deal.toml:13: clause 2a: regime.accession.mean_years: is missing",
    ),
}
"""A change of the deal, and the beginning of the message that it meets."""


def problems(*words):
    """The messages of a command that refuses its input, a line each."""
    result = CliRunner().invoke(app, list(map(str, words)))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return result.stderr.splitlines()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_clause_is_said_with_its_number(mistake, deal):
    """File, line and clause, and what to do; with exit code 2."""
    change, message = MISTAKES[mistake]
    first, *others = problems("check", deal(*change))
    assert first.startswith(message)
    assert all("regime.accession" in other for other in others), others


def test_a_text_whose_tables_differ_from_its_clauses_is_refused(deal):
    """Each value on its own line, whether a clause sets another or none does; also under
    `--set` and in a file that it extends.
    """
    tables = "[regime.deployment]\nexposure = 0.4\n[regime.sanctions]\nsnapback = 0.1\n"
    message = [
        (
            "deal.toml:25: regime.deployment.exposure: is 0.4, but clause 1 sets it to 0.3; a text has "
            "the regime of its clauses alone"
        ),
        (
            "deal.toml:27: regime.sanctions.snapback: is 0.1, but no clause sets it; a text has the "
            "regime of its clauses alone"
        ),
    ]
    path = deal(more=tables)
    assert problems("check", path) == message
    assert problems("show", path, "--set", "regime.deployment.exposure=0.3") == message
    path.with_name("base.toml").write_text("[regime.sanctions]\nsnapback = 0.1\n")
    (message,) = problems("check", deal('title = "A deal"', 'extends = "base.toml"'))
    assert message.startswith("base.toml:2: regime.sanctions.snapback: is 0.1, but no clause")
    (message,) = problems(
        "check",
        deal(
            DEPLOYMENT, '"regime.deployment.exposure" = 3', "[regime.deployment]\nexposure = 0.3\n"
        ),
    )
    assert message.startswith("deal.toml:8: clause 1: regime.deployment.exposure: must be")


def test_editors_see_the_mistakes_too():
    """The JSON Schema knows the keys that a clause may set, and that it has one thing to say."""
    schema = jsonschema.Draft202012Validator(json_schema())
    assert schema.is_valid(tomllib.loads(DEAL))
    for old, new in (
        (DEPLOYMENT, '"regime.deploymnt.exposure" = 0.3'),
        (DEPLOYMENT, '"regime.deployment.exposure" = "much"'),
        ('no_bearing = "no guns"\n', ""),
        ('no_bearing = "no guns"', 'no_bearing = "no guns"\nnot_modelled = "no music"'),
        ('number = "3"\n', ""),
    ):
        assert not schema.is_valid(tomllib.loads(DEAL.replace(old, new, 1))), new


def test_a_clause_may_set_every_value_of_a_guarantee():
    """By the keys that the scenario itself has."""
    accession = {"start": 1.0, "mean_years": 1.0, "veto": 0.0}
    scenario = sim.Scenario.model_validate({"regime": {"accession": accession}})
    assert set(REGIME_KEYS) == {key for key, _ in scenario.leaves() if key.startswith("regime.")}


def test_check_says_how_much_of_a_text_is_in_the_model(deal):
    """In words after the line that the file is fine, and with `--json` by number."""
    path = deal()
    path.with_name("plain.toml").write_text("title = 'x'\n")
    words = ["check", "deal.toml", "plain.toml"]
    assert CliRunner().invoke(app, words).stdout.splitlines() == [
        "deal.toml: fine",
        "deal.toml: 2 of 4 clauses are in the model, 1 has no bearing on durability, 1 is left out",
        "plain.toml: fine",
    ]
    document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    clauses = [scenario["clauses"] for scenario in document["scenarios"]]
    assert clauses == [
        {"total": 4, "in_model": ["1", "2a"], "no_bearing": ["3"], "left_out": ["4"]},
        None,
    ]
    assert [scenario["file"] for scenario in document["scenarios"]] == ["deal.toml", "plain.toml"]


def test_a_coverage_reads_as_a_sentence():
    """In the plural, and in the singular."""
    words = {"text": "x", "source": "y"}
    one = [Clause(number="1", no_bearing="z", **words)]
    assert str(Coverage.of_clauses(one)) == (
        "0 of 1 clause are in the model, 1 has no bearing on durability, 0 are left out"
    )
    many = [Clause(number=str(number), not_modelled="z", **words) for number in range(3)]
    assert str(Coverage.of_clauses(many)) == (
        "0 of 3 clauses are in the model, 0 have no bearing on durability, 3 are left out"
    )


def test_list_shows_the_texts(scenarios, command):
    """After the other scenarios of the folder."""
    lines = command("list", scenarios).stdout.splitlines()
    listed = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert listed[-len(TEXTS) :] == [path.stem for path in TEXTS]


@pytest.mark.long
def test_the_how_to_runs(tmp_path, monkeypatch):
    """Its file, each of its commands, what `check` prints, and its Python."""
    root = LIBRARY["base"].parents[1]
    page = (root / "docs" / "how-to" / "write_a_treaty_as_a_scenario.md").read_text()
    blocks = dict.fromkeys(("toml", "sh", "text", "python"), "")
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        blocks[kind] += block
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_deal.toml").write_text(blocks["toml"])
    commands = [line.split()[1:] for line in blocks["sh"].splitlines()]
    assert len(commands) == 5
    small = ["--designs", "20", "--replicates", "2", "--no-figures"]
    small += ["--set", "sampling.steps_per_year=1"]
    for words in (*commands, ["check", "--json", "my_deal.toml"], ["show", "my_deal.toml"]):
        simulates = words[0] in ("run", "compare")
        result = CliRunner().invoke(app, [*words, *small] if simulates else words)
        assert result.exit_code == 0, result.output
        if words == ["check", "my_deal.toml"]:
            assert (result.stdout, result.stderr) == (blocks["text"], "")
    exec(blocks["python"], names := {})  # noqa: S102  it is our own page
    assert names["without_territory"].regime.territory == sim.Scenario().regime.territory
