"""Which assumptions drive the answer."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import AsJson, File, Out, Seed, Set, Workers, Years, app, load, plain_errors, progress_bar
from sim.cli.studies import publish


@app.command()
def sensitivity(
    file: File,
    outcome: Annotated[str, typer.Option(metavar="OUTCOME", help="What is asked about: survival@YEARS, restricted_mean_years, cause.attack.")],
    against: Annotated[str | None, typer.Option(metavar="FILE", help="Ask about the difference from this scenario, on the same histories.")]
    = None,
    vary: Annotated[list[str] | None, typer.Option(metavar="KEY=LOW:HIGH", help="Vary a value too, evenly between limits; may be repeated. "
                                                   "One of regime.* is varied in FILE only.")] = None,
    samples: Annotated[int | None, typer.Option(help="Base points, a power of two; each makes as many points as there are parameters, and "
                                                "two more.", show_default="8192")] = None,
    replicates: Annotated[int | None, typer.Option(help="Histories of each point.", show_default="4")] = None,
    seed: Seed = None, years: Years = None, overrides: Set = None, workers: Workers = 1, out: Out = Path("runs"), as_json: AsJson = False,
) -> None:
    """Share out what is not known of an outcome over the uncertain parameters, chance apart, with figures of each one's influence."""
    with plain_errors():
        from sim.study import sensitivity as study
        from sim.study.sweep import read_limits
        more = {f"sampling.{name}": value for name, value in (("seed", seed), ("horizon_years", years)) if value is not None}
        scenario = load(file, overrides, more)
        other = None if against is None else load(against, overrides, more)
        size = {name: value for name, value in (("samples", samples), ("replicates", replicates)) if value is not None}
        with progress_bar() as bar:
            task = bar.add_task(f"{scenario.name}, {outcome}", total=None)
            finding = study.find(scenario, outcome, against=other, vary=dict(map(read_limits, vary or [])), workers=workers,
                                 progress=lambda done, worlds: bar.update(task, completed=done, total=worlds), **size)
        publish(finding, out, as_json=as_json)
