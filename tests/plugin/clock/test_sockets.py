"""Reads from the mock that time out in virtual time."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from pytest_cerebras.clock import VirtualClock
from pytest_cerebras.clock.sockets import Reads


@pytest.fixture
def clock():
    """Yield a clock that runs."""
    clock = VirtualClock()
    with clock.running():
        yield clock


@pytest.fixture
def peers(clock):
    """Yield a client's socket and the server's end of it, with the reads of the port patched."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=60) as client,
        listener.accept()[0] as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        reads = Reads(clock, [listener.getsockname()[1]], lambda: True)
        with reads.patched(patch):
            yield client, server


def stall(clock):
    """Let the mock wait for a long time, which is the reason for a jump."""
    threading.Thread(target=clock.pause, args=(600,), daemon=True).start()


@pytest.mark.parametrize("read", ["recv", "recv_into"])
def test_data(peers, read):
    """Data arrives as ever, whether it is there or is on its way."""
    client, server = peers
    buffer = bytearray(2)
    for late in (False, True):
        sender = threading.Timer(0.02 if late else 0, server.sendall, args=(b"ab",))
        sender.start()
        found = client.recv(2) if read == "recv" else bytes(buffer[: client.recv_into(buffer)])
        sender.join()
        assert found == b"ab"


def test_time_out(clock, peers):
    """A time-out of a minute comes after a virtual minute, when the mock stalls."""
    client, _ = peers
    begun = time.perf_counter()
    stall(clock)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            client.recv(1)
    assert time.perf_counter() - begun < 20
    assert 120 <= clock.elapsed < 130


@pytest.mark.usefixtures("peers")
def test_others(clock):
    """Reads from elsewhere time out in real time."""
    stall(clock)
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(0.02)
        with pytest.raises(TimeoutError):
            here.recv(1)
