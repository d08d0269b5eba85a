"""Imports without the garbage collector."""

from __future__ import annotations

import gc

import pytest

from pytest_cerebras.settings.imports import uncollected


@pytest.fixture(autouse=True)
def collector():
    """Leave the collector as it was."""
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_as_before(on):
    """The collector is off in the block, and afterwards as it was before, also after an error."""
    (gc.enable if on else gc.disable)()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is on
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled() is on
