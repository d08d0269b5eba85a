"""Observes which requests have left, for tests of the guard."""

from __future__ import annotations

import linecache
import re
import socket
import sys
import threading
from functools import cache
from ipaddress import ip_address

import pytest

_left: list[str] = []


def _is_elsewhere(host):
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return not ip_address(name).is_loopback
    except ValueError:
        return name != "localhost"


def _listen(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname") and _is_elsewhere(args[0]):
        _left.append(f"{event} {args[0]}")
    elif event == "socket.connect" and isinstance(args[1], tuple) and _is_elsewhere(args[1][0]):
        _left.append(f"{event} {args[1]}")


@cache
def _listening():
    # after that of the guard, so that it hears of what the guard lets pass
    sys.addaudithook(_listen)


@pytest.fixture(autouse=True)
def left():
    """Assert that nothing has left this machine; a test that lets something out clears the list."""
    _listening()
    _left.clear()
    yield _left
    assert _left == []


@pytest.fixture
def proxy():
    """Yield the URL of a proxy; assert that it has been sent nothing."""
    received = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                received.extend(filter(None, [connection.recv(4096)]))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert received == []


@pytest.fixture(scope="session")
def sent_by():
    """Return a reader of the line of code that a sentence names."""

    def line(sentence):
        found = re.search(r"\((?:while )?([^()]*?):(\d+)(?: waited)?\)", sentence)
        assert found, sentence
        return linecache.getline(found[1], int(found[2])).strip()

    return line
