"""
Repeats a test in the same pytest run, without a trace in the results of the test.

The matrix, the search and the mutation run a test many times. Each time they run a twin: a copy of
the test with its own instance, properties and fixtures.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Hashable, Sequence
from copy import copy

import pytest
from _pytest.runner import runtestprotocol

from pytest_cerebras.settings.names import MARKER


def twin_of(item: pytest.Item) -> pytest.Item:
    """Return a copy of a test; running the copy leaves no trace in the original."""
    twin = copy(item)
    twin.user_properties = []
    twin._report_sections = []  # noqa: SLF001 (as in a new item of pytest)
    twin.stash = pytest.Stash()
    for name in ("_obj", "_instance"):  # so the copy gets its own instance of the class
        vars(twin).pop(name, None)
    vars(twin)["_request"] = False  # so pytest makes a new one
    return twin


def run_again(twin: pytest.Item, item: pytest.Item) -> Sequence[pytest.TestReport]:
    """
    Run a twin, and return the reports on its set-up, call and teardown. pytest doesn't log them.

    Fixtures of a wider scope than a function are kept for ``item``, the test that runs next.
    Warnings are dropped, because the test's own run shows them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return runtestprotocol(twin, log=False, nextitem=item)


def forget() -> None:
    """
    Free what the twins left behind, such as open connections.

    Otherwise warnings about these objects would be attributed to the next test.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


def test_of(item: pytest.Item) -> Hashable:
    """Return a key that is the same for all cells of a test."""
    callspec = getattr(item, "callspec", None)
    params = callspec.params.items() if callspec else ()
    others = frozenset((name, id(value)) for name, value in params if name != MARKER)
    parent = item.parent.nodeid if item.parent else ""
    return parent, getattr(item, "originalname", None) or item.name, others
