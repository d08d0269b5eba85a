import json
from random import Random

import pytest

from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.faults import Context
from mockserver.plan import expand, head_of
from mockserver.scenario import Scenario, parse
from pytest_cerebras.mutation import changes

CONTEXT = Context(Random(0))
TOOL = {"type": "function", "function": {"name": "weather"}}
CALL = parse(
    "{name: c, rules: [{reply: {tool_calls: [{name: weather, arguments: {city: Bern}}]}}]}",
    source="c",
)
HEALTHY = Scenario("healthy")


def answer(scenario=HEALTHY, path="/v1/chat/completions", **body):
    """Return what the mock answers to a request, each event as a step."""
    engine = Engine(scenario, now=0.0)
    headers = {"authorization": f"Bearer {engine.edition.keys.sample('mock-0000000000000000')}"}
    if path.endswith("completions"):
        body = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "Why?"}], **body}
        headers["content-type"] = "application/json"
        request = Request("POST", path, headers, json.dumps(body).encode())
    else:
        request = Request("GET", path, headers, b"")
    return expand(engine.handle(request, now=0.0).plan)


def body_of(plan):
    return json.loads(b"".join(getattr(step, "data", b"") for step in plan))


def said(plan):
    """Return the pieces of text of a stream."""
    events = [step.data for step in plan if b'"content":"' in getattr(step, "data", b"")]
    bodies = [json.loads(event.removeprefix(b"data: ")) for event in events]
    return [body["choices"][0]["delta"]["content"] for body in bodies]


def test_error():
    assert head_of(changes.error(answer(), CONTEXT)).status == 400


def test_empty_answer():
    choice = body_of(changes.empty(answer(), CONTEXT))["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("", "stop")


def test_empty_answer_calls_no_tool():
    message = body_of(changes.empty(answer(CALL, tools=[TOOL]), CONTEXT))["choices"][0]["message"]
    assert "tool_calls" not in message


def test_empty_stream():
    assert said(changes.empty(answer(stream=True), CONTEXT)) == []


def test_empty_list():
    plan = answer(path="/v1/models")
    assert body_of(plan)["data"]
    assert body_of(changes.empty(plan, CONTEXT))["data"] == []


@pytest.mark.parametrize("effort", ["low", "high"])
def test_half(effort):
    """Half of what is seen; the reasoning before it stays."""
    whole = answer(reasoning_effort=effort)
    choice = body_of(changes.half(whole, CONTEXT))["choices"][0]
    assert choice["finish_reason"] == "length"
    text = body_of(whole)["choices"][0]["message"]["content"]
    left = choice["message"]["content"]
    assert text.startswith(left)
    assert 0.3 < len(left) / len(text) < 0.7


@pytest.mark.parametrize("stream", [False, True])
def test_another_text(stream):
    """A stream has as many pieces as before."""
    plan = answer(stream=stream)
    changed = changes.another_text(plan, CONTEXT)
    assert len(changed) == len(plan)
    if stream:
        assert "".join(said(changed)).startswith("Something else")
    else:
        text = body_of(changed)["choices"][0]["message"]["content"]
        assert text.startswith("Something else")


def test_reordered():
    plan = answer(stream=True)
    assert said(changes.reordered(plan, CONTEXT)) == said(plan)[::-1]


def test_doubled():
    plan = answer(stream=True)
    twice = [text for text in said(plan) for _ in range(2)]
    assert said(changes.doubled(plan, CONTEXT)) == twice


def test_another_tool():
    changed = changes.another_tool(answer(CALL, tools=[TOOL]), CONTEXT)
    (call,) = body_of(changed)["choices"][0]["message"]["tool_calls"]
    assert call["function"] == {"name": "another_tool", "arguments": '{"city":"Bern"}'}


@pytest.mark.parametrize("stream", [False, True])
def test_another_tool_of_the_request(stream):
    """The app must look which one it is: it knows both."""
    tools = [TOOL, {"type": "function", "function": {"name": "clock"}}]
    context = Context(Random(0), tools=("weather", "clock"))
    changed = changes.another_tool(answer(CALL, tools=tools, stream=stream), context)
    sent = b"".join(getattr(step, "data", b"") for step in changed)
    assert sent.count(b'"name":"clock"') == 1
    assert b'"name":"weather"' not in sent


def test_other_arguments():
    changed = changes.other_arguments(answer(CALL, tools=[TOOL]), CONTEXT)
    (call,) = body_of(changed)["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] == "weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Something"}


def test_other_facts():
    plan = answer()
    changed = changes.other_facts(plan, CONTEXT)
    before, after = body_of(plan), body_of(changed)
    assert after["choices"] == before["choices"]
    assert after["model"] == "another"
    assert before["usage"]["total_tokens"] > after["usage"]["total_tokens"] == 0
    assert any(name.startswith("x-ratelimit-") for name, _ in head_of(plan).headers)
    assert not any(name.startswith("x-ratelimit-") for name, _ in head_of(changed).headers)


@pytest.mark.parametrize("change", ["reordered", "doubled", "another_tool", "other_arguments"])
def test_nothing_to_change(change):
    """A document without tools has no pieces, and no calls."""
    plan = answer()
    assert getattr(changes, change)(plan, CONTEXT) is plan


def test_length_of_the_body_is_right():
    """A changed document says how long it is."""
    for change in (changes.empty, changes.half, changes.another_text, changes.other_facts):
        changed = change(answer(), CONTEXT)
        length = sum(len(getattr(step, "data", b"")) for step in changed)
        assert head_of(changed).header("content-length") in (None, str(length))
