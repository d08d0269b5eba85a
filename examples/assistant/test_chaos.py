"""
What the assistant guarantees under every fault: run with ``--cerebras-chaos all``.

Without that option, the API is healthy in each test.
"""
# mypy: allow-untyped-defs, allow-untyped-calls

import contextlib

import pytest
from assistant import INCOMPLETE, Assistant
from problems import AssistantError


@pytest.fixture
def assistant(cerebras_client):
    """Return an assistant that gives up on a silent server after a quarter of a minute."""
    client = cerebras_client.with_options(timeout=15)
    return Assistant(client, models=["gpt-oss-120b", "qwen-3.8-27b"])


def test_answers_or_says_why_not(assistant):
    """A question gets an answer, or an error with a sentence for the user, never a traceback."""
    try:
        reply = assistant.ask("How do you do?")
    except AssistantError as error:
        assert str(error)
    else:
        assert reply.text or not reply.complete


def test_marks_every_stream_that_is_not_whole(assistant):
    """The end of a stream shows whether the answer is complete."""
    try:
        said = list(assistant.stream("How do you do?"))
    except AssistantError as error:
        assert str(error)
    else:
        assert "".join(said)
        assert (said[-1] == INCOMPLETE) is not bool(assistant.turns)


def test_remembers_whole_answers_only(assistant):
    """Only complete answers are sent back in later requests."""
    for question in ("One?", "Two?"):
        try:
            reply = assistant.ask(question)
        except AssistantError:
            continue
        remembered = [turn.answer for turn in assistant.turns]
        assert (reply.text in remembered) is reply.complete


def test_does_not_hammer_the_api(assistant, cerebras_mock):
    """The number of requests for one question is bounded."""
    with contextlib.suppress(AssistantError):
        assistant.ask("How do you do?")
    assert len(cerebras_mock.requests) <= 20
