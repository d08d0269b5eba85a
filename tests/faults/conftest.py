"""What the tests of faults share: small answers in both forms."""

from __future__ import annotations

import json
from random import Random

import pytest

from mockserver.faults import Context
from mockserver.plan import Data, End, Head, expand

CALL = {"function": {"name": "a", "arguments": '{"b":{"c":1}}'}, "type": "function", "id": "1"}
IDENTITY = {"id": "chatcmpl-1", "created": 5, "model": "m", "object": "chat.completion"}


@pytest.fixture(scope="session")
def document():
    """Return a builder of plans of one JSON document."""

    def build(body, tokens=2, *, length=True):
        data = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        framing = (("content-length", str(len(data))),) if length else ()
        fields = (("content-type", "application/json"), *framing)
        return (Head(200, fields), Data(data, tokens), End())

    return build


@pytest.fixture(scope="session")
def stream():
    """Return a builder of plans of events, each with a token, and ``[DONE]``."""

    def build(*bodies):
        texts = [json.dumps(body, separators=(",", ":"), ensure_ascii=False) for body in bodies]
        events = [Data(f"data: {text}\n\n".encode(), 1) for text in texts]
        head = Head(200, (("content-type", "text/event-stream; charset=utf-8"),))
        return (head, *events, Data(b"data: [DONE]\n\n"), End())

    return build


@pytest.fixture(scope="session")
def chat(document):
    """Return a chat completion with a content and a call, as one document."""
    message = {"content": "Hi, you", "role": "assistant", "tool_calls": [CALL]}
    choice = {"finish_reason": "tool_calls", "index": 0, "message": message}
    return document(IDENTITY | {"choices": [choice], "usage": {"total_tokens": 9}})


@pytest.fixture(scope="session")
def chunks(stream):
    """Return the same as a stream: role, content, the call in three pieces, finish."""

    def chunk(delta, **keys):
        choice = {"delta": delta, "index": 0, **keys.pop("choice", {})}
        return IDENTITY | {"object": "chat.completion.chunk", "choices": [choice]} | keys

    def piece(arguments, **keys):
        function = {"arguments": arguments, **keys.pop("function", {})}
        return chunk(
            {"tool_calls": [{"function": function, "type": "function", **keys, "index": 0}]}
        )

    return stream(
        chunk({"role": "assistant"}),
        chunk({"content": "Hi, "}),
        chunk({"content": "you"}),
        piece("", function={"name": "a"}, id="1"),
        piece('{"b":'),
        piece('{"c":1}'),
        piece("}"),
        chunk({}, choice={"finish_reason": "tool_calls"}, usage={"total_tokens": 9}),
    )


@pytest.fixture(scope="session")
def apply():
    """Return a function that applies a fault to single events, as the engine does."""

    def on(fault, plan, **context):
        return fault.apply(expand(plan), Context(Random(1), **context))

    return on
