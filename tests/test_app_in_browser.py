"""The explorer page as a reader meets it: the real command, a real browser, and nothing from any
other machine.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

import sim

pytest.importorskip(
    "streamlit", reason="the page needs the extra `app`: pip install 'ceasefire[app]'"
)
playwright = pytest.importorskip(
    "playwright.sync_api", reason="browser tests need playwright: pip install playwright"
)
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="no Chromium on PATH: install the package chromium (or google-chrome-stable)",
    ),
]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
SMALL = "sampling.designs=60&sampling.seed=4"


def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-c", "from sim.cli import app; app()", *map(str, words)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )


@pytest.fixture(scope="module")
def server(scenarios, tmp_path_factory, patience):
    """The address of `ceasefire app` on a free port, in a home of its own; it must stop cleanly."""
    home = tmp_path_factory.mktemp("home")
    process = command(
        "app", scenarios, "--port", "0", cwd=home, env=os.environ | {"HOME": str(home)}
    )
    told = process.stdout.readline()
    url = re.search(r"http://127\.0\.0\.1:\d+", told).group()
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=patience):  # noqa: S310  our own server
                break
        except OSError:
            time.sleep(0.1)
    yield url
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=patience)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert {each.name for each in home.iterdir()} <= {
        ".cache",
        ".config",
    }  # where Matplotlib keeps what it knows of fonts


@pytest.fixture(scope="module")
def browser(patience):
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM, args=QUIET, timeout=1000 * patience
        )
        yield opened
        opened.close()


@dataclass
class Reader:
    """A page, and what it asked for and complained about."""

    page: object
    url: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, query):
        self.page.goto(f"{self.url}/?{query}")
        self.settle()
        return self

    def settle(self):
        """Wait until the page is as the address says and nothing runs."""
        self.page.locator(".cf h1").wait_for()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    def durability(self, column=0):
        """The durability table as texts by year."""
        rows = self.page.locator(".cf table.numbers").first.locator("tbody tr")
        cells = [
            (row.locator("th").inner_text(), row.locator("td").nth(column).inner_text().split())
            for row in rows.all()
        ]
        return {heading.split()[0]: cell for heading, cell in cells}

    def slider(self, label):
        return self.page.get_by_role("slider", name=re.compile(label))

    def at(self, label):
        """Where a slider stands."""
        return self.slider(label).evaluate(
            "slider => slider.value ?? slider.getAttribute('aria-valuenow')"
        )

    def move(self, label, key, times, address):
        """Move a slider by the keyboard, and wait until the address says so."""
        self.slider(label).focus()
        for _ in range(times):
            self.page.keyboard.press(key)
        self.page.wait_for_function("address => location.href.includes(address)", arg=address)
        self.settle()


@pytest.fixture
def reader(server, browser, patience):
    """A fresh page; at its end nothing was asked of another machine and the console is empty."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_default_timeout(1000 * patience)
    page = context.new_page()
    made = Reader(page, server)
    page.on("request", lambda request: made.asked.append(request.url))
    page.on("websocket", lambda opened: made.asked.append(opened.url))
    page.on(
        "console",
        lambda message: made.complaints.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    context.close()
    place = server.removeprefix("http://")
    assert [
        url for url in made.asked if not url.startswith((server, f"ws://{place}", "data:", "blob:"))
    ] == []
    assert made.complaints == []


def as_shown(table):
    """Rows of the JSON document as the page shows them."""
    return {
        year: f"{100 * row['estimate']:.1f} (±{50 * (row['high'] - row['low']):.1f}) "
        f"{100 * row['spread_low']:.0f} to {100 * row['spread_high']:.0f}".split()
        for year, row in table.items()
    }


def test_a_slider_answers_and_the_command_line_agrees(reader, tmp_path, patience):
    """Move, read, take the file away, run it: the same numbers, to the last digit shown.

    And the link shows them again.
    """
    reader.go(f"scenario=article5_like&{SMALL}")
    before = reader.durability()
    reader.move("Allied force stationed", "ArrowRight", 12, "regime.deployment.brigades=11")
    after = reader.durability()
    assert after != before
    assert reader.durability(1) == before
    assert reader.at("Allied force stationed") == "11"
    assert "commitment" not in reader.page.url

    address = reader.page.url
    reader.page.get_by_role("radio", name="Files").or_(
        reader.page.get_by_role("button", name="Files")
    ).first.click()
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="article5_like-changed.toml").click()
    path = tmp_path / "mine.toml"
    waiting.value.save_as(path)
    process = command("run", path, "--json", "--out", tmp_path / "runs")
    document = json.loads(process.communicate(timeout=patience)[0])
    assert as_shown(document["runs"][0]["survival"]) == after

    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="article5_like-changed.parquet").click()
    waiting.value.save_as(tmp_path / "mine.parquet")
    outcomes = pd.read_parquet(tmp_path / "mine.parquet")
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="article5_like-changed.csv").click()
    assert len(pd.read_csv(waiting.value.path())) == len(outcomes) == 600
    pd.testing.assert_frame_equal(outcomes, sim.run(sim.load(path), out=None).outcomes)
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="article5_like-changed-survival.png").click()
    assert BytesIO(Path(waiting.value.path()).read_bytes()).read(8) == b"\x89PNG\r\n\x1a\n"

    reader.page.goto("about:blank")
    reader.page.goto(address)
    reader.settle()
    assert reader.durability() == after


def test_scenarios_are_compared(reader):
    reader.go(f"scenario=nato&compare=eu&baseline=none&{SMALL}")
    assert reader.page.get_by_role("heading", name="Difference from No guarantee").is_visible()
    assert reader.page.locator(".cf table.numbers").first.locator("thead th").all_inner_texts()[
        1:
    ] == ["NATO membership", "No guarantee", "EU membership"]
    assert reader.page.locator(".cf img").count() == 8
    assert all(
        reader.page.locator(".cf img").nth(number).get_attribute("alt") for number in range(5)
    )


def test_a_bad_address_is_answered_and_the_rest_is_kept(reader):
    reader.go(f"scenario=nato&regime.deploymnt=3&regime.arms.package_usd_bn=150&{SMALL}")
    assert "regime.deploymnt:" in reader.page.get_by_role("alert").first.inner_text()
    assert reader.at("Arms package") == "150"


def test_a_history_is_narrated_and_a_parameter_searched(reader):
    reader.go(f"scenario=coalition&view=One+history&world=7&{SMALL}")
    assert "The ceasefire is signed." in reader.page.locator(".story").inner_text()
    reader.go(f"scenario=coalition&view=Parameters&{SMALL}")
    reader.page.get_by_label("Find").fill("half_life")
    reader.page.keyboard.press("Enter")
    reader.page.get_by_text("regime.arms.package_usd_bn").wait_for(state="detached")
    assert reader.page.locator(".cf table.cards tbody tr").count() >= 2


def test_nothing_is_cut_off_on_a_narrow_screen(reader):
    reader.page.set_viewport_size({"width": 400, "height": 800})
    for view in ("Answers", "One+history", "Your+beliefs", "Parameters", "Files"):
        reader.go(f"scenario=nato&view={view}&regime.deployment.brigades=3&{SMALL}")
        assert (
            reader.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
            <= 400
        )
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_page_is_reached_from_this_machine_only(server):
    port = int(server.rpartition(":")[2])
    others = {
        address[4][0] for address in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)
    } - {"127.0.0.1", "127.0.1.1"}
    for other in others:
        with pytest.raises((ConnectionRefusedError, TimeoutError)):
            socket.create_connection((other, port), timeout=1)
