"""Commands about assumptions: where a guarantee fails, and which assumption would turn a ranking
round.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import (
    AsJson,
    Designs,
    File,
    Files,
    Out,
    Replicates,
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


@app.command()
def discover(
    file: File,
    when: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="What counts as failing, such as 'survival@5 < 0.5'.",
            show_default=False,
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Ask it of the difference from this scenario, as in 'survival@5 > 0'.",
        ),
    ] = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Find the regions of assumptions in which a guarantee fails, as rules in plain words with how
    sure each is.
    """
    with plain_errors():
        from sim.study.discovery import find

        more = sampling(designs, replicates, seed, years)
        scenarios = load_all([file] if against is None else [file, against], overrides, more)
        with progress_bar() as bar:
            task = bar.add_task(
                ", ".join(each.name for each in scenarios),
                total=sum(each.sampling.worlds for each in scenarios),
            )
            finding = find(
                scenarios[0],
                when,
                against=scenarios[1] if against else None,
                workers=workers,
                out=out,
                progress=partial(advance, bar, task),
            )
        publish(finding, out, as_json=as_json)


@app.command()
def robust(
    files: Files,
    outcome: Annotated[
        str | None,
        typer.Option(
            help="What guarantees are ranked by, such as restricted_mean_years.",
            show_default="survival@10, or to a nearer horizon",
        ),
    ] = None,
    designs: Designs = None,
    replicates: Replicates = None,
    seed: Seed = None,
    years: Years = None,
    overrides: Set = None,
    workers: Workers = 1,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Rank guarantees over all assumptions: how often each is best, regret, worst decile, and what
    belief would turn the ranking.
    """
    with plain_errors():
        from sim.study.robustness import find

        scenarios = load_all(files, overrides, sampling(designs, replicates, seed, years))
        with progress_bar() as bar:
            task = bar.add_task(
                f"{len(scenarios)} guarantees",
                total=sum(each.sampling.worlds for each in scenarios),
            )
            finding = find(
                scenarios, outcome, workers=workers, out=out, progress=partial(advance, bar, task)
            )
        publish(finding, out, as_json=as_json)
