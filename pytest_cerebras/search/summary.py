"""The section on the search at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from .explored import Explored
from .finding import Searched


def show(reporter: Any, results: Sequence[Searched]) -> None:
    """Write a line for each test, then its findings, and the grid at the end."""
    if not results:
        reporter.section("Cerebras: search", yellow=True)
        reporter.line("no test was searched: add --cerebras-mock, or let tests use cerebras_mock")
        return
    reporter.section("Cerebras: search")
    for one in results:
        reporter.line(one.line)
        for file in one.fixed:
            reporter.line(f"    no longer breaks it: {file}")
    explored = reduce(Explored.merged, (one.explored for one in results))
    if explored.tried:
        reporter.line(explored.line())
