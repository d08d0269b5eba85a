"""Whether memory stays constant over many requests, all of them different."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from .contenders import missing, named
from .figures import Found, Kind, Setting
from .idle import open_streams
from .load import Load, Result
from .machine import ON_LINUX
from .questions import HEADERS, PATH, PLAIN, STREAM, Question

_SETTLED = 50_000  # requests; the journal keeps far fewer
_AT_LEAST = 0.25  # of all requests, if they are few
_ODD = 40_000  # odd requests, and then three times as many
_LONG = 3600.0
_LEFT_AT_ONCE = 32
_LONG_PROMPT = 10  # each tenth prompt is long enough to be cached
_FILLING = "and then it rained again, "


def messages(question: Question, *, wrong: bool = False) -> Iterator[bytes]:
    """
    Yield requests without end, each with a key and a prompt of its own.

    If ``wrong``, every second request has an unknown model or path, or a broken body.
    """
    for number in count():
        body, path = question.body(number), PATH
        if number % _LONG_PROMPT == 0:
            body = body.replace(b"about", b"about %b" % (_FILLING * _LONG_PROMPT * 4).encode())
        if wrong and number % 2:
            path = (PATH, PATH, f"/v1/unknown/{number}")[number % 3]
            other = (b"llama%d" % number, b'x"')[number % 5 == 0]
            body = body.replace(b"llama3.1-8b", other)
        own = {"authorization": f"Bearer csk-{number:08d}", "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, **own}.items())
        yield f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def resident(process: int) -> int:
    """Return the RSS of a process in bytes; unlike PSS, it does not depend on other processes."""
    found = re.search(
        r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(), re.MULTILINE
    )
    return int(found[1]) * 1024 if found else 0


def measure(name: str, setting: Setting) -> Found:
    """Return the memory after all requests, in MB and divided by that after the first ones."""
    scale = setting.scale
    settled = min(_SETTLED, scale.requests * _AT_LEAST)
    with (
        named(name).running(setting.server_core) as server,
        Load(server.port, messages(PLAIN), scale.connections) as load,
    ):
        load.run(_LONG, settled)
        before = resident(server.process)
        found = load.run(_LONG, scale.requests - settled)
        grown = resident(server.process)
    return Found({"growth": grown / before, "memory": grown / 1e6}, found.cpu, found.errors)


def measure_odd(name: str, setting: Setting) -> Found:
    """Return the growth for each kind of request that takes another path through the server."""
    scale, found = setting.scale, {}
    for odd, ask in _ODDITIES.items():
        with named(name).running(setting.server_core) as server:
            asked = min(_ODD, scale.requests // 10)
            ask(server.port, asked, scale.connections)
            before = resident(server.process)
            ask(server.port, asked * 3, scale.connections)
            found[odd] = resident(server.process) / before
    return Found(found)


def _streams(port: int, asked: int, connections: int) -> Result:
    with Load(port, messages(STREAM), connections) as load:
        return load.run(_LONG, asked)


def _errors(port: int, asked: int, connections: int) -> Result:
    with Load(port, messages(PLAIN, wrong=True), connections) as load:
        return load.run(_LONG, asked / 2)  # only right answers are counted, and half are wrong


def _left(port: int, asked: int, _: int) -> None:
    """Open streams, and close each connection after the first token."""
    for _ in range(0, asked, _LEFT_AT_ONCE):
        for stream in open_streams(port, _LEFT_AT_ONCE):
            stream.close()


_ODDITIES: dict[str, Callable[[int, int, int], object]] = {
    "streams": _streams,
    "errors": _errors,
    "left": _left,
}


KINDS = (
    Kind(
        "memory",
        "memory after many requests, divided by that after the first 50,000",
        {"growth": "times", "memory": "MB"},
        ["ours", "aimock"] if ON_LINUX else [],
        measure,
        missing=missing,
    ),
    Kind(
        "memory of others",
        "memory after many streams, errors or abandoned streams, divided by that after a quarter",
        dict.fromkeys(_ODDITIES, "times"),
        ["ours"] if ON_LINUX else [],
        measure_odd,
        missing=missing,
    ),
)
