"""The command that asks for beliefs."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion
from sim.cli.interview import interview
from sim.cli.loading import load
from sim.cli.messages import note, plain_errors, write
from sim.cli.options import (
    AsJson,
    Designs,
    File,
    Replicates,
    Seed,
    Set,
    Workers,
    app,
    sampling,
)
from sim.cli.output import writes_results
from sim.cli.replies import Answer, publish
from sim.cli.running import advance, progress_bar
from sim.cli.size import agree_to, asks_first
from sim.cli.streams import say
from sim.cli.studies import answer_of
from sim.errors import ArgumentFault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.scenario.schema import Scenario
    from sim.study.beliefs import AskedNumber, Beliefs, Triple
    from sim.study.finding import Finding

_QUICK = 512
"""Base points of a sensitivity that is made only to choose the numbers: a judgement, half a minute;
the leading ones are the same as with the 4,096 of `ceasefire sensitivity`.
"""
Csv = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="PATH",
        help="Answers of several experts: columns expert, key, p5, p50, p95.",
        show_default="ask on the terminal",
    ),
]
Overlay = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="PATH",
        help="File to write: what is believed, to apply on top of scenarios.",
        show_default=False,
    ),
]
Template = Annotated[
    Path | None,
    typer.Option(
        "--template",
        metavar="PATH",
        help="Only write a CSV of the questions, for experts to fill in.",
        show_default=False,
    ),
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--keys",
        metavar="KEY,...",
        help="Numbers to ask for; may be repeated.",
        show_default="those that drive the outcome most",
        autocompletion=completion.keys(),
    ),
]
Number = Annotated[int, typer.Option("--number", help="How many numbers to ask for.", min=1)]
Expert = Annotated[str, typer.Option("--expert", help="Who answers on the terminal.")]
Outcome = Annotated[
    str | None,
    typer.Option(
        help="Outcome that the numbers drive, and that is compared.",
        show_default="survival@10, or to a nearer horizon",
    ),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder for run folders.")]


@app.command()
@asks_first
@writes_results
def elicit(
    file: File,
    csv: Csv = None,
    out: Overlay = None,
    template: Template = None,
    keys: Keys = None,
    number: Number = 6,
    expert: Expert = "expert",
    outcome: Outcome = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    overrides: Set = None,
    workers: Workers = 1,
    runs: Runs = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Ask what you or several experts believe of the numbers that matter, as 5, 50 and 95 %; write
    it as a scenario overlay, and show how far the experts' answers differ.
    """
    answered = csv if csv is not None else out and out.with_suffix(".csv")
    stopped = f"stopped; every number that was answered is in {answered}"
    with plain_errors(stopped if csv is None and out else "stopped"):
        from sim.study.beliefs_overlay import refuse_other
        from sim.study.question import Question

        scenario = load(file, overrides, sampling(seed=seed))
        choose = partial(_questions, scenario, keys or [], number, outcome, workers, runs)
        chooses = csv is None and not keys
        first = [(scenario, _choosing(scenario))] if chooses else []
        if template is not None:
            from sim.study.answers import template as blank

            agree_to(first, workers)
            text = blank(choose()[0].values(), [expert])
            _refuse_other_answers(template)
            write(template, lambda file: file.write_text(text, encoding="utf-8", newline=""))
            say(
                f"{template}: fill it in, a row an expert and number; then: ceasefire elicit "
                f"{file} --csv {template} --out mine.toml"
            )
            return
        overlay = _named(out)
        sized = load(file, overrides, sampling(designs, replicates, seed))
        pooled = [(sized, 2 * sized.sampling.worlds)]
        if csv is None:
            refuse_other(overlay)
            agree_to([*first, *pooled], workers)
            _ask(scenario, choose, expert, overlay.with_suffix(".csv"))
        elif keys:
            must = "chooses nothing where --csv has the answers; leave it out"
            raise ScenarioError(ArgumentFault("keys", ",".join(keys), must))
        answers = csv or overlay.with_suffix(".csv")
        named = {"file": file, "answers": str(answers), "overlay": str(overlay)}
        question = Question.about(
            "elicit",
            [sized],
            outcome=outcome,
            **{name: ascii(text) for name, text in named.items()},
        )
        to_agree = [] if csv is None else pooled

        def make() -> Answer:
            refuse_other(overlay)
            agree_to(to_agree, workers)
            return _pool(sized, file, answers, overlay, outcome, workers, runs)

        publish(question, runs, make, as_json=as_json)


def _named(out: Path | None) -> Path:
    """The file to write."""
    if out is None:
        raise ScenarioError("--out: is needed: the file to write, for example mine.toml")
    return out


def _refuse_other_answers(path: Path) -> None:
    if path.exists():
        raise ScenarioError(f"{path}: is there already; choose another name")


