"""
The SDKs for Node: Cerebras' own, OpenAI's, and Vercel's AI SDK with its Cerebras provider.

Tools are run in the scripts' loop for the first two, in the SDK's own for the AI SDK and for
``runner``, which is OpenAI's SDK once more.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from mockserver.api.model import tokens

SCRIPTS = Path(__file__).parent / "node"
PACKAGES = Path(os.environ.get("CEREBRAS_NODE_MODULES", SCRIPTS / "node_modules"))
NODE = shutil.which("node")
if not os.environ.get("REQUIRE_NODE"):
    pytestmark = pytest.mark.skipif(
        NODE is None or not PACKAGES.is_dir(),
        reason="needs node, and what `npm install` puts beside tests/clients/node/package.json",
    )

SDKS = ["cerebras", "openai", "ai"]
# trouble, and the class of the error in the two generated SDKs; the AI SDK has one for all
REFUSED = [
    ("wrong key", "AuthenticationError"),
    ("foreign key", "AuthenticationError"),
    ("unknown model", "NotFoundError"),
    ("foreign model", "NotFoundError"),
    ("rate limit", "RateLimitError"),
    ("long prompt", "BadRequestError"),
    ("small window", "BadRequestError"),
    ("burst", "InternalServerError"),
]
# SDK, trouble, the classes of the errors of a whole answer and of a stream
LOST = [
    ("cerebras", "cut", ("FetchError", "Error")),  # none of the SDK's own
    ("cerebras", "reset", ("FetchError", "Error")),
    ("cerebras", "hangup", ("APIConnectionError", "APIConnectionError")),
    ("openai", "cut", ("TypeError", "TypeError")),  # none of the SDK's own
    ("openai", "reset", ("TypeError", "TypeError")),
    ("openai", "hangup", ("APIConnectionError", "APIConnectionError")),
    ("ai", "cut", ("APICallError", "APICallError")),
    ("ai", "reset", ("APICallError", "APICallError")),
    ("ai", "hangup", ("APICallError", "APICallError")),
]
FORECAST = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1},
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "hours": {"type": "array", "items": {"type": "integer"}, "minItems": 2},
    },
    "required": ["city", "days", "unit", "hours"],
    "additionalProperties": False,
}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": text, "parameters": FORECAST}}
    for name, text in [
        ("get_weather", "How warm it will be."),
        ("add_reminder", "Put a note into the diary."),
        ("get_tide", "When the sea is high."),
    ]
]
FORCED = {"type": "function", "function": {"name": "add_reminder"}}
ASKING = "What is the weather at the coast, and the tide?"
# what is asked for beside the tools, and which of them are called
CHOICES = {
    "auto": ({"tool_choice": "auto", "parallel_tool_calls": False}, ["get_weather"]),
    "parallel": ({}, ["get_weather", "get_tide"]),
    "required": ({"tool_choice": "required"}, ["get_weather", "get_tide"]),
    "forced": ({"tool_choice": FORCED}, ["add_reminder"]),
    "none": ({"tool_choice": "none"}, []),
}
LOOPS = [*SDKS, "runner"]
each_sdk = pytest.mark.parametrize("sdk", SDKS)
each_loop = pytest.mark.parametrize("sdk", LOOPS)
healthy = pytest.mark.parametrize("trouble", ["none"], indirect=True)
models = pytest.mark.parametrize("model", ["llama3.1-8b", "gpt-oss-120b"])
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
refused = pytest.mark.parametrize(("trouble", "exception"), REFUSED, indirect=["trouble"])
lost = pytest.mark.parametrize(("sdk", "trouble", "exceptions"), LOST, indirect=["trouble"])


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Return a folder in which the scripts find the packages: ESM looks in the parents only."""
    assert NODE, "there is no node on the PATH"
    assert PACKAGES.is_dir(), f"there is no folder {PACKAGES}"
    folder = tmp_path_factory.mktemp("node")
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, folder)
    (folder / "node_modules").symlink_to(PACKAGES.resolve(), target_is_directory=True)
    return folder


