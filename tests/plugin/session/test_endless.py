"""How a test fails whose app sends requests endlessly."""

from __future__ import annotations

ENDLESS = """
import pytest

ASKED = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}

def ask(client):
    return client.chat.completions.create(**ASKED)

def test_told(cerebras_client):
    while True:
        ask(cerebras_client)

def test_hidden(cerebras_client):
    with pytest.raises(Exception):
        while True:
            ask(cerebras_client)

def test_enough(cerebras_mock, cerebras_client):
    for _ in range(5):
        ask(cerebras_client)
    cerebras_mock.reset()
    for _ in range(5):
        cerebras_client.chat.completions.create(**ASKED)

@pytest.mark.cerebras_mock(max_requests=20)
def test_more(cerebras_client):
    for _ in range(20):
        ask(cerebras_client)
"""


def test_sentence(run):
    """The test fails with the line, the count and what came last, even if the app hides it."""
    result = run(ENDLESS, "--cerebras-max-requests", "10")
    result.assert_outcomes(failed=2, passed=2)
    sentence = (
        "*the app sends requests endlessly; 11 requests came from test_sentence.py:6, but a test "
        "may send only 10 from one line; the last one that was not refused got 200, * tokens, "
        "stop. End the loop, or allow more with --cerebras-max-requests"
    )
    result.stdout.fnmatch_lines(["*_ test_told _*", sentence, "*_ test_hidden _*", sentence])


def test_default(run):
    """Without an option there may be 200 from one line."""
    result = run(ENDLESS)
    result.assert_outcomes(failed=2, passed=2)
    result.stdout.fnmatch_lines(["*201 requests came from test_default.py:6, * 200 from one line*"])


SURVIVES = """
import contextlib, threading

def test_it(cerebras_client):
    while True:
        with contextlib.suppress(Exception):
            cerebras_client.models.list()
"""


def test_who_goes_on(run, monkeypatch):
    """A test that catches all of it is interrupted, and says so once."""
    monkeypatch.setattr("pytest_cerebras.clock.interrupt._PATIENCE", 0.01)
    result = run(SURVIVES, "--cerebras-max-requests", "10", "-rf")
    result.assert_outcomes(failed=1)
    line = "E *EndlessRequestsError: the app sends requests endlessly; 21 requests*"
    result.stdout.fnmatch_lines([line])
