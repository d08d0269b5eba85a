"""
What the API refused or answered when: each row is a request, an edition, and what came of it.

The texts are those that users quoted with a date.
"""

from __future__ import annotations

import json

import pytest

from mockserver import Engine, Request, Rule, Scenario
from mockserver.faults import Error
from mockserver.plan import head_of
from mockserver.plan.inspection import sent_body

HI = {"role": "user", "content": "hi"}
STRICT = {"type": "object", "properties": {}, "additionalProperties": False}
LOOSE = {"type": "object", "properties": {}}
UNTYPED = STRICT | {"properties": {"a": {"items": {"type": "string"}, "minItems": 1}}}
OSS, QWEN, LLAMA = "gpt-oss-120b", "qwen-3-235b-a22b-instruct-2507", "llama3.1-8b"
GLM, GEMMA = "zai-glm-4.7", "gemma-4-31b"


BODY = json.dumps({"model": OSS, "messages": [HI]}).encode()


def tool(name="f", **keys):
    return {"type": "function", "function": {"name": name, **keys}}


def schema(value, **named):
    return {
        "type": "json_schema",
        "json_schema": {"name": "s", "strict": True, "schema": value, **named},
    }


NAMED = {"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": "f"}}}
BOTH = {"tools": [tool()], "response_format": schema(STRICT)}
SEQUENTIAL = {"tools": [tool()], "parallel_tool_calls": False}
CACHED = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
PARTS = {"messages": [{"role": "system", "content": [CACHED]}, HI]}
UNNAMED = {"response_format": {"type": "json_schema", "json_schema": {"schema": STRICT}}}
STOPS = {"stop": ["a", "b", "c", "d", "e"]}


def answer(edition, model, fragment):
    engine = Engine(Scenario("same", edition=edition), now=1.8e9)
    body = json.dumps({"model": model, "messages": [HI], **fragment}).encode()
    headers = {"authorization": "Bearer csk-dated"}
    request = Request("POST", "/v1/chat/completions", headers, body)
    exchange = engine.handle(request, now=1.8e9)
    sent = sent_body(exchange.plan)
    return exchange.status, sent.decode()


REFUSED = [
    (
        *("2025-10", OSS, NAMED, 400),
        (
            "Unsupported tool_choice: type='function' function=ChoiceObjectFunction(name='f'). "
            "Expected 'auto' or 'none'."
        ),
    ),
    (
        *("2025-11", OSS, SEQUENTIAL, 400),
        "parallel_tool_calls=False is not supported by this model.",
    ),
    (
        *("2025-10", QWEN, {"tools": [tool(strict=True)]}, 400),
        "Tools with strict=True are not supported by this model",
    ),
    (
        "2025-10",
        LLAMA,
        PARTS,
        422,
        "body.messages.0.system.content: Input should be a valid string",
    ),
    ("2026-04", OSS, STOPS, 422, "body.stop: Input should be a valid string"),
    (
        *("2026-04", OSS, {"tool_choice": "foo"}, 422),
        "body.tool_choice: Input should be 'none', 'auto' or 'required'",
    ),
    (
        *("2025-11", OSS, STOPS | {"maxTokens": 1, "temperature": 3}, 422),
        (
            "body.stop: Input should be a valid string\n"
            "body.temperature: Input should be less than or equal to 2\n"
            "body.maxTokens: property 'body.maxTokens' is unsupported"
        ),
    ),
    ("2025-10", LLAMA, UNNAMED, 422, "type: Input should be 'text'"),
    (
        *("2026-04", OSS, UNNAMED | {"store": True}, 422),
        "body.store: property 'body.store' is unsupported",
    ),
    (
        *("2026-05", OSS, UNNAMED, 400),
        "response_format.json_schema.json_schema.name: Field required",
    ),
    (
        *("2026-05", OSS, STOPS, 400),
        (
            "stop.str: Input should be a valid string\n"
            "stop.list[str]: List should have at most 4 items after validation, not 5"
        ),
    ),
    (
        *("2025-10", OSS, {"response_format": schema(UNTYPED)}, 422),
        "Unsupported JSON schema fields: {'items', 'minItems'}",
    ),
    (
        *("2026-04", OSS, {"response_format": schema(LOOSE)}, 422),
        "'additionalProperties' is required to be supplied and set to false.",
    ),
    (
        *("2026-05", OSS, {"tools": [tool(strict=True, parameters=LOOSE)]}, 400),
        "'additionalProperties' is required to be supplied and set to false.",
    ),
    ("2026-08", OSS, BOTH, 400, '"tools" is incompatible with "response_format"'),
    ("guide", OSS, BOTH, 400, '"tools" is incompatible with "response_format"'),
]
ANSWERED = [
    ("2025-10", LLAMA, NAMED),
    ("2026-04", OSS, NAMED),
    ("2026-05", OSS, NAMED | SEQUENTIAL),
    ("2025-10", OSS, {"tools": [tool(strict=True, parameters=LOOSE)]}),
    ("2025-11", QWEN, BOTH),
    ("2026-05", GLM, BOTH),
    ("2026-07", GEMMA, BOTH),
    ("2026-07", GLM, {"reasoning_effort": "none"}),
]


