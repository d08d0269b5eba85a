"""Tells a run in which only verdicts failed from one in which tests did."""

from __future__ import annotations

import pytest

VERDICTS_FAILED = 10
"""The exit status of a run in which all tests went well, and the client was found guilty."""

FAILED_BY_VERDICT = "cerebras_failed_by_verdict"
"""The attribute of a report whose test had gone well."""


class ExitStatus:
    """Counts what has failed, and by what."""

    def __init__(self) -> None:
        self._by_verdict = 0
        self._otherwise = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a phase of a test, of this process or of a worker of xdist."""
        if report.failed and getattr(report, FAILED_BY_VERDICT, False):
            self._by_verdict += 1
        elif report.failed:
            self._otherwise += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a file that could not be collected."""
        self._otherwise += report.failed

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Change the status if nothing but verdicts made it one of failure."""
        failed = session.exitstatus == pytest.ExitCode.TESTS_FAILED
        if failed and self._by_verdict and not self._otherwise:
            session.exitstatus = VERDICTS_FAILED