def _questions(
    scenario: "Scenario",
    keys: list[str],
    number: int,
    outcome: str | None,
    workers: int,
    runs: Path,
) -> "tuple[Mapping[str, AskedNumber], dict[str, str]]":
    """The numbers to ask for by key, and how much of the outcome each drives, where a sensitivity
    chose them.
    """
    from sim.study.beliefs import asked_numbers, known_numbers

    if keys:
        wanted = [key.strip() for several in keys for key in several.split(",")]
        return asked_numbers(scenario, wanted), {}
    from sim.presentation.elicitation import driven
    from sim.study.elicitation import default_outcome
    from sim.study.sensitivity import leading

    finding = _sensitivity(scenario, outcome or default_outcome(scenario), workers, runs)
    known = known_numbers(scenario)
    chosen = [key for key in leading(finding) if key in known][:number]
    return asked_numbers(scenario, chosen), {key: driven(finding, key) for key in chosen}


def _choosing(scenario: "Scenario") -> int:
    """Histories of the quick sensitivity that chooses what to ask for."""
    from sim.study.sensitivity import histories_of_sensitivity

    return histories_of_sensitivity([scenario], {}, samples=_QUICK)


def _sensitivity(scenario: "Scenario", outcome: str, workers: int, runs: Path) -> "Finding":
    """The sensitivity of the outcome: one that is kept, else a quick one."""
    from sim.study.kept import answered, find_again
    from sim.study.question import Question
    from sim.study.sensitivity import attribute_variance

    def question(**sizes: int) -> Question:
        return Question.about("sensitivity", [scenario], outcome=outcome, vary={}, **sizes)

    if (kept := find_again(question(), runs)) is not None:
        return kept

    def find() -> "Finding":
        note(
            "The numbers are chosen by a quick sensitivity; a closer one, `ceasefire sensitivity "
            f"... --outcome {outcome}`, is taken instead if it was made before."
        )
        with progress_bar() as bar:
            task = bar.add_task(f"{scenario.name}, sensitivity", total=None)
            return attribute_variance(
                scenario,
                outcome,
                samples=_QUICK,
                workers=workers,
                out=runs,
                progress=partial(advance, bar, task),
            )

    return answered(question(samples=_QUICK), runs, find).finding


def _ask(scenario: "Scenario", choose: Any, expert: str, kept: Path) -> None:
    """Ask on the terminal for what this expert has not answered yet, and keep each answer."""
    from sim.study.answers import answers_text, read_beliefs
    from sim.study.beliefs import expert_fault

    name = " ".join(expert.split())
    if fault := expert_fault(name):
        raise ScenarioError(f"--{fault}")
    rows = read_beliefs(scenario, kept).rows() if kept.exists() else []
    numbers, shares = choose()
    before = {row["key"] for row in rows if row["expert"] == name}

    def keep(key: str, values: "Triple") -> None:
        p5, p50, p95 = values
        rows.append({"expert": name, "key": key, "p5": p5, "p50": p50, "p95": p95})
        text = answers_text(rows)
        write(kept, lambda file: file.write_bytes(text.encode()))

    left = {key: number for key, number in numbers.items() if key not in before}
    if left:
        interview(left, shares, keep)
    if not rows:
        raise ScenarioError("no answer was given: every number keeps its prior; nothing is written")


def _pool(
    scenario: "Scenario",
    file: str,
    csv: Path,
    overlay: Path,
    outcome: str | None,
    workers: int,
    runs: Path,
) -> Answer:
    """Write the overlay, and find what follows from it."""
    from sim.ensemble.seal import standing
    from sim.study.answers import read_beliefs
    from sim.study.beliefs_overlay import write_overlay
    from sim.study.elicitation import check_sampling, default_outcome, pool_beliefs
    from sim.study.kept import answered
    from sim.study.question import Question

    beliefs = read_beliefs(scenario, csv)
    check_sampling(beliefs)
    write_overlay(overlay, beliefs)
    notes = list(_left_out(beliefs))
    for text in notes:
        note(text)
    measured = outcome or default_outcome(scenario)

    def find() -> "Finding":
        with progress_bar() as bar:
            task = bar.add_task(f"{scenario.name}, prior and pool", total=None)
            return pool_beliefs(
                beliefs,
                overlay.stem,
                measured,
                workers=workers,
                out=runs,
                progress=partial(advance, bar, task),
            )

    asks = {"answers": beliefs.rows(), "outcome": measured, "name": overlay.stem}
    return answer_of(
        answered(Question.about("elicitation", [scenario], **asks), runs, find),
        lambda finding: finding.document() | {"overlay": str(overlay)},
        (f"To apply on top of any scenario, as in: ceasefire run {file}+{overlay}",),
        standing(csv, overlay),
        notes,
    )


def _left_out(beliefs: "Beliefs") -> "Iterator[str]":
    """Which experts keep the prior of which number."""
    for expert in beliefs.experts:
        if left_out := beliefs.left_out(expert):
            yield f"{expert} keeps the prior of {', '.join(left_out)}"
