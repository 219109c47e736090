"""The command that says which assumptions matter."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import (
    NOTHING_KEPT,
    AsJson,
    File,
    Out,
    Seed,
    Set,
    Workers,
    Years,
    advance,
    app,
    load_all,
    plain_errors,
    progress_bar,
    sampling,
)
from sim.cli.studies import publish

Outcome = Annotated[
    str,
    typer.Option(help="What is asked: survival@5, restricted_mean_years, cause.attack, cost, ..."),
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Ask it of the difference from this scenario, on the same histories."
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="KEY=LOW:HIGH",
        help="A number that varies too, evenly; may be repeated. "
        "Provisions (regime.*) vary in FILE only.",
    ),
]
Samples = Annotated[
    int | None,
    typer.Option(
        help="Base of the sample, a power of two; it has so many times (assumptions + 2) points.",
        show_default="4096",
    ),
]
Histories = Annotated[
    int | None,
    typer.Option(
        "--replicates",
        help="Histories of each point, two or more; the screening has more.",
        show_default="4",
    ),
]


@app.command()
def sensitivity(
    file: File,
    outcome: Outcome = "survival@5",
    against: Against = None,
    vary: Vary = None,
    samples: Samples = None,
    replicates: Histories = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Which assumptions drive an outcome: screening, and shares of its variance, with chance told
    apart from parameters.
    """
    with plain_errors(NOTHING_KEPT):
        from sim.study.finding import writable
        from sim.study.influence import find
        from sim.study.sweep import read_all_limits

        scenarios = load_all(
            [file] if against is None else [file, against],
            overrides,
            sampling(seed=seed, years=years),
        )
        writable(out)
        given = {
            name: value
            for name, value in (("samples", samples), ("replicates", replicates))
            if value is not None
        }
        with progress_bar() as bar:
            task = bar.add_task(", ".join(each.name for each in scenarios), total=None)
            found = find(
                scenarios[0],
                outcome,
                against=scenarios[1] if against else None,
                vary=read_all_limits(vary or []),
                workers=workers,
                progress=partial(advance, bar, task),
                **given,
            )
        publish(found, out, as_json=as_json)
