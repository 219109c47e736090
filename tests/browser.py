"""The system's Chromium, and what axe-core finds at fault on a page in it."""

import shutil
from contextlib import contextmanager
from importlib import resources

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="browser tests need playwright: pip install playwright"
)
axe_core = pytest.importorskip(
    "axe_playwright_python", reason="accessibility is tested by axe-core, which this package holds"
)
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
if CHROMIUM is None:
    pytest.skip(
        "no Chromium on PATH: install the package chromium (or google-chrome-stable)",
        allow_module_level=True,
    )
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
WIDE, NARROW = 1280, 390
"""Widths of a window on a desk and of a telephone, in pixels."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = resources.files(axe_core).joinpath("axe.min.js").read_text("utf-8")


@contextmanager
def launched(patience):
    """The browser; a step of a page may take `patience` seconds."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM, args=QUIET, timeout=1000 * patience
        )
        yield opened
        opened.close()


def violations(page, own="html"):
    """What axe-core finds inside elements of a page, and outside of them: the elements at fault by
    the name of each rule.
    """
    page.evaluate(_AXE)
    violated = page.evaluate(
        """async ([rules, own]) => {
            const report = await axe.run(document, {
                runOnly: {type: "tag", values: rules}, elementRef: true});
            return report.violations.flatMap(({id, nodes}) => nodes.map(
                ({element, html}) => [element.closest(own) !== null, id, html]));
        }""",
        [RULES, own],
    )
    inside, outside = {}, {}
    for ours, rule, html in violated:
        (inside if ours else outside).setdefault(rule, []).append(html)
    return inside, outside


def overflow(page):
    """Pixels by which a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def tab_stops(page, most=500):
    """The elements that Tab reaches, in their order: what each is, its place, and whether it is
    seen to have the focus.
    """
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const focused = document.activeElement, box = focused.getBoundingClientRect();
                if (focused === document.body) return null;
                const style = getComputedStyle(focused);
                return {tag: focused.tagName, role: focused.role || focused.type, words: focused.innerText || focused.ariaLabel || "",
                    top: box.top + scrollY, left: box.left, width: box.width, height: box.height,
                    marked: style.outlineStyle !== "none" || style.boxShadow !== "none"};
            }"""
        )
        if stop is None:
            break
        stops.append(stop)
    return stops
