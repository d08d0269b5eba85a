"""Tests that have the mock without naming it."""

from __future__ import annotations

import pytest

from pytest_cerebras.chaos.taking_part import give_mock

CODE = """
import pytest

@pytest.fixture(scope="session")
def session(): ...

@pytest.fixture(scope="module")
def module(make_cerebras_mock): ...

@pytest.fixture
def own(): ...

def test_it({}): ...
"""


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("", set()),
        ("session, own", set()),
        ("module, own", {"make_cerebras_mock", "module"}),
        ("session, module, own", {"make_cerebras_mock", "module", "session"}),
    ],
)
def test_order(pytester, monkeypatch, asked, before):
    """The mock begins before all fixtures, but behind those of a wider scope than make one."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:asyncio -p no:faker")
    item = pytester.getitem(CODE.format(asked), "test_it")
    names = list(item.fixturenames)
    given = list(names)
    give_mock(item, given)
    place = given.index("cerebras_mock")
    assert given[:place] + given[place + 1 :] == names
    early = set(given[:place])
    assert before <= early
    assert "own" not in early
    assert bool(early) is bool(before)
    give_mock(item, given)
    assert given.count("cerebras_mock") == 1
