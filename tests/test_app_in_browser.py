"""The explorer page as a reader meets it: the real command, a real browser, and nothing from any
other machine.
"""

import json
import os
import re
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
from sockets import WATCHED

import sim
from sim.app.settings import VIEWS
from sim.presentation.cells import both

pytest.importorskip(
    "streamlit", reason="the page needs the extra `app`: pip install 'ceasefire[app]'"
)
pytest.importorskip("playwright", reason="browser tests need playwright: pip install playwright")
pytestmark = pytest.mark.long
SMALL = "sampling.designs=60&sampling.seed=4&sampling.steps_per_year=1"


def first_of(values):
    """The first value for `make test`, and the others for the exhaustive tests."""
    first, *others = values
    return [first, *(pytest.param(value, marks=pytest.mark.exhaustive) for value in others)]


def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-c", WATCHED, *map(str, words)],
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
    first_line = process.stdout.readline()
    url = re.search(r"http://127\.0\.0\.1:\d+", first_line).group()
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
    assert "socket." not in said
    assert {path.name for path in home.iterdir()} <= {
        ".cache",
        ".config",
    }  # where Matplotlib keeps what it knows of fonts


@dataclass
class Reader:
    """A page, and what it asked for and complained about."""

    page: object
    url: str
    requested: list[str] = field(default_factory=list)
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


