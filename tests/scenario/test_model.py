import datetime as dt
import json
import re

import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.core.errors import DocumentError
from mockserver.faults import FAULTS, Cut, Error, HangUp, Latency, Truncate
from mockserver.scenario import (
    Match,
    Prompt,
    Rule,
    Scenario,
    Schedule,
    Spent,
    State,
    StatusPage,
    Window,
    parse,
)

ADAPTER = TypeAdapter(Scenario)


def rule(**keys):
    return ADAPTER.validate_python({"name": "x", "rules": [keys]}).rules[0]


@pytest.fixture
def refused(told):
    """Return what tells the first error of a scenario."""

    def tell(**keys):
        with pytest.raises(ValidationError) as caught:
            ADAPTER.validate_python({"name": "x", **keys})
        return told(caught.value.errors()[0])

    return tell


def test_everything():
    """A scenario with every key becomes the values of the same names."""
    keys = {
        "version": 1,
        "name": "all",
        "description": "Everything.",
        "source": "https://example.org",
        "edition": "guide",
        "tier": "free",
        "seed": 7,
        "spent": {"requests": 3, "tokens": 4},
        "context": 100,
        "rules": [
            {
                "name": "one",
                "match": {
                    "endpoint": "chat",
                    "model": "llama*",
                    "stream": True,
                    "prompt": {"contains": "a", "regex": "b"},
                },
                "schedule": {"first": 1, "window": {"after": "1s"}},
                "reply": {"text": "hi", "reasoning": "Hm."},
                "faults": [{"latency": {"delay": "1s"}}, {"cut": {"after_tokens": 3}}],
            }
        ],
    }
    assert ADAPTER.validate_python(keys) == Scenario(
        "all",
        description="Everything.",
        source="https://example.org",
        edition="guide",
        tier="free",
        seed=7,
        spent=Spent(3, 4),
        context=100,
        rules=(
            Rule(
                "one",
                Match("chat", "llama*", stream=True, prompt=Prompt("a", "b")),
                Schedule(first=1, window=Window(after=1.0)),
                Script("hi", reasoning="Hm."),
                (Latency(1.0), Cut(3)),
            ),
        ),
    )


def test_defaults():
    """A name is enough; an empty rule is for everything and changes nothing."""
    assert ADAPTER.validate_python({"name": "x"}) == Scenario("x")
    assert rule() == Rule() == Rule("", Match(), Schedule(), Script(), ())
    assert rule(state={"sets": "down"}).state == State(requires=None, sets="down")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"error": {"status": 503}}, Error(status=503)),
        (
            {"error": {"problem": "tokens_per_day", "retry_after": "auto"}},
            Error(problem="tokens_per_day"),
        ),
        (
            {"error": {"problem": "queue_exceeded", "retry_after": "1.5s", "headers": {"a": "b"}}},
            Error(problem="queue_exceeded", retry_after=1.5, headers={"a": "b"}),
        ),
        ({"latency": {"delay": "250ms", "jitter": "50ms"}}, Latency(0.25, 0.05)),
        ({"truncate": {"tokens": 0}}, Truncate(0)),
        ({"cut": {}}, Cut()),
        ({"cut": {"after_bytes": 9, "by": "rst"}}, Cut(after_bytes=9, by="rst")),
        ({"hang_up": {}}, HangUp()),
    ],
)
def test_faults(entry, fault):
    """A fault is a mapping with one key, its name, over the fault's own keys."""
    assert rule(faults=[entry]).faults == (fault,)


