import json

import pytest

from mockserver.core.messages import Request
from mockserver.scenario import Range, Subject, traits
from mockserver.scenario.condition import failing

SECRET = "csk-topsecret0123456789"
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("get_time", "get_date")]


def subject(endpoint="chat", *, attempt=1, headers=None, **body):
    fields = {"authorization": f"Bearer {SECRET}"} if headers is None else headers
    request = Request("POST", "/", fields, json.dumps(body).encode())
    return Subject(endpoint, request=request, attempt=attempt)


def said(trait, asked):
    """Return what differs, and check that a condition either holds or says why."""
    failed = failing((trait,), asked)
    return failed and failed.difference(asked)


HI = {"role": "user", "content": "Hi, Kiel"}
TABLE = [
    (traits.endpoint("chat"), {}, None),
    (traits.endpoint("models"), {}, "the endpoint is 'chat', not 'models'"),
    (traits.method(("POST",)), {}, None),
    (traits.method(("GET",)), {}, "the method is POST, not GET"),
    (traits.model("llama*"), {"model": "llama3"}, None),
    (traits.model("llama*"), {"model": "qwen"}, "the model is 'qwen', not 'llama*'"),
    (traits.model("llama*"), {}, "the model is '', not 'llama*'"),
    (traits.stream(wanted=True), {"stream": True}, None),
    (traits.stream(wanted=True), {}, "stream is false, not true"),
    (traits.attempt(Range(1, 1)), {}, None),
    (traits.attempt(Range(2)), {}, "it is attempt 1, not 2 or more"),
    (traits.key("csk-top*"), {}, None),
    (traits.key("csk-low*"), {}, "the key is another one"),
    (traits.key("*"), {"headers": {}}, "there is no key"),
    (traits.header("x", "a*"), {"headers": {"x": "abc"}}, None),
    (traits.header("x", "a*"), {"headers": {"x": "b"}}, "the header 'x' is 'b', not 'a*'"),
    (traits.header("x", "*"), {"headers": {}}, "the header 'x' is not there"),
    (traits.header("x", None), {"headers": {}}, None),
    (traits.header("x", None), {"headers": {"x": ""}}, "the header 'x' is there"),
    (traits.messages(Range(1, 1)), {"messages": [HI]}, None),
    (traits.messages(Range(0, 1)), {"messages": [HI] * 2}, "there are 2 messages, not 1 or less"),
    (traits.messages(Range(1)), {}, "there are 0 messages, not 1 or more"),
    (traits.tools(wanted=True), {"tools": TOOLS}, None),
    (traits.tools(wanted=True), {"tools": []}, "no tools are offered"),
    (traits.tools(wanted=False), {}, None),
    (traits.tools(wanted=False), {"tools": TOOLS}, "tools are offered: get_time, get_date"),
    (traits.tools("get_date"), {"tools": TOOLS}, None),
    (traits.tools("get"), {"tools": TOOLS}, "no tool 'get' is offered, but get_time, get_date"),
    (traits.tools("get"), {}, "no tool 'get' is offered, but none"),
    (traits.contains("Kiel"), {"messages": [HI]}, None),
    (traits.contains("kiel"), {"messages": [HI]}, "the prompt does not contain 'kiel'"),
    (traits.regex("K.e"), {"messages": [HI]}, None),
    (traits.regex("^Kiel"), {"messages": [HI]}, "the prompt does not match '^Kiel'"),
    (traits.json("$.seed", 1), {"seed": 1}, None),
    (traits.json("$.seed", 1), {"seed": 1.0}, None),
    (traits.json("$.seed", 1), {"seed": True}, "$.seed is True, not 1"),
    (traits.json("$.seed", value=True), {"seed": 1}, "$.seed is 1, not True"),
    (traits.json("$.seed", None), {"seed": None}, None),
    (traits.json("$.seed", None), {}, "there is no $.seed"),
    (traits.json("$.a", {"b": [1]}), {"a": {"b": [1]}}, None),
    (traits.json("$.a[*]", 2), {"a": [1, 2]}, None),
    (traits.json("$.a[*]", 9), {"a": [1, 2, 3, 4]}, "$.a[*] is 1 and 2 and 3, not 9"),
    (traits.excluded((traits.model("a"),)), {"model": "b"}, None),
    (traits.excluded((traits.model("a"),)), {"model": "a"}, "it is what 'not' describes"),
    (
        traits.excluded((traits.model("a"), traits.stream(wanted=True))),
        {"model": "a"},
        None,
    ),
]


@pytest.mark.parametrize(("trait", "asked", "difference"), TABLE)
def test_traits(trait, asked, difference):
    """A trait holds, or says what the request is instead."""
    assert said(trait, subject(**asked)) == difference


def test_warming():
    """A warm-up must be named."""
    assert said(traits.NOT_WARMING, subject()) is None
    assert said(traits.NOT_WARMING, subject("warming")) == (
        "the endpoint is 'warming', which a rule must name"
    )


@pytest.mark.parametrize(
    "name", ["authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key"]
)
def test_credentials_are_not_quoted(name):
    """What is secret is compared, and never shown."""
    asked = subject(headers={name: f"Bearer {SECRET}"})
    assert said(traits.header(name, "Bearer csk-*"), asked) is None
    assert said(traits.header(name, f"Bearer {SECRET}!"), asked) == (
        f"the header {name!r} is another one"
    )


def test_long_values_are_shortened():
    """A difference stays readable."""
    found = said(traits.header("x", "a"), subject(headers={"x": "y" * 500}))
    assert len(found) < 100