@pytest.fixture(scope="module")
def window(browser, patience):
    """A window of the browser, which keeps the scripts of Streamlit once it has read them."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_default_timeout(1000 * patience)
    yield context
    context.close()


@pytest.fixture
def reader(server, window):
    """A fresh page; at its end nothing was asked of another machine and the console is empty."""
    page = window.new_page()
    made = Reader(page, server)
    page.on("request", lambda request: made.requested.append(request.url))
    page.on("websocket", lambda opened: made.requested.append(opened.url))
    page.on(
        "console",
        lambda message: made.complaints.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    page.close()
    place = server.removeprefix("http://")
    assert [
        url
        for url in made.requested
        if not url.startswith((server, f"ws://{place}", "data:", "blob:"))
    ] == []
    assert made.complaints == []


def as_shown(table):
    """Rows of the JSON document as the page shows them."""
    return {year: both(row).split() for year, row in table.items()}


def test_a_slider_answers_and_the_command_line_agrees(reader, tmp_path, patience):
    """Move, read, take the file away, run it: the same numbers, to the last digit shown.

    And the link shows them again.
    """
    reader.go(f"scenario=article5_like&{SMALL}")
    before = reader.durability()
    reader.move("Allied force stationed", "ArrowRight", 2, "regime.deployment.brigades=6")
    after = reader.durability()
    assert after != before
    assert reader.durability(1) == before
    assert reader.at("Allied force stationed") == "6"
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


@pytest.mark.exhaustive
def test_scenarios_are_compared(reader):
    reader.go(f"scenario=nato&compare=eu&baseline=none&{SMALL}")
    assert reader.page.get_by_role("heading", name="Difference from No guarantee").is_visible()
    assert reader.page.locator(".cf table.numbers").first.locator("thead th").all_inner_texts() == [
        "NATO membership",
        "No guarantee",
        "EU membership",
    ]
    assert reader.page.locator(".cf img").count() == 8
    assert all(
        reader.page.locator(".cf img").nth(number).get_attribute("alt") for number in range(5)
    )


@pytest.mark.exhaustive
def test_a_bad_address_is_answered_and_the_rest_is_kept(reader):
    reader.go(f"scenario=nato&regime.deploymnt=3&regime.arms.package_usd_bn=150&{SMALL}")
    assert "regime.deploymnt:" in reader.page.get_by_role("alert").first.inner_text()
    assert reader.at("Arms package") == "150"


HOSTILE = (
    "x=%3Cscript%3Ealert(1)%3C/script%3E",
    f"regime.deployment.brigades={'9' * 400}",
    f"{'a.' * 1000}a=1",
    f"x={'9' * 100_000}",
    "%00=%00&x=%FF%FE",
)


@pytest.mark.parametrize("hostile", first_of(HOSTILE), ids=range(len(HOSTILE)))
def test_a_hostile_address_is_answered_and_the_page_goes_on(hostile, reader):
    """What is wrong is said, nothing in it is markup, and the next control is answered."""
    reader.go(f"scenario=none&view=Parameters&{SMALL}&{hostile}")
    assert reader.page.get_by_role("alert").first.inner_text()
    assert reader.page.locator(".cf script").count() == 0
    reader.page.get_by_label("Find").fill("half_life")
    reader.page.keyboard.press("Enter")
    reader.page.get_by_text("regime.arms.package_usd_bn").wait_for(state="detached")


@pytest.mark.exhaustive
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_is_ended_by_a_hostile_address(view, reader):
    """Every address under every view."""
    names = (
        "world",
        "without",
        "scenario",
        "compare",
        "baseline",
        "sampling.seed",
        "name",
        "title",
    )
    hostile = [
        *HOSTILE,
        *(f"{name}={text}" for name in names for text in ("9" * 400, "%00", "[[[[")),
    ]
    for address in hostile:
        reader.go(f"view={view}&sampling.designs=12&sampling.replicates=2&{address}")
        assert reader.page.locator("[data-testid=stException]").count() == 0


@pytest.mark.exhaustive
def test_a_history_is_narrated_and_a_parameter_searched(reader):
    reader.go(f"scenario=coalition&view=One+history&world=7&{SMALL}")
    assert "The ceasefire is signed." in reader.page.locator(".story").inner_text()
    reader.go(f"scenario=coalition&view=Parameters&{SMALL}")
    reader.page.get_by_label("Find").fill("half_life")
    reader.page.keyboard.press("Enter")
    reader.page.get_by_text("regime.arms.package_usd_bn").wait_for(state="detached")
    assert reader.page.locator(".cf table.cards tbody tr").count() >= 2


@pytest.mark.parametrize("view", first_of(VIEWS))
def test_the_page_is_for_everybody(view, reader):
    """Axe-core finds no fault in the page's own markup, on a desk and on a telephone, and of
    Streamlit's no other than the documents list; nothing is wider than the window.
    """
    from browser import NARROW, WIDE, overflow, violations

    for width in (WIDE, NARROW):
        reader.page.set_viewport_size({"width": width, "height": 900})
        reader.go(f"view={view}&scenario=28_points&compare=nato&regime.x=3&{SMALL}")
        reader.page.get_by_text("The same as a command").first.click()
        own, others = violations(reader.page, own=".cf")
        assert own == {}
        assert set(others) <= listed_faults()
        assert overflow(reader.page) <= 0
        assert reader.page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth") <= (
            width
        )


def listed_faults():
    """The rules of axe-core that the documents say Streamlit breaks."""
    text = (Path(__file__).parents[1] / "docs" / "explorer.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))


@pytest.mark.exhaustive
def test_the_list_of_streamlits_faults_is_true(reader):
    """An open list is still met outside the landmarks; how wide the field after the names to compare
    with is hangs on the letters of the machine.
    """
    from browser import violations

    reader.go(f"scenario=article5_like&compare=coalition&view=Parameters&{SMALL}")
    _, closed = violations(reader.page, own=".cf")
    reader.page.get_by_role("combobox").first.click()
    reader.page.get_by_role("listbox").wait_for()
    own, opened = violations(reader.page, own=".cf")
    assert own == {}
    assert {"region"} <= set(closed) | set(opened) <= listed_faults()


def test_the_controls_are_reached_by_keyboard(reader):
    """Tab goes through all of them, each marked where it is."""
    from browser import tab_stops

    reader.go(f"scenario=nato&view=Files&{SMALL}")
    stops = tab_stops(reader.page)
    words = " ".join(stop["words"] for stop in stops)
    assert "Report on one page" in words
    assert "The same as a command and in Python" in words
    assert "Compare with" in words
    assert (
        sum(stop["role"] == "range" for stop in stops) == reader.page.get_by_role("slider").count()
    )


WATCH = """() => {
    window.seen = [];
    const look = () => {
        const app = document.querySelector("[data-testid=stApp]");
        if (app.dataset.testScriptState === "running") {
            const tables = [...document.querySelectorAll(".cf table.numbers")];
            const visible = tables.filter(table => getComputedStyle(table).visibility === "visible");
            window.seen.push([
                visible.map(table => table.innerText),
                [...document.querySelectorAll("[role=status]")].map(each => each.innerText).join(),
            ]);
        }
        requestAnimationFrame(look);
    };
    look();
}"""


def test_what_is_out_of_date_is_never_shown(reader):
    """While a slider's answer is computed the page says so, and no table of the one before it is
    seen in any frame.
    """
    reader.go("scenario=nato&sampling.designs=300")
    before = reader.page.locator(".cf table.numbers").first.inner_text()
    reader.page.evaluate(WATCH)
    reader.move("Allied force stationed", "ArrowRight", 1, "regime.deployment.brigades=")
    after = reader.page.locator(".cf table.numbers").first.inner_text()
    seen = reader.page.evaluate("window.seen")
    assert after != before
    assert any("Simulating" in status for _, status in seen)
    assert not any(before in tables for tables, _ in seen)
    assert reader.page.get_by_text("Simulating").count() == 0


@pytest.mark.exhaustive
def test_the_report_is_downloaded(reader):
    """From the answers, as a page that needs nothing else."""
    reader.go(f"scenario=nato&compare=none&{SMALL}")
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="Report on one page").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "report.html"
    assert "What would reverse this?" in text
    assert "NATO membership" in text


def test_the_page_is_reached_from_this_machine_only(server):
    port = int(server.rpartition(":")[2])
    others = {
        address[4][0] for address in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)
    } - {"127.0.0.1", "127.0.1.1"}
    for other in others:
        with pytest.raises((ConnectionRefusedError, TimeoutError)):
            socket.create_connection((other, port), timeout=1)
