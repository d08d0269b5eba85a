import json
import re
from random import Random

import pytest

from mockserver.api.contract.problems import problems
from mockserver.faults import Context, Error
from mockserver.plan import Close, Data, End, Head, Wait

OK = (Head(200, (("content-type", "application/json"),)), Data(b"{}", 3), End())
FACTS = {"model": "m", "length": 9000, "limit": 8192}


def apply(fault, plan=OK):
    return fault.apply(plan, Context(Random(1), now=0.0, facts=FACTS))


def body(plan):
    return json.loads(plan[1].data)


@pytest.mark.parametrize("name", problems())
def test_every_problem(name):
    """Each problem of the catalogue can be injected, with the catalogue's status and body."""
    head, data, end = apply(Error(problem=name))
    problem = problems()[name]
    assert (head.status, data, end) == (problem.http_status, Data(problem.body(FACTS)), End())
    assert head.header("content-type") == problem.content_type
    length = None if problem.shape == "event" else str(len(data.data))
    assert head.header("content-length") == length


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (
            Error(status=418),
            418,
            {
                "message": "Injected by the scenario.",
                "type": "server_error",
                "param": "",
                "code": "",
            },
        ),
        (
            Error(problem="service_unavailable", message="Gone fishing.", code="fish"),
            503,
            {"message": "Gone fishing.", "type": "server_error", "param": "", "code": "fish"},
        ),
        (
            Error(problem="wrong_api_key", status=403, type="t", param="p"),
            403,
            {"message": "Wrong API Key", "type": "t", "param": "p", "code": "wrong_api_key"},
        ),
        (
            Error(problem="model_not_found", message="No {model}, {nothing}.", param=""),
            404,
            {
                "message": "No m, {nothing}.",
                "type": "not_found_error",
                "param": "",
                "code": "model_not_found",
            },
        ),
    ],
)
def test_changes(fault, status, said):
    """What is named beside the problem replaces what the catalogue says."""
    plan = apply(fault)
    assert (plan[0].status, body(plan)) == (status, said)


@pytest.mark.parametrize(
    ("keys", "fields"),
    [
        ({}, {}),
        ({"retry_after": 0.0}, {"retry-after": "0"}),
        ({"retry_after": 0.25}, {"retry-after": "0.25"}),
        ({"retry_after": 2.0}, {"retry-after": "2"}),
        ({"retry_after": 61.0}, {"retry-after": "61"}),
        ({"retry_after": 3600.0}, {"retry-after": "3600"}),
        ({"retry_after": 1036800.0}, {"retry-after": "1036800"}),
        ({"retry_after_date": 3.0}, {"retry-after": "Thu, 01 Jan 1970 00:01:03 GMT"}),
        ({"retry_after_date": -30.0}, {"retry-after": "Thu, 01 Jan 1970 00:00:30 GMT"}),
        ({"retry_after_date": -120.0}, {"retry-after": "Wed, 31 Dec 1969 23:59:00 GMT"}),
        ({"retry_after_ms": 300}, {"retry-after-ms": "300"}),
        (
            {"retry_after_ms": 0, "retry_after": 2.0},
            {"retry-after": "2", "retry-after-ms": "0"},
        ),
        ({"should_retry": False}, {"x-should-retry": "false"}),
        ({"should_retry": True}, {"x-should-retry": "true"}),
        ({"headers": {"Retry-After": "soon"}}, {"retry-after": "soon"}),
        ({"headers": {"Server": "nginx"}}, {"server": "nginx"}),
    ],
)
def test_fields(keys, fields):
    """The client is told when to try again in each form, and only when the scenario says so."""
    fault = Error(problem="queue_exceeded", **keys)
    head, *_ = fault.apply(OK, Context(Random(1), now=60.5))
    names = ("retry-after", "retry-after-ms", "x-should-retry", *fields)
    found = {name: value for name, value in head.headers if name in names}
    assert found == fields
    assert len(dict(head.headers)) == len(head.headers)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"problem": "requests_per_second"}, "1"),
        ({"problem": "requests_per_minute"}, "60"),
        ({"problem": "tokens_per_minute", "message": "Too much."}, "60"),
        ({"problem": "tokens_per_hour", "retry_after": "auto"}, "3600"),
        ({"problem": "requests_per_day", "headers": {"x-a": "b"}}, "86400"),
        ({"problem": "requests_per_day", "should_retry": False}, "86400"),
        # told otherwise
        ({"problem": "requests_per_minute", "retry_after": None}, None),
        ({"problem": "requests_per_minute", "retry_after": 2.0}, "2"),
        ({"problem": "requests_per_minute", "retry_after_ms": 5}, None),
        (
            {"problem": "requests_per_minute", "retry_after_date": 3.0},
            "Thu, 01 Jan 1970 00:00:03 GMT",
        ),
        ({"problem": "requests_per_minute", "headers": {"Retry-After": "soon"}}, "soon"),
        # no limit
        ({"problem": "requests_per_minute", "status": 503}, None),
        ({"problem": "queue_exceeded"}, None),
        ({"status": 429}, None),
    ],
)
def test_told_of_itself(keys, told):
    """The 429 of a quota says when to try again as the API's does, unless it is told otherwise."""
    assert dict(apply(Error(**keys))[0].headers).get("retry-after") == told


def test_not_told_of_itself():
    """An edition whose limits say nothing of when to try again holds for injected ones, too."""
    context = Context(Random(1), now=0.0, facts=FACTS, retry_after=False)
    head, *_ = Error(problem="requests_per_minute").apply(OK, context)
    assert "retry-after" not in dict(head.headers)


