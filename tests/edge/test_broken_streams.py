"""Streams that are said or written in another way, as the bytes that a raw socket receives."""

from __future__ import annotations

import pytest

from mockserver.faults import (
    EmptyAnswer,
    ErrorEvent,
    EventFormat,
    HangAfterDone,
    NoDone,
    NoFinish,
    NoLastNewline,
    ReasoningOnly,
    Split,
    Tamper,
)
from mockserver.plan import Data, End, Head

ONE = b'data: {"choices":[{"delta":{"content":"\xc3\xb6"}}]}\n\n'
LAST = b'data: {"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM = (
    Head(200, (("content-type", "text/event-stream"),)),
    Data(ONE, 1),
    Data(LAST),
    Data(DONE),
    End(),
)
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"connection: close\r\n\r\n"
)
ROLE = b'data: {"choices":[{"delta":{"role":"assistant"},"index":0}]}\n\n'
THOUGHT = b'data: {"choices":[{"delta":{"reasoning":"."},"index":0}]}\n\n'
SPENT = LAST.replace(b"stop", b"length").replace(
    b":1}}", b':1,"completion_tokens":1,"total_tokens":2}}'
)
ERROR = b'event: error\ndata: {"error":"Encountered a server error, please try again."}\n\n'


def chunks(*pieces):
    framed = (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return HEAD + b"".join(framed) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("fault", "received"),
    [
        (NoFinish(), chunks(ONE)),
        (NoFinish(done=True), chunks(ONE + DONE)),
        (NoDone(), chunks(ONE + LAST)),
        (NoLastNewline(), chunks(ONE + LAST + DONE[:-2])),
        (Tamper("duplicated", 1), chunks(ONE + ONE + LAST + DONE)),
        (Tamper("reordered", 1), chunks(LAST + ONE + DONE)),
        (Tamper("dropped", "finish"), chunks(ONE + DONE)),
        (Tamper("malformed", 1), chunks(ONE[:24] + b"\n\n" + LAST + DONE)),
        (Tamper("empty_choices", 2), chunks(ONE + b'data: {"choices":[]}\n\n' + LAST + DONE)),
        (Tamper("after_done", "finish"), chunks(ONE + DONE + LAST)),
        (
            EventFormat(event="message", line_ending="crlf"),
            chunks(
                (b"event: message\n" + ONE + b"event: message\n" + LAST).replace(b"\n", b"\r\n")
                + b"event: message\r\ndata: [DONE]\r\n\r\n"
            ),
        ),
        (
            EventFormat(space=False, multi_line_data=True, blank_line=False),
            chunks(
                b"data:{\ndata:" + ONE[7:-1] + b"data:{\ndata:" + LAST[7:-1] + b"data:[DONE]\n\n",
            ),
        ),
        (ErrorEvent(after_tokens=1), chunks(ONE + LAST + DONE)),
        (ErrorEvent(form="string", event="error"), chunks(ERROR)),
        (Split(60), chunks(*((ONE + LAST + DONE)[at : at + 60] for at in range(0, 140, 60)))),
        (EmptyAnswer(tokens=1), chunks(SPENT + DONE)),
        (ReasoningOnly(1), chunks(SPENT + DONE)),
    ],
)
def test_bytes(answered, caplog, fault, received):
    """A stream with a fault arrives byte for byte, and nobody logs an error."""
    assert answered(STREAM, fault) == received
    assert caplog.records == []


def test_reasoning(answered):
    """Behind the role come thoughts."""
    plan = (STREAM[0], Data(ROLE), *STREAM[1:])
    assert answered(plan, ReasoningOnly(1)) == chunks(ROLE + THOUGHT + SPENT + DONE)


def test_one_byte(answered):
    """Each byte has a chunk of its own."""
    assert answered(STREAM, Split()) == chunks(*(bytes([byte]) for byte in ONE + LAST + DONE))


def test_hang_after_done(answer_with, connect, raw_request):
    """All of the body arrives, and no end of it."""
    answer_with(STREAM, HangAfterDone())
    connection = connect()
    connection.sendall(raw_request())
    expected = chunks(ONE + LAST + DONE).removesuffix(b"0\r\n\r\n")
    found = b""
    while len(found) < len(expected):
        found += connection.recv(65536)
    assert found == expected
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)
