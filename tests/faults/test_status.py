import json
from random import Random

import pytest

from mockserver.api.problems import PROBLEMS
from mockserver.faults import Context, Error
from mockserver.plan import Close, Data, End, Head, Wait

OK = (Head(200, (("content-type", "application/json"),)), Data(b"{}", 3), End())
FACTS = {"model": "m", "length": 9000, "limit": 8192}


def apply(fault, plan=OK):
    return fault.apply(plan, Context(Random(1), now=0.0, facts=FACTS))


def body(plan):
    return json.loads(plan[1].data)


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem(name):
    """Each problem of the catalogue can be injected, with the catalogue's status and body."""
    head, data, end = apply(Error(problem=name))
    problem = PROBLEMS[name]
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
    ("wait", "header"),
    [
        (None, None),
        (0.0, "0"),
        (0.25, "0.25"),
        (2.0, "2"),
        (60.0, "60"),
        (86400.0, "86400"),
        (1036800.0, "1036800"),
    ],
)
def test_retry_after(wait, header):
    """Retry-After is in seconds, and only there when asked for."""
    head, *_ = apply(Error(problem="queue_exceeded", retry_after=wait))
    assert head.header("retry-after") == header


def test_headers():
    """More header fields are added, their names in lower case."""
    head, *_ = apply(Error(status=500, headers={"X-Should-Retry": "false"}))
    assert head.header("x-should-retry") == "false"


@pytest.mark.parametrize("plan", [(), (Wait(1), Head(200), Data(b"x"), Close()), OK])
def test_replaces(plan):
    """Whatever was planned, the error takes its place."""
    assert apply(Error(status=500), plan) == apply(Error(status=500))


def test_names_nothing():
    """An error must name a problem or a status."""
    with pytest.raises(ValueError, match="names neither a problem nor a status"):
        Error(message="what?")


def test_length_in_bytes():
    """The answer is framed by its length in bytes."""
    head, data, _ = apply(Error(status=500, message="größer"))
    assert int(head.header("content-length")) == len(data.data)


@pytest.mark.parametrize("message", ["Unexpected {", "{}", '{"error": "x"}'])
def test_braces(message):
    """A message may hold braces that name nothing."""
    assert body(apply(Error(status=500, message=message)))["message"] == message


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("x y", "a", "is not a header field"),
        ("x", "a\nb", "is not a header field"),
        ("Content-Length", "3", "the mock's own"),
        ("transfer-encoding", "chunked", "the mock's own"),
    ],
)
def test_wrong_headers(name, value, wrong):
    """A header that can't be sent, or would break the framing, is refused."""
    with pytest.raises(ValueError, match=wrong):
        Error(status=500, headers={name: value})
