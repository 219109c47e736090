"""The commands that make pages: the report to send, and the explorer."""

import socket
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sim.cli.loading import beyond_the_guarantee
from sim.cli.messages import note, plain_errors, write
from sim.cli.options import Workers, app
from sim.cli.replies import Answer, publish
from sim.cli.size import asks_first
from sim.cli.streams import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.ensemble.store import Run
    from sim.study.finding import Finding

_LONGEST_REQUEST = 2**24
"""Bytes of a request that the page answers in words; the server would refuse more than 64 kB of
them, if they come in pieces. A browser sends some two million.
"""


@app.command()
@asks_first
def report(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN_OR_FINDING...",
            help="Run folders, and folders of findings.",
            show_default=False,
        ),
    ],
    page: Annotated[Path, typer.Option("--out", metavar="PATH", help="The page to write.")] = Path(
        "report.html"
    ),
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Name of the scenario from which differences are taken.", show_default="the first"
        ),
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(help="The question at the top.", show_default="one that fits"),
    ] = None,
    workers: Workers = 1,
) -> None:
    """Write a self-contained HTML report: the answer on one page, then an appendix.

    The appendix holds figures, tables, assumptions, and how to reproduce it.
    """
    with plain_errors() as refuse:
        from sim.study.question import Question

        asks = {
            "folders": [ascii(str(folder)) for folder in folders],
            "page": ascii(str(page)),
            "baseline": baseline,
            "headline": ascii(question),
        }
        make = partial(_written, folders, page, baseline, question, workers, refuse)
        publish(Question("report", asks), folders[0].parent, make, as_json=False)


def _written(
    folders: list[Path],
    page: Path,
    baseline: str | None,
    question: str | None,
    workers: int,
    refuse: "Callable[[list[str]], NoReturn]",
) -> Answer:
    """The page, written, and what was said on the way."""
    from sim.ensemble.seal import standing
    from sim.ensemble.store import read_run
    from sim.page.page import page as report_page
    from sim.study import kept

    of_findings = [folder for folder in folders if (folder / kept.FILE).exists()]
    runs = [read_run(folder) for folder in folders if folder not in of_findings]
    findings = [kept.Kept(kept.read(folder), folder) for folder in of_findings]
    scenarios = [run.scenario for run in runs]
    said = [scenario.of_posterior for scenario in scenarios]
    said += [beyond_the_guarantee(scenarios)] if len(scenarios) > 1 else []
    notes = [text for text in said if text]
    for text in notes:
        note(text)
    names = [run.name for run in runs]
    if len(set(names)) < len(names):
        listed = ", ".join(f"{run.name} ({run.folder})" for run in runs)
        refuse([f"report needs runs with different names, one folder each; got {listed}"])
    if baseline is not None and baseline not in names:
        refuse([f"--baseline {baseline}: no such scenario among {', '.join(names)}"])
    shown = [kept_finding.finding for kept_finding in findings]
    shown += _reversal(runs, shown, workers)
    text = report_page(runs, baseline, question, shown)
    write(page, lambda file: file.write_text(text, encoding="utf-8"))
    counted = [
        f"{len(items)} {word}{'s' if len(items) > 1 else ''}"
        for items, word in ((runs, "run"), (findings, "finding"))
        if items
    ]
    results: list[Run | kept.Kept] = [*runs, *findings]
    files = {path: own for result in results for path, own in result.files.items()}
    return Answer(
        document=dict,
        files=files | standing(page),
        lines=(f"{page}: {' and '.join(counted)}; print it, or send the one file",),
        notes=notes,
    )


def _reversal(runs: list["Run"], findings: list["Finding"], workers: int) -> list["Finding"]:
    """What would reverse the ranking, kept beside the runs; nothing where runs cannot be compared,
    or where it is among the findings.
    """
    from sim.cli.answers import reversal_of
    from sim.errors import NotPairedError
    from sim.study.reversal import reverses

    if len(runs) < 2 or any(reverses(finding, runs) for finding in findings):  # noqa: PLR2004  a ranking
        return []
    try:
        return [reversal_of(runs, Path(str(runs[0].folder)).parent, workers)]
    except NotPairedError:
        return []


@app.command("app")
def explore(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="Folder of scenario files.", show_default="the library"
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen at; the default is reached from this machine only."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen at; 0 takes any that is free.", min=0, max=65535)
    ] = 8501,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser.")
    ] = False,
) -> None:
    """Explore scenarios on a page in the browser.

    Move the provisions, and see how durability changes (extra `app`).
    """
    with plain_errors() as refuse:
        if find_spec("streamlit") is None:
            refuse(["ceasefire app needs the extra `app`: pip install 'ceasefire[app]'"])
        from sim.scenario import library
        from sim.scenario.load import load_folder

        folder = folder or library.FOLDER
        scenarios, problems = load_folder(folder)
        if not scenarios:
            refuse(problems or [f"{folder}: holds no scenario; name a folder of scenario files"])
        try:
            free = _free_port(host, port)
        except (OSError, UnicodeError) as wrong:
            reason = getattr(wrong, "strerror", None) or wrong
            refuse(
                [
                    (
                        f"--host {host} --port {port}: cannot listen there: {reason}; --port 0 "
                        "takes any port that is free"
                    )
                ]
            )
        say(
            f"{len(scenarios)} scenarios to explore at "
            f"http://{f'[{host}]' if ':' in host else host}:{free}    (Ctrl-C stops)"
        )
        _serve(folder, host, free, open_browser=open_browser)


def _free_port(host: str, port: int) -> int:
    """The port, or one that is free in place of 0. Raises OSError if nothing can listen there."""
    with socket.create_server(
        (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
    ) as server:
        return int(server.getsockname()[1])


def _not_asked() -> None:
    """In place of the address of this machine that Streamlit asks a service on the internet for."""


def _serve(folder: Path, host: str, port: int, *, open_browser: bool) -> None:
    """Serve the page until Ctrl-C; it asks nothing of any other machine, and reads no Python but
    its own.
    """
    import matplotlib as mpl
    from streamlit import net_util
    from streamlit.web import cli
    from uvicorn.protocols.http import h11_impl

    from sim import app as explorer
    from sim.plots.style import STYLE

    mpl.rcParams.update(STYLE)
    net_util.get_external_ip = _not_asked
    vars(h11_impl)["DEFAULT_MAX_INCOMPLETE_EVENT_SIZE"] = _LONGEST_REQUEST

    options = {
        "server.address": host,
        "server.port": port,
        "server.headless": not open_browser,
        "server.showEmailPrompt": False,
        "server.fileWatcherType": "none",
        "browser.serverAddress": host,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "global.developmentMode": False,
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
        "theme.base": "light",
        "theme.primaryColor": "#0072B2",
    }
    flags = [
        f"--{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in options.items()
    ]
    cli.main(
        ["run", str(Path(str(explorer.__file__)).with_name("page.py")), *flags, "--", str(folder)],
        standalone_mode=False,
    )
