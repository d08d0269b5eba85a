"""What of a text is about the moment."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from mockserver.verdicts.normalize import asked_without, lasting, normalized

THEN = datetime(2026, 11, 21, 10, 20, 30, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [
        str(uuid.UUID(int=7)),
        uuid.UUID(int=2**127 + 1).hex,
        str(THEN.timestamp()),
        str(int(THEN.timestamp() * 1e9)),
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


@pytest.fixture
def exchange(stage):
    """Return a function that asks something, and returns the exchange."""
    return lambda **body: stage().send(0, **body)


def system(text):
    return [{"role": "system", "content": text}, {"role": "user", "content": "8:30?"}]


def test_normalized(exchange):
    """What changes no answer, and times in the system prompt, are left out of it."""
    like = normalized(exchange(messages=system("It is 8:30."), user="a", seed=1))
    assert normalized(exchange(messages=system("It is 9:30."), user="b")) == like
    assert normalized(exchange(messages=system("It is late."))) != like
    assert normalized(exchange(messages=system("It is 8:30."), temperature=1)) != like
    assert normalized(exchange(messages=[7], user="b")) is not None
    assert normalized(exchange(raw=b"7")) is None


def test_asked_without(exchange):
    """A body without some of its fields; as it was sent when it is no object."""
    asked = exchange(user="a", messages=[])
    assert asked_without(asked, ("user", "messages")) == '{"model": "llama3.1-8b"}'
    deep = b'{"a":' * 400 + b"7" + b"}" * 400
    assert asked_without(exchange(raw=deep), ()) in (deep, deep.decode().replace(":", ": "))
