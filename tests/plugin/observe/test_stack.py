"""The frames of a stack, and those of a chain of coroutines."""

from __future__ import annotations

import sys
import types

from pytest_cerebras.observe import stack
from pytest_cerebras.observe.stack import inwards, outwards


def names(frames):
    return [frame.f_code.co_name for frame in frames]


def inner():
    return names(outwards(sys._getframe()))


def test_outwards():
    """The innermost frame comes first, then its callers."""
    assert inner()[:2] == ["inner", "test_outwards"]
    assert names(outwards(None)) == []


@types.coroutine
def pause():
    yield


async def leaf():
    await pause()


async def root():
    await leaf()


def test_inwards():
    """The outermost coroutine comes first, and generators count as coroutines."""
    coroutine = root()
    coroutine.send(None)
    assert names(inwards(coroutine)) == ["root", "leaf", "pause"]
    coroutine.close()
    assert names(inwards(coroutine)) == names(inwards(None)) == []


def test_bounds(monkeypatch):
    """A deep stack, or chain of coroutines, is not followed to its end."""
    monkeypatch.setattr(stack, "_DEEPEST", 1)
    assert inner() == ["inner"]
    coroutine = root()
    coroutine.send(None)
    assert names(inwards(coroutine)) == ["root"]
    coroutine.close()
