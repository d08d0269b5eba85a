"""The budget of the search for each test: a time, or a number of stories."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pytest

from mockserver.core.units import counted
from mockserver.core.units import seconds as seconds_of

REPLAY = "replay"
_STORIES = re.compile(r"[0-9]{1,7}")
_MOST_SECONDS = 86_400.0
_LONG = 100  # above this many seconds, minutes are shown; above this many minutes, hours


@dataclass(frozen=True, slots=True)
class Budget:
    """
    The budget for the search of one test.

    Either ``seconds`` or ``stories`` is given. If neither is given, only the stories of
    earlier searches are played.
    """

    seconds: float | None = None
    stories: int | None = None

    @property
    def only_found(self) -> bool:
        """Whether only the stories of earlier searches are played."""
        return self.seconds is None and self.stories is None

    def in_all(self, tests: int, workers: int = 1) -> str:
        """
        Return a line on the budget of all ``tests`` together; empty if there is no limit.

        >>> Budget(seconds=60.0).in_all(12, 2)
        'search: 12 tests, at most 60 s each: at most 12 min in all, 6 min by 2 workers'
        >>> Budget(stories=500).in_all(1)
        'search: 1 test, at most 500 runs each: at most 500 runs in all'
        """
        if self.only_found or not tests:
            return ""
        if self.seconds is None:
            runs = self.stories or 0
            return f"{_asked(tests)} {runs} runs each: at most {tests * runs} runs in all"
        whole = self.seconds * tests
        told = f"{_asked(tests)} {_time(self.seconds)} each: at most {_time(whole)} in all"
        most = max(self.seconds, whole / workers)
        return f"{told}, {_time(most)} by {workers} workers" if workers > 1 else told

    def is_spent(self, stories: int, seconds: float) -> bool:
        """Return whether these numbers of stories and seconds use up the budget."""
        if self.seconds is not None:
            return seconds >= self.seconds
        return stories >= (self.stories or 0)


def _asked(tests: int) -> str:
    return f"search: {counted(tests, 'test')}, at most"


def _time(seconds: float) -> str:
    """
    Return a time in seconds, minutes or hours.

    >>> [_time(one) for one in (0.5, 90, 150, 7000, 90_000)]
    ['0.5 s', '90 s', '3 min', '1.9 h', '25 h']
    """
    if seconds <= _LONG:
        return f"{seconds:.3g} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes <= _LONG else f"{seconds / 3600:.2g} h"


def budget_of(text: str) -> Budget:
    """
    Return the budget that the text of the option describes. Raises UsageError.

    >>> budget_of("90s"), budget_of("500")
    (Budget(seconds=90.0, stories=None), Budget(seconds=None, stories=500))
    """
    text = text.strip()
    if text == REPLAY:
        return Budget()
    if _STORIES.fullmatch(text) and int(text) > 0:
        return Budget(stories=int(text))
    try:
        seconds = seconds_of(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MOST_SECONDS:
        raise pytest.UsageError(
            "--cerebras-search should be a time such as 60s, a number of stories such as 500, or "
            f"{REPLAY}, found {text!r}"
        )
    return Budget(seconds=seconds)
