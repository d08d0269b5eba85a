"""What a client could read of an answer."""

from __future__ import annotations

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import ContentType, Cut, Error, Truncate
from mockserver.journal import Served, ServedCall
from mockserver.plan import Data, End, Head
from mockserver.plan.inspection import sent_body
from mockserver.scenario import Rule

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = ScriptedCall("weather", {"city": "Rome"})


@pytest.mark.parametrize("stream", [False, True])
def test_text(answer, stream):
    """The text is the same in both forms."""
    (choice,) = answer(stream=stream, text="Grüße, Köln").choices
    assert (choice.text, choice.finish, choice.calls) == ("Grüße, Köln", "stop", ())


@pytest.mark.parametrize("stream", [False, True])
def test_calls(answer, stream):
    """So are the calls of tools."""
    script = {"tool_calls": (CALL, CALL), "request": {"tools": [TOOL]}}
    (choice,) = answer(stream=stream, **script).choices
    assert [(call.name, call.arguments) for call in choice.calls] == [
        ("weather", '{"city":"Rome"}')
    ] * 2
    assert choice.calls[-1].whole
    assert len({call.id for call in choice.calls} - {""}) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_part_of_a_call(answer, stream):
    """Arguments that were cut are no JSON object."""
    script = {"tool_calls": (CALL,), "request": {"tools": [TOOL]}}
    (choice,) = answer(Truncate(3), stream=stream, **script).choices
    assert (choice.finish, choice.calls[-1].name, choice.calls[-1].whole) == (
        *("length", "weather"),
        False,
    )


def test_text_completion(engine, ask, now):
    """Text completions have their text elsewhere."""
    running = engine(Rule(reply=Script(text="one two")))
    for stream in (False, True):
        (choice,) = running.handle(ask("completions", stream=stream), now=now).choices
        assert (choice.text, choice.finish) == ("one two", "stop")


def test_choices(engine, ask, now, several):
    """Each choice is heard apart."""
    running = engine(edition=several)
    for stream in (False, True):
        found = running.handle(ask(n=2, stream=stream), now=now).choices
        assert len({choice.text for choice in found}) == 2


def test_what_is_left(answer):
    """Of a stream that is cut the part before is heard, of a document nothing."""
    assert answer(Cut(2), stream=True, text="one two three").choices[0].text == "one two"
    assert answer(Cut(2), text="one two three").choices == []
    assert answer(Error(status=500)).choices == []


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
        exchange.plan = (head, Data(data), End())
        assert all(choice.text == "" for choice in exchange.choices)


def test_wrong_media_type(answer):
    """Events are read as events, even if the media type hides them, as clients do."""
    whole = answer(stream=True)
    assert answer(ContentType("text/html"), stream=True).text == whole.text != ""


def test_sliced(answer):
    """How a stream is cut into pieces makes no difference."""
    exchange = answer(stream=True, text="one two three")
    body = sent_body(exchange.plan)
    slices = [Data(body[at : at + 7]) for at in range(0, len(body), 7)]
    exchange.plan = (exchange.plan[0], *slices, End())
    assert exchange.choices[0].text == "one two three"


def test_done(answer):
    """What comes after the end of a stream is not heard."""
    exchange = answer(stream=True, text="one two")
    exchange.plan = (*exchange.plan[:-1], exchange.plan[1], End())
    assert exchange.choices[0].text == "one two"


@pytest.mark.parametrize("stream", [False, True])
def test_reasoning(answer, stream):
    """What the model thought stands beside what it said."""
    (choice,) = answer(stream=stream, text="42", reasoning="six times seven").choices
    assert (choice.text, choice.reasoning) == ("42", "six times seven")


@pytest.mark.parametrize(
    ("served", "whole"),
    [
        (Served("hi", finish="stop"), True),
        (Served("", finish="stop"), False),
        (Served("hi", finish="length"), False),
        (Served("hi"), False),
        (Served(calls=(ServedCall("1", "weather", "{}"),), finish="tool_calls"), True),
        (Served(calls=(ServedCall("1", "weather", "{"),), finish="tool_calls"), False),
        (Served(finish="tool_calls"), False),
    ],
)
def test_whole(served, whole):
    """A choice is whole that has what its end promises."""
    assert served.whole is whole
