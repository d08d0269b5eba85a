"""Clients that speak TLS or HTTP/2 to a port that is http."""

from __future__ import annotations

import logging
import socket
import ssl
from contextlib import suppress

import httpx
import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.other_protocols import said_of
from mockserver.edge.server.redirected import Redirect
from mockserver.edge.server.threaded import ThreadedServer

TLS = (
    "a client speaks TLS to the mock's port, which has no TLS; write http:// in the base URL, "
    "or serve with --tls-cert and --tls-key"
)
HTTP2 = (
    "a client speaks HTTP/2 without TLS to the mock's port, which takes only HTTP/1.1; let the "
    "client use HTTP/1.1"
)


def test_tls(server, caplog):
    """A client with https:// in its base URL is told to write http://, once in the journal."""
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with suppress(httpx.ConnectError):
                httpx.get(server.url.replace("http://", "https://"))
    assert [one.getMessage() for one in caplog.records] == [TLS, TLS]
    assert list(server.live.journal.other_protocols) == [TLS]
    assert list(server.live.journal.own().other_protocols) == [TLS]
    assert server.live.journal.count == 0


def test_http2(server, talk, caplog):
    """A client that takes HTTP/2 for granted is told to use HTTP/1.1."""
    with caplog.at_level(logging.WARNING):
        received = talk(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400 ")
    assert [one.getMessage() for one in caplog.records] == [HTTP2]
    assert list(server.live.journal.other_protocols) == [HTTP2]


@pytest.mark.parametrize(
    "sent", [b"GET\r\n\r\n", b"\x16\x02\x01\r\n\r\n", b"PRIX * HTTP/2.0\r\n\r\n"]
)
def test_malformed(server, talk, caplog, sent):
    """What is only malformed is no other protocol."""
    with caplog.at_level(logging.WARNING):
        talk(sent)
    assert "speaks" not in caplog.text
    assert not server.live.journal.other_protocols


def test_port_with_tls(caplog):
    """Whose port speaks TLS is not told to write http://, whatever is sent inside."""
    redirect = Redirect()
    with (
        caplog.at_level(logging.WARNING),
        ThreadedServer(LiveEngine(), redirect) as running,
        socket.create_connection(("127.0.0.1", redirect.tls_port), timeout=10) as plain,
        ssl.create_default_context(cadata=redirect.authority.pem.decode()).wrap_socket(
            plain, server_hostname="api.cerebras.ai"
        ) as inside,
    ):
        inside.sendall(b"\x16\x03\x01\x02\x00\r\n\r\n")
        assert inside.recv(65536).startswith(b"HTTP/1.1 400 ")
        assert not running.live.journal.other_protocols
    assert "speaks" not in caplog.text


def test_begins_well():
    """A request that begins as it should says nothing."""
    assert said_of(b"POST /v1/chat/completions HTTP/1.1\r\n") == ""
    assert said_of(b"") == ""
