"""
Takes the pictures of a report: ``python docs/pictures.py REPORT.html FOLDER``.

They show the top of the report in light mode, a cell with a verdict in dark mode, and the same cell
in a narrow window.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from chromium import Chromium, Scheme

_FIRST_GUILTY = """[...document.querySelectorAll("details")]
  .find(each => each.querySelector("p.verdict")).querySelector("dl").id"""


class View(NamedTuple):
    """A picture: its name and size in pixels, and whether the first cell with a verdict is open."""

    name: str
    scheme: Scheme
    width: int
    height: int
    opened: bool


VIEWS = (
    View("report-light", "light", 1000, 1000, opened=False),
    View("report-dark", "dark", 1000, 1000, opened=True),
    View("report-narrow", "light", 400, 1000, opened=True),
)


def take(report: Path, folder: Path) -> None:
    """Write the pictures of a report into a folder."""
    with Chromium() as chromium:
        for view in VIEWS:
            chromium.show(report, width=view.width, height=view.height, scheme=view.scheme)
            if view.opened:
                chromium.evaluate(f"location.hash = {_FIRST_GUILTY}")
                chromium.until("document.querySelector('details[open] :target')")
                chromium.evaluate("document.activeElement.blur()")
            (folder / f"{view.name}.png").write_bytes(chromium.picture())


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
