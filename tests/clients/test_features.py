"""Every feature of the chat and text completions passes the strict validation of the SDKs."""

from __future__ import annotations

import json

import jsonschema
import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.scenario import Rule, Scenario

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "mail": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "kind": {"enum": ["cat", "dog"]},
    },
    "required": ["name", "age", "mail", "kind"],
    "additionalProperties": False,
}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": PERSON}}
    for name in ("get_weather", "add_person", "get_time")
]
FORCED = {"type": "function", "function": {"name": "add_person"}}
JSON = {"type": "json_schema", "json_schema": {"name": "p", "strict": True, "schema": PERSON}}

# what is asked for: on top of a plain request, or of one that the SDKs have no words for
CHATS = {
    "thoughts": {},
    "long thoughts": {"reasoning_effort": "high"},
    "no thoughts": {"extra_body": {"disable_reasoning": True}},
    "raw": {"extra_body": {"reasoning_format": "raw"}},
    "hidden": {"extra_body": {"reasoning_format": "hidden"}},
    "only thoughts": {"max_completion_tokens": 3},
    "tool": {"tools": TOOLS, "parallel_tool_calls": False},
    "tools": {"tools": TOOLS},
    "forced": {"tools": TOOLS, "tool_choice": FORCED},
    "required": {"tools": TOOLS, "tool_choice": "required"},
    "no tool": {"tools": TOOLS, "tool_choice": "none"},
    "half a tool": {"tools": TOOLS, "extra_body": {"disable_reasoning": True}, "max_tokens": 4},
    "json": {"response_format": {"type": "json_object"}},
    "json schema": {"response_format": JSON},
    "stop": {"stop": [",", "."]},
    "odds": {"logprobs": True, "top_logprobs": 3},
    "prediction": {"prediction": {"type": "content", "content": "It will rain"}},
}
# the API refuses to stream a json_object
FORMS = [
    (name, stream) for name in CHATS for stream in (False, True) if (name, stream) != ("json", True)
]
TEXTS = {
    "prompts": {"prompt": ["Once", "Twice"]},
    "tokens": {"prompt": [1, 2, 3]},
    "echo": {"prompt": "Once", "echo": True},
    "odds": {"prompt": "Once", "logprobs": 2},
    "long": {"prompt": "Once", "extra_body": {"min_tokens": 300}},
}
MODELS = ("gpt-oss-120b", "qwen-3.8-27b")
MESSAGES = [{"role": "user", "content": "What weather is it, and what time?"}]
EXPECTED_CALLS = {
    "tool": ["get_weather"],
    "tools": ["get_weather", "get_time"],
    "forced": ["add_person"],
    "required": ["get_weather", "get_time"],
}


class Joined:
    """A choice as an application puts it together, from one answer or from many chunks."""

    def __init__(self, answers):
        self.content = self.reasoning = ""
        self.calls = {}
        self.odds = []
        for answer in answers:
            choice = answer.choices[0]
            self.add(getattr(choice, "delta", None) or choice.message)
            if getattr(choice, "logprobs", None):
                self.odds += choice.logprobs.content
        self.finish_reason = answers[-1].choices[0].finish_reason
        self.usage = answers[-1].usage

    def add(self, part):
        """Add what one answer holds."""
        self.content += part.content or ""
        self.reasoning += getattr(part, "reasoning", None) or ""
        for at, call in enumerate(part.tool_calls or ()):
            index = getattr(call, "index", None)
            whole = self.calls.setdefault(at if index is None else index, ["", ""])
            whole[0] += call.function.name or ""
            whole[1] += call.function.arguments

    @property
    def names(self):
        """The tools that are called."""
        return [name for name, _ in self.calls.values()]


def check(name, said):
    """Check what each feature promises, whichever SDK has read it."""
    assert said.usage.completion_tokens >= said.usage.completion_tokens_details.reasoning_tokens
    short = name in ("only thoughts", "half a tool")
    assert said.finish_reason == (
        "length" if short else "tool_calls" if name in EXPECTED_CALLS else "stop"
    )
    for _, arguments in said.calls.values() if not short else ():
        jsonschema.validate(json.loads(arguments), PERSON)
    if name in EXPECTED_CALLS:
        assert (said.names, said.content) == (EXPECTED_CALLS[name], "")
    if name == "json schema":
        jsonschema.validate(json.loads(said.content), PERSON)
    if name == "json":
        assert isinstance(json.loads(said.content), dict)
    if name == "stop":
        assert not {",", "."} & set(said.content)
    if name == "odds":
        assert "".join(one.token for one in said.odds) == said.content
        assert {len(one.top_logprobs) for one in said.odds} == {3}
    thoughtless = ("no thoughts", "raw", "hidden", "half a tool")
    assert bool(said.reasoning) is (name not in thoughtless)
    assert said.content.startswith("<think>") is (name == "raw")


