"""What a client could read of an answer."""

from __future__ import annotations

import math

import pytest

from mockserver.api.model.reply import Reply, ScriptedCall
from mockserver.faults import Cut, Error, ErrorEvent, Truncate
from mockserver.plan import Data, End, Head, Wait
from mockserver.scenario import Rule
from mockserver.verdicts.heard import complete, heard, left, parts, question

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = ScriptedCall("weather", {"city": "Rome"})


@pytest.fixture
def answer(engine, ask, now):
    """Return a function that plays one request to its end; keyword arguments make the reply."""

    def play(*faults, stream=False, leaves=None, request=None, **reply):
        running = engine(Rule(reply=Reply(**reply), faults=faults))
        body = {"stream": stream, **(request or {})}
        exchange = running.handle(ask(**body), now=now)
        over = now + (leaves or 0)
        running.finish(exchange, now=over, client_left=leaves is not None)
        return exchange

    return play


@pytest.mark.parametrize("stream", [False, True])
def test_text(answer, stream):
    """The text is the same in both forms."""
    (choice,) = heard(answer(stream=stream, text="Grüße, Köln"))
    assert (choice.text, choice.finish, choice.last_call) == ("Grüße, Köln", "stop", None)


@pytest.mark.parametrize("stream", [False, True])
def test_calls(answer, stream):
    """So are the calls of tools."""
    script = {"tool_calls": (CALL, CALL), "request": {"tools": [TOOL]}}
    (choice,) = heard(answer(stream=stream, **script))
    assert [(call.name, call.arguments) for call in choice.calls.values()] == [
        ("weather", '{"city":"Rome"}')
    ] * 2
    assert choice.last_call.whole
    assert len({call.id for call in choice.calls.values()} - {""}) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_part_of_a_call(answer, stream):
    """Arguments that were cut are no JSON object."""
    script = {"tool_calls": (CALL,), "request": {"tools": [TOOL]}}
    (choice,) = heard(answer(Truncate(3), stream=stream, **script))
    assert (choice.finish, choice.last_call.name, choice.last_call.whole) == (
        *("length", "weather"),
        False,
    )


def test_text_completion(engine, ask, now):
    """Text completions have their text elsewhere."""
    running = engine(Rule(reply=Reply(text="one two")))
    for stream in (False, True):
        (choice,) = heard(running.handle(ask("completions", stream=stream), now=now))
        assert (choice.text, choice.finish) == ("one two", "stop")


def test_choices(engine, ask, now, several):
    """Each choice is heard apart."""
    running = engine(edition=several)
    for stream in (False, True):
        found = heard(running.handle(ask(n=2, stream=stream), now=now))
        assert len({choice.text for choice in found}) == 2


def test_what_is_left(answer):
    """Of a stream that is cut the part before is heard, of a document nothing."""
    assert heard(answer(Cut(2), stream=True, text="one two three"))[0].text == "one two"
    assert heard(answer(Cut(2), text="one two three")) == []
    assert heard(answer(Error(status=500))) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b"[" * 9999,
        b'{"choices":7}',
        b'{"choices":[7,{"index":"x","message":"hi"}]}',
        b'{"choices":[{"message":{"content":7,"tool_calls":[{"function":7,"index":null}]}}]}',
        b'{"choices":[{"delta":[1],"finish_reason":7}]}',
    ],
)
def test_nonsense(answer, body):
    """What no API would send is heard as far as it makes sense."""
    for stream in (False, True):
        exchange = answer(stream=stream)
        data = b"data: " + body + b"\n\n" if stream else body
        head = Head(200, (("content-type", "text/event-stream"),)) if stream else Head(200)
        exchange.compact = (head, Data(data), End())
        assert all(choice.text == "" for choice in heard(exchange))
        assert not complete(exchange)


def test_sliced(answer):
    """How a stream is cut into pieces makes no difference."""
    exchange = answer(stream=True, text="one two three")
    body = b"".join(step.data for step in exchange.plan if isinstance(step, Data))
    slices = [Data(body[at : at + 7]) for at in range(0, len(body), 7)]
    exchange.compact = (exchange.plan[0], *slices, End())
    assert heard(exchange)[0].text == "one two three"


def test_done(answer):
    """What comes after the end of a stream is not heard."""
    exchange = answer(stream=True, text="one two")
    exchange.compact = (*exchange.plan[:-1], exchange.plan[2], End())
    assert heard(exchange)[0].text == "one two"


@pytest.mark.parametrize(
    ("faults", "stream", "arrived"),
    [
        ((), True, []),
        ((Truncate(2),), False, ["one two"]),
        ((Truncate(2),), True, ["one two"]),
        ((Cut(2),), True, ["one two"]),
        ((Cut(2),), False, []),
        ((Cut(0),), True, []),
        ((ErrorEvent(after_tokens=2),), True, ["one two"]),
        ((Error(status=500),), True, []),
    ],
)
def test_parts(answer, faults, stream, arrived):
    """An answer is a part when something arrived and the client could see that it is not all."""
    exchange = answer(*faults, stream=stream, text="one two three")
    assert [choice.text for choice in parts(exchange)] == arrived
    assert complete(exchange) is (not faults)


def test_no_finish(answer):
    """A stream that just ends is a part, too."""
    exchange = answer(stream=True, text="one two three")
    exchange.compact = (*exchange.plan[:3], End())
    assert [choice.text for choice in parts(exchange)] == ["one"]
    assert not complete(exchange)


def test_left(answer):
    """What the client left by itself was not cut; leaving what stalls is no choice."""
    exchange = answer(stream=True, leaves=1, text="one two three")
    assert left(exchange)
    assert parts(exchange) == []
    assert not complete(exchange)
    exchange.compact = (*exchange.plan[:3], Wait(math.inf), *exchange.plan[3:])
    assert not left(exchange)
    assert heard(exchange)[0].text == "one"


def test_not_complete(answer):
    """An empty answer, one of the wrong length and one of no completion leave a reason to ask."""
    assert not complete(answer(text=""))
    exchange = answer(text="one")
    exchange.compact = (Head(200, (("content-length", "9999"),)), *exchange.plan[1:])
    assert not complete(exchange)
    assert not complete(answer(request={"endpoint": "models"}))


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ({"messages": [{"role": "user", "content": " hi "}]}, "hi"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}, "hi"),
        ({"messages": 7}, ""),
        ({"messages": [7]}, ""),
        ({"messages": [{"role": "user"}]}, ""),
        ({"raw": b"nonsense"}, ""),
    ],
)
def test_question(answer, body, asked):
    """The question is what the user said last, if anything can be read at all."""
    assert question(answer(request=body)) == asked


def test_prompt(engine, ask, now):
    """That of a text completion is its prompt."""
    assert question(engine().handle(ask("completions"), now=now)) == "Once upon a time"
