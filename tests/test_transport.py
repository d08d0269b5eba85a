"""Requests that no SDK sends on its own: both edges answer them alike."""

from __future__ import annotations

import gzip
import json
import ssl

import httpx
import msgpack
import pytest

from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.play.clock import Clock
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.transport.inprocess import HOST, intercepted

BODY = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "hi"}]}
PLAIN, PACKED = json.dumps(BODY).encode(), msgpack.packb(BODY)
KEY = {"authorization": "Bearer csk-0000"}
MSGPACK, GZIP = {"content-type": "application/vnd.msgpack"}, {"content-encoding": "gzip"}


@pytest.fixture
def ask():
    """Return a function that asks both edges the same, and returns what both answered."""
    verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nobody speaks TLS
    lives = [LiveEngine("healthy", Overrides(seed=7), clock=Clock(lambda: 1.8e9)) for _ in range(2)]

    def answers(method, path, headers, content):
        with ThreadedServer(lives[0]) as server, httpx.Client(verify=verify) as client:
            url = f"{server.url}{path}"
            yield client.request(method, url, headers=headers, content=content)
        with intercepted(lives[1]), httpx.Client(verify=verify) as client:
            url = f"https://{HOST}{path}"
            yield client.request(method, url, headers=headers, content=content)

    def same(method, path, *, headers=None, content=b""):
        over_wire, within = answers(method, path, KEY | (headers or {}), content)
        assert over_wire.status_code == within.status_code
        assert over_wire.content == within.content
        fields = dict(over_wire.headers)
        fields.pop("transfer-encoding", None)
        assert fields == dict(within.headers)
        assert [not live.crashes for live in lives] == [True, True]
        return over_wire

    return same


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (PLAIN, {}),
        (gzip.compress(PLAIN, mtime=0), GZIP),
        (PACKED, MSGPACK),
        (gzip.compress(PACKED, mtime=0), GZIP | MSGPACK),
    ],
    ids=["plain", "gzip", "msgpack", "both"],
)
def test_encoded_body(ask, content, headers):
    """A body may be compressed, packed, or both; the same question gets the same answer."""
    answer = ask("POST", "/v1/chat/completions", headers=headers, content=content)
    assert answer.status_code == 200
    plain = ask("POST", "/v1/chat/completions", content=PLAIN)
    assert answer.json()["choices"] == plain.json()["choices"]


@pytest.mark.parametrize(
    ("content", "headers", "said"),
    [
        (PLAIN, GZIP, "The request body is not valid gzip"),
        (gzip.compress(PLAIN, mtime=0)[:-2], GZIP, "The request body is not valid gzip"),
        (PLAIN, MSGPACK, "The request body is not valid msgpack"),
        (PLAIN, {"content-encoding": "deflate"}, "Unsupported content encoding 'deflate'"),
        (PLAIN, {"content-type": "text/plain"}, "Unsupported content type 'text/plain'"),
    ],
)
def test_broken_body(ask, content, headers, said):
    """What can't be decoded is a flat 400."""
    answer = ask("POST", "/v1/chat/completions", headers=headers, content=content)
    assert answer.status_code == 400
    error = answer.json()
    assert error.pop("message").startswith(said)
    assert error == {
        "type": "invalid_request_error",
        "param": "validation_error",
        "code": "wrong_api_format",
    }


def test_key_before_body(ask):
    """Who has no key is told so first, whatever the body is."""
    headers = {"authorization": "Bearer sk-0000"} | GZIP
    answer = ask("POST", "/v1/chat/completions", headers=headers, content=PLAIN)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/v1/models", "/v1/models/gpt-4o", "/public/v1/models", "/v1/chat/completions", "/v1/nowhere"],
)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_methods(ask, method, path):
    """HEAD and OPTIONS are answered alike; only the first without a body."""
    answer = ask(method, path)
    assert answer.headers["content-length"].isdigit()
    if method == "HEAD":
        assert answer.content == b""
    else:
        assert answer.status_code == (404 if path == "/v1/nowhere" else 405)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Cerebras-Version-Patch": "1"},
        {"X-Cerebras-Version-Patch": "no such version"},
        {"X-Cerebras-3rd-Party-Integration": "test"},
        {"CF-RAY": "0-XYZ", "X-Amz-Cf-Id": "a"},
        {"X-delay-time": "1.5"},
        {"queue_threshold": "50"},
        {"queue_threshold": "20000"},
    ],
)
def test_accepted_fields(ask, headers):
    """The documented header fields change nothing about the answer, not even its ray."""
    answer = ask("POST", "/v1/chat/completions", headers=headers, content=PLAIN)
    assert answer.status_code == 200
    assert answer.headers["cf-ray"] != "0-XYZ"