@pytest.mark.parametrize("entry", [{}, {"cut": {}, "truncate": {"tokens": 1}}])
def test_one_fault(refused, entry):
    """An entry without a fault, or with two, is refused with the names of all faults."""
    message = refused(rules=[{"faults": [entry]}])
    assert message == f"should name exactly one fault: {', '.join(FAULTS)}"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"name": ""}, "string_too_short 1"),
        ({"version": 2}, "literal_error 1"),
        ({"context": 0}, "greater_than_equal 1"),
        ({"spent": {"requests": -1}}, "greater_than_equal 0"),
        ({"rules": [{"match": {"endpoint": "chats"}}]}, "'chat', 'completions'"),
        ({"rules": [{"faults": [{"error": {"problem": "x"}}]}]}, "is not the name of a problem"),
        (
            {"rules": [{"faults": [{"error": {"status": 99}}]}]},
            "should be a status from 200 to 599",
        ),
        ({"rules": [{"faults": [{"error": {}}]}]}, "should have a 'problem' or a 'status'"),
        ({"rules": [{"faults": [{"truncate": {}}]}]}, "missing"),
        ({"rules": {"name": "x"}}, "tuple_type"),
        ({"rules": [{"count_by": "session"}]}, "literal_error 'request'"),
        ({"rules": [{"state": {"requires": ""}}]}, "string_too_short 1"),
        ({"rules": [{"then": "stay"}]}, "has 'then' without a 'sequence'"),
        (
            {"rules": [{"reply": {"text": "a"}, "sequence": ["pass"]}]},
            "has both 'reply' and 'sequence'; put the reply in the sequence",
        ),
        (
            {"rules": [{"faults": [{"no_done": {}}], "sequence": ["pass"]}]},
            "has both 'faults' and 'sequence'; put the faults in the sequence",
        ),
    ],
)
def test_refused(refused, keys, message):
    """Values that make no sense are refused, with what would."""
    assert message in refused(**keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"rule": []},
        {"spent": {"request": 1}},
        {"rules": [{"names": "x"}]},
        {"rules": [{"match": {"path": "x"}}]},
        {"rules": [{"match": {"prompt": {"text": "x"}}}]},
        {"rules": [{"match": {"excluded": {"stream": True}}}]},
        {"rules": [{"match": {"messages": {"least": 1}}}]},
        {"rules": [{"schedule": {"any_of": [{"first": 1}]}}]},
        {"rules": [{"state": {"required": "x"}}]},
        {"rules": [{"sequence": [{"txt": "x"}, "pass"]}]},
        {"rules": [{"schedule": {"calls": 1}}]},
        {"rules": [{"schedule": {"window": {"until": "1s"}}}]},
        {"rules": [{"reply": {"txt": "x"}}]},
        {"rules": [{"faults": [{"cuts": {}}]}]},
        {"rules": [{"faults": [{"cut": {"after": 1}}]}]},
        {"rules": [{"faults": [{"latency": {"delay": "1s", "by": "1s"}}]}]},
        {"rules": [{"faults": [{"error": {"status": 500, "text": "x"}}]}]},
        {"rules": [{"faults": [{"truncate": {"tokens": 1, "at": 1}}]}]},
    ],
)
def test_unknown_keys(keys):
    """A key that nothing reads is refused wherever it stands."""
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python({"name": "x", **keys})
    kinds = {error["type"] for error in caught.value.errors()}
    assert kinds <= {"extra_forbidden", "unexpected_keyword_argument"}


@pytest.mark.parametrize(
    ("keys", "reply"),
    [
        ({"tokens": 9}, Script(tokens=9)),
        ({"json": {"a": [1, None]}}, Script(json={"a": [1, None]})),
        ({"echo": True, "reasoning": "Hm."}, Script(echo=True, reasoning="Hm.")),
        ({"tool_calls": [{"name": "a"}]}, Script(tool_calls=(ScriptedCall("a"),))),
        (
            {"tool_calls": [{"name": "a", "arguments": {"b": 1}}, {"name": "c", "arguments": "{"}]},
            Script(tool_calls=(ScriptedCall("a", {"b": 1}), ScriptedCall("c", "{"))),
        ),
    ],
)
def test_reply(keys, reply):
    """A reply is scripted by its keys."""
    assert rule(reply=keys).reply == reply


@pytest.mark.parametrize(
    "keys",
    [
        {"tokens": -1},
        {"tool_calls": [{}]},
        {"tool_calls": [{"name": "a", "id": "1"}]},
        {"tool_calls": [{"name": "a", "arguments": [1]}]},
        {"json": dt.date(2026, 1, 1)},
    ],
)
def test_no_reply(refused, keys):
    """What cannot be said in JSON cannot be scripted."""
    assert refused(rules=[{"reply": keys}])


def test_status():
    """A page is late, or says what it always says; not both, and only in Statuspage's words."""
    assert ADAPTER.validate_python({"name": "x"}).status == StatusPage()
    late = ADAPTER.validate_python({"name": "x", "status": {"lag": "5m"}})
    assert late.status == StatusPage(lag=300.0)
    wrong = ADAPTER.validate_python({"name": "x", "status": {"says": "major_outage"}})
    assert wrong.status == StatusPage(says="major_outage")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"lag": "5m", "says": "operational"}, "has both 'lag' and 'says'"),
        ({"says": "fine"}, "'operational', 'degraded_performance', 'partial_outage'"),
        ({"lag": 300}, "unit"),
        ({"lags": "5m"}, "lags"),
    ],
)
def test_wrong_status(status, said):
    """Anything else is an error that says what is allowed."""
    with pytest.raises(DocumentError, match=re.escape(said)):
        parse(json.dumps({"name": "x", "status": status}))
