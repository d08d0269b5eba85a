"""Tells what a test did that the user interrupts, for that is when one wants to see it."""

from __future__ import annotations

import pytest


def tell(item: pytest.Item, error: KeyboardInterrupt) -> None:
    """
    Report the test as one that has failed, to the terminal and to all who write reports.

    With ``--pdb`` pytest does so itself.
    """
    if item.config.getoption("usepdb", default=False):
        return

    def interrupted() -> None:
        raise error

    call = pytest.CallInfo.from_call(interrupted, when="call")
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)