@pytest.mark.parametrize("threshold", ["49", "20001", "soon"])
def test_refused_threshold(ask, threshold):
    """A threshold out of its range is a flat 400."""
    headers = {"queue_threshold": threshold}
    answer = ask("POST", "/v1/chat/completions", headers=headers, content=PLAIN)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("queue_threshold: Input should be from 50 to 20000")


@pytest.mark.parametrize("path", ["/v1/models", "/public/v1/models"])
def test_formats(ask, path):
    """A list of models comes in three formats; another one is a flat 400."""
    lists = {
        form: ask("GET", f"{path}?format={form}").json()
        for form in ("default", "openrouter", "huggingface")
    }
    assert lists["default"] == ask("GET", path).json()
    assert lists["default"] == ask("GET", f"{path}?limit=1").json()
    names = [one["id"] for one in lists["default"]["data"]]
    assert [one["id"] for one in lists["huggingface"]["data"]] == names
    assert [one["id"] for one in lists["openrouter"]["data"]] == [f"cerebras/{n}" for n in names]
    refused = ask("GET", f"{path}?format=xml")
    assert refused.status_code == 400
    said = "query.format: Input should be 'default', 'openrouter' or 'huggingface'"
    assert refused.json()["message"] == said


@pytest.mark.parametrize("path", ["/v1/models/gpt-oss-120b", "/public/v1/models/gpt-oss-120b"])
def test_format_of_one_model(ask, path):
    """So does the record of one model."""
    assert ask("GET", f"{path}?format=openrouter").json()["id"] == "cerebras/gpt-oss-120b"
    assert ask("GET", f"{path}?format=huggingface").json()["object"] == "model"


def test_files_and_batches(ask):
    """A file and a batch of it, over a raw connection and in process."""
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": BODY}
    form = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
        + json.dumps(line).encode()
        + b"\r\n--b--\r\n"
    )
    kind = {"content-type": "multipart/form-data; boundary=b"}
    file = ask("POST", "/v1/files", headers=kind, content=form).json()
    packed = ask(
        "POST", "/v1/files", headers=kind | GZIP, content=gzip.compress(form, mtime=0)
    ).json()
    assert packed["bytes"] == file["bytes"]
    request = {"input_file_id": file["id"], "completion_window": "24h", "endpoint": line["url"]}
    batch = ask("POST", "/v1/batches", content=json.dumps(request).encode()).json()
    assert batch["status"] == "validating"
    assert ask("GET", f"/v1/batches/{batch['id']}").json() == batch
    assert ask("GET", f"/v1/files/{file['id']}/content").json() == line
    assert ask("POST", f"/v1/batches/{batch['id']}/cancel").json()["status"] == "cancelling"
    assert ask("DELETE", f"/v1/files/{file['id']}").json()["deleted"] is True
    refused = ask("PUT", f"/v1/files/{file['id']}")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, DELETE")


@pytest.mark.parametrize("name", ["httpx", "generator"])
def test_upload_by_httpx(name):
    """An upload that httpx has not read into memory is answered in process too."""
    files = {"file": ("a.jsonl", b"{}"), "purpose": (None, b"batch")}
    live = LiveEngine()
    with intercepted(live), httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
        if name == "httpx":
            answer = client.post(f"https://{HOST}/v1/files", files=files, headers=KEY)
        else:
            request = client.build_request("POST", f"https://{HOST}/v1/files", files=files)
            kind = {"content-type": request.headers["content-type"]}
            content = iter([request.read()])
            url = str(request.url)
            answer = client.post(url, content=content, headers=KEY | kind)
    assert (answer.status_code, answer.json()["filename"]) == (200, "a.jsonl")
