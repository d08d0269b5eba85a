"""Which requests are stopped, and how they are reported."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest

from pytest_cerebras.egress import EscapeError, guarded
from pytest_cerebras.egress.child.cerebras_guard import Guard

URL = "https://api.cerebras.ai/v1/models"


@pytest.fixture
def guard(tmp_path):
    """Return a builder of guards that watch over nothing."""
    (tmp_path / "escapes").touch()
    return lambda **keys: Guard(str(tmp_path / "escapes"), **keys)


@pytest.mark.parametrize(
    "host", ["api.cerebras.ai", "cerebras.ai", b"API.cerebras.ai", "api.cerebras.ai."]
)
def test_real(guard, tmp_path, host):
    """The real hosts are refused, whatever the spelling, and it is noted."""
    with pytest.raises(EscapeError, match="nothing may reach the real API"):
        guard().refuse(host)
    [note] = (tmp_path / "escapes").read_text().splitlines()
    name = "cerebras.ai" if host == "cerebras.ai" else "api.cerebras.ai"
    assert note.startswith(f"real a request to {name} was stopped ({__file__}:")


@pytest.mark.parametrize("host", ["elsewhere.example", "api.cerebras.ai.example", "192.0.2.1", ""])
def test_others_pass(guard, host):
    """Others pass."""
    guard().refuse(host)


@pytest.mark.parametrize("host", ["elsewhere.example", "192.0.2.1", "2001:db8::1", b"x.example"])
def test_others_blocked(guard, host):
    """Others are refused by choice."""
    with pytest.raises(EscapeError, match="--cerebras-others block"):
        guard(others="block").refuse(host)


HERE = ["localhost", "127.0.0.1", "127.1.2.3", "::1", "a.localhost", "::", "", None]


@pytest.mark.parametrize("host", HERE)
def test_this_machine(guard, host):
    """The machine itself is never refused."""
    guard(others="block").refuse(host)


@pytest.mark.parametrize(
    ("mode", "module", "in_child", "advice"),
    [
        ("server", "httpx._client", False, "BASE_URL, or use --cerebras-mode respx; a client"),
        ("server", "httpx2", False, "BASE_URL, or use --cerebras-mode respx; a client"),
        ("server", "httpx", True, "BASE_URL, or, if the app has a fixed address"),
        ("server", "requests", False, "BASE_URL, or, if the app has a fixed address"),
        ("respx", "httpx", False, "respx mode answers for .* use --cerebras-mode server"),
        ("respx", "httpx", True, "in the test's own process; use --cerebras-mode redirect"),
        ("respx", "requests", False, "in the test's own process; use --cerebras-mode redirect"),
        ("redirect", "requests", False, "redirect mode answers for .* read CEREBRAS_BASE_URL"),
        ("proxied", "requests", True, "this client can't be redirected to the mock"),
    ],
)
def test_advice(guard, mode, module, in_child, advice):
    """The way out depends on the mode, and on whether respx mode would answer this client."""
    asked = guard(mode=mode)
    asked.in_child = in_child
    names = {"__name__": module, "refuse": asked.refuse}
    with pytest.raises(EscapeError, match=advice):
        exec("refuse('api.cerebras.ai')", names)  # noqa: S102 (the guard goes by whose code it is)


def test_after_the_test(tmp_path):
    """A child process that outlives its test has nowhere to note, and is stopped all the same."""
    with pytest.raises(EscapeError):
        Guard(str(tmp_path / "gone" / "escapes")).refuse("api.cerebras.ai")


def test_innermost():
    """Of guards within guards the innermost notes."""
    with guarded() as outer, guarded() as inner:
        with pytest.raises(EscapeError):
            socket.gethostbyname("api.cerebras.ai")
        assert (len(outer.escapes), len(inner.escapes)) == (0, 1)


def test_alias():
    """A module that has imported the function before is stopped, too."""
    with guarded(), pytest.raises(EscapeError):
        resolve("api.cerebras.ai", 443)


resolve = socket.getaddrinfo


def test_thread(sent_by):
    """A line that waits for another thread is named where the thread has none of its own."""
    with guarded() as watch:
        with ThreadPoolExecutor() as pool, pytest.raises(httpx.ConnectError):
            pool.submit(httpx.get, URL).result()
        [sentence] = watch.escapes
    assert "(while " in sentence
    assert sent_by(sentence) == "pool.submit(httpx.get, URL).result()"


def test_own_thread(sent_by):
    """In a thread that runs one's own code it is that code."""

    def send():
        with pytest.raises(httpx.ConnectError):
            httpx.get(URL)

    with guarded() as watch:
        thread = threading.Thread(target=send)
        thread.start()
        thread.join()
        [sentence] = watch.escapes
    assert sent_by(sentence) == "httpx.get(URL)"


def test_task(sent_by):
    """A task of a library's own is laid to the task that waits for it."""

    async def main():
        async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
            sending = group.create_task(client.get(URL))
            await asyncio.wait([sending])
            assert sending.exception()

    with guarded() as watch:
        with pytest.raises(BaseExceptionGroup):
            asyncio.run(main())
        [sentence] = watch.escapes
    assert "(while " in sentence
    assert sent_by(sentence) == "await asyncio.wait([sending])"


def test_resolver_thread(sent_by):
    """A name that is resolved in a thread is laid to whom the main thread works for."""
    with guarded() as watch:
        with pytest.raises(EscapeError):
            anyio.run(anyio.to_thread.run_sync, socket.getaddrinfo, "api.cerebras.ai", 443)
        [sentence] = watch.escapes
    assert "anyio.run(" in sent_by(sentence)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Elsewhere.example.", "elsewhere.example"),
        (b"x.example", "x.example"),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
        *((host, None) for host in HERE),
    ],
)
def test_asked(guard, tmp_path, host, name):
    """The name of another host is noted, once."""
    one = guard()
    one.refuse(host)
    one.refuse(host)
    notes = (tmp_path / "escapes").read_text().splitlines()
    assert notes == ([f"asked {name}"] if name else [])


def test_asked_by_others(guard, tmp_path):
    """What an earlier test has left behind asks for itself, and a run is no test."""
    stray = guard()
    stray.elsewhere = lambda: "a thread of an earlier test"
    stray.refuse("elsewhere.example")
    guard(mode="run").refuse("elsewhere.example")
    assert (tmp_path / "escapes").read_text() == ""


def test_asked_of_many(guard, tmp_path):
    """The notes are bounded."""
    one = guard()
    for number in range(99):
        one.refuse(f"host{number}.example")
    assert len((tmp_path / "escapes").read_text().splitlines()) == 20


def test_asked_is_no_attempt(left):
    """To ask another host is allowed: it is told, and not counted as stopped."""
    with guarded() as log:
        sys.audit("socket.getaddrinfo", "elsewhere.example", 443, 0, 0, 0)
        left.clear()
        assert log.asked == ["elsewhere.example"]
        assert (log.stopped, log.escapes, log.strays) == ([], [], [])
