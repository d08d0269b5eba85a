"""
Tells the journal where a subtest begins and ends.

A request of one subtest is no retry of another one's: the test asks again, not the app.
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
            patch.setattr(owner, name, _telling(getattr(owner, name), begin_part))
        yield


def _telling(make: Callable[..., Any], begin_part: Callable[[], None]) -> Callable[..., Any]:
    @wraps(make)
    def telling(*args: Any, **kwargs: Any) -> Any:
        return _Telling(make(*args, **kwargs), begin_part)

    return telling


class _Telling:
    """A subtest; a class, so that a failure shows no frame of a generator."""

    def __init__(self, subtest: Any, begin_part: Callable[[], None]) -> None:
        self._subtest = subtest
        self._begin_part = begin_part

    def __enter__(self) -> Any:
        """Begin the subtest, and with it a part."""
        self._begin_part()
        return self._subtest.__enter__()

    def __exit__(self, *error: object) -> Any:
        """End both."""
        self._begin_part()
        return self._subtest.__exit__(*error)