@pytest.mark.parametrize(("edition", "model", "fragment", "status", "message"), REFUSED)
def test_refused(edition, model, fragment, status, message):
    """What was refused then is refused in the edition of the time, in its words."""
    found, sent = answer(edition, model, fragment)
    assert (found, json.loads(sent)["message"]) == (status, message)


@pytest.mark.parametrize(("edition", "model", "fragment"), ANSWERED)
def test_answered(edition, model, fragment):
    """What was answered then is answered."""
    assert answer(edition, model, fragment)[0] == 200


TIMES = ["queue_time", "prompt_time", "completion_time", "total_time"]
CREATED = [
    ("2025-10", OSS, [*TIMES, "created"], int),
    ("2025-10", QWEN, [*TIMES, "created"], int),
    ("2025-11", OSS, [*TIMES, "created"], float),
    ("2025-11", QWEN, [*TIMES, "created"], int),
    ("2026-04", OSS, [*TIMES, "created"], float),
    ("2026-04", QWEN, [*TIMES, "created"], float),
    ("2026-05", OSS, ["created", *TIMES], float),
    ("2026-11", OSS, ["created", *TIMES], float),
]


@pytest.mark.parametrize(("edition", "model", "keys", "kind"), CREATED)
def test_created(edition, model, keys, kind):
    """The moment of the creation is whole or not, the first of the times or the last."""
    times = json.loads(answer(edition, model, {})[1])["time_info"]
    assert (list(times), type(times["created"])) == (keys, kind)


@pytest.mark.parametrize(
    ("edition", "marker"), [("2025-11", False), ("2026-04", True), ("2026-05", True)]
)
def test_end_marker(edition, marker):
    """Streams end with a marker since the spring of 2026."""
    assert answer(edition, OSS, {"stream": True})[1].endswith("data: [DONE]\n\n") == marker


@pytest.mark.parametrize(("edition", "counted"), [("2026-04", False), ("2026-05", True)])
def test_thoughts_are_counted(edition, counted):
    """Until May 2026 usage had a number for the thoughts that was always 0."""
    body = json.loads(answer(edition, OSS, {})[1])
    assert body["choices"][0]["message"]["reasoning"]
    thoughts = body["usage"]["completion_tokens_details"]["reasoning_tokens"]
    assert (thoughts > 0) == counted


@pytest.mark.parametrize(
    ("fragment", "thinks"),
    [({}, False), ({"reasoning_effort": "low"}, True), ({"reasoning_effort": "none"}, False)],
)
def test_thinks_when_asked(fragment, thinks):
    """A model may think only when it is asked to."""
    message = json.loads(answer("2026-07", GEMMA, fragment)[1])["choices"][0]["message"]
    assert ("reasoning" in message) == thinks


def deltas(sent):
    lines = [line[6:] for line in sent.split("\n") if line.startswith("data: {")]
    return [json.loads(line)["choices"][0]["delta"] for line in lines]


def test_parted_thoughts():
    """GLM parts thoughts and content by an empty delta."""
    kinds = [
        next(iter(delta), None) for delta in deltas(answer("2026-05", GLM, {"stream": True})[1])
    ]
    runs = [kind for kind, before in zip(kinds, [..., *kinds], strict=False) if kind != before]
    assert runs == ["role", "reasoning", None, "content", None]


def test_whole_calls():
    """GLM calls in one piece, and in a message the role stands behind the calls."""
    sent = answer("2026-05", GLM, NAMED | {"stream": True})[1]
    assert len([delta for delta in deltas(sent) if "tool_calls" in delta]) == 1
    message = json.loads(answer("2026-05", GLM, NAMED)[1])["choices"][0]["message"]
    assert list(message)[-2:] == ["tool_calls", "role"]
    message = json.loads(answer("2026-05", OSS, NAMED)[1])["choices"][0]["message"]
    assert list(message)[-2:] == ["role", "tool_calls"]


@pytest.mark.parametrize(("said", "told"), [("false", None), ("true", "60")])
def test_injected_limit(tmp_path, said, told):
    """Whether a limit tells when to try again is the edition's, for those of a scenario, too."""
    path = tmp_path / "ours.yaml"
    path.write_text(f"extends: guide\nlimits: {{retry_after: {said}}}\n")
    rule = Rule(faults=(Error(problem="tokens_per_minute"),))
    engine = Engine(Scenario("limited", edition=str(path), rules=(rule,)), now=1.8e9)
    request = Request("POST", "/v1/chat/completions", {"authorization": "Bearer csk-x"}, BODY)
    fields = dict(head_of(engine.handle(request, now=1.8e9).plan).headers)
    assert fields.get("retry-after") == told
