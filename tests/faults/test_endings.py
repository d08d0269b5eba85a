import math
from random import Random

import pytest

from mockserver.faults import Context, HangAfterDone, NoDone, NoFinish, NoLastNewline
from mockserver.plan import Close, Data, End, Head, Wait, expand

EVENTS = Head(200, (("content-type", "text/event-stream"),))
SIZED = Head(200, (("content-type", "text/event-stream"), ("content-length", "58")))
SAID = Data(b'data: {"a":"finish"}\n\n', 3)
LAST = Data(b'data: {"finish_reason":"stop"}\n\n')
DONE, SIGN, END = Data(b"data: [DONE]\n\n"), Data(b": keep-alive\n\n"), End()
STREAM = (EVENTS, SAID, LAST, DONE, END)
DOCUMENT = (Head(200), Data(b'{"finish_reason":"stop"}\n', 3), END)
STALLED = (EVENTS, SAID, Wait(math.inf))


@pytest.mark.parametrize(
    ("fault", "plan", "ended"),
    [
        (NoFinish(), STREAM, (EVENTS, SAID, END)),
        (NoFinish(done=True), STREAM, (EVENTS, SAID, DONE, END)),
        (NoFinish(), (EVENTS, SAID, Wait(1), LAST, END), (EVENTS, SAID, Wait(1), END)),
        (NoFinish(), DOCUMENT, DOCUMENT),
        (NoFinish(), (Close(),), (Close(),)),
        (NoDone(), STREAM, (EVENTS, SAID, LAST, END)),
        (NoDone(), (EVENTS, SAID, LAST, END), (EVENTS, SAID, LAST, END)),
        (NoDone(), DOCUMENT, DOCUMENT),
        (NoLastNewline(), STREAM, (EVENTS, SAID, LAST, Data(b"data: [DONE]"), END)),
        (
            NoLastNewline(),
            (EVENTS, SAID, SIGN, END),
            (EVENTS, Data(SAID.data[:-2], 3), SIGN, END),
        ),
        (NoLastNewline(), DOCUMENT, DOCUMENT),
        (NoLastNewline(), (EVENTS, END), (EVENTS, END)),
        (HangAfterDone(), STREAM, (*STREAM[:-1], Wait(math.inf), END)),
        (HangAfterDone(5), (EVENTS, Close()), (EVENTS, Wait(5), Close())),
        (HangAfterDone(), STALLED, STALLED),
        (HangAfterDone(), DOCUMENT, (*DOCUMENT[:-1], Wait(math.inf), END)),
        (HangAfterDone(), (), ()),
    ],
)
def test_plans(fault, plan, ended):
    """Plan in, plan out: only a stream ends otherwise, but any answer may hang."""
    assert fault.apply(plan, Context(Random(1))) == ended


@pytest.mark.parametrize(
    ("fault", "length"), [(NoFinish(), "12"), (NoDone(), "44"), (NoLastNewline(), "56")]
)
def test_length(fault, length):
    """A length that was named goes with it."""
    head = fault.apply((SIZED, SAID, LAST, DONE, END), Context(Random(1)))[0]
    assert head.header("content-length") == length


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_real_streams(ask, play, objects, endpoint):
    """Real streams lose their finish and usage, and nothing else."""
    whole = expand(play(ask(endpoint, stream=True)).plan)
    left = NoFinish().apply(whole, Context(Random(1)))
    assert objects(left) == objects(whole)[:-1]
    assert "usage" in objects(whole)[-1]
