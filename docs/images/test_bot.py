"""Tests of a bot that can't handle bad days; the pictures show their report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from cerebras.cloud.sdk import APIStatusError, AuthenticationError, Cerebras, NotFoundError

_ATTEMPTS = 5


def create(client: Cerebras, question: str, **options: Any) -> Any:
    """Ask the model."""
    options |= {"messages": [{"role": "user", "content": question}]}
    return client.chat.completions.create(model="gpt-oss-120b", **options)


@pytest.fixture
def answer(cerebras_client: Cerebras) -> Callable[[str], str]:
    """Return the bot, which tries five times, 1.5 s apart, whatever the API answers."""
    client = cerebras_client.with_options(max_retries=0)

    def ask(question: str) -> str:
        for _ in range(_ATTEMPTS - 1):
            try:
                return str(create(client, question).choices[0].message.content)
            except APIStatusError:
                time.sleep(1.5)  # noqa: TID251 (an app may sleep)
        return str(create(client, question).choices[0].message.content)

    return ask


@pytest.mark.cerebras_chaos("wrong-key", expect="raises", raises=AuthenticationError)
def test_answers(answer: Callable[[str], str]) -> None:
    """A question is answered unless the key is refused."""
    assert answer("Why is the sky blue?")


@pytest.mark.cerebras_chaos("wrong-key", expect="raises", raises=AuthenticationError)
def test_streams(cerebras_client: Cerebras) -> None:
    """A stream ends with a finish_reason."""
    stream = create(cerebras_client, "And at night?", stream=True)
    reasons = [chunk.choices[0].finish_reason for chunk in stream if chunk.choices]
    assert reasons[-1] == "stop", "the stream has no end"


@pytest.mark.xfail(raises=NotFoundError, reason="there is no other model yet", strict=False)
@pytest.mark.cerebras_chaos("unknown-model")
def test_falls_back(answer: Callable[[str], str]) -> None:
    """If its model is gone, the bot asks another one."""
    assert answer("How do you do?")
