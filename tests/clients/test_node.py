"""The SDKs for Node: Cerebras' own, OpenAI's, and Vercel's AI SDK with its Cerebras provider."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mockserver.api import tokens

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
each_sdk = pytest.mark.parametrize("sdk", SDKS)
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

    def run(sdk, trouble, *, stream=False):
        question = {"model": trouble.model, "prompt": trouble.prompt, "stream": stream}
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
@pytest.mark.parametrize("trouble", ["none"], indirect=True)
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
