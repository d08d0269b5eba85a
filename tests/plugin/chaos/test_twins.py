"""Twins of a test: runs of it that leave no trace in its own."""

from __future__ import annotations

import pytest

PLUGIN = """
import pytest
from pytest_cerebras.chaos.twins import forget, run_again, twin_of

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    twins = [twin_of(item) for _ in range(2)]
    for twin in twins:
        reports = run_again(twin, item)
        print([report.outcome for report in reports])
    forget()
    assert item.user_properties == [] and item.stash is not twins[0].stash
    return (yield)
"""
CODE = """
import socket
import pytest
MADE, SEEN = [], []

@pytest.fixture(scope="module")
def module():
    MADE.append(1)
    return MADE

@pytest.fixture
def own(record_property, tmp_path):
    record_property("path", str(tmp_path))
    yield tmp_path

class TestIt:
    def test_it(self, module, own):
        assert not hasattr(self, "mark")
        self.mark = socket.socket() if len(SEEN) < 2 else None
        self.own = self
        SEEN.append(own)
        assert len(set(SEEN)) == len(SEEN)
        assert module == [1]

def test_last(module):
    assert len(SEEN) == 3
    assert module == [1]
"""


@pytest.mark.filterwarnings("error")
def test_twins(run, pytester):
    """
    Each twin has an instance and fixtures of its own, but shares those of the module.

    What it leaves open does not fail the next test, even if warnings are errors.
    """
    pytester.makeconftest(PLUGIN)
    # In a process of its own: the recorder of an inner run would keep the twins, and their open
    # sockets would later fail the test that runs when they are collected.
    result = run(CODE, "-s", "-W", "error", how=pytester.runpytest_subprocess)
    assert result.parseoutcomes() == {"passed": 2}
    result.stdout.fnmatch_lines(["*'passed', 'passed', 'passed'*"])
