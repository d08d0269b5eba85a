import json

import pytest

from mockserver.core.messages import Request
from mockserver.scenario import Range, RequestView, request_predicates
from mockserver.scenario.predicate import first_failing

SECRET = "csk-topsecret0123456789"
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("get_time", "get_date")]


def view(endpoint="chat", *, attempt=1, headers=None, **body):
    fields = {"authorization": f"Bearer {SECRET}"} if headers is None else headers
    request = Request("POST", "/", fields, json.dumps(body).encode())
    return RequestView(endpoint, request=request, attempt=attempt)


def said(predicate, asked):
    """Return what differs, and check that a predicate either holds or says why."""
    failed = first_failing((predicate,), asked)
    return failed and failed.difference(asked)


HI = {"role": "user", "content": "Hi, Kiel"}
TABLE = [
    (request_predicates.endpoint("chat"), {}, None),
    (request_predicates.endpoint("models"), {}, "the endpoint is 'chat', not 'models'"),
    (request_predicates.method(("POST",)), {}, None),
    (request_predicates.method(("GET",)), {}, "the method is POST, not GET"),
    (request_predicates.model("llama*"), {"model": "llama3"}, None),
    (request_predicates.model("llama*"), {"model": "qwen"}, "the model is 'qwen', not 'llama*'"),
    (request_predicates.model("llama*"), {}, "the model is '', not 'llama*'"),
    (request_predicates.stream(wanted=True), {"stream": True}, None),
    (request_predicates.stream(wanted=True), {}, "stream is false, not true"),
    (request_predicates.attempt(Range(1, 1)), {}, None),
    (request_predicates.attempt(Range(2)), {}, "this is attempt 1, not 2 or more"),
    (request_predicates.key("csk-top*"), {}, None),
    (request_predicates.key("csk-low*"), {}, "the key does not match"),
    (request_predicates.key("*"), {"headers": {}}, "there is no key"),
    (request_predicates.header("x", "a*"), {"headers": {"x": "abc"}}, None),
    (
        request_predicates.header("x", "a*"),
        {"headers": {"x": "b"}},
        "the header 'x' is 'b', not 'a*'",
    ),
    (request_predicates.header("x", "*"), {"headers": {}}, "the header 'x' is missing"),
    (request_predicates.header("x", None), {"headers": {}}, None),
    (request_predicates.header("x", None), {"headers": {"x": ""}}, "the header 'x' is present"),
    (request_predicates.messages(Range(1, 1)), {"messages": [HI]}, None),
    (
        request_predicates.messages(Range(0, 1)),
        {"messages": [HI] * 2},
        "there are 2 messages, not 1 or less",
    ),
    (request_predicates.messages(Range(1)), {}, "there are 0 messages, not 1 or more"),
    (request_predicates.tools(wanted=True), {"tools": TOOLS}, None),
    (request_predicates.tools(wanted=True), {"tools": []}, "no tools are offered"),
    (request_predicates.tools(wanted=False), {}, None),
    (
        request_predicates.tools(wanted=False),
        {"tools": TOOLS},
        "tools are offered: get_time, get_date",
    ),
    (request_predicates.tools("get_date"), {"tools": TOOLS}, None),
    (
        request_predicates.tools("get"),
        {"tools": TOOLS},
        "'get' is not an offered tool (get_time, get_date)",
    ),
    (request_predicates.tools("get"), {}, "'get' is not an offered tool (none)"),
    (request_predicates.contains("Kiel"), {"messages": [HI]}, None),
    (request_predicates.contains("kiel"), {"messages": [HI]}, "the prompt does not contain 'kiel'"),
    (request_predicates.regex("K.e"), {"messages": [HI]}, None),
    (request_predicates.regex("^Kiel"), {"messages": [HI]}, "the prompt does not match '^Kiel'"),
    (request_predicates.json("$.seed", 1), {"seed": 1}, None),
    (request_predicates.json("$.seed", 1), {"seed": 1.0}, None),
    (request_predicates.json("$.seed", 1), {"seed": True}, "$.seed is True, not 1"),
    (request_predicates.json("$.seed", value=True), {"seed": 1}, "$.seed is 1, not True"),
    (request_predicates.json("$.seed", None), {"seed": None}, None),
    (request_predicates.json("$.seed", None), {}, "there is no $.seed"),
    (request_predicates.json("$.a", {"b": [1]}), {"a": {"b": [1]}}, None),
    (request_predicates.json("$.a[*]", 2), {"a": [1, 2]}, None),
    (request_predicates.json("$.a[*]", 9), {"a": [1, 2, 3, 4]}, "$.a[*] is 1 and 2 and 3, not 9"),
    (request_predicates.excluded((request_predicates.model("a"),)), {"model": "b"}, None),
    (
        request_predicates.excluded((request_predicates.model("a"),)),
        {"model": "a"},
        "the request fits 'not'",
    ),
    (
        request_predicates.excluded(
            (request_predicates.model("a"), request_predicates.stream(wanted=True))
        ),
        {"model": "a"},
        None,
    ),
]


@pytest.mark.parametrize(("predicate", "asked", "difference"), TABLE)
def test_traits(predicate, asked, difference):
    """A predicate holds, or says what the request has instead."""
    assert said(predicate, view(**asked)) == difference


def test_warming():
    """A warm-up must be named."""
    assert said(request_predicates.NOT_WARMING, view()) is None
    assert said(request_predicates.NOT_WARMING, view("warming")) == (
        "the endpoint is 'warming', which a rule matches only by name"
    )


@pytest.mark.parametrize(
    "name", ["authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key"]
)
def test_credentials_are_not_quoted(name):
    """What is secret is compared, and never shown."""
    asked = view(headers={name: f"Bearer {SECRET}"})
    assert said(request_predicates.header(name, "Bearer csk-*"), asked) is None
    assert said(request_predicates.header(name, f"Bearer {SECRET}!"), asked) == (
        f"the header {name!r} does not match"
    )


def test_long_values_are_shortened():
    """A difference stays readable."""
    found = said(request_predicates.header("x", "a"), view(headers={"x": "y" * 500}))
    assert len(found) < 100
