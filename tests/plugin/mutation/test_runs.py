import json
from types import SimpleNamespace

import pytest

from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.scenario import Scenario, load
from pytest_cerebras.mutation.runs import Run, _end_of, applicable

HEALTHY = Scenario("healthy")


def exchanges(scenario=HEALTHY, **more):
    """Return the exchange for one request."""
    engine = Engine(scenario, now=0.0)
    key = engine.edition.keys.sample("mock-0000000000000000")
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    body = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "Why?"}], **more}
    request = Request("POST", "/v1/chat/completions", headers, json.dumps(body).encode())
    return [engine.handle(request, now=0.0)]


def names(run):
    return {one.name for one in applicable(run)}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"empty", "half", "another-text", "error"}),
        (
            {"stream": True},
            {"empty", "half", "another-text", "error", "doubled", "reordered"},
        ),
        (
            {
                "tools": [{"type": "function", "function": {"name": "weather"}}],
                "tool_choice": "required",
            },
            {"empty", "another-tool", "error"},
        ),
    ],
    ids=["document", "stream", "tools"],
)
def test_applicable(more, expected):
    """Only what changes an answer is played; the fault of a healthy scenario is none."""
    assert names(Run(exchanges=exchanges(**more))) == expected | {"other-facts"}


def test_only_the_fault_of_a_refused_request_can_go():
    run = Run(exchanges=exchanges(load("wrong-key")), was_broken=True)
    assert names(run) == {"healed"}


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (AssertionError(), "asserted"),
        (pytest.fail.Exception("DID NOT RAISE"), "asserted"),
        (ExceptionGroup("", [AssertionError()]), "asserted"),
        (ValueError(), "raised"),
        (SystemExit(), "raised"),
        (ExceptionGroup("", [ValueError()]), "raised"),
    ],
)
def test_ends(error, end):
    """An assertion that fails is the work of the test, another exception may be anybody's."""
    call = SimpleNamespace(excinfo=SimpleNamespace(value=error))
    assert _end_of(call, SimpleNamespace(passed=False)) == end
    assert _end_of(call, SimpleNamespace(passed=True)) == "passed"
