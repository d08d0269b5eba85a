"""The cost of idle open streams, and the speed of other answers meanwhile."""

from __future__ import annotations

import selectors
import time
from http.client import HTTPConnection
from statistics import median

from .connection import Connection
from .contenders import BASELINE, missing, named, who_answers
from .figures import Found, Kind, Setting
from .machine import ON_LINUX, allow_files, memory
from .questions import FIRST_TOKEN, HEADERS, HOST, IDLE, PATH, PLAIN

_OTHER_FILES = 200
_PATIENCE = 60.0


def measure(name: str, setting: Setting) -> Found:
    """Return the memory of each silent stream, and the time of another answer meanwhile."""
    count = min(setting.scale.idle, allow_files() - _OTHER_FILES)
    with named(name).running(setting.server_core) as server:
        IDLE.check(server.port)
        PLAIN.check(server.port)
        before = memory(server.process) if ON_LINUX else 0
        streams = open_streams(server.port, count)
        try:
            found = {"answer": median(latencies(server.port, setting.scale.seconds)) * 1e3}
            if ON_LINUX:
                found["memory"] = (memory(server.process) - before) / count / 1000
        finally:
            for stream in streams:
                stream.close()
    return Found(found)


def open_streams(port: int, count: int) -> list[Connection]:
    """Open streams and wait for the first token of each; raises TimeoutError."""
    messages = IDLE.messages()
    selector = selectors.DefaultSelector()
    streams = []
    for _ in range(count):
        stream = Connection(port)
        stream.send(next(messages))
        selector.register(stream.socket, selectors.EVENT_READ, stream)
        streams.append(stream)
    deadline = time.monotonic() + _PATIENCE
    with selector:
        while selector.get_map():
            for key, _ in selector.select(1.0):
                if FIRST_TOKEN in key.data.read():
                    selector.unregister(key.fileobj)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(selector.get_map())} of {count} streams did not begin")
    return streams


def latencies(port: int, seconds: float) -> list[float]:
    """Return the times of sequential answers, measured for this many seconds."""
    found: list[float] = []
    connection = HTTPConnection(HOST, port, timeout=10)
    end = time.perf_counter() + seconds
    begun = time.perf_counter()
    while begun < end or not found:
        connection.request("POST", PATH, PLAIN.body(len(found)), HEADERS)
        connection.getresponse().read()
        now = time.perf_counter()
        found.append(now - begun)
        begun = now
    connection.close()
    return found


KINDS = (
    Kind(
        "idle",
        "open streams that are silent after their first token",
        {"memory": "KB each", "answer": "ms for a plain chat meanwhile"},
        who_answers(IDLE),
        measure,
        BASELINE,
        missing,
    ),
)
