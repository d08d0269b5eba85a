"""The keys of a match; what each looks at is in ``test_traits``."""

import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.core.documents import Document
from mockserver.core.errors import DocumentError
from mockserver.core.messages import Request
from mockserver.scenario import Match, Prompt, Range, RequestView
from mockserver.scenario.predicate import first_failing

CHAT = RequestView(
    "chat",
    request=Request("POST", "/v1/chat/completions"),
    attempt=2,
    read={
        "model": "llama3.1-8b",
        "stream": True,
        "messages": [{"role": "user", "content": "What is the weather in Kiel?"}],
    },
)


def difference(match, view=CHAT):
    failed = first_failing(match.predicates(), view)
    return failed and failed.difference(view)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (Match(), None),
        (Match(endpoint="chat"), None),
        (Match(endpoint="models"), "the endpoint is 'chat', not 'models'"),
        (Match(model="llama3.1-*"), None),
        (Match(model="LLAMA*"), "the model is 'llama3.1-8b', not 'LLAMA*'"),
        (Match(model=""), "the model is 'llama3.1-8b', not ''"),
        (Match(stream=True), None),
        (Match(stream=False), "stream is true, not false"),
        (Match(prompt=Prompt(contains="weather", regex="Kiel")), None),
        (
            Match(prompt=Prompt(contains="weather", regex="Rome")),
            "the prompt does not match 'Rome'",
        ),
        (Match(key="csk-*"), "there is no key"),
        (Match(headers={"X-Team": "a"}), "the header 'x-team' is missing"),
        (Match(headers={"X-Team": None}), None),
        (Match(messages=2), "there are 1 messages, not 2"),
        (Match(messages=Range(1, 3)), None),
        (Match(tools=True), "no tools are offered"),
        (Match(tools=False), None),
        (Match(json={"$.stream": True, "$.model": "x"}), "$.model is 'llama3.1-8b', not 'x'"),
        (Match(attempt=2), None),
        (Match(attempt=Range(3)), "this is attempt 2, not 3 or more"),
        (Match(method=("GET", "POST")), None),
        (Match(method=("GET", "HEAD")), "the method is POST, not GET or HEAD"),
        (Match(excluded=Match(model="qwen*")), None),
        (Match(excluded=Match(model="llama*", stream=False)), None),
        (Match(excluded=Match(model="llama*", stream=True)), "the request fits 'not'"),
        (Match(excluded=Match(excluded=Match(stream=True))), None),
        (Match(endpoint="chat", model="llama*", stream=True, attempt=2), None),
        (
            Match(endpoint="completions", model="qwen*"),
            "the endpoint is 'chat', not 'completions'",
        ),
    ],
)
def test_difference(match, said):
    """A match says the first thing that differs, or nothing when the request is its own."""
    assert difference(match) == said


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        (Match(), False),
        (Match(model="*"), False),
        (Match(excluded=Match(endpoint="chat")), False),
        (Match(endpoint="warming"), True),
    ],
)
def test_warming(match, matches):
    """The SDK's warm-up is matched by rules that name it, not by those for everything."""
    assert (difference(match, RequestView("warming")) is None) is matches


def test_not_warming():
    """A rule that is for all but one thing is not for the warm-up, whatever that thing is."""
    match = Match(excluded=Match(endpoint="models"))
    assert difference(match, RequestView("warming")) == (
        "the endpoint is 'warming', which a rule matches only by name"
    )


def test_unknown_endpoint():
    """A rule for everything is also for requests to unknown paths; others are not."""
    assert difference(Match(), RequestView()) is None
    assert difference(Match(endpoint="chat"), RequestView()) == "the endpoint is None, not 'chat'"


def test_yaml():
    """In YAML an exclusion is ``not``, a number may be bounds, and null is a missing field."""
    keys = {
        "key": "csk-*",
        "headers": {"X-Team": None},
        "messages": {"min": 2},
        "tools": "get_time",
        "json": {"$.seed": None},
        "attempt": 1,
        "not": {"stream": True, "tools": False},
    }
    assert TypeAdapter(Match).validate_python(keys) == Match(
        key="csk-*",
        headers={"X-Team": None},
        messages=Range(2),
        tools="get_time",
        json={"$.seed": None},
        attempt=1,
        excluded=Match(stream=True, tools=False),
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"endpoint": "/v1/chat/completions"}, "should be the name of an endpoint; write 'chat'"),
        ({"endpoint": "/v1/files"}, "write 'upload_file' or 'files'"),
        ({"endpoint": "nothing"}, "literal_error 'chat', "),
        ({"not": {}}, "'not' is empty, so no request would match"),
        ({"tools": 3}, "string_type"),
        ({"headers": {"a": 1}}, "string_type"),
        ({"headers": ["a"]}, "dict_type"),
        ({"json": {"model": "x"}}, "is not a JSONPath"),
        ({"messages": "many"}, "whole number"),
        ({"prompt": {"regex": "a("}}, "is not a regular expression"),
    ],
)
def test_refused(told, keys, said):
    """What can't be matched is refused when it is read, in one error."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Match).validate_python(keys)
    (error,) = caught.value.errors()
    assert said in told(error)


@pytest.mark.parametrize(
    ("text", "names"),
    [("GET", ("GET",)), ("get", ("GET",)), ("[Post, delete]", ("POST", "DELETE"))],
)
def test_methods(text, names):
    """One or several, in any case."""
    assert Document(f"method: {text}", source="x").read_as(TypeAdapter(Match)).method == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("GTE", "no method is called 'GTE', found 'GTE'; did you mean 'GET'? Allowed are GET, "),
        (
            "[GET, pots]",
            "no method is called 'pots', found ['GET', 'pots']; did you mean 'POST'? Allowed ",
        ),
        ("[]", "should be an HTTP method, such as GET, or a list of HTTP methods, found []"),
        ("3", "should be an HTTP method, such as GET, or a list of HTTP methods, found 3"),
        ("[3]", "should be an HTTP method, such as GET, or a list of HTTP methods, found [3]"),
    ],
)
def test_unknown_methods(text, said):
    """What is no method is told, with what is meant."""
    with pytest.raises(DocumentError) as caught:
        Document(f"method: {text}", source="x").read_as(TypeAdapter(Match))
    assert str(caught.value).startswith(f"x:1:9: method: {said}")
