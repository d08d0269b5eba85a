"""Mistakes in how a request is sent, and requests that are sent as they should be."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup
from mockserver.verdicts.mistakes.sending import SENDING

GUIDE = editions.load("guide")
CHAT = "/v1/chat/completions"
JSON = {"content-type": "application/json"}
BODY = b'{"model": "llama3.1-8b", "messages": []}'
BROWSER = {"accept": "text/html,application/xhtml+xml"}


def names(method="POST", path=CHAT, **known):
    """Return the rows that apply to a request."""
    it = Setup(GUIDE, method=method, path=path, **{"status": 400, "authorization": "", **known})
    return [row.name for row in SENDING if row.when(it)]


@pytest.mark.parametrize(
    ("headers", "raw", "name"),
    [
        (JSON, b"", "empty-body"),
        ({}, b"{'model': 'x'}", "python-instead-of-json"),
        (JSON, b"'{}'", "quoted-json"),
        (JSON, b'"{\\"model\\": \\"x\\"}"', "json-in-json"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x", "form-instead-of-json"),
        ({"content-type": "text/plain; charset=utf-8"}, BODY, "text-instead-of-json"),
        ({"content-type": "application/octet-stream"}, BODY, "text-instead-of-json"),
    ],
)
def test_body(headers, raw, name):
    """A body that is not read as JSON is told by what it is."""
    assert names(headers=headers, raw=raw) == [name]
    assert names(headers=headers, raw=raw, status=None) == [name]
    # what refuses it is something else
    assert names(headers=headers, raw=raw, status=401) == []
    # others may take what this API does not take
    assert names(headers=headers, raw=raw, path="/v1/files") == []


@pytest.mark.parametrize(
    ("raw", "told", "name"),
    [
        (b'{"a": 1,}', ": Invalid JSON: trailing comma at line 1 column 9", "broken-json"),
        (b'{"a": "\xe9"}', ": Invalid JSON: invalid unicode code point", "not-utf-8"),
        (b"\xef\xbb\xbf{}", ": Invalid JSON: expected value", "byte-order-mark"),
        (b"[object Object]", ": Invalid JSON: expected value", "object-as-body"),
        (b"[{}]", ": Input should be an object", "list-as-body"),
    ],
)
def test_invalid_json(raw, told, name):
    """A body that the API can't read is told by what it is, with the API's own words."""
    assert names(headers=JSON, raw=raw, error={"message": told})[0] == name
    # an API that read the body has refused something else
    assert name not in names(headers=JSON, raw=BODY, error={"message": "model: Field required"})


def test_place_in_json():
    """The API says where the error is."""
    error = {"message": ": Invalid JSON: trailing comma at line 1 column 9"}
    it = Setup(GUIDE, method="POST", path=CHAT, raw=b'{"a": 1,}', status=400, error=error)
    row = next(row for row in SENDING if row.when(it))
    assert row.explained(it).what == "the body is not JSON: trailing comma at line 1 column 9"


@pytest.mark.parametrize(
    ("headers", "raw"),
    [
        (JSON, BODY),
        (JSON, None),
        ({}, BODY),  # a body without a content type is taken to be JSON
        ({"content-type": "application/json; charset=utf-8"}, BODY),
        ({"content-type": "application/vnd.msgpack"}, b"\x80"),
        (JSON, b'"hello"'),
        (JSON, b'"[1]"'),
        (JSON, b'"' + b"[" * 90_000),
        (JSON, b'{"content": "it\'s {\'fine\'}"}'),
    ],
)
def test_other_bodies(headers, raw):
    """A body that is JSON, or broken in another way, is none of these mistakes."""
    assert names(headers=headers, raw=raw) == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "found"),
    [
        ("GET", CHAT, {}, ["get-instead-of-post", "wrong-method"]),
        ("PUT", CHAT, {}, ["wrong-method"]),
        ("POST", "/v1/models", {}, ["wrong-method"]),
        ("DELETE", "/v1/models/x", {}, ["wrong-method"]),
        ("GET", "/v1/models", {}, []),
        ("HEAD", "/v1/models", {}, []),
        ("DELETE", "/v1/files/x", {}, []),
        ("GET", "/v1/nothing", {}, []),
        ("OPTIONS", CHAT, {}, ["wrong-method"]),
        (
            "OPTIONS",
            CHAT,
            {"access-control-request-method": "POST"},
            ["called-from-a-page", "wrong-method"],
        ),
        ("GET", "/v1", BROWSER, ["opened-in-a-browser"]),
        ("GET", "/favicon.ico", BROWSER, ["opened-in-a-browser"]),
    ],
)
def test_method(method, path, headers, found):
    """A method that an endpoint does not have is told."""
    assert names(method, path, headers=headers) == found


def test_no_browser():
    """A client with a key may accept pages too, and is none."""
    assert names("GET", "/v1/models", headers=BROWSER, authorization="Bearer csk-...") == []


def test_nothing_sent():
    """A base URL says nothing of how a request is sent."""
    it = Setup(GUIDE, client="openai", base_url="https://api.cerebras.ai/v1")
    assert [row.name for row in SENDING if row.when(it)] == []
