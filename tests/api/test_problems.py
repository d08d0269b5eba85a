import json

import pytest

from mockserver.api.problems import PROBLEMS, Problem, RefusalError
from mockserver.plan import Data, End, Head

FACTS = {"model": "m", "length": 9000, "limit": 8192, "reason": "temperature: wrong"}
MODEL = ("not_found_error", "model", "model_not_found")
TOO_MANY = ("too_many_requests_error", "quota", "request_quota_exceeded")
TOO_MUCH = ("too_many_tokens_error", "quota", "token_quota_exceeded")

FLAT = [
    ("wrong_api_key", 401, "Wrong API Key", ("invalid_request_error", "api_key", "wrong_api_key")),
    (
        "payment_required",
        402,
        "Payment required to access this resource. Visit your billing tab.",
        ("payment_required_error", "quota", "payment_required"),
    ),
    (
        "model_not_found",
        404,
        "Model m does not exist or you do not have access to it.",
        MODEL,
    ),
    (
        "model_not_found_unnamed",
        404,
        "Model does not exist or you do not have access to it.",
        MODEL,
    ),
    (
        "model_archived",
        404,
        "Model m is archived and unavailable for the organization.",
        ("model_archived_error", "model", "model_archived"),
    ),
    (
        "context_length_exceeded",
        400,
        (
            "Please reduce the length of the messages or completion. "
            "Current length is 9000 while limit is 8192"
        ),
        ("invalid_request_error", "messages", "context_length_exceeded"),
    ),
    (
        "wrong_api_format",
        400,
        "temperature: wrong",
        ("invalid_request_error", "validation_error", "wrong_api_format"),
    ),
    (
        "n_greater_than_1",
        400,
        '"n" > 1 is not currently supported',
        ("invalid_request_error", "n", "wrong_api_format"),
    ),
    ("resource_not_found", 404, "temperature: wrong", ("not_found_error", "id", "not_found")),
    *(
        (
            f"requests_per_{period}",
            429,
            f"Requests per {period} limit exceeded - too many requests sent.",
            TOO_MANY,
        )
        for period in ("second", "minute", "hour", "day")
    ),
    *(
        (
            f"tokens_per_{period}",
            429,
            f"Tokens per {period} limit exceeded - too many tokens processed.",
            TOO_MUCH,
        )
        for period in ("minute", "hour", "day")
    ),
    (
        "queue_exceeded",
        429,
        "We're experiencing high traffic right now! Please try again soon.",
        ("too_many_requests_error", "queue", "queue_exceeded"),
    ),
    (
        "service_unavailable",
        503,
        "The service is temporarily unavailable, please try again.",
        ("server_error", "", "service_unavailable"),
    ),
]
OTHER = [
    ("not_authenticated", 403, b'{"detail":"Not authenticated"}'),
    ("not_bearer", 403, b'{"detail":"Invalid authentication credentials"}'),
    ("method_not_allowed", 405, b'{"detail":"Method Not Allowed"}'),
    ("unknown_path", 404, b""),
    ("content_too_large", 413, b"Payload Too Large"),
    ("edge_bot_block", 403, b"error code: 1010"),
    (
        "server_error",
        500,
        (
            b'{"message":"Encountered a server error, please try again.","type":"server_error",'
            b'"param":"","code":"","id":""}'
        ),
    ),
]


def test_catalogue_is_complete():
    """The tables of this file name every problem there is."""
    assert {row[0] for row in FLAT} | {row[0] for row in OTHER} == set(PROBLEMS)


@pytest.mark.parametrize(("name", "status", "message", "rest"), FLAT)
def test_flat(name, status, message, rest):
    """Errors are flat, compact, and have their keys in the API's order."""
    kind, param, code = rest
    body = PROBLEMS[name].body(FACTS)
    said = {"message": message, "type": kind, "param": param, "code": code}
    assert body == json.dumps(said, separators=(",", ":")).encode()
    assert PROBLEMS[name].status == status
    assert PROBLEMS[name].content_type == "application/json"


@pytest.mark.parametrize(("name", "status", "body"), OTHER)
def test_other_shapes(name, status, body):
    """FastAPI's own errors, the edge's and the generic server error have forms of their own."""
    problem = PROBLEMS[name]
    assert (problem.status, problem.body(FACTS)) == (status, body)
    is_json = body.startswith(b"{")
    assert problem.content_type == ("application/json" if is_json else "text/plain")


def test_plan():
    """The answer is framed by its length in bytes, after the fields that were handed in."""
    problem = Problem(400, "zu groß")
    head, data, end = problem.plan({}, (("date", "today"),))
    assert head == Head(400, (("date", "today"), ("content-length", str(len(data.data)))))
    assert (data, end) == (Data(problem.body({})), End())
    assert len(data.data) == len(problem.body({}).decode()) + 1


def test_missing_facts():
    """A fact that the request did not bring is shown as a gap, not as a failure."""
    body = json.loads(PROBLEMS["context_length_exceeded"].body({"limit": 5}))
    assert body["message"].endswith("Current length is <length> while limit is 5")


def test_braces_in_facts():
    """What the client sent may hold braces."""
    assert b"Model {x}{0} does" in PROBLEMS["model_not_found"].body({"model": "{x}{0}"})


def test_refusal():
    """A refusal carries the problem's name, the facts and more headers."""
    bare = RefusalError("server_error")
    assert (bare.problem, bare.facts, bare.headers, str(bare)) == (
        "server_error",
        {},
        (),
        "server_error",
    )
    full = RefusalError("queue_exceeded", {"a": 1}, headers=(("allow", "GET"),))
    assert (full.facts, full.headers) == ({"a": 1}, (("allow", "GET"),))
