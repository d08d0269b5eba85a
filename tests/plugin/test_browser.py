"""The page of the report in a real Chromium: narrow, in light and dark, by its links."""

from __future__ import annotations

import html as markup
import os
import re
import shutil
import subprocess

import pytest

from pytest_cerebras.cells import Cell, Drawn, Played, Seen
from pytest_cerebras.chaos import Report
from pytest_cerebras.page import html

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "REQUIRE_CHROMIUM" not in os.environ, reason="there is no chromium here"
)
# The page in a frame of 400 px, and a script beside it that says what it sees.
FRAME = """<!doctype html><iframe width="400" height="700" srcdoc="{page}"></iframe>
<p id="seen"></p>
<script>
onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  const link = page.querySelector("td a");
  link.focus();
  const focused = page.activeElement === link;
  page.defaultView.location.hash = link.hash;
  setTimeout(() => {{
    const root = page.documentElement, open = page.querySelectorAll("details[open]").length;
    const back = page.defaultView.getComputedStyle(page.body).backgroundColor;
    document.querySelector("#seen").textContent =
      [root.scrollWidth, root.clientWidth, focused, open, back].join(" ");
  }}, 200);
}};
</script>"""


@pytest.fixture
def page():
    """Return a page with long names and a wide matrix."""
    drawn = (Drawn(0.0, 2.0, "wait", "wait"), Drawn(2.0, 2.0, "head", "head 200"))
    seen = Seen(1, "#1 POST " + "x" * 200, 0.0, 1, 1, None, None, 200, 1, 1, "", (), (), drawn)
    met = (Played("healthy", (seen,), ()),)
    cells = (
        Cell(f"t{n}", f"t.py::test_{n}_{'long' * 12}", "healthy", "passed", 1.0, 0, "y" * 300, met)
        for n in range(12)
    )
    return html(Report.of(cells))


@pytest.mark.parametrize(("scheme", "back"), [(0, "rgb(13, 17, 23)"), (1, "rgb(255, 255, 255)")])
def test_narrow(page, scheme, back, tmp_path):
    """Nothing but the boxes scrolls sideways; a link of the matrix leads to its cell."""
    file = tmp_path / "frame.html"
    file.write_text(FRAME.format(page=markup.escape(page)), "utf-8")
    blink = f"--blink-settings=preferredColorScheme={scheme}"
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM or "chromium", *FLAGS, profile, blink, "--virtual-time-budget=3000"]
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = re.search(r'id="seen">(\d+) (\d+) (\w+) (\d+) ([^<]+)<', done.stdout)
    assert said, done.stdout[-500:]
    assert int(said[1]) <= int(said[2])
    assert (said[3], said[4], said[5]) == ("true", "1", back)
