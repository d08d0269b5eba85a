import math
from dataclasses import replace

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.core.errors import ShortenedError
from mockserver.core.messages import Request
from mockserver.faults import Cut, Error, ErrorEvent, NoFinish, Truncate
from mockserver.journal import Exchange
from mockserver.plan import Close, Data, End, Head, Wait
from mockserver.scenario import Match, Rule, Schedule, State

SECRET = "csk-topsecret0123456789abcdef"
OK = (Head(200), Data(b'{"finish_reason":"stop"}', 3), End())
BUSY = (Head(503), Data(b'{"message":"Busy.","code":"service_unavailable"}'), End())
EVENTS = Head(200, (("content-type", "text/event-stream"),))
BROKEN = (
    EVENTS,
    Data(b'data: {"choices":[]}\n\n', 3),
    Data(b'data: {"status_code":500,"error":{"message":"Sorry.","code":""}}\n\n'),
    End(),
)
LOST = (Head(200), Data(b"x", 2), Close())


def exchange(plan=OK, **changes):
    request = Request("POST", "/v1/chat/completions", changes.pop("headers", {}), b"{}")
    fields = {"number": 1, "at": 0.0, "request": request, "endpoint": "chat", "model": "m"}
    return Exchange(**(fields | {"stream": False, "plan": plan} | changes))


@pytest.mark.parametrize(
    ("plan", "status", "refused", "interrupted", "failed"),
    [
        (OK, 200, False, False, False),
        (BUSY, 503, True, False, True),
        (LOST, 200, False, True, True),
        (BROKEN, 200, False, False, True),
        ((EVENTS, Data(b'data: {"finish_reason":"stop"}'), End()), 200, False, False, False),
        ((EVENTS, Data(b'data: {"choices":[]}'), End()), 200, False, False, True),
        ((EVENTS, End()), 200, False, False, True),
        ((replace(EVENTS, bodiless=True), End()), 200, False, False, False),
        ((Close(reset=True),), None, True, True, True),
        ((), None, True, True, True),
        ((Wait(math.inf),), None, True, False, True),
    ],
)
def test_fate(plan, status, refused, interrupted, failed):
    """An exchange knows whether it was refused, interrupted, or failed in any way."""
    found = exchange(plan)
    assert (found.status, found.refused) == (status, refused)
    assert (found.interrupted, found.failed) == (interrupted, failed)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *[("3", 3.0), ("1.5", 1.5), ("0", 0.0), ("", None), ("soon", None), ("nan", None)],
        *[("-5", None), ("²", None), ("1.5.2", None), ("1 2 3 4 5 6 7", None)],
        ("Thu, 01 Jan 1970 00:01:30 GMT", 59.1),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:01:30", 59.1),
    ],
)
def test_retry_after(value, seconds):
    """Retry-After is read when it is a number of seconds or a date."""
    plan = (Head(429, (("retry-after", value),)), End())
    assert exchange(plan, at=30.9).retry_after == seconds


@pytest.mark.parametrize(("value", "seconds"), [("300", 0.3), ("0", 0.0), ("soon", 2.0)])
def test_retry_after_ms(value, seconds):
    """The SDKs' own field wins, unless it makes no sense."""
    plan = (Head(429, (("retry-after", "2"), ("retry-after-ms", value))), End())
    assert exchange(plan).retry_after == seconds


def test_stalled():
    """An answer without an end has stalled, and says no finish reason that nobody has seen."""
    found = exchange((Head(200), Data(b'{"finish_reason":"stop"}', 3), Wait(math.inf)))
    assert (found.stalled, exchange().stalled) == (True, False)
    assert found.outcome == "200, 3 tokens, stalled"


