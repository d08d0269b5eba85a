import json

import pytest

from mockserver.faults import NoCompletion
from mockserver.plan import Close, Data, End, Head, Wait

HTML = "text/html; charset=utf-8"
JSON = "application/json"
EVENTS = "text/event-stream; charset=utf-8"
ERROR = (
    b'{"message":"Encountered a server error, please try again.",'
    b'"type":"server_error","param":"","code":""'
)
QUEUE = b"We're experiencing high traffic right now! Please try again soon."


@pytest.mark.parametrize(
    ("fault", "media_types", "bodies"),
    [
        (NoCompletion("page"), (HTML, HTML), (b"<!DOCTYPE html>",) * 2),
        (NoCompletion("empty"), (JSON, EVENTS), (b"", b"")),
        (NoCompletion("json_null"), (JSON, EVENTS), (b"null", b"data: null\n\ndata: [DONE]\n\n")),
        (NoCompletion("error"), (JSON, JSON), (ERROR + b',"id":""}',) * 2),
        (
            NoCompletion("nested_error"),
            (JSON, JSON),
            (b'{"status_code":500,"error":' + ERROR + b',"id":""}}',) * 2,
        ),
        (NoCompletion("error", "queue_exceeded"), (JSON, JSON), (b'{"message":"' + QUEUE,) * 2),
        (NoCompletion("error", "bad_gateway"), (JSON, JSON), (b'{"message":"Bad gateway",',) * 2),
        (
            NoCompletion("nested_error", "model_not_found"),
            (JSON, JSON),
            (b'{"status_code":404,"error":{"message":"Model m does',) * 2,
        ),
    ],
)
def test_success(apply, chat, chunks, fault, media_types, bodies):
    """The status is 200, and the body what its kind says, rightly framed and without a token."""
    for plan, media_type, body in zip((chat, chunks), media_types, bodies, strict=True):
        head, data, end = apply(fault, plan, facts={"model": "m"})
        assert (head.status, head.header("content-type")) == (200, media_type)
        assert data.data.startswith(body)
        assert len(data.data) == len(body) or fault.kind not in ("empty", "json_null")
        assert head.header("content-length") == str(len(data.data))
        assert (data.tokens, end) == (0, End())


@pytest.mark.parametrize("kind", ["error", "nested_error"])
def test_errors_are_json(apply, chat, kind):
    """An error is JSON that anybody can read."""
    _, data, _ = apply(NoCompletion(kind), chat)
    said = json.loads(data.data)
    assert said.get("error", said)["type"] == "server_error"


@pytest.mark.parametrize("plan", [(), (Wait(1), Head(500), Data(b"x", 3), Close())])
def test_replaces(apply, chat, plan):
    """Whatever was planned, it takes its place."""
    assert apply(NoCompletion("page"), plan) == apply(NoCompletion("page"), chat)


def test_problem_of_nothing():
    """A page has no problem to name."""
    with pytest.raises(ValueError, match="'page' has no 'problem'; only 'error' and"):
        NoCompletion("page", "queue_exceeded")
