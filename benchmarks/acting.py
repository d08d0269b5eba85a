"""
How many cells of four ordinary tests meet a fault: ``python -m benchmarks.acting``.

``fixed`` plays the shipped scenarios with their own numbers, ``all`` with numbers chosen from a
healthy run, and ``relevant`` leaves out scenarios that cannot act.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mockserver.scenario import names

_TESTS = Path(__file__).with_name("ordinary.py")
_SILENT = {"not-met", "left-out", "skipped"}
HOW = {
    "fixed": ",".join(name for name in names() if name != "healthy"),
    "all": "all",
    "relevant": "relevant",
}


class Share(NamedTuple):
    """Counts of cells under scenarios that break something: how many ran, and how many acted."""

    ran: int
    acted: int
    passed: int
    left_out: int

    def line(self) -> str:
        """Return the counts as one line."""
        share = 100 * self.acted / self.ran
        return (
            f"{self.acted} of {self.ran} cells act ({share:.0f} %), {self.passed} of them pass; "
            f"{self.ran - self.acted} not met, {self.left_out} left out"
        )


def share_of(outcomes: Iterable[str]) -> Share:
    """Return the counts of the cells with these outcomes."""
    counts = Counter(outcomes)
    ran = counts.total() - counts["left-out"]
    acted = sum(count for outcome, count in counts.items() if outcome not in _SILENT)
    return Share(ran, acted, counts["passed"], counts["left-out"])


def measured(scenarios: str) -> Share:
    """Run the four tests under some scenarios, in virtual time."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "cells.json"
        options = ("-q", "-p", "no:cacheprovider", "--cerebras-clock", "virtual")
        chosen = ("--cerebras-chaos", scenarios, "--cerebras-report", str(report))
        subprocess.run(  # noqa: S603 (our own)
            [sys.executable, "-m", "pytest", *options, *chosen, str(_TESTS)],
            check=False,  # the tests fail, because their app handles no faults
            capture_output=True,
        )
        cells = json.loads(report.read_text("utf-8"))["cells"]
    return share_of(cell["outcome"] for cell in cells if cell["scenario"] != "healthy")


if __name__ == "__main__":
    for how, scenarios in HOW.items():
        print(f"{how}: {measured(scenarios).line()}")
