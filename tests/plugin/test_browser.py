"""The page of the report in a real Chromium: by its keys, narrow, in light and in dark."""

from __future__ import annotations

import os
import runpy
import shutil
from pathlib import Path

import pytest

from mockserver.verdicts import Verdict
from pytest_cerebras.report.matrix_results import Cell, Drawn, Played, Seen, Slept
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Report

DOCS = Path(__file__).parents[2] / "docs"
Chromium = runpy.run_path(str(DOCS / "chromium.py"))["Chromium"]
pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None and "REQUIRE_CHROMIUM" not in os.environ,
    reason="there is no chromium here",
)
OUTCOMES = ("passed", "raised-as-expected", "xfailed", "failed", "failed-by-verdict", "skipped")
DRAWN = (
    Drawn(0.0, 2.0, "wait", "wait 2 s"),
    Drawn(2.0, 2.0, "head", "head 200"),
    Drawn(2.0, 3.0, "data", "data"),
    Drawn(3.0, None, "stall", "stall"),
)
FOCUSED = "document.activeElement"
# what scrolls sideways though it is no box
SCROLLS = """[document.documentElement, ...document.body.querySelectorAll("*")]
  .filter(each => !each.closest("svg, .box") && each.clientWidth)
  .filter(each => each.scrollWidth > each.clientWidth + 1)
  .map(each => each.outerHTML.slice(0, 80))"""
# each text that is shown: its size, and its contrast with what is behind it, by WCAG 2.2
TEXTS = """(() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => [[red, .2126], [green, .7152], [blue, .0722]]
    .map(([part, weight]) => [part / 255, weight])
    .map(([part, weight]) => weight *
      (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4))
    .reduce((sum, part) => sum + part, 0);
  const behind = each => {
    if (each.classList.contains("word")) return getComputedStyle(each.previousSibling).fill;
    const paper = each.closest("svg")?.querySelector(".paper");
    if (paper) return getComputedStyle(paper).fill;
    for (let one = each; one; one = one.parentElement) {
      const back = getComputedStyle(one).backgroundColor;
      if (numbers(back)[3] !== 0) return back;
    }
    throw Error("there is no paper");
  };
  const texts = [...document.body.querySelectorAll("*")].filter(each => each.checkVisibility() &&
    [...each.childNodes].some(node => node.nodeType === 3 && /\\w/.test(node.data)));
  return texts.filter(each => each.localName !== "title").map(each => {
    const style = getComputedStyle(each), svg = each.closest("svg");
    const colours = [svg ? style.fill : style.color, behind(each)];
    const [above, below] = colours.map(numbers).map(light).sort((one, other) => other - one);
    return [each.outerHTML.slice(0, 99), parseFloat(style.fontSize), (above + .05) / (below + .05)];
  });
})()"""


def cell_of(number, outcome):
    """Return a cell with long names of everything, and one of each thing that is drawn."""
    where = f"t.py::test_{number}_{'long' * 12}[{'parameter' * 9}]"
    line = f"#1 POST /v1/chat/completions {'x' * 200} -> 200"
    first = Seen(1, line, 0.0, 1, 1, None, None, 200, 1, 1, "", ("latency",), (), DRAWN[:3])
    last = Seen(2, line, 9.0, 1, 2, 6.0, None, 200, 1, 1, "", (), (), DRAWN)
    verdicts = (Verdict("hot-retry", f"{'so ' * 90}it is", "wait longer", (1, 2)),)
    played = (Played("healthy", (first, last), verdicts),)
    slept = (Slept(2.0, 0.0, "time.sleep", "MainThread"),)
    replay = f"pytest '{where}' --cerebras-chaos healthy --cerebras-seed 0"
    kinds = ("slow", "stall")
    return Cell(
        f"{where}[h]", where, "healthy", outcome, 1.0, 0, replay, played, slept, kinds, "y" * 99
    )


@pytest.fixture(scope="module")
def chromium():
    """Return the browser, for all tests of this file."""
    with Chromium() as browser:
        yield browser


@pytest.fixture
def show(chromium, tmp_path):
    """Return a function that shows the page: a wide matrix, with each outcome."""
    cells = [cell_of(number, outcome) for number, outcome in enumerate(OUTCOMES)]
    file = tmp_path / "report.html"
    file.write_text(html(Report.of(cells)), "utf-8")

    def shown(width=1000, scheme="light"):
        chromium.show(file, width=width, height=800, scheme=scheme)
        return chromium

    return shown


def tab_to(page, selector):
    """Press Tab until the focus is on what a selector is for."""
    for _ in range(100):
        page.press("Tab")
        if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            return
    pytest.fail(f"no Tab leads to {selector}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_and_enter(show, scheme):
    """Tab leads to a link of the matrix, which shows; Enter opens its cell and moves there."""
    page = show(scheme=scheme)
    tab_to(page, "td a")
    style = f"getComputedStyle({FOCUSED})"
    assert page.evaluate(f"{style}.outlineStyle") == "solid"
    assert page.evaluate(f"parseFloat({style}.outlineWidth)") >= 2
    assert page.evaluate(f"{style}.outlineColor") != page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    target = page.evaluate(f"{FOCUSED}.hash")
    page.press("Enter")
    page.until(f"{FOCUSED}.id === {target[1:]!r}")
    assert page.evaluate(f"{FOCUSED}.closest('details').open")
    top = f"{FOCUSED}.closest('details').getBoundingClientRect().top"
    assert 0 <= page.evaluate(top) < page.evaluate("innerHeight")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_cells_open_and_close_by_keys(show, key):
    """Enter and the space bar open a cell that has the focus, and close it again."""
    page = show()
    tab_to(page, "summary")
    for is_open in ("true", "false"):
        page.press(key)
        page.until(f"{FOCUSED}.parentElement.open === {is_open}")


def test_boxes_scroll_by_keys(show):
    """A box that is wider than the window can be reached by Tab, and has a name."""
    page = show(width=400)
    tab_to(page, ".box")
    assert page.evaluate(f"{FOCUSED}.scrollWidth > {FOCUSED}.clientWidth")
    assert page.evaluate(f"{FOCUSED}.getAttribute('aria-label')") == "Matrix"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow(show, scheme):
    """In 400 px nothing but the boxes scrolls sideways; every text is large and dark enough."""
    page = show(width=400, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("innerWidth") == 400
    assert page.evaluate(SCROLLS) == []
    texts = page.evaluate(TEXTS)
    words = {text.rpartition("</")[0].rpartition(">")[2] for text, *_ in texts if "word" in text}
    assert words == {"wait 2 s", "pause 6.00 s", "data", "stall"}
    assert [text for text in texts if text[1] < 12] == []
    assert [text for text in texts if text[2] < 4.5] == []


def test_schemes_differ(show):
    """Dark is dark, light is light."""
    backs = [
        show(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert backs == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]
