"""Tells what a test did that the user interrupts, for that is when one wants to see it."""

from __future__ import annotations

from typing import Literal

import pytest


def tell(
    item: pytest.Item, error: KeyboardInterrupt, *, when: Literal["setup", "call"] = "call"
) -> None:
    """
    Report the test as one that has failed, to the terminal and to all who write reports.

    ``when`` is the phase that was interrupted. With ``--pdb`` pytest does so itself.
    """
    if item.config.getoption("usepdb", default=False):
        return

    def interrupted() -> None:
        raise error

    call = pytest.CallInfo.from_call(interrupted, when=when)
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)
