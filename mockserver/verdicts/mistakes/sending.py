"""Mistakes in how a request is sent: its method, its content type, and how its body is encoded."""

from __future__ import annotations

import json
import re

from mockserver.api.contract.routes import known, methods_at

from .mistake import Condition, Mistake
from .setup import Setup

_JSON_PATHS = frozenset({"/v1/chat/completions", "/v1/completions", "/v1/batches"})
_REFUSED = frozenset({None, 400, 415, 422})  # statuses of refused bodies; None: nothing was sent
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_REPR = re.compile(rb"\s*\{\s*'")
_QUOTED = re.compile(rb"\s*'")
_LIST = re.compile(rb"\s*\[")
_OBJECT = re.compile(rb"\[object \w+\]\Z")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_INVALID = "Invalid JSON: "
_LONGEST = 100_000  # in bytes; larger bodies are not parsed again

_CHAT_PAGE = "https://inference-docs.cerebras.ai/api-reference/chat-completions"
_STACK = "https://requests.readthedocs.io/en/latest/user/quickstart/#more-complicated-post-requests"


def _is_browser(it: Setup) -> bool:
    """Return whether a person opened the address in a browser, which sends no key."""
    opens = "text/html" in it.headers.get("accept", "") and not it.authorization
    return it.method == "GET" and bool(it.path) and opens


def _is_preflight(it: Setup) -> bool:
    return it.method == "OPTIONS" and "access-control-request-method" in it.headers


def _is_other_method(it: Setup) -> bool:
    return bool(it.method) and known(it.path) and it.method not in methods_at(it.path)


def _of_json(condition: Condition) -> Condition:
    """Return the condition, limited to posts of JSON whose body the API may have refused."""
    return lambda it: (
        it.method == "POST" and it.path in _JSON_PATHS and it.status in _REFUSED and condition(it)
    )


def _kind(it: Setup) -> str:
    return it.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_text(it: Setup) -> bool:
    kind = _kind(it)
    return kind.startswith("text/") or kind == "application/octet-stream"


def _raw(form: re.Pattern[bytes]) -> Condition:
    return lambda it: it.raw is not None and form.match(it.raw) is not None


def _told(it: Setup) -> str:
    """Return the message of the refusal."""
    return str((it.error or {}).get("message", ""))


def _is_utf_8(it: Setup) -> bool:
    try:
        (it.raw or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_encoded_twice(it: Setup) -> bool:
    raw = it.raw or b""
    if raw.lstrip()[:1] != b'"' or len(raw) > _LONGEST:
        return False
    try:
        inner = json.loads(raw)
        return isinstance(json.loads(inner), dict)
    except (ValueError, RecursionError):
        return False


SENDING = (
    Mistake(
        "opened-in-a-browser",
        _is_browser,
        "a browser opened {it.path}, but the API is for programs and has no pages",
        "send POST /v1/chat/completions with an Authorization header, from an SDK or curl",
        _CHAT_PAGE,
    ),
    Mistake(
        "called-from-a-page",
        _is_preflight,
        "a web page called the API from a browser, but the API does not answer the preflight "
        "(OPTIONS {it.path})",
        "call the API from your server, and never put a key into a page",
        "https://github.com/bricks-cloud/BricksLLM/issues/45",
    ),
    Mistake(
        "get-instead-of-post",
        lambda it: it.method == "GET" and _is_other_method(it),
        "the request was sent with GET, but {it.path} accepts only POST",
        "send POST; if the code does send POST, a redirect turned it into GET, so begin the URL "
        "with https://, and end it without a slash",
        "https://github.com/psf/requests/issues/5494",
    ),
    Mistake(
        "wrong-method",
        _is_other_method,
        "the request was sent with {it.method}, but {it.path} accepts {allowed}",
        "send {allowed}",
        "https://inference-docs.cerebras.ai/api-reference/models/list-models",
        facts=lambda it: {"allowed": " or ".join(sorted(methods_at(it.path) - {"HEAD"}))},
    ),
    Mistake(
        "empty-body",
        _of_json(lambda it: it.raw == b""),
        "the request has no body",
        "send JSON: json={{'model': ..., 'messages': [...]}} (requests, httpx), or -d (curl)",
        _CHAT_PAGE,
    ),
    Mistake(
        "python-instead-of-json",
        _of_json(_raw(_REPR)),
        "the body is the text of a Python dict, with single quotes, which is not JSON",
        "pass the dict as json=body, or use json.dumps(body) instead of str(body)",
        _STACK,
    ),
    Mistake(
        "quoted-json",
        _of_json(_raw(_QUOTED)),
        "the body begins with a single quote, which the shell did not remove",
        'on Windows write -d "{{\\"model\\": ...}}", or -d @body.json',
        "https://curl.se/docs/manpage.html#-d",
    ),
    Mistake(
        "json-in-json",
        _of_json(_is_encoded_twice),
        "the body was encoded as JSON twice, so it is a string that holds JSON",
        "pass the dict itself as json=body, or the encoded text as data= (requests), content= "
        "(httpx)",
        _STACK,
    ),
    Mistake(
        "list-as-body",
        _of_json(lambda it: "Input should be an object" in _told(it) and _raw(_LIST)(it)),
        "the body is a list, but the API takes an object",
        "send a request for each item",
        _CHAT_PAGE,
    ),
    Mistake(
        "object-as-body",
        _of_json(_raw(_OBJECT)),
        "the body is the text '[object Object]', because JavaScript turned the object into text",
        "send JSON.stringify(body)",
        "https://developer.mozilla.org/en-US/docs/Web/API/Fetch_API/Using_Fetch#setting_a_body",
    ),
    Mistake(
        "byte-order-mark",
        _of_json(lambda it: bool(it.raw and it.raw.startswith(_MARKS))),
        "the body begins with a byte order mark, which JSON does not allow",
        "write the file as UTF-8 without BOM, or read it with encoding='utf-8-sig'",
        "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    ),
    Mistake(
        "not-utf-8",
        _of_json(lambda it: _INVALID in _told(it) and not _is_utf_8(it)),
        "the body is not UTF-8, but JSON has to be",
        "encode it with body.encode('utf-8')",
        "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    ),
    Mistake(
        "broken-json",
        _of_json(lambda it: _INVALID in _told(it) and bool(it.raw)),
        "the body is not JSON: {told}",
        "write the body with json.dumps (Python), JSON.stringify (JavaScript) or jq (a shell)",
        _STACK,
        facts=lambda it: {"told": _told(it).partition(_INVALID)[2]},
    ),
    Mistake(
        "form-instead-of-json",
        _of_json(lambda it: _kind(it) in _FORMS),
        "the body was sent as a form ({kind}), but the API accepts JSON",
        "pass json=body instead of data=body (requests, httpx), or add -H 'Content-Type: "
        "application/json' (curl)",
        "https://github.com/xtekky/gpt4free/issues/1858",
        facts=lambda it: {"kind": _kind(it)},
    ),
    Mistake(
        "text-instead-of-json",
        _of_json(_is_text),
        "the Content-Type is {kind}, but the API accepts application/json",
        "set Content-Type: application/json",
        "https://github.com/confluentinc/ksql/issues/1748",
        facts=lambda it: {"kind": _kind(it)},
    ),
)
