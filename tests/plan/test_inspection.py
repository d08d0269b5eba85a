"""How answers end."""

from __future__ import annotations

import gzip
import json

import pytest

from mockserver.plan import Close, Data, End, Head, Wait
from mockserver.plan.inspection import error_event, finish_reason, streams, unpacks

EVENTS = Head(200, (("content-type", "text/event-stream; charset=utf-8"),))
PACKED = Head(200, (*EVENTS.headers, ("content-encoding", "gzip")))
SAID = Data(b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n', 1)
STOP = Data(b'data: {"choices":[{"finish_reason":"stop"}]}\n\n')
DONE, END = Data(b"data: [DONE]\n\n"), End()
FLAT = {"message": "Sorry.", "code": ""}


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ((EVENTS, SAID, STOP, DONE, END), "stop"),
        ((EVENTS, SAID, STOP, END), "stop"),
        ((EVENTS, SAID, STOP, SAID, DONE, END), "stop"),
        ((EVENTS, SAID, DONE, STOP, END), None),
        ((EVENTS, DONE, SAID, STOP, END), None),
        ((EVENTS, SAID, DONE, END), None),
        ((EVENTS, Data(STOP.data[:30]), Wait(0), Data(STOP.data[30:]), DONE, END), "stop"),
        ((EVENTS, Data(STOP.data.replace(b"\n", b"\r")), Data(b"data:[DONE]\r\r"), END), "stop"),
        ((EVENTS, Data(b"data: [DONE]\r\n\r\n"), STOP, END), None),
        ((PACKED, Data(gzip.compress(SAID.data + STOP.data)), END), "stop"),
        ((PACKED, Data(gzip.compress(STOP.data)[:-9]), END), "stop"),
        ((PACKED, STOP, END), "stop"),
        ((EVENTS, Data(b'data: {"finish_reason":null}\n\n'), END), None),
        ((Head(200), Data(b'{"finish_reason":"length"}'), END), "length"),
        ((Close(),), None),
        ((), None),
    ],
)
def test_finish_reason(plan, reason):
    """The finish reason is one that a client reads before it stops at ``[DONE]``."""
    assert finish_reason(plan) == reason


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ([{"status_code": 500, "error": FLAT}], {**FLAT, "status_code": 500}),
        ([{"error": FLAT}, "[DONE]"], FLAT),
        ([FLAT], FLAT),
        ([{**FLAT, "status_code": 500}, "[DONE]"], {**FLAT, "status_code": 500}),
        ([{"error": "Sorry."}], {"message": "Sorry."}),
        (["Sorry."], {}),
        (["null"], {}),
        (["{"], {}),
        ([{"choices": []}, "[DONE]"], {}),
        ([], {}),
    ],
)
def test_error_event(events, error):
    """An error is known in all its forms, [DONE] or not."""
    texts = [event if isinstance(event, str) else json.dumps(event) for event in events]
    said = tuple(Data(f"data: {text}\n\n".encode()) for text in texts)
    assert error_event((EVENTS, SAID, *said, END)) == error
    named = tuple(Data(b"event: message\n" + one.data) for one in said)
    assert error_event((EVENTS, SAID, *named, Data(b": keep-alive\n\n"), END)) == error
    slices = (Data(bytes([byte])) for one in said for byte in one.data)
    assert error_event((EVENTS, SAID, *slices, END)) == error
    assert error_event((Head(200), SAID, *said, END)) == {}


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (b"event: error\ndata: Sorry.\n\n", {"message": "Sorry."}),
        (b'event: error\r\ndata:{\r\ndata: "message":"a"}\r\n\r\n', {"message": "a"}),
        (b"event: message\ndata: Sorry.\n\n", {}),
    ],
)
def test_named_error(event, error):
    """Under ``event: error`` any text is one."""
    assert error_event((EVENTS, Data(event), END)) == error


@pytest.mark.parametrize(
    ("head", "is_stream"),
    [
        (EVENTS, True),
        (Head(200, EVENTS.headers, bodiless=True), False),
        (Head(200, (("content-type", "application/json"),)), False),
    ],
)
def test_streams(head, is_stream):
    """An answer to HEAD is no stream."""
    assert streams((head, END)) is is_stream
    assert streams(()) is False


@pytest.mark.parametrize(
    ("kept", "encoding", "whole"),
    [(None, "gzip", True), (-4, "gzip", False), (0, "gzip", False), (-4, "identity", True)],
)
def test_unpacks(kept, encoding, whole):
    """What is packed must come to the end of its packing."""
    packed = gzip.compress(b"one two three")[:kept]
    fields = () if encoding == "identity" else (("content-encoding", encoding),)
    assert unpacks((Head(200, fields), Data(packed), END)) is whole


def test_unpacks_a_lie():
    """Plain text that is said to be packed is not."""
    assert not unpacks((Head(200, (("content-encoding", "gzip"),)), Data(b"{}"), END))
