"""What is known of a set-up: from a request, or from what the user wrote."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup
from mockserver.verdicts.mistakes.setup import setup_of

GUIDE = editions.load("guide")


def test_of_a_request(engine, ask, now):
    """A request shows its method, path, headers, redacted key, model and body."""
    running = engine()
    exchange = running.handle(ask("completions", model="nobody"), now=now)
    found = setup_of(exchange, running.edition)
    assert (found.method, found.path, found.model) == ("POST", "/v1/completions", "nobody")
    assert found.authorization == "Bearer csk-..."
    assert found.body["prompt"] == "Once upon a time"
    assert found.base_url == ""


def test_no_key_of_a_request(engine, ask, now):
    """A request without a key is known to have none, unlike a line of code."""
    running = engine()
    exchange = running.handle(ask(headers={}), now=now)
    assert setup_of(exchange, running.edition).authorization == ""
    assert Setup(GUIDE).authorization is None


@pytest.mark.parametrize(
    ("client", "base_url", "asked"),
    [
        ("cerebras", "https://api.cerebras.ai", "/v1/chat/completions"),
        ("openai", "https://api.cerebras.ai/v1/", "/v1/chat/completions"),
        ("openai", " https://api.cerebras.ai/v1\n", "/v1/chat/completions"),
        ("", "https://api.cerebras.ai/v1", "/v1"),
        ("openai", "https://[nowhere", "/chat/completions"),
    ],
)
def test_asked(client, base_url, asked):
    """A base URL leads to the path that its kind of client makes of it."""
    assert Setup(GUIDE, client=client, base_url=base_url).asked == asked


def test_no_url():
    """What is no URL has no host."""
    assert Setup(GUIDE, base_url="https://[nowhere").url.hostname is None
