"""Fields that this API does not know."""

from __future__ import annotations

import pytest

from mockserver.verdicts.mistakes import mistakes_in, unknown_fields

HI = {"role": "user", "content": "hi"}


@pytest.mark.parametrize("edition", ["2026-11", "2025-10"])
@pytest.mark.parametrize(
    ("body", "name", "what", "fix"),
    [
        (
            {"input": "a", "max_output_tokens": 5},
            "responses-body",
            "the body has input, max_output_tokens: these belong to OpenAI's Responses API",
            "messages=[...]",
        ),
        ({"prompt": "a"}, "prompt-in-chat", "has prompt:", "[{'role': 'user', 'content': ...}]"),
        ({"contents": []}, "gemini-body", "has contents:", "send messages=["),
        ({"inputs": "a"}, "hugging-face-body", "has inputs:", "send messages=["),
        ({"system": "a"}, "anthropic-body", "has system:", "the first of messages"),
        ({"extra_body": {}}, "argument-in-body", "has extra_body:", "at the top level of the body"),
        ({"functions": []}, "functions", "has functions:", "send tools=[{'type'"),
        (
            {"maxTokens": 5, "topP": 1},
            "camel-case-field",
            "has maxTokens, topP,",
            "write max_tokens, top_p",
        ),
        ({"thinking": {}}, "thinking-field", "has thinking:", "reasoning_effort"),
        ({"top_k": 5}, "sampling-field", "has top_k:", "leave it out"),
        ({"num_ctx": 5}, "local-field", "has num_ctx:", "max_completion_tokens"),
        ({"provider": {}}, "router-field", "has provider:", "leave it out"),
        ({"store": True}, "openai-field", "has store:", "leave it out"),
        ({"max_token": 1}, "misspelt-field", "the field is called max_tokens", "write max_tokens"),
        ({"colour": 1, "size": 2}, "unknown-field", "the body has colour, size,", "leave it"),
        (
            {"messages": [HI, {"role": "assistant", "content": "a", "refusal": None}]},
            "field-in-message",
            "messages[1].refusal",
            "remove these fields",
        ),
        ({"stream_options": {"a": 1}}, "field-within", "has stream_options.a,", "leave it out"),
    ],
)
def test_mistakes(told, body, edition, name, what, fix):
    """It is said whose field it is, and what takes its place."""
    found = told(body, edition)
    assert found.name == name
    assert what in found.what
    assert fix in found.fix


def test_messages_in_completions(told):
    """The older endpoint takes a prompt."""
    found = told({"messages": [HI]}, endpoint="completions")
    assert found.name == "messages-in-completions"
    assert found.fix == "post the body to /v1/chat/completions"


def test_many_fields(setup_by):
    """Of very many fields the first few are named, each shortened."""
    body = {f"{'x' * 200}{at}": at for at in range(200)}
    found = next(mistakes_in(setup_by(body)))
    assert found.name == "unknown-field"
    assert "and 195 more" in found.what
    assert len(found.what) < 500


def test_key_as_a_name(setup_by):
    """A key in the place of a name is not told, even where a long name is cut."""
    key = "csk-" + "4f1d" * 12
    for name in (key, f"{'x' * 45}.{key}"):
        for found in mistakes_in(setup_by({name: 1, "stream_options": {name: 1}})):
            assert "4f1d" not in found.what


def test_very_long_and_very_many(setup_by, monkeypatch):
    """Neither a long name nor many of them are all compared with the fields of the API."""
    compared = []

    def record(name, *_, **__):
        compared.append(name)
        return []

    monkeypatch.setattr(unknown_fields, "get_close_matches", record)
    many = {f"field_{number}": 1 for number in range(500)}
    list(mistakes_in(setup_by({"x" * 100_000: 1, **many})))
    assert 0 < len(set(compared)) <= 100
    assert max(map(len, compared)) < 100
