"""The command that says what the outlook is after what has happened."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.loading import load
from sim.cli.messages import plain_errors
from sim.cli.options import (
    AsJson,
    Designs,
    File,
    Out,
    Replicates,
    Seed,
    Set,
    Workers,
    app,
    sampling,
)
from sim.cli.output import writes_results
from sim.cli.running import advance, pool, progress_bar, simulate
from sim.cli.size import agree, asks_first
from sim.cli.studies import publish_study

if TYPE_CHECKING:
    from sim.study.finding import Finding

Events = Annotated[
    Path,
    typer.Option(
        "--events",
        metavar="COURSE",
        help="File of what has happened: until, and events, each with at and what.",
        show_default=False,
    ),
]


@app.command()
@asks_first
@writes_results
def outlook(
    file: File,
    events: Events,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Estimate how long a ceasefire holds from today, given what has happened since the signature.

    Also show what has been learned, what each event moved, and what to watch in the next year.
    """
    with plain_errors():
        from sim.scenario.course_file import load_course
        from sim.study.question import Question

        scenario = load(file, overrides, sampling(designs, replicates, seed))
        course = load_course(events, scenario)

        def find() -> "Finding":
            from sim.study.outlook import find_outlook

            (signature,) = simulate([scenario], workers, out)
            with pool(workers) as executor, progress_bar() as bar:
                task = bar.add_task(f"{scenario.name}, outlook", total=None)
                return find_outlook(
                    scenario,
                    course,
                    executor=executor,
                    out=out,
                    progress=partial(advance, bar, task),
                    signature=signature,
                )

        question = Question.about("outlook", [scenario], course=course.document())
        times = 3 + 2 * len(course.events)  # signature, today and before, and about each event
        ask = partial(agree, [scenario], workers, times)
        publish_study(question, out, find, ask, as_json=as_json, document=_document)


def _document(finding: "Finding") -> dict[str, Any]:
    """The finding as plain data."""
    from sim.study.outlook_finding import document

    return document(finding)
