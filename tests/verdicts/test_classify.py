"""The table of what can go wrong in an exchange: its classes, its sentences, and its users."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mockserver.engine import Engine
from mockserver.faults import (
    FAULTS,
    BadChunk,
    Bandwidth,
    ContentLength,
    ContentType,
    Corrupt,
    Cut,
    Disconnect,
    Drip,
    EmptyAnswer,
    Error,
    ErrorEvent,
    EventFormat,
    Garbage,
    Gzip,
    HangAfterDone,
    HangUp,
    HeaderChanges,
    Huge,
    JsonPatch,
    KeepAlive,
    Latency,
    NoCompletion,
    NoDone,
    NoFinish,
    NoLastNewline,
    Pace,
    ReasoningOnly,
    SlowBody,
    Split,
    Stall,
    Tamper,
    Truncate,
    WrongMode,
    WrongShape,
)
from mockserver.plan import Data, End, Head
from mockserver.scenario import Rule, load, names
from mockserver.scenario.injection import PAST_BUDGET
from mockserver.verdicts.classify import ROWS, classify, own_mistake, rows_met
from mockserver.verdicts.exchange_view import ExchangeView
from mockserver.verdicts.fault_classes import FAULT_CLASSES

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CHAT = {"model": "gpt-oss-120b"}
STREAM = {**CHAT, "stream": True}
CALLS = {"tools": [TOOL], "tool_choice": "required", **CHAT}


@pytest.fixture
def found(engine, ask, now):
    """Return a function that plays one request and classifies the exchange."""

    def play(rule=None, keys=None, **request):
        running = engine(Rule(**(rule or {})), **(keys or {}))
        exchange = running.handle(ask(**request), now=now)
        return classify(exchange, running.edition)

    return play


# a fault of each name, and a request in whose answer it is met
FAULTY = {
    "error": (Error("server_error"), CHAT),
    "headers": (HeaderChanges({"content-type": "text/html"}), CHAT),
    "no_completion": (NoCompletion("page"), CHAT),
    "wrong_mode": (WrongMode(), CHAT),
    "wrong_shape": (WrongShape("null_content"), CHAT),
    "json_patch": (JsonPatch(remove=("/id",)), CHAT),
    "corrupt": (Corrupt("malformed"), CHAT),
    "huge": (Huge(bytes=100), CHAT),
    "content_type": (ContentType("text/plain"), CHAT),
    "content_length": (ContentLength(off_by=2), CHAT),
    "gzip": (Gzip(), CHAT),
    "latency": (Latency(2), CHAT),
    "slow_body": (SlowBody(2), CHAT),
    "stall": (Stall(), CHAT),
    "keep_alive": (KeepAlive(every=1, lasting=2), STREAM),
    "drip": (Drip(every=1), STREAM),
    "bandwidth": (Bandwidth(99), STREAM),
    "pace": (Pace(first_token=2), STREAM),
    "truncate": (Truncate(tokens=5), CHAT),
    "empty_answer": (EmptyAnswer(), CHAT),
    "reasoning_only": (ReasoningOnly(9), CHAT),
    "error_event": (ErrorEvent(), STREAM),
    "no_finish": (NoFinish(), STREAM),
    "no_done": (NoDone(), STREAM),
    "no_last_newline": (NoLastNewline(), STREAM),
    "hang_after_done": (HangAfterDone(), STREAM),
    "tamper": (Tamper("empty_choices", at=2), STREAM),
    "sse": (EventFormat(event="message"), STREAM),
    "split": (Split(), STREAM),
    "cut": (Cut(after_tokens=3), STREAM),
    "disconnect": (Disconnect(), CHAT),
    "garbage": (Garbage(), CHAT),
    "bad_chunk": (BadChunk(), CHAT),
    "hang_up": (HangUp(), CHAT),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_leads_to_a_row(found, name):
    """No fault goes by untold and uncounted: a new one needs a row, and an example here."""
    fault, body = FAULTY[name]
    told = found({"faults": (fault,)}, **body)
    assert told.what or told.fault_classes


# what no shipped scenario plays, as a rule and a request
OTHERS = [
    ({}, {"headers": {}}),
    ({}, {"headers": {"authorization": "Bearer sk-proj-abc"}}),
    ({}, {"model": "nobody"}),
    ({}, {"max_completion_tokens": "all"}),
    ({}, {"max_completion_tokens": 4, **CHAT}),
    ({}, {"messages": [{"role": "user", "content": "word " * 9000}]}),
    ({"faults": (Error(status=401),)}, {}),
    ({"faults": (Error(status=402, should_retry=True),)}, {}),
    ({"faults": (Error(status=403),)}, {}),
    ({"faults": (Error(status=404),)}, {}),
    ({"faults": (Error(status=409),)}, {}),
    ({"faults": (Error(status=422),)}, {}),
    ({"faults": (Error(status=503),)}, {}),
    ({"faults": PAST_BUDGET.faults}, {}),
    ({}, {"endpoint": "/models"}),
    ({"faults": (Cut(after_tokens=0),)}, {}),
    ({"faults": (WrongShape("empty_tool_calls"),)}, CALLS),
    ({"faults": (WrongShape("no_choices"),)}, {}),
    ({"faults": (NoCompletion("error"),)}, {}),
]


def test_each_row_is_reached(engine, ask, now):
    """The shipped scenarios, a fault of each name and a few requests more meet every row."""
    rules = [({"faults": (fault,)}, body) for fault, body in FAULTY.values()]
    plays = [(engine(Rule(**rule)), [ask(**body)]) for rule, body in [*rules, *OTHERS]]
    asked = [ask(), ask(stream=True), ask(**CHAT), ask(**CALLS)]
    plays += [(Engine(load(name), now=now), 8 * asked) for name in names()]
    met = {
        row
        for running, requests in plays
        for request in requests
        for row in rows_met(ExchangeView(running.handle(request, now=now), running.edition))
    }
    assert [row for row in ROWS if row not in met] == []


def test_rows():
    """Each row is of a class that coverage knows, or of none; a class has a row."""
    classes = {row.fault_class for row in ROWS}
    assert classes - {""} == FAULT_CLASSES.keys() - {"unreachable"}
    assert all(bool(row.what) == bool(row.fix) for row in ROWS)


ROOT = Path(__file__).parents[2]
TABLE = ("classify.py", "malformed_success.py", "fault_classes.py")


@pytest.mark.parametrize("package", ["mockserver", "pytest_cerebras"])
def test_nothing_is_classified_elsewhere(package):
    """No other module names a class, or asks by itself what a bad 200 is."""
    for path in (ROOT / package).rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        named = {one.value for one in nodes if isinstance(one, ast.Constant)}
        asked = {one.module for one in nodes if isinstance(one, ast.ImportFrom)}
        if path.name not in TABLE:
            distinct = {name for name in FAULT_CLASSES if "-" in name}
            assert not named & distinct, path
            assert "MALFORMED_SUCCESS" not in path.read_text("utf-8"), path
            assert not asked & {"mockserver.verdicts.malformed_success"}, path


class Own:
    """A fault of a user's own, which answers with these bytes."""

    def __init__(self, data):
        self.data = data

    def apply(self, plan, context):
        """Put them in the place of all else."""
        return (Head(200, (("content-type", "text/plain"),)), Data(self.data), End())