@pytest.mark.parametrize(
    ("fault", "media_type", "said"),
    [
        (Error(status=500, body="Oops"), "text/plain; charset=utf-8", b"Oops"),
        (Error(status=500, body=""), "text/plain; charset=utf-8", b""),
        (Error(status=500, body={"error": 1}), "application/json", b'{"error":1}'),
        (
            Error(status=500, body=["ö", 2**64]),
            "application/json",
            '["ö",18446744073709551616]'.encode(),
        ),
        (Error(status=500, body=False), "application/json", b"false"),
        (Error("bad_gateway", body="<h1>502</h1>"), "text/html; charset=UTF-8", b"<h1>502</h1>"),
        (Error("bad_gateway", body={}), "application/json", b"{}"),
        (Error("server_error", body="{"), "application/json", b"{"),
        (Error(status=413, body="a", content_type="text/plain"), "text/plain", b"a"),
        (Error("server_error", body="{model}"), "application/json", b"{model}"),
    ],
)
def test_body(fault, media_type, said):
    """A body of one's own is sent as it stands, or as JSON, under a media type that fits."""
    head, data, end = apply(fault)
    assert head.header("content-type") == media_type
    assert head.header("content-length") == str(len(said))
    assert (data, end) == (Data(said), End())


def test_content_type():
    """The media type can be a wrong one."""
    head, data, _ = apply(Error("wrong_api_key", content_type="text/html"))
    assert head.header("content-type") == "text/html"
    assert data == apply(Error("wrong_api_key"))[1]


@pytest.mark.parametrize(("status", "length"), [(204, None), (205, "0"), (304, None)])
def test_empty(status, length):
    """Statuses without a body have none, nor a field about it (RFC 9110, 8.6)."""
    head, end = apply(Error(status=status, retry_after=2.0))
    assert (head.status, end) == (status, End())
    assert (head.header("content-length"), head.header("content-type")) == (length, None)
    assert head.header("retry-after") == "2"


@pytest.mark.parametrize(
    ("fault", "status", "media_type"),
    [
        (Error("request_timeout"), 408, "text/html"),
        (Error(status=408), 408, "application/json"),
        (Error("content_too_large"), 413, "text/html"),
        (Error(status=413, body="Payload Too Large"), 413, "text/plain"),
        (Error("server_error"), 500, "application/json"),
        (Error("bad_gateway", status=500, message="Internal error"), 500, "text/html"),
        (Error(status=500, body=""), 500, "text/plain"),
        (Error("bad_gateway"), 502, "text/html"),
        (Error(status=502), 502, "application/json"),
        (Error("service_unavailable"), 503, "application/json"),
        (Error("queue_exceeded", status=503), 503, "application/json"),
        (Error("gateway_timeout"), 504, "text/html"),
        (Error(status=504), 504, "application/json"),
        (Error("service_unavailable", status=529), 529, "application/json"),
    ],
)
def test_reachable(fault, status, media_type):
    """What clients were measured against can be said."""
    head, *_ = apply(fault)
    assert head.status == status
    assert head.header("content-type").startswith(media_type)


@pytest.mark.parametrize("plan", [(), (Wait(1), Head(200), Data(b"x"), Close()), OK])
def test_replaces(plan):
    """Whatever was planned, the error takes its place."""
    assert apply(Error(status=500), plan) == apply(Error(status=500))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"message": "what?"}, "should have a 'problem' or a 'status'"),
        (
            {"status": 500, "body": "x", "code": "y"},
            "'body' replaces the whole body, so 'code' has no effect",
        ),
        ({"status": 204, "body": "x"}, "a 204 has no body (RFC 9110), so 'body' has no effect"),
        (
            {"status": 304, "problem": "queue_exceeded"},
            "a 304 has no body (RFC 9110), so 'problem' has no effect",
        ),
        (
            {"status": 205, "message": "x"},
            "a 205 has no body (RFC 9110), so 'message' has no effect",
        ),
        (
            {"status": 429, "retry_after": 1.0, "retry_after_date": 1.0},
            "'retry_after' and 'retry_after_date' set the same header; keep only one",
        ),
        (
            {"status": 429, "retry_after": 1.0, "headers": {"Retry-After": "soon"}},
            "'Retry-After' and 'retry_after' set the same header; keep only one",
        ),
        (
            {"status": 429, "should_retry": False, "headers": {"x-should-retry": "1"}},
            "'x-should-retry' and 'should_retry' set the same header; keep only one",
        ),
        (
            {"status": 500, "content_type": "a/b", "headers": {"content-type": "c/d"}},
            "'content-type' and 'content_type' set the same header; keep only one",
        ),
    ],
)
def test_contradictions(keys, sentence):
    """Keys that make no sense, or none together, are refused in a sentence."""
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        Error(**keys)


def test_length_in_bytes():
    """The answer is framed by its length in bytes."""
    head, data, _ = apply(Error(status=500, message="größer"))
    assert int(head.header("content-length")) == len(data.data)


@pytest.mark.parametrize("message", ["Unexpected {", "{}", '{"error": "x"}'])
def test_braces(message):
    """A message may hold braces that name nothing."""
    assert body(apply(Error(status=500, message=message)))["message"] == message


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"headers": {"x y": "a"}}, "is not a header field"),
        ({"headers": {"Content-Length": "3"}}, "the mock itself sets"),
        ({"content_type": "a\nb"}, "is not a header field"),
    ],
)
def test_wrong_headers(keys, wrong):
    """A header that can't be sent, or would break the framing, is refused."""
    with pytest.raises(ValueError, match=wrong):
        Error(status=500, **keys)
