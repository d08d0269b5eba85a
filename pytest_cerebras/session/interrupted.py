"""Reports a test that the user interrupts, because then its exchanges matter most."""

from __future__ import annotations

from typing import Literal

import pytest


def tell(
    item: pytest.Item, error: KeyboardInterrupt, *, when: Literal["setup", "call"] = "call"
) -> None:
    """
    Report the test as failed, to the terminal and to all plugins that write reports.

    ``when`` is the phase that was interrupted. With ``--pdb``, pytest reports it itself.
    """
    if item.config.getoption("usepdb", default=False):
        return

    def interrupted() -> None:
        raise error

    call = pytest.CallInfo.from_call(interrupted, when=when)
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)
