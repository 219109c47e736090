"""What was printed is printed again from what is kept of it, to the letter, and nothing that was
damaged or has moved on is believed.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sim.cli import ensembles
from sim.ensemble.seal import sealed, sha256
from sim.presentation.reply import FOLDER, Place, Reply, keep, recall
from sim.presentation.section import Section, Table
from sim.study.question import Question

SMALL = ("--designs=40", "--replicates=2", "--years=5", "--set=sampling.steps_per_year=2")
TABLE = Table("a table", ("", "share"), (("NATO", "12.3 (±4.5)\n6 to 7"), ("none", "")))
REPLY = Reply(
    (Section("s", "Why?", ("So.", "And so."), (TABLE,), trust="Hardly."),),
    ("below", ""),
    notes=("a note",),
)
DOCUMENT = Reply(document={"runs": [{"share": 0.1 + 0.2, "none": None, "name": "é"}], "n": 3})


@pytest.fixture
def stands(tmp_path):
    """Where a reply is kept, and the file that it stands on."""
    result = tmp_path / "results.csv"
    result.write_text("1,2,3\n", encoding="utf-8")
    return Place.of(Question("test", {"seed": 1}), "text", tmp_path), {result: sha256(result)}


@pytest.mark.parametrize("reply", [REPLY, DOCUMENT, Reply()], ids=["sections", "document", "empty"])
def test_a_reply_is_recalled_as_it_was_kept(reply, stands):
    """Every text and number of it, and none of its figures, which are drawn."""
    place, files = stands
    assert recall(place, lambda _: True) is None
    keep(reply, place, files, [Path("figures/a")])
    assert recall(place, lambda path: path == Path("figures/a")) == reply
    assert recall(place, lambda _: False) is None


def test_a_reply_is_that_to_one_question_in_one_form(stands):
    """Another seed, form, folder or code is another reply."""
    place, _ = stands
    out = place.path.parents[1]
    question = Question("test", {"seed": 1})
    others = {
        Place.of(Question("test", {"seed": 2}), "text", out),
        Place.of(question, "json", out),
        Place.of(question, "text", out / "elsewhere"),
    }
    assert len({place.hash, *(other.hash for other in others)}) == 4
    assert question.answered_by(["code"]) != question.answered_by(["other code"])


def test_every_flipped_byte_of_a_reply_is_named_and_none_believed(stands, caplog):
    """A bit of each byte, a reply cut at many places, and one in the place of another."""
    place, files = stands
    keep(REPLY, place, files)
    data = place.path.read_bytes()
    changed = [
        data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :] for at in range(len(data))
    ]
    for altered in [*changed, *(data[:at] for at in range(0, len(data), 7))]:
        place.path.write_bytes(altered)
        caplog.clear()
        assert recall(place, lambda _: True) is None
        assert str(place.path) in caplog.text
    place.path.write_bytes(data)
    assert recall(place, lambda _: True) == REPLY
    assert recall(replace(place, hash="0" * 64), lambda _: True) is None


@pytest.mark.parametrize(
    "change",
    [
        {"sections": None},
        {"lines": [1]},
        {"more": 1},
        {"files": {"x": 1}},
        {"notes": [None]},
        {"sections": [{"name": "s"}]},
        {"sections": [[]]},
    ],
    ids=str,
)
def test_an_odd_reply_that_is_sealed_on_purpose_is_named_and_not_believed(change, stands, caplog):
    """Other keys and other types, and a table whose rows have other lengths."""
    place, files = stands
    keep(REPLY, place, files)
    document = json.loads(place.path.read_text(encoding="utf-8"))
    ragged = json.loads(json.dumps(document))
    ragged["sections"][0]["tables"][0]["rows"][0].append("one more")
    for odd in (document | change, ragged):
        place.path.write_text(sealed(odd), encoding="utf-8")
        caplog.clear()
        assert recall(place, lambda _: True) is None
        assert str(place.path) in caplog.text


def test_a_reply_falls_with_what_it_stands_on(stands):
    """A file that was changed, or is gone; the reply itself is not to blame, and is not named."""
    place, files = stands
    (path,) = files
    keep(REPLY, place, files)
    whole = path.read_bytes()
    for content in (b"1,2,4\n", b"", whole + b"\n"):
        path.write_bytes(content)
        assert recall(place, lambda _: True) is None
    path.unlink()
    assert recall(place, lambda _: True) is None
    path.write_bytes(whole)
    assert recall(place, lambda _: True) == REPLY


def test_a_reply_that_cannot_be_kept_costs_nothing(tmp_path):
    """A file in the way, and a document that JSON does not hold."""
    (tmp_path / FOLDER).write_text("in the way", encoding="utf-8")
    place = Place.of(Question("test", {}), "text", tmp_path)
    keep(REPLY, place, {})
    keep(Reply(document=float("nan")), replace(place, path=tmp_path / "nan.json"), {})
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]
    assert recall(place, lambda _: True) is None


def untimed(result):
    """What a command printed, but for the seconds that its run took."""
    return re.sub(r'"seconds": [\d.]+', "", result.stdout)


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
def test_a_reply_is_read_in_each_form_and_mended_when_it_is_damaged(
    scenarios, tmp_path, command, monkeypatch, caplog
):
    """The second time no run is read in any form. A damaged reply is named, and a damaged result
    too: each time the answer is that of before.
    """
    listed = ("run", scenarios / "none.toml", *SMALL, "--out", tmp_path)
    forms = [(), ("--json",), ("--quiet",), ("--integrate",), ("--precision", 0.4)]
    first = [command(*listed, *form) for form in forms]
    with monkeypatch.context() as patched:
        patched.setattr(ensembles, "simulate", lambda *_, **__: pytest.fail("a run was read"))
        again = [command(*listed, *form) for form in forms]
    assert [(each.stdout, each.stderr) for each in again] == [
        (each.stdout, each.stderr) for each in first
    ]
    assert len({each.stdout for each in first[:4]}) == 4
    assert "sampling error" in first[4].stderr
    (folder,) = tmp_path.glob("none-*")
    kept = sorted((tmp_path / FOLDER).iterdir())
    assert len(kept) == len(forms)
    for path in (*kept, folder / "timeline.parquet"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        caplog.clear()
        mended = [command(*listed, *form) for form in forms]
        assert list(map(untimed, mended)) == list(map(untimed, first))
        assert str(path) in caplog.text