def ask(client, name, model, *, stream):
    request = {"model": model, "messages": MESSAGES, "stream": stream, **CHATS[name]}
    answer = client.chat.completions.create(**request)
    return Joined(list(answer) if stream else [answer])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("name", "stream"), FORMS)
def test_cerebras_chat(connect, cerebras_mock, name, model, stream):
    """The Cerebras SDK finds nothing to complain about, and the feature does what it should."""
    with connect(_strict_response_validation=True) as client:
        check(name, ask(client, name, model, stream=stream))
    cerebras_mock.assert_no_errors()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("name", "stream"), FORMS)
def test_openai_chat(openai, cerebras_mock, name, model, stream):
    """Neither does OpenAI's SDK."""
    with openai(_strict_response_validation=True) as client:
        check(name, ask(client, name, model, stream=stream))
    cerebras_mock.assert_no_errors()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", TEXTS)
def test_cerebras_text(connect, cerebras_mock, name, stream):
    """Text completions have a choice for each prompt, and repeat it if they should."""
    with connect(_strict_response_validation=True) as client:
        answer = client.completions.create(model="llama3.1-8b", stream=stream, **TEXTS[name])
        answers = list(answer) if stream else [answer]
    texts = {}
    for choice in (choice for one in answers for choice in one.choices):
        texts[choice.index] = texts.get(choice.index, "") + choice.text
    assert len(texts) == (2 if name == "prompts" else 1)
    assert texts[0].startswith("Once") is (name == "echo")
    cerebras_mock.assert_no_errors()


@pytest.mark.parametrize("name", TEXTS)
def test_openai_text(openai, cerebras_mock, name):
    """OpenAI's SDK finds nothing to complain about in them."""
    with openai(_strict_response_validation=True) as client:
        answer = client.completions.create(model="llama3.1-8b", **TEXTS[name])
    assert bool(answer.choices[0].logprobs) is (name == "odds")
    cerebras_mock.assert_no_errors()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("sdk", ["connect", "openai"])
def test_choices(request, cerebras_mock, several, sdk, stream):
    """Where an edition takes ``n``, each choice comes to its own end, in either SDK."""
    cerebras_mock.play(Scenario("several", edition=several))
    body = {"model": "gpt-oss-120b", "messages": MESSAGES, "n": 3, "stream": stream}
    with request.getfixturevalue(sdk)(_strict_response_validation=True) as client:
        answer = client.chat.completions.create(**body)
        answers = list(answer) if stream else [answer]
    choices = [choice for one in answers for choice in one.choices]
    finishes = [(one.index, one.finish_reason) for one in choices if one.finish_reason]
    assert finishes == [(0, "stop"), (1, "stop"), (2, "stop")]
    texts = ["", "", ""]
    for one in choices:
        texts[one.index] += getattr(one, "delta" if stream else "message").content or ""
    assert len(set(texts)) == 3
    assert answers[-1].usage.completion_tokens == cerebras_mock.requests[-1].completion_tokens


@pytest.mark.parametrize("stream", [False, True])
def test_script(connect, cerebras_mock, stream):
    """A scripted call arrives as it was written, after the scripted thoughts."""
    calls = (ScriptedCall("get_time", {"zone": "CET"}), ScriptedCall("get_time", "{broken"))
    reply = Script(reasoning="Let me see.", tool_calls=calls)
    cerebras_mock.play(Scenario("calls", rules=(Rule(reply=reply),)))
    with connect(_strict_response_validation=True) as client:
        said = ask(client, "thoughts", "gpt-oss-120b", stream=stream)
    assert said.reasoning == "Let me see."
    assert list(said.calls.values()) == [["get_time", '{"zone":"CET"}'], ["get_time", "{broken"]]


def test_loop_of_an_agent(connect, cerebras_mock):
    """The result of a tool is answered in prose, so that an agent comes to its end."""
    messages = list(MESSAGES)
    with connect(_strict_response_validation=True) as client:
        for _ in range(3):
            answer = client.chat.completions.create(
                model="gpt-oss-120b", messages=messages, tools=TOOLS
            )
            message = answer.choices[0].message
            if not message.tool_calls:
                break
            messages.append(message.model_dump(exclude_none=True))
            messages += [
                {"role": "tool", "tool_call_id": call.id, "content": "fine"}
                for call in message.tool_calls
            ]
    assert message.content
    cerebras_mock.assert_requests(2)
