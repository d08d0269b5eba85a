"""Sets the exit status of a run in which tests failed only because of verdicts."""

from __future__ import annotations

import pytest

VERDICTS_FAILED = 10
"""The exit status of a run in which tests failed only because of verdicts."""

FAILED_BY_VERDICT = "cerebras_failed_by_verdict"
"""The attribute that marks the report of a test that would have passed without the verdict."""


class ExitStatus:
    """Counts the failures that verdicts caused, and all other failures."""

    def __init__(self) -> None:
        self._by_verdict = 0
        self._otherwise = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a failed phase of a test, in this process or in an xdist worker."""
        if report.failed and getattr(report, FAILED_BY_VERDICT, False):
            self._by_verdict += 1
        elif report.failed:
            self._otherwise += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a failed collection."""
        self._otherwise += report.failed

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Change the status if all failures are caused by verdicts."""
        failed = session.exitstatus == pytest.ExitCode.TESTS_FAILED
        if failed and self._by_verdict and not self._otherwise:
            session.exitstatus = VERDICTS_FAILED
