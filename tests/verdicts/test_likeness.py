"""What of a text is about the moment."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime

import pytest

from mockserver.verdicts.likeness import lasting

THEN = datetime(2026, 11, 21, 10, 20, 30, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [
        str(uuid.UUID(int=7)),
        uuid.UUID(int=2**127 + 1).hex,
        str(time.time()),
        str(time.time_ns()),
        THEN.isoformat(),
        str(THEN),
        THEN.date().isoformat(),
        THEN.time().isoformat(),
        "9:30",
    ],
)
def test_moment(moment):
    """Ids and times, however they are written, are not what a text is about."""
    assert lasting(f"It is {moment}, so?") == "It is *, so?"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Question 7",
        "What was in 1989?",
        "Add 12345678.",
        "A facade, defaced.",
        "v1.2.3",
        "日本",
    ],
)
def test_lasting(text):
    """Words, years and small numbers are."""
    assert lasting(text) == text
