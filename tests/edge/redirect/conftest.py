"""A mock that is a proxy, and hosts that are not mocked."""

from __future__ import annotations

import socketserver
import ssl
from contextlib import contextmanager
from threading import Thread

import httpx
import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.redirected import Redirect
from mockserver.edge.server.threaded import ThreadedServer

KEY = {"authorization": "Bearer csk-" + "4f1dmock" * 6}


@pytest.fixture
def proxying(tmp_path):
    """Return a context manager for a mock that is a proxy; it has a client, the mock, and more."""

    @contextmanager
    def begin(scenario="healthy", **more):
        live, redirect = LiveEngine(scenario), Redirect(**more)
        trust = redirect.authority.write(tmp_path)
        context = ssl.create_default_context(cafile=str(trust.ca))
        with (
            ThreadedServer(live, redirect) as server,
            httpx.Client(proxy=server.url, verify=context, headers=KEY) as client,
        ):
            client.mock, client.live, client.redirect = server, live, redirect
            yield client

    return begin


class _Host(socketserver.StreamRequestHandler):
    """Answers one request with what it has been sent."""

    def handle(self):
        """Send the head back as the body."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        self.server.heads.append(head)
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b"
            % (len(head), head)
        )


@pytest.fixture
def host():
    """Return a host that is not mocked; it has ``heads`` and an ``address``."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Host) as server:
        server.heads, server.address = [], f"127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