def test_no_retry_after():
    """Without the header, or a head at all, there is nothing to wait for."""
    assert exchange(OK).retry_after is None
    assert exchange((Close(),)).retry_after is None


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (OK, {}),
        (BUSY, {"message": "Busy.", "code": "service_unavailable"}),
        (BROKEN, {"message": "Sorry.", "code": "", "status_code": 500}),
        ((EVENTS, Data(b'data: {"status_code":500}'), End()), {}),
        ((EVENTS, Data(b'data: {"status_code":500,'), End()), {}),
        ((Head(502), Data(b"<html>"), End()), {}),
        ((Head(500), Data(b"[1]"), End()), {}),
        ((Head(404), Data(b""), End()), {}),
        ((Close(),), {}),
        ((Head(400), Data(b'{"a"'), Data(b":1}"), End()), {"a": 1}),
    ],
)
def test_error(plan, error):
    """The error body is there when it is a JSON object."""
    assert exchange(plan).error == error


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        *[(b'{"a":1}', {"a": 1}), (b"[1]", {}), (b"{", {}), (b"", {}), (b"\xff", {})],
        pytest.param(b"[" * 100_000, {}, id="too deep"),
    ],
)
def test_body(sent, body):
    """What the app sent is there when it is a JSON object."""
    assert exchange(request=Request("POST", "/", {}, sent)).body == body


@pytest.mark.parametrize(
    ("rule", "stream", "outcome"),
    [
        ({"reply": Script(text="one two")}, False, "200, 2 tokens, stop"),
        ({"reply": Script(tokens=900)}, True, "200, 512 tokens, length"),
        ({"faults": (Truncate(3),)}, True, "200, 3 tokens, length"),
        ({"faults": (Cut(4),)}, True, "200, 4 tokens, connection lost"),
        (
            {"reply": Script(tokens=9), "faults": (NoFinish(),)},
            True,
            "200, 9 tokens, no finish_reason",
        ),
        (
            {"faults": (ErrorEvent(after_tokens=2, form="string", event="error", done=True),)},
            True,
            "200, Encountered a server error, please try again., 2 tokens",
        ),
        (
            {"faults": (Error(problem="queue_exceeded", retry_after=7.0),)},
            False,
            "429, queue_exceeded, Retry-After 7",
        ),
        (
            {"faults": (Error(status=500),)},
            False,
            "500, Injected by the scenario.",
        ),
        ({"faults": (Error(problem="unknown_path"),)}, False, "404"),
    ],
)
def test_outcome(ask, play, rule, stream, outcome):
    """The outcome says in a few words what the client got."""
    assert play(ask(stream=stream), **rule).outcome == outcome


def test_outcome_without_answer():
    """No answer, and a client that left, are outcomes too."""
    assert exchange((Close(),)).outcome == "no answer, connection lost"
    assert (
        exchange((Wait(math.inf),), client_left=True).outcome == "no answer, stalled, client left"
    )


def test_finish_reason_of_text():
    """A finish reason that stands in the text is no finish."""
    said = b'{"content":"\\"finish_reason\\":\\"never\\""}'
    assert exchange((Head(200), Data(said, 1), End())).finish_reason is None


def test_finish_reason_in_pieces():
    """A finish reason of which the client got a part only is none."""
    assert exchange((Head(200), Data(b'{"finish_reason":"st', 1), Close())).finish_reason is None


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "#1 POST /v1/chat/completions m -> 200, 3 tokens, stop"),
        (
            {"stream": True, "plan": BUSY, "rule": "outage", "number": 12},
            "#12 POST /v1/chat/completions m stream -> 503, service_unavailable [outage]",
        ),
        (
            {"model": "", "plan": BUSY},
            "#1 POST /v1/chat/completions -> 503, service_unavailable",
        ),
    ],
)
def test_line(changes, line):
    """A line says who asked for what, and got what by which rule."""
    assert exchange(**changes).line() == line


def test_line_is_one_line():
    """What a client sends can't break a line."""
    assert exchange(model="a\r\nb").line().startswith("#1 POST /v1/chat/completions a\\r\\nb")


def of(path, body):
    return Request("POST", f"/v1/{path}", {}, body)