@pytest.mark.parametrize(
    ("faults", "body", "classes", "what"),
    [
        # no client takes the end of such a stream for a lost connection
        ((Cut(after_tokens=3, by="eof"),), STREAM, ("silent-end",), "without a finish_reason"),
        # the connection is there still
        ((Stall(),), CHAT, ("stall",), "no answer came"),
        # what has changed nothing is not met
        ((NoDone(),), CHAT, (), ""),
        # it was no refusal that the client got
        ((ErrorEvent("queue_exceeded"),), STREAM, ("error-event",), "ended the stream"),
        # the mock has done it, not the API
        (PAST_BUDGET.faults, CHAT, (), "more requests than a test may"),
        # a user's own fault, by what it has made of the answer
        ((Own(b"<html>sign in"),), CHAT, ("page",), "HTML page"),
        ((Own(b"[]"),), CHAT, ("broken-body",), "not a JSON object"),
    ],
)
def test_class_and_sentence_agree(found, faults, body, classes, what):
    """What is counted is what is told."""
    told = found({"faults": faults}, **body)
    assert told.fault_classes == classes
    assert what in told.what


@pytest.mark.parametrize("path", ["/models", "/v1/nothing"])
def test_unknown_path(engine, ask, now, path):
    """A 404 for a path is none for a model."""
    running = engine()
    assert classify(running.handle(ask(path), now=now), running.edition).fault_classes == ()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"model": "cerebras/gpt-oss-120b"}, "a router's additions"),
        ({"model": "ours-7b"}, "'ours-7b' is not served"),
        ({"max_completion_tokens": 10**7}, "more than the window"),
    ],
)
def test_own_mistake(engine, ask, now, body, what):
    """What the client has asked for in vain is its own mistake."""
    running = engine()
    found = own_mistake(running.handle(ask(**body), now=now), running.edition)
    assert found is not None
    assert what in found.what
    assert found.fix


def test_no_mistake_of_its_own(engine, ask, now):
    """An answer is none, and nothing that the scenario does."""
    withdrawn = Rule(faults=(Error(status=404, code="model_not_found"),))
    for running, status in ((engine(), 200), (engine(withdrawn), 404)):
        exchange = running.handle(ask(), now=now)
        assert exchange.status == status
        assert own_mistake(exchange, running.edition) is None
