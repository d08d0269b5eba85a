"""Functions under their other names."""

from __future__ import annotations

import sys
import time
from types import ModuleType

import pytest

from pytest_cerebras.clock import real
from pytest_cerebras.clock.aliases import Aliases


def ours():
    """Stand in for a function."""


def theirs():
    """Stand in for its replacement."""


@pytest.fixture
def module(monkeypatch):
    """Return a builder of modules that hold a function."""

    def build(name, function):
        made = ModuleType(name)
        made.alias = function
        monkeypatch.setitem(sys.modules, name, made)
        return made

    return build


def test_replaced(module):
    """All that hold it hold the replacement meanwhile, also those that were imported later."""
    early = module("early_bird", ours)
    aliases = Aliases((ours,))
    for name in ("late_bird", "later_bird"):
        with aliases.replaced({ours: theirs}):
            assert early.alias is theirs
            late = module(name, theirs)
        assert early.alias is late.alias is ours


def test_infrastructure(module):
    """The modules that run the tests stay in real time."""
    runner = module("_pytest.early", ours)
    originals = [ours]
    with Aliases((ours,)).replaced({ours: theirs}):
        assert [runner.alias] == originals != [ours]


def test_originals():
    """The originals are kept, whatever is done to the module time."""
    assert real.sleep is time.sleep
    assert real.now() == pytest.approx(time.time(), abs=1)
