from random import Random

import pytest

from mockserver.core.sse import read
from mockserver.faults import Context, EventFormat
from mockserver.plan import Close, Data, End, Head, Wait

EVENTS = Head(200, (("content-type", "text/event-stream"),))
ONE, DONE, END = Data(b'data: {"a":"\xc3\xb6"}\n\n', 1), Data(b"data: [DONE]\n\n"), End()
SIGN, CUT = Data(b": keep-alive\n\n"), Data(b'data: {"a"')
STREAM = (EVENTS, ONE, Wait(1), SIGN, DONE, END)
DOCUMENT = (Head(200), Data(b'{"a":"data: \\n"}\n', 1), END)


def apply(fault, plan):
    return fault.apply(plan, Context(Random(1)))


@pytest.mark.parametrize(
    ("fault", "one", "sign", "done"),
    [
        (EventFormat(), ONE.data, SIGN.data, DONE.data),
        (
            EventFormat(event="message"),
            b"event: message\n" + ONE.data,
            SIGN.data,
            b"event: message\n" + DONE.data,
        ),
        (
            EventFormat(comments=True, id=True, retry=3.0),
            b": comment\nid: 1\nretry: 3000\n" + ONE.data,
            SIGN.data,
            b": comment\nid: 2\n" + DONE.data,
        ),
        (
            EventFormat(line_ending="crlf"),
            b'data: {"a":"\xc3\xb6"}\r\n\r\n',
            b": keep-alive\r\n\r\n",
            b"data: [DONE]\r\n\r\n",
        ),
        (
            EventFormat(line_ending="cr", multi_line_data=True),
            b'data: {\rdata: "a":"\xc3\xb6"}\r\r',
            b": keep-alive\r\r",
            b"data: [DONE]\r\r",
        ),
        (EventFormat(space=False), b'data:{"a":"\xc3\xb6"}\n\n', SIGN.data, b"data:[DONE]\n\n"),
        (
            EventFormat(blank_line=False),
            b'data: {"a":"\xc3\xb6"}\n',
            SIGN.data,
            DONE.data,
        ),
    ],
)
def test_formats(fault, one, sign, done):
    """Each event is written in the format, and means the same."""
    expected = (EVENTS, Data(one, 1), Wait(1), Data(sign), Data(done), END)
    assert apply(fault, STREAM) == expected
    assert read(one) == (fault.event or "", read(one)[1])
    assert read(one)[1].replace("\n", "") == '{"a":"ö"}'
    assert read(done)[1] == "[DONE]"


def test_cut_event():
    """What another fault has cut is not closed by this one."""
    fault = EventFormat(event="x", blank_line=False, multi_line_data=True)
    cut = b'event: x\ndata: {\ndata: "a"'
    assert apply(fault, (EVENTS, CUT, Close())) == (EVENTS, Data(cut), Close())


def test_twice():
    """A format may be put over another one."""
    plan = apply(
        EventFormat(event="b"), apply(EventFormat(event="a", multi_line_data=True), STREAM)
    )
    assert plan[1] == Data(b'event: b\nevent: a\ndata: {\ndata: "a":"\xc3\xb6"}\n\n', 1)


@pytest.mark.parametrize("plan", [DOCUMENT, (Close(),), ()])
def test_no_stream(plan):
    """What is no stream has no events."""
    assert apply(EventFormat(event="x", line_ending="cr"), plan) == plan


def test_length():
    """A length that was named goes with it."""
    sized = Head(200, (*EVENTS.headers, ("content-length", "16")))
    head = apply(EventFormat(line_ending="crlf"), (sized, ONE, END))[0]
    assert head.header("content-length") == "18"
