"""The connections of this process, and the threads that read from them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading

import pytest
import trio
import uvloop

from pytest_cerebras.observe.connections import Connections, Reading


@pytest.fixture
def listener():
    """Yield a socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture
def connections(listener):
    """Yield the watched connections to it."""
    found = Connections([listener.getsockname()[1]])
    with found.watching():
        yield found


def until(is_so):
    while not is_so():
        threading.Event().wait(0.001)


def test_of_a_thread(connections, listener):
    """A thread's connection has no loop, and has no owner once it is closed."""
    with socket.create_connection(listener.getsockname()) as client:
        port = client.getsockname()[1]
        home = connections.home(port)
        assert (home.thread, home.loop) == (threading.current_thread().name, None)
    assert connections.home(port) is None


def test_older_than_the_test(listener):
    """A connection that is older than the watch is known after the first write."""
    found = Connections([listener.getsockname()[1]])
    with socket.create_connection(listener.getsockname()) as client, found.watching():
        port = client.getsockname()[1]
        assert found.home(port) is None
        found.written(port, client)
        assert found.home(port).loop is None


def test_of_others(connections):
    """Connections to other ports are ignored."""
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        socket.create_connection(other.getsockname()) as client,
    ):
        assert connections.own_port(client) is None
        assert connections.home(client.getsockname()[1]) is None


@pytest.mark.parametrize(
    "factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
def test_of_a_loop(connections, listener, factory):
    """One of a loop has it."""

    async def main():
        _, writer = await asyncio.open_connection(*listener.getsockname())
        port = writer.get_extra_info("sockname")[1]
        found = connections.home(port)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        return found.loop, port

    with asyncio.Runner(loop_factory=factory) as runner:
        loop, port = runner.run(main())
        assert loop is runner.get_loop()
    assert connections.home(port) is None


def test_of_trio(connections, listener):
    """One of trio has trio's token."""

    async def main():
        async with await trio.open_tcp_stream(*listener.getsockname()) as stream:
            port = stream.socket.getsockname()[1]
            assert connections.home(port).loop is trio.lowlevel.current_trio_token()

    trio.run(main)


@pytest.mark.parametrize("timeout", [None, 30.0])
def test_reading(connections, listener, timeout):
    """A thread blocked in a read is known, with its time-out, until the read ends."""
    with socket.create_connection(listener.getsockname()) as client:
        port = client.getsockname()[1]
        client.settimeout(timeout)
        thread = threading.Thread(target=client.recv, args=(1,), name="reader")
        thread.start()
        until(lambda: connections.reading(port))
        assert connections.reading(port) == Reading("reader", timeout)
        accepted, _ = listener.accept()
        with accepted:
            accepted.send(b"a")
        thread.join()
        assert connections.reading(port) is None


def test_reading_without_blocking(connections, listener):
    """A read that can't block is no waiting."""
    seen = []
    with socket.create_connection(listener.getsockname()) as client:
        client.settimeout(0)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        seen.append(connections.reading(client.getsockname()[1]))
    assert seen == [None]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked(connections, listener):
    """A process forked from this one reports its reads."""
    ours, theirs = os.pipe()
    process = os.fork()
    if not process:
        connections.forked = lambda port, timeout: os.write(theirs, f"{port} {timeout}".encode())
        with socket.create_connection(listener.getsockname(), timeout=0.01) as client:
            with contextlib.suppress(TimeoutError):
                client.recv(1)
            os.write(theirs, f"; {client.getsockname()[1]} 0.01".encode())
        sys.stdout = None
        os._exit(0)
    os.waitpid(process, 0)
    told, _, expected = os.read(ours, 100).decode().partition("; ")
    os.close(ours)
    os.close(theirs)
    assert told == expected