def test_near_misses(ask, engine, now):
    """An exchange that no rule took knows why, the nearest first; one that was taken has none."""
    run = engine(
        Rule("other", Match(model="qwen*")),
        Rule(schedule=Schedule(first=1)),
        Rule("later", state=State(requires="down")),
    )
    assert run.handle(ask(), now=now).near_misses == ()
    assert [str(miss) for miss in run.handle(ask(), now=now).near_misses] == [
        "rules[1]: counted as request 2, but the schedule has first: 1",
        "rule 'later': the state is 'start', not 'down'",
        "rule 'other': the model is 'llama3.1-8b', not 'qwen*'",
    ]


def test_near_misses_tell_no_key(engine, now):
    """A key is told by no near miss, neither the client's nor the scenario's."""
    rules = Rule(match=Match(key="csk-other*")), Rule(match=Match(headers={"Authorization": "x"}))
    request = Request("GET", "/v1/models", {"authorization": f"Bearer {SECRET}"})
    exchange = engine(*rules).handle(request, now=now)
    assert [miss.why for miss in exchange.near_misses] == [
        "the key does not match",
        "the header 'authorization' does not match",
    ]
    assert "csk-other" not in repr(exchange)
    assert SECRET not in repr(exchange)


@pytest.mark.parametrize("plan", [OK, BUSY, LOST, BROKEN, (Wait(math.inf),)])
@pytest.mark.parametrize("most", [0, 5, 60])
def test_shortened(plan, most):
    """What is told of an exchange stays the same when its bodies are cut."""
    body = b'{"model": "m", "messages": []}'
    whole, short = (exchange(plan, request=of("chat/completions", body)) for _ in range(2))
    short.shorten(most)
    told = ("status", "completion_tokens", "finish_reason", "failed", "unfinished", "broken_off")
    told = (*told, "interrupted", "stalled", "refused", "retry_after", "asked", "near_misses")
    assert [getattr(short, name) for name in told] == [getattr(whole, name) for name in told]
    assert short.line().startswith(whole.line().partition(" -> ")[0])
    assert len(short.request.body) <= most + len("[... 30 bytes left out]")


@pytest.mark.parametrize("stream", [False, True])
def test_what_was_served(answer, stream):
    """Text, thoughts and calls of tools are those of the first choice."""
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    spoken = answer(stream=stream, text="one two", reasoning="hm")
    assert (spoken.text, spoken.reasoning, spoken.tool_calls) == ("one two", "hm", [])
    calling = answer(
        stream=stream,
        tool_calls=(ScriptedCall("weather", {"city": "Rome"}),),
        request={"tools": [tool]},
    )
    (call,) = calling.tool_calls
    assert (call.name, call.arguments, bool(call.id)) == ("weather", '{"city":"Rome"}', True)


def test_nothing_was_served(answer):
    """A refusal serves nothing, a stream that is cut what came before."""
    refused = answer(Error(status=500))
    assert (refused.text, refused.reasoning, refused.tool_calls) == ("", "", [])
    assert answer(Cut(2), stream=True, text="one two three").text == "one two"


def test_several_choices(engine, ask, now, several):
    """The text is that of the first choice; all of them are at hand."""
    found = engine(edition=several).handle(ask(n=2), now=now)
    assert [found.text == choice.text for choice in found.choices] == [True, False]


def test_answer_not_kept_whole(answer):
    """Of an answer that is not kept whole there is no text, but a sentence that says why."""
    found = answer(text="one two three")
    size = len(found.plan[1].data)
    found.shorten(size)
    assert found.text == "one two three"
    found.shorten(20)
    for part in ("text", "reasoning", "tool_calls"):
        with pytest.raises(ShortenedError, match=rf"{size} bytes of the answer to #1"):
            getattr(found, part)


def test_shortened_request(answer):
    """Where only the request is too long to be kept, the answer is there."""
    found = answer(text="hi", request={"user": "x" * 9999})
    found.shorten(9999)
    assert found.gist
    assert found.text == "hi"


def test_as_text(answer):
    """An exchange as text is its line."""
    found = answer(text="hi")
    assert str(found) == found.line()
