import json

import pytest

from mockserver.api.contract.problem import Problem, RefusalError
from mockserver.api.contract.problems import problems
from mockserver.plan import Data, End, Head


def test_plan():
    """The answer is framed by its length in bytes, after the fields that were handed in."""
    problem = Problem(400, "zu groß")
    head, data, end = problem.plan({}, (("date", "today"),))
    assert head == Head(400, (("date", "today"), ("content-length", str(len(data.data)))))
    assert (data, end) == (Data(problem.body({})), End())
    assert len(data.data) == len(problem.body({}).decode()) + 1


def test_missing_facts():
    """A fact that the request did not bring is shown as a gap, not as a failure."""
    body = json.loads(problems()["context_length_exceeded"].body({"limit": 5}))
    assert body["message"].endswith("Current length is <length> while limit is 5")


def test_braces_in_facts():
    """What the client sent may hold braces."""
    assert b"Model {x}{0} does" in problems()["model_not_found"].body({"model": "{x}{0}"})


def test_refusal():
    """A refusal carries the problem's name, the facts and more headers."""
    bare = RefusalError("server_error")
    assert (bare.problem, bare.facts, bare.headers, str(bare)) == (
        "server_error",
        {},
        (),
        "server_error",
    )
    full = RefusalError("queue_exceeded", {"a": 1}, headers=(("allow", "GET"),), status=503)
    assert (full.facts, full.headers, full.status) == ({"a": 1}, (("allow", "GET"),), 503)


@pytest.mark.parametrize(
    ("facts", "message"),
    [({}, "No 'Steps'."), ({"reason": "{model}"}, "No {model}."), ({"model": "m"}, "No 'Steps'.")],
)
def test_example(facts, message):
    """A reason that nobody gives is that of the example."""
    body = Problem(400, "No {reason}.", example="'Steps'").body(facts)
    assert json.loads(body)["message"] == message


def test_page():
    """The edge's page has its title, and a message is no markup."""
    problem = Problem(502, "Bad <gateway>", shape="html")
    page = problem.body({}).decode()
    assert "<title>api.cerebras.ai | 502: Bad &lt;gateway&gt;</title>" in page
    assert problem.content_type == "text/html; charset=UTF-8"


def test_event():
    """In mid-stream an error is nested, has its status and an empty id, whatever its own shape."""
    said = b'{"message":"m","type":"server_error","param":"","code":"","id":""}'
    problem = Problem(503, "{model}", "server_error", "", "")
    assert problem.event({"model": "m"}) == b'data: {"status_code":503,"error":%s}\n\n' % said


def test_event_as_answer():
    """A stream of nothing but an error has begun well, and no length."""
    problem = Problem(500, "Sorry.", shape="event")
    assert problem.plan({}, (("date", "today"),)) == (
        Head(200, (("date", "today"),)),
        Data(problem.event({})),
        End(),
    )
    assert problem.content_type == "text/event-stream; charset=utf-8"


def test_surrogates_in_facts():
    """What no encoding can hold becomes a question mark."""
    assert b'"message":"Model ?"' in Problem(404, "Model {model}").body({"model": "\udcff"})
