"""
The way of a request: which modules a plain chat goes through, from its bytes to its answer's.

Three modules lead: the connection, the live engine and the engine. A *stop* is a function that one
of them, or the event loop, calls in any module of ours. What a stop calls in its turn is its own
affair: reading a request takes much of ``api/reading``, writing an answer much of ``api/writing``.
Neither the words that every room speaks (``core``), nor making a value or looking at a property of
one are stops. Whenever a stop is in another module than the stop before, somebody who follows the
request has to open another file. These changes are counted; returns are not. The way is drawn in
``.github/CONTRIBUTING.md``.
"""

from __future__ import annotations

import inspect
import re
import sys
import threading
from itertools import groupby
from pathlib import Path

import pytest

from mockserver.edge.server.connection import Connection

LEADERS = {"edge.server.connection", "edge.live", "engine.engine"}
MOST_CHANGES = 18
MOST_CHANGES_OF_ALL = 108  # between the modules of all functions that are called
DRAWING = Path(__file__).parents[3] / ".github/CONTRIBUTING.md"


def module_of(frame):
    """Return the module of ours that a frame runs in, empty for one of others."""
    package, _, module = frame.f_globals.get("__name__", "").partition(".")
    return module if package == "mockserver" else ""


def is_stop(frame):
    """Whether a function does something, and somebody called it who leads."""
    name, owner = frame.f_code.co_name, type(frame.f_locals.get("self"))
    looks = isinstance(inspect.getattr_static(owner, name, None), property)
    speaks = module_of(frame).startswith("core.")
    leads = module_of(frame.f_back) in {"", *LEADERS}
    return leads and not (looks or speaks or name.startswith(("__", "<")))


def read(connection):
    """Return an answer, up to its last chunk."""
    received = b""
    while not received.endswith(b"\r\n0\r\n\r\n"):
        received += connection.recv(65536)
    return received


@pytest.fixture
def way(monkeypatch, connect, asking):
    """Return the modules of all stops, then those of all calls, on the way of a third request."""
    stops, calls, done = [], [], threading.Event()

    def note(frame, event, _):
        module = module_of(frame) if event == "call" else ""
        if module:
            calls.append(module)
            stops.extend([module] if is_stop(frame) else [])

    def end():
        sys.setprofile(None)
        done.set()

    def trace(connection, data):
        if b"third" in data:
            sys.setprofile(note)
        receive(connection, data)
        if b"third" in data:  # the end comes behind the write, which is put off to the turn's end
            connection._loop.call_soon(end)

    receive = Connection.data_received
    monkeypatch.setattr(Connection, "data_received", trace)
    connection = connect()
    for text in ("first", "second", "third"):
        connection.sendall(asking(text))
        assert read(connection).startswith(b"HTTP/1.1 200 OK\r\n")
    assert done.wait(5)
    return stops, calls


def changes(modules):
    """Return the modules in order, each once for all that follows without another in between."""
    return [module for module, _ in groupby(modules)]


def test_changes(way):
    """Who follows a request changes the module a few times only."""
    stops, calls = map(changes, way)
    assert stops[0] == "edge.server.connection"
    assert stops[-1] == "edge.play.write_batch"
    assert len(stops) - 1 <= MOST_CHANGES, stops
    assert len(calls) - 1 <= MOST_CHANGES_OF_ALL


def test_drawing(way):
    """The way is drawn as it is."""
    _, _, drawing = DRAWING.read_text("utf-8").partition("## The way of a request")
    drawn = re.findall(r"^\| \d+ \| `([\w/]+)\.py` ", drawing, re.MULTILINE)
    assert [one.replace("/", ".") for one in drawn] == changes(way[0])
