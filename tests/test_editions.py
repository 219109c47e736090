"""What the first edition of the model wrote is refused with a message that says what changed and
what to do.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.ensemble.manifest import EDITION
from sim.scenario.editions import GONE, NEEDED
from sim.scenario.schema import Scenario, described

FIRST_EDITION = {
    "[united_states]\nfirst_election = 1.9": (
        "x.toml:2: united_states.first_election: is not in the second edition of the model; "
        "give a date instead of years, as in united_states.next_election = 2028-11-07"
    ),
    "[europe]\nstake = -0.5\nresolve_drift = 0.1": (
        "x.toml:3: europe.resolve_drift: is not in the second edition of the model; resolve now "
        "changes with dated elections: set europe.election_swing, and next_election and "
        "election_interval of each member"
    ),
    "[costs]\nunited_states_share = { uniform = [0, 1] }": (
        "x.toml:2: costs.united_states_share: is not in the second edition of the model; the "
        "American share of arms and resupply is now regime.arms.united_states_share"
    ),
}
"""What a file of the first edition may say, and the message that it meets."""


def refusal(*words: object) -> str:
    """The message of a command that is refused, with exit code 2 and nothing on standard output."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


@pytest.mark.parametrize("text", FIRST_EDITION, ids=lambda text: text.split()[1])
@pytest.mark.parametrize("command", ["check", "run", "show"])
def test_a_key_of_the_first_edition_is_refused_with_what_to_write_instead(
    command, text, tmp_path, monkeypatch
):
    """Its line says file, line, key, and the key that took its place."""
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text(text)
    assert refusal(command, "x.toml") == FIRST_EDITION[text]


def test_members_of_the_first_edition_have_no_elections(tmp_path, monkeypatch):
    """Each of the two keys that are missing is named with an example."""
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text(
        "[[europe.members]]\nname = 'A'\nbrigades = 5\nreliability = 0.5\nweight = "
        "1\nresolve_offset = 0\n"
    )
    assert refusal("check", "x.toml").splitlines() == [
        f"x.toml:1: europe.members.1.{name}: is missing; {what}"
        for name, what in sorted(NEEDED.items())
    ]


def test_set_of_a_key_that_is_gone_is_refused_too(scenarios):
    """With the place where it was given."""
    assert refusal(
        "show", scenarios / "none.toml", "--set", "united_states.first_election=2"
    ).startswith(
        "command line: united_states.first_election: is not in the second edition of the model"
    )


@pytest.mark.parametrize("key", GONE)
def test_what_takes_the_place_of_a_key_exists(key):
    """The key that is gone is no key, and every dotted key that its message names is one."""
    with pytest.raises(KeyError):
        described(key)
    named = [
        word.strip(",;")
        for word in GONE[key].split()
        if word.partition(".")[0] in Scenario.model_fields
    ]
    assert named
    for other in named:
        described(other)


@pytest.fixture
def folders(scenarios, tmp_path):
    """A run of this edition, and one whose manifest is of the first: it names no edition."""
    sampling = {"sampling.designs": 4, "sampling.replicates": 2, "sampling.horizon_years": 2}
    kept, old = (
        sim.run(sim.load(scenarios / f"{name}.toml", sampling), out=tmp_path).folder
        for name in ("none", "eu")
    )
    manifest = json.loads((old / "manifest.json").read_text())
    assert manifest.pop("edition") == EDITION
    (old / "manifest.json").write_text(json.dumps(manifest))
    return kept, old


def test_a_run_of_the_first_edition_is_refused(folders, tmp_path):
    """By `read_run` and by every command that reads runs; a run of this edition is read."""
    kept, old = folders
    says = (
        f"{old}: was made by edition 1 of the model, and this is edition 2: keys, outcome "
        "columns and results differ (CHANGELOG.md says how); run its scenario again, or read it "
        "with the program that made it"
    )
    with pytest.raises(sim.RunError) as refused:
        sim.read_run(old)
    assert str(refused.value) == says
    for words in (
        ("verify", old),
        ("compare", kept, old),
        ("report", kept, old, "--out", tmp_path / "page.html"),
    ):
        assert refusal(*words) == says
    assert not (tmp_path / "page.html").exists()
    assert sim.read_run(kept).name == "none"
