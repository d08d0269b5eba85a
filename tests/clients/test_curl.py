"""Plain curl: the bytes on the wire, without a library that smooths them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

CURL = shutil.which("curl")
if os.environ.get("CI") != "true":
    pytestmark = pytest.mark.skipif(CURL is None, reason="there is no curl on the PATH")

REASONS = {
    400: b"Bad Request",
    401: b"Unauthorized",
    404: b"Not Found",
    429: b"Too Many Requests",
    503: b"Service Unavailable",
}
REFUSED = [
    *("wrong key", "foreign key", "unknown model", "foreign model", "rate limit"),
    *("long prompt", "small window", "burst"),
]
PARTIAL_FILE, HTTP_ERROR, TIMED_OUT, EMPTY_REPLY, RECEIVE_ERROR = 18, 22, 28, 52, 56
LOST = [
    ("cut", False, PARTIAL_FILE),
    ("cut", True, PARTIAL_FILE),
    ("reset", False, RECEIVE_ERROR),
    ("reset", True, RECEIVE_ERROR),
    ("hangup", False, EMPTY_REPLY),
    ("slow", False, TIMED_OUT),
    ("stall", True, TIMED_OUT),
]
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest.fixture
def curl(cerebras_mock):
    """Return a call of curl: the exit status, the status line, the fields and the body."""
    assert CURL, "there is no curl on the PATH"

    def run(trouble, *options, stream=False):
        key = trouble.key or cerebras_mock.api_key
        body = {"model": trouble.model, "messages": trouble.messages, "stream": stream}
        command = [
            *(CURL, "-q", "-sSi", "-N", "--data-binary", "@-", *options),
            *("-H", "Content-Type: application/json", "-H", f"Authorization: Bearer {key}"),
            f"{cerebras_mock.url}/v1/chat/completions",
        ]
        done = subprocess.run(
            command, input=json.dumps(body).encode(), capture_output=True, check=False, timeout=10
        )
        head, _, payload = done.stdout.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        named = dict(field.decode().lower().split(": ", 1) for field in fields)
        return done.returncode, line, named, payload

    return run


def events(payload):
    """Return the objects of a stream, which ends by ``[DONE]``."""
    *said, done, rest = payload.split(b"\n\n")
    assert (done, rest) == (b"data: [DONE]", b"")
    return [json.loads(one.removeprefix(b"data: ")) for one in said]


@pytest.mark.parametrize("trouble", ["none"], indirect=True)
def test_chat(curl, trouble, cerebras_mock):
    """An answer is one JSON document with the fields of the API around it."""
    code, line, fields, payload = curl(trouble)
    assert (code, line) == (0, b"HTTP/1.1 200 OK")
    assert fields["content-type"] == "application/json"
    assert fields["x-request-id"] == fields["cf-ray"]
    assert len([name for name in fields if name.startswith("x-ratelimit-")]) == 12
    body = json.loads(payload)
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["completion_tokens"] == cerebras_mock.requests[0].completion_tokens


@pytest.mark.parametrize("trouble", ["none"], indirect=True)
def test_stream(curl, trouble):
    """A stream is events with a blank line behind each, the last of them ``[DONE]``."""
    code, line, fields, payload = curl(trouble, stream=True)
    assert (code, line) == (0, b"HTTP/1.1 200 OK")
    assert fields["content-type"] == "text/event-stream; charset=utf-8"
    assert fields["transfer-encoding"] == "chunked"
    first, *_, last = events(payload)
    assert first["choices"][0]["delta"] == {"role": "assistant"}
    assert last["choices"][0]["finish_reason"] == "stop"
    assert {"usage", "time_info"} <= set(last)


@streamed
@pytest.mark.parametrize("trouble", REFUSED, indirect=True)
def test_refused(curl, trouble, stream, cerebras_mock):
    """A refusal is its status line and a flat JSON object, streaming or not."""
    code, line, fields, payload = curl(trouble, stream=stream)
    assert (code, line) == (0, b"HTTP/1.1 %d %s" % (trouble.status, REASONS[trouble.status]))
    assert fields["content-type"] == "application/json"
    assert int(fields["content-length"]) == len(payload)
    body = json.loads(payload)
    assert list(body) == ["message", "type", "param", "code"]
    assert body["code"] == trouble.code
    assert ("retry-after" in fields) is (trouble.status == 429)
    cerebras_mock.assert_requests(1)


@pytest.mark.parametrize("trouble", REFUSED, indirect=True)
def test_fails(curl, trouble):
    """With ``--fail`` a refusal is an exit status."""
    code, *_ = curl(trouble, "--fail")
    assert code == HTTP_ERROR


@streamed
@pytest.mark.parametrize("trouble", ["truncated", "default limit"], indirect=True)
def test_truncated(curl, trouble, stream):
    """A long answer ends after exactly 512 tokens, with finish_reason length."""
    _, _, _, payload = curl(trouble, stream=stream)
    last = events(payload)[-1] if stream else json.loads(payload)
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["usage"]["completion_tokens"] == 512


@pytest.mark.parametrize(("trouble", "stream", "code"), LOST, indirect=["trouble"])
def test_lost(curl, trouble, stream, code, cerebras_mock):
    """A lost connection or time-out is an exit status."""
    found, *_ = curl(trouble, "--max-time", f"{trouble.patience}", stream=stream)
    assert found == code
    cerebras_mock.assert_requests(1)


@pytest.mark.parametrize("trouble", ["none"], indirect=True)
def test_expects(curl, trouble):
    """A client that asks whether to send its body is told to go on."""
    code, line, *_ = curl(trouble, "-H", "Expect: 100-continue", "--max-time", "0.2")
    assert (code, line) == (0, b"HTTP/1.1 100 Continue")
