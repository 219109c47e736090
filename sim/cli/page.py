"""The command that serves the explorer page."""

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import app, plain_errors


@app.command("app")
def explore(folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder of scenario files.")] = Path("scenarios"),
            host: Annotated[str, typer.Option(help="Address to listen at; the default is reached from this machine only.")] = "127.0.0.1",
            port: Annotated[int, typer.Option(help="Port to listen at; 0 takes any that is free.", min=0, max=65535)] = 8501,
            open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False) -> None:
    """Explore scenarios on a page in the browser: move the provisions, and see how durability changes (extra `app`)."""
    with plain_errors() as refuse:
        if find_spec("streamlit") is None:
            refuse(["ceasefire app needs the extra `app`: pip install 'ceasefire[app]'"])
        from sim.scenario.load import load_folder
        found, problems = load_folder(folder)
        if not found:
            refuse(problems or [f"{folder}: holds no scenario; name a folder of scenario files"])
        try:
            free = _free_port(host, port)
        except OSError as wrong:
            refuse([f"--host {host} --port {port}: cannot listen there: {wrong.strerror}; --port 0 takes any port that is free"])
        typer.echo(f"{len(found)} scenarios to explore at http://{f'[{host}]' if ':' in host else host}:{free}    (Ctrl-C stops)")
        _serve(folder, host, free, open_browser=open_browser)


def _free_port(host: str, port: int) -> int:
    """The port, or one that is free in place of 0. Raises OSError if nothing can listen there."""
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        return int(server.getsockname()[1])


def _serve(folder: Path, host: str, port: int, *, open_browser: bool) -> None:
    """Serve the page until Ctrl-C; it asks nothing of any other machine, and reads no Python but its own."""
    from streamlit.web import cli

    from sim import app as explorer
    options = {
        "server.address": host, "server.port": port, "server.headless": not open_browser, "server.showEmailPrompt": False,
        "server.fileWatcherType": "none", "browser.serverAddress": host, "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal", "client.showErrorDetails": "none", "global.developmentMode": False,
        "logger.hideWelcomeMessage": True, "logger.level": "warning", "theme.base": "light", "theme.primaryColor": "#0072B2",
    }
    flags = [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in options.items()]
    cli.main(["run", str(Path(str(explorer.__file__)).with_name("page.py")), *flags, "--", str(folder)], standalone_mode=False)
