"""The plugin that searches: it plays stories before each test, and reports those that break it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from pytest_cerebras.settings.names import CHAOS, MARKER, SEARCHED, SEARCHING, is_about_one

from .allowed import allowed_errors
from .budget import Budget, budget_of
from .finding import Searched, report_of
from .found import Found, found_in
from .progress import WorkersProgress, log
from .replaying import Replaying
from .search_of_test import SearchOfTest
from .summary import show

_CONFLICTS = {
    "cerebras_chaos": "the search chooses the faults of each test: leave out --cerebras-chaos",
    "cerebras_scenario": "the search chooses the faults of each test: leave out "
    "--cerebras-scenario",
}


class Searching:
    """Searches each test that uses the mock and names no scenario."""

    def __init__(self, config: pytest.Config, budget: Budget, found: Sequence[Found]) -> None:
        self._config = config
        self._budget = budget
        self._found = found
        self._replaying = Replaying()
        self._results: dict[str, Searched] = {}
        self._workers: WorkersProgress | None = None
        config.pluginmanager.register(self._replaying, "cerebras-replaying")

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Check the markers before any test runs. Raises UsageError."""
        for item in items:
            allowed_errors(item)

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> str:
        """Write a line on the budget of all tests together."""
        told = self._budget.in_all(sum(map(_is_searched, items)))
        return told if self._reporter is not None else ""

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Write the line in the controller of xdist, which knows only the number of tests."""
        if self._workers is None:
            reporter = self._reporter
            self._workers = WorkersProgress(reporter)
            told = self._budget.in_all(len(ids), self._config.getoption("numprocesses", None) or 1)
            if reporter is not None and told:
                log(reporter, told)

    @property
    def _reporter(self) -> Any | None:
        """Pytest's terminal reporter; None with ``--quiet``."""
        found = self._config.pluginmanager.get_plugin("terminalreporter")
        return None if self._config.option.verbose < 0 else found

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Search a test before it runs, and report the findings after it."""
        if not _is_searched(item):
            return (yield)
        search = SearchOfTest(item, self._budget, self._found, self._replaying)
        try:
            search.run(self._most())
        except BaseException:
            _tell(search, item)
            raise
        finally:
            self._results[item.nodeid] = search.result()
        try:
            return (yield)
        finally:
            _tell(search, item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the result of the search to the test's own report."""
        report = yield
        if call.when == "call" and item.nodeid in self._results:
            setattr(report, SEARCHED, asdict(self._results[item.nodeid]))
        return report

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Collect a result or progress that an xdist worker sent."""
        state = getattr(report, SEARCHING, None)
        if state is not None and self._workers is not None:
            self._workers.take(state)
        found = getattr(report, SEARCHED, None)
        if found is not None:
            self._results[report.nodeid] = Searched.read(found)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Write the section on the search."""
        show(terminalreporter, list(self._results.values()))

    def pytest_unconfigure(self) -> None:
        """End the thread of the deadline."""
        self._replaying.deadline.close()

    def _most(self) -> int | None:
        """Return how many causes may be found before the run stops."""
        most = self._config.getoption("maxfail", 0)
        return most or None


def register(config: pytest.Config) -> None:
    """Search each test of the run, with the budget of the option. Raises UsageError."""
    budget = budget_of(config.getoption("cerebras_search"))
    for option, why in _CONFLICTS.items():
        if config.getoption(option, None) is not None:
            raise pytest.UsageError(f"--cerebras-search: {why}")
    found = found_in(config.rootpath)
    config.pluginmanager.register(Searching(config, budget, found), "cerebras-searching")


def _tell(search: SearchOfTest, item: pytest.Item) -> None:
    for finding in search.findings:
        item.ihook.pytest_runtest_logreport(report=report_of(finding, item))


def _is_searched(item: pytest.Item) -> bool:
    return (
        MARKER in getattr(item, "fixturenames", ())
        and item.get_closest_marker(CHAOS) is None
        and not is_about_one(item)
    )
