"""Whether an answer arrived whole, in part or was left; and what it was the answer to."""

from __future__ import annotations

import math

import pytest

from mockserver.faults import Cut, Error, ErrorEvent, Truncate
from mockserver.plan import Data, End, Head, Wait, expand
from mockserver.verdicts.received import (
    complete,
    left,
    may_repeat,
    parts,
    question,
    received,
    repeats,
    said,
)


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


def test_received(answer):
    """An answer is received when it is over, unless the client left; one that plays on is not."""
    assert received(answer(Error(status=401)))
    assert not received(answer(Error(status=401), leaves=0))
    exchange = answer(Error(status=401))
    exchange.finished = None
    assert not received(exchange)


def test_no_finish(answer):
    """A stream that just ends is a part, too."""
    exchange = answer(stream=True, text="one two three")
    exchange.plan = (*expand(exchange.plan)[:3], End())
    assert [choice.text for choice in parts(exchange)] == ["one"]
    assert not complete(exchange)


def test_left(answer):
    """What the client left by itself was not cut; leaving what stalls is no choice."""
    exchange = answer(stream=True, leaves=1, text="one two three")
    assert left(exchange)
    assert parts(exchange) == []
    assert not complete(exchange)
    exchange.plan = (*expand(exchange.plan)[:3], Wait(math.inf), *expand(exchange.plan)[3:])
    assert not left(exchange)
    assert exchange.choices[0].text == "one"


def test_not_complete(answer):
    """An empty answer, one of the wrong length and one of no completion leave a reason to ask."""
    assert not complete(answer(text=""))
    exchange = answer(text="one")
    exchange.plan = (Head(200, (("content-length", "9999"),)), *expand(exchange.plan)[1:])
    assert not complete(exchange)
    exchange.plan = (Head(200, exchange.plan[0].headers), Data(b'{"choices":7}'), End())
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


def saying(*texts):
    """Return a request that says these texts and then asks something."""
    texts = [{"role": "system", "content": text} for text in texts]
    return {"messages": [*texts, {"role": "user", "content": "Well?"}]}


def test_said(answer):
    """All texts are compared without times; a message without a text says nothing."""
    exchange = answer(request=saying("It is 10:20.", ""))
    assert said(exchange) == ["It is *.", "Well?"]
    assert said(answer(request={"raw": b"nonsense"})) == []


@pytest.mark.parametrize(
    ("early", "late", "certain", "possible"),
    [
        ((), (), True, True),
        (("one two",), ("one two",), True, True),
        (("one two",), ("one two three",), True, True),
        (("one two three",), ("one two",), False, True),
        (("one two",), ("Hi!", "one two", "Bye!"), True, True),
        (("Hi!", "one two"), ("one two", "Hi!"), False, True),
        (("Hi!", "one two"), ("one two",), False, True),
        (("one two three four",), ("one two five six",), False, True),
        (("one two three four",), ("one five six seven",), False, False),
        (("one two",), ("three four",), False, False),
        (("Hi!", "one two"), ("Hi!", "three four"), False, False),
        (("ONE two",), ("one Three",), False, True),
    ],
)
def test_repeats(answer, early, late, certain, possible):
    """A request certainly repeats what it has, and may repeat what it has in other words."""
    one, other = (said(answer(request=saying(*texts))) for texts in (early, late))
    assert repeats(one, other) is certain
    assert may_repeat(one, other) is may_repeat(other, one) is possible


def test_prompt(engine, ask, now):
    """That of a text completion is its prompt."""
    assert question(engine().handle(ask("completions"), now=now)) == "Once upon a time"