@pytest.fixture
def observed(scripts, cerebras_mock):
    """Return a call of a script: what a program with that SDK got."""

    def run(sdk, trouble, *, stream=False, **more):
        question = {"model": trouble.model, "prompt": trouble.prompt, "stream": stream, **more}
        done = subprocess.run(
            [NODE, str(scripts / f"{sdk}.mjs")],
            input=json.dumps({**question, "key": trouble.key}),
            env={"PATH": os.environ["PATH"], **cerebras_mock.env()},
            capture_output=True,
            check=False,
            text=True,
            timeout=30,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return run


@each_sdk
@healthy
def test_chat(observed, sdk, trouble, cerebras_mock):
    """A chat says the same whether or not it is streamed, and the usage agrees with the text."""
    whole, chunks = (observed(sdk, trouble, stream=stream) for stream in (False, True))
    assert whole == chunks
    assert (whole["finish"], whole["error"]) == ("stop", None)
    assert whole["tokens"] == cerebras_mock.requests[0].completion_tokens
    assert whole["tokens"] == len(tokens.pieces(whole["text"]))
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()


@each_sdk
@streamed
@refused
def test_refused(observed, sdk, trouble, exception, stream, cerebras_mock):
    """A refusal is the SDK's own exception, with the status, the text and the flat body in it."""
    error = observed(sdk, trouble, stream=stream)["error"]
    sent = cerebras_mock.requests[0].error
    assert error["name"] == ("APICallError" if sdk == "ai" else exception)
    assert error["status"] == trouble.status
    assert error["body"] == sent
    assert sent["code"] == trouble.code
    assert error["message"] == ("" if sdk == "ai" else f"{trouble.status} ") + sent["message"]
    cerebras_mock.assert_requests(1)


@each_sdk
@streamed
@pytest.mark.parametrize("trouble", ["truncated", "default limit"], indirect=True)
def test_truncated(observed, sdk, trouble, stream, cerebras_mock):
    """A long answer ends after exactly 512 tokens, with finish_reason length."""
    seen = observed(sdk, trouble, stream=stream)
    assert (seen["finish"], seen["tokens"], seen["error"]) == ("length", 512, None)
    assert len(tokens.pieces(seen["text"])) == 512
    cerebras_mock.assert_requests(1)


@streamed
@lost
def test_lost(observed, sdk, trouble, stream, exceptions, cerebras_mock):
    """A lost connection is an error, in mid-stream after the text that had come."""
    seen = observed(sdk, trouble, stream=stream)
    assert seen["error"]["name"] == exceptions[stream]
    assert seen["finish"] is None
    assert bool(seen["text"]) is (stream and cerebras_mock.requests[0].completion_tokens > 0)
    cerebras_mock.assert_requests(1)


def called(seen):
    """Return what was called with what, once it is seen that the schema allows it."""
    assert len({call["id"] for call in seen["calls"]}) == len(seen["calls"])
    for call in seen["calls"]:
        jsonschema.validate(call["input"], FORECAST)
    return [(call["name"], call["input"]) for call in seen["calls"]]


@each_loop
@healthy
@models
@pytest.mark.parametrize("choice", CHOICES)
def test_tools(observed, sdk, trouble, model, choice, cerebras_mock):
    """The right tools are called, or none; the pieces of a stream add up to the same calls."""
    extra, names = CHOICES[choice]
    question = {"model": model, "prompt": ASKING, "answers": 1, "extra": {"tools": TOOLS, **extra}}
    whole, chunks = (observed(sdk, trouble, stream=stream, **question) for stream in (False, True))
    assert [name for name, _ in called(whole)] == names
    assert called(whole) == called(chunks)
    finish = "tool_calls" if names else "stop"
    for seen in (whole, chunks):
        assert (bool(seen["text"]), seen["error"]) == (not names, None)
        assert seen["finish"] == (finish.replace("_", "-") if sdk == "ai" else finish)
        assert seen["tokens"] == cerebras_mock.requests[0].completion_tokens
    assert cerebras_mock.requests[0].body["tools"] == TOOLS
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()


@each_loop
@healthy
@models
@streamed
def test_results_of_tools(observed, sdk, trouble, model, stream, cerebras_mock):
    """Once both of its calls are answered, the model goes on in prose."""
    question = {"model": model, "prompt": ASKING, "answers": 4, "extra": {"tools": TOOLS}}
    seen = observed(sdk, trouble, stream=stream, **question)
    assert [name for name, _ in called(seen)] == ["get_weather", "get_tide"]
    assert (bool(seen["text"]), seen["finish"], seen["error"]) == (True, "stop", None)
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()
    first, second = cerebras_mock.requests
    assert (first.finish_reason, second.finish_reason) == ("tool_calls", "stop")
    assert seen["tokens"] == second.completion_tokens
    _, message, *results = second.body["messages"]
    # OpenAI's own loop leaves the thoughts out
    assert ("reasoning" in message) is (model == "gpt-oss-120b" and sdk != "runner")
    assert [call["id"] for call in message["tool_calls"]] == [call["id"] for call in seen["calls"]]
    for call, result in zip(seen["calls"], results, strict=True):
        assert (result["role"], result["tool_call_id"]) == ("tool", call["id"])
        assert json.loads(result["content"].removeprefix("Done: ")) == call["input"]
