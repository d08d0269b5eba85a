"""Print the score of the judge: ``python -m tests.corpus``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .cells import Cell, cells
from .pair import CLOCKS, HERE, MODES
from .score import Outcome, is_enough, lines, read

TEST = f"{HERE / 'test_corpus.py'}::test_judged"
PATIENCE = 600  # seconds; each cell has a limit of its own


def main() -> int:
    """Print how many of the cells that are asked for were judged rightly; 1 if too few were."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("--mode", choices=MODES, help="only this one; both by default")
    parser.add_argument("--clock", choices=CLOCKS, help="only this one; both by default")
    parser.add_argument("-k", metavar="WORD", default="", help="only pairs with this in the name")
    parser.add_argument("-n", metavar="N", default="2", help="worker processes (default: 2)")
    chosen = parser.parse_args()
    wanted = [
        cell
        for cell in cells()
        if chosen.mode in (None, cell.mode)
        and chosen.clock in (None, cell.clock)
        and chosen.k in cell.told.name
    ]
    began = time.perf_counter()
    outcomes = _run(wanted, chosen.n)
    print("\n".join(lines(wanted, outcomes)))
    print(f"\n{len(wanted)} cells in {time.perf_counter() - began:.0f} s")
    return 0 if is_enough(wanted, outcomes) else 1


def _run(wanted: Sequence[Cell], workers: str) -> dict[str, Outcome]:
    """Run the cells by pytest, in other processes, and return what each was told."""
    with tempfile.TemporaryDirectory() as folder:
        chosen, report = Path(folder, "cells"), Path(folder, "report.xml")
        chosen.write_text("\n".join(f"{TEST}[{cell.name}]" for cell in wanted))
        quiet = ("-q", "-q", "--no-summary", "--tb=no", "-p", "no:cacheprovider")
        spread = ("-n", workers, "--dist", "worksteal", f"--junit-xml={report}")
        command = (sys.executable, "-m", "pytest", f"@{chosen}", "-m", "", *spread, *quiet)
        try:
            subprocess.run(command, check=False, timeout=PATIENCE, stdout=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            print(f"no end after {PATIENCE} s")
        return read(report) if report.exists() else {}


if __name__ == "__main__":
    sys.exit(main())
