"""Collects the cells of a run, writes the reports, and fails a run with too little coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from os import environ
from pathlib import Path
from typing import Any

import pytest

from mockserver.core.credentials import redacted
from pytest_cerebras.chaos.sharding import SHARDING, Sharding
from pytest_cerebras.mutation.judging import Tried
from pytest_cerebras.search.explored import Explored
from pytest_cerebras.search.finding import Searched
from pytest_cerebras.session import symptoms
from pytest_cerebras.settings.names import EACH, MUTATED, SEARCHED

from .junit import junit
from .least import Least
from .matrix_results import Cell, read
from .outcome import reason_of
from .page import html
from .report import Part, Report
from .step_summary import markdown

COVERAGE_FAILED = 11
"""The exit status if all tests passed, but a percentage is below ``--cerebras-fail-under``."""

WRITERS: Mapping[str, Callable[[Report], str]] = {
    ".html": html,
    ".json": Report.json,
    ".xml": junit,
}
"""The formats of a report: the suffix of the file, and the function that makes the text."""


class Reporting:
    """Collects the results of a run's tests, from this process or from xdist workers."""

    def __init__(
        self, files: Sequence[Path], least: Least, sharding: Sharding | None = None
    ) -> None:
        self._files = files
        self._least = least
        self._sharding = sharding
        self._begun: dict[str, Cell] = {}
        self._cells: dict[str, Cell] = {}
        self._tried: dict[str, Tried] = {}
        self._explored: dict[str, Explored] = {}

    @property
    def report(self) -> Report:
        """The report on the cells so far, in the order of files and lines, then of scenarios."""
        cells = sorted(self._cells.values(), key=attrgetter("place"))
        tried = sorted(self._tried.values(), key=attrgetter("place"))
        explored = self._explored.values()
        return Report.of(cells, Part.of_sharding(self._sharding), tried, explored)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """
        Note the cell of a test.

        A failing teardown, a story that breaks the test, or a crashed worker makes the cell fail
        as well.
        """
        tried = getattr(report, MUTATED, None)
        if tried is not None:
            self._tried[report.nodeid] = Tried.read(tried)
        searched = getattr(report, SEARCHED, None)
        if searched is not None:
            self._explored[report.nodeid] = Searched.read(searched).explored
        cell = read(report)
        if cell is not None:
            begun = report.when == "setup" and report.passed
            (self._begun if begun else self._cells)[cell.id] = cell
        elif report.failed:
            found = self._cells.get(report.nodeid) or self._begun.get(report.nodeid)
            if found is not None:
                stories = [one for one in symptoms.read(report) if one.file]
                seen = (*found.symptoms, *stories)
                failed = replace(found, outcome="failed", reason=reason_of(report), symptoms=seen)
                self._cells[report.nodeid] = failed

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """
        Write the files and the step summary.

        Change the exit status if a percentage is too low.
        """
        report = self.report
        for file in self._files:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(redacted(WRITERS[file.suffix](report)), encoding="utf-8")
        if self._cells:
            summarize(report)
        if session.exitstatus == pytest.ExitCode.OK and any(self._least.short_of(report)):
            session.exitstatus = COVERAGE_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the coverage, the kinds of trouble never met, and the paths of the reports."""
        report = self.report
        coverage = report.coverage
        terminalreporter.section(f"Cerebras: {report.title}")
        short = list(self._least.short_of(report))
        if not any(line.startswith(coverage.line()) for line in short):
            terminalreporter.line(coverage.line())
        for line in short:
            terminalreporter.line(line, red=True)
        if coverage.never:
            terminalreporter.line(f"never met: {', '.join(coverage.never)}")
        for file in self._files:
            terminalreporter.line(f"written: {file}")


def reporting(config: pytest.Config) -> Reporting:
    """Return the reporting that the options configure. Raises UsageError."""
    files = [Path(name) for name in config.getoption("cerebras_report") or ()]
    for file in files:
        if file.suffix not in WRITERS:
            known = ", ".join(WRITERS)
            raise pytest.UsageError(f"--cerebras-report: {file} should end in one of {known}")
        if file.is_dir() or any(part.is_file() for part in file.parents):
            raise pytest.UsageError(
                f"--cerebras-report: can't write {file}: a file or folder is in the way"
            )
    option = "--cerebras-fail-under"
    least = Least.of(config.getoption("cerebras_fail_under"), option)
    if least.noticed is not None and config.getoption("cerebras_mutate") != EACH:
        raise pytest.UsageError(f"{option} noticed={least.noticed:g} needs --cerebras-mutate")
    if least.explored is not None and config.getoption("cerebras_search") is None:
        raise pytest.UsageError(f"{option} explored={least.explored:g} needs --cerebras-search")
    return Reporting(files, least, config.stash.get(SHARDING, None))


def summarize(report: Report) -> None:
    """Append a report to the step summary of GitHub Actions, if there is one."""
    if environ.get("GITHUB_STEP_SUMMARY"):
        with Path(environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(redacted(markdown(report)))
