"""
Marks the beginning and end of subtests in the journal.

A request in one subtest is not a retry of a request in another, because the test, not the app,
repeats the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest import TestCase

import pytest

_MAKERS: tuple[tuple[type, str], ...] = ((pytest.Subtests, "test"), (TestCase, "subTest"))


@contextmanager
def watched(begin_part: Callable[[], None]) -> Iterator[None]:
    """Call ``begin_part`` at the beginning and at the end of each subtest."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in _MAKERS:
            patch.setattr(owner, name, _watched(getattr(owner, name), begin_part))
        yield


def _watched(make: Callable[..., Any], begin_part: Callable[[], None]) -> Callable[..., Any]:
    @wraps(make)
    def make_watched(*args: Any, **kwargs: Any) -> Any:
        return _Watched(make(*args, **kwargs), begin_part)

    return make_watched


class _Watched:
    """
    A subtest.

    This is a class, because a generator would add a frame to the traceback of each failure.
    """

    def __init__(self, subtest: Any, begin_part: Callable[[], None]) -> None:
        self._subtest = subtest
        self._begin_part = begin_part

    def __enter__(self) -> Any:
        """Begin a new part of the journal, and then enter the subtest."""
        self._begin_part()
        return self._subtest.__enter__()

    def __exit__(self, *error: object) -> Any:
        """Begin the next part of the journal, and then leave the subtest."""
        self._begin_part()
        return self._subtest.__exit__(*error)
