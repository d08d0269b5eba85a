"""The budget of the search for each test: a time, or a number of stories."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from mockserver.core.units import seconds as seconds_of

REPLAY = "replay"
_STORIES = re.compile(r"[0-9]{1,7}")
_MOST_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Budget:
    """
    The budget for the search of one test.

    Either ``seconds`` or ``stories`` is given. If neither is given, only stories found before are
    played.
    """

    seconds: float | None = None
    stories: int | None = None

    @property
    def only_found(self) -> bool:
        """Whether only stories found before are played."""
        return self.seconds is None and self.stories is None

    def is_spent(self, stories: int, seconds: float) -> bool:
        """Return whether these numbers of stories and seconds use up the budget."""
        if self.seconds is not None:
            return seconds >= self.seconds
        return stories >= (self.stories or 0)


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
