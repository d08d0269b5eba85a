"""A script that only says how long the answer is, and a request that forces a call."""

import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model.generate import GenerationRequest, generate
from mockserver.api.model.script import Script
from mockserver.core.seeding import HexStream, SeededText

MODEL = Model(context=8192, max_output=8192, speed=1000)
MESSAGES = [{"role": "user", "content": "How is the weather in Paris?"}]


def told(reply, **body):
    return generate(
        reply,
        GenerationRequest({"messages": MESSAGES, **body}, MODEL, 9999),
        SeededText(1),
        HexStream("2"),
    )


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "say"}}])
def test_tokens_of_a_forced_call(choice):
    """A script that only says how long the answer is does not keep a forced tool from its call."""
    function = {
        "name": "say",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    }
    body = {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    said = told(Script(tokens=400), **body)
    (call,) = said.calls
    assert (said.finish_reason, said.content, call.name) == ("tool_calls", None, "say")
    assert 400 <= call.tokens <= 420
    assert json.loads(call.arguments).keys() == {"text"}


@pytest.mark.parametrize("choice", ["auto", "none", None])
def test_tokens_of_no_call(choice):
    """Where no call is forced, there are so many tokens of prose."""
    function = {"name": "say", "parameters": {"type": "object"}}
    body = {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    said = told(Script(tokens=40), **body)
    assert (len(said.pieces), said.calls) == (40, ())


def test_scripted_beside_a_forced_call():
    """What a script says in full is said, whatever is forced."""
    function = {"name": "say", "parameters": {"type": "object"}}
    body = {"tools": [{"type": "function", "function": function}], "tool_choice": "required"}
    assert told(Script(text="No."), **body).calls == ()
