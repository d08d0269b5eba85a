"""The exit status of a run in which only verdicts failed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_cerebras.settings.exit_status import FAILED_BY_VERDICT, VERDICTS_FAILED, ExitStatus

TESTS_FAILED = pytest.ExitCode.TESTS_FAILED
PASSED = SimpleNamespace(failed=False)
FAILED = SimpleNamespace(failed=True)
GUILTY = SimpleNamespace(failed=True, **{FAILED_BY_VERDICT: True})


@pytest.mark.parametrize(
    ("reports", "collected", "status", "expected"),
    [
        ([PASSED, GUILTY, PASSED], PASSED, TESTS_FAILED, VERDICTS_FAILED),
        ([GUILTY, FAILED], PASSED, TESTS_FAILED, TESTS_FAILED),
        ([GUILTY], FAILED, TESTS_FAILED, TESTS_FAILED),
        ([FAILED], PASSED, TESTS_FAILED, TESTS_FAILED),
        ([PASSED], PASSED, pytest.ExitCode.OK, pytest.ExitCode.OK),
        ([GUILTY], PASSED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERRUPTED),
        ([], PASSED, TESTS_FAILED, TESTS_FAILED),
    ],
)
def test_status(reports, collected, status, expected):
    """It is changed only where a test failed by a verdict, and nothing failed otherwise."""
    counting = ExitStatus()
    for report in reports:
        counting.pytest_runtest_logreport(report)
    counting.pytest_collectreport(collected)
    session = SimpleNamespace(exitstatus=status)
    counting.pytest_sessionfinish(session)
    assert session.exitstatus == expected
