"""Ports that are handed through."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from threading import Thread

import pytest

from pytest_cerebras.run import relay


@pytest.fixture
def shouting():
    """Return the port of a server that answers in capital letters."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            one, _ = server.accept()
            with one:
                while data := one.recv(1000):
                    one.sendall(data.upper())

        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_through(tmp_path, shouting):
    """What is sent to the socket in the folder reaches the port, and back."""
    with relay.relayed(relay.outside, tmp_path, [shouting]):
        client = socket.socket(socket.AF_UNIX)
        with closing(client):
            client.connect(str(tmp_path / f"{shouting}.socket"))
            client.sendall(b"hello")
            assert client.recv(10) == b"HELLO"


def test_both(tmp_path):
    """A port inside leads to the socket, if somebody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with relay.relayed(relay.inside, tmp_path, [port, port]):  # twice is once
        with socket.create_connection(("127.0.0.1", port), 5) as client, suppress(OSError):
            assert client.recv(1) == b""
        with pytest.raises(OSError, match="in use"), relay.relayed(relay.inside, tmp_path, [port]):
            pass


def test_none(tmp_path):
    """Without ports nothing runs."""
    with relay.relayed(relay.inside, tmp_path, []):
        assert list(tmp_path.iterdir()) == []
