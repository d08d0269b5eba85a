"""A server in the place of the real host."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.redirected import REAL, STATUS, Redirect
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.scenario import Port, Scenario, Window


def shaken(port, pem):
    """Return what a client gets that has resolved the real name to this machine."""
    context = ssl.create_default_context(cadata=pem.decode())
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=REAL) as inside,
    ):
        inside.sendall(b"GET /v1/models HTTP/1.1\r\nhost: api.cerebras.ai\r\n\r\n")
        return inside.recv(100)


def test_tls_port():
    """A second port speaks TLS, with a certificate for the real name; the scenario is one."""
    redirect = Redirect()
    with ThreadedServer(LiveEngine("wrong-key"), redirect) as server:
        assert redirect.tls_port not in (0, server.port)
        assert shaken(redirect.tls_port, redirect.authority.pem).startswith(b"HTTP/1.1 401 ")
        assert len(server.live.journal.exchanges) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_status_page(scheme):
    """The host of the real status page is answered by the mock's, through proxy and TLS port."""
    redirect = Redirect()
    with ThreadedServer(LiveEngine("one-model-down"), redirect) as server:
        context = ssl.create_default_context(cadata=redirect.authority.pem.decode())
        with httpx.Client(proxy=server.url, verify=context) as client:
            page = client.get(f"{scheme}://{STATUS}/api/v2/summary.json").json()
            assert client.get(f"{scheme}://{STATUS}/v1/models").status_code == 404
            assert client.get(f"{scheme}://{REAL}/api/v2/summary.json").status_code == 404
        with (
            socket.create_connection(("127.0.0.1", redirect.tls_port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=STATUS) as inside,
        ):
            inside.sendall(f"GET / HTTP/1.1\r\nhost: {STATUS}\r\n\r\n".encode())
            assert inside.recv(100).startswith(b"HTTP/1.1 200 ")
        assert page["page"]["url"] == f"https://{STATUS}"
        assert page["status"]["indicator"] == "major"
        (wrong,) = server.live.journal.exchanges
        assert wrong.request.path == "/api/v2/summary.json"
        assert redirect.proxy.blocked == {}


def test_broken_handshakes():
    """A port that breaks TLS does so for the proxy and for the second port."""
    redirect = Redirect()
    live = LiveEngine(Scenario("x"))
    with ThreadedServer(live, redirect) as server:
        live.play(Scenario("broken", port=Port(breaks_tls=Window())))
        with pytest.raises(OSError, match=r".+"):
            shaken(redirect.tls_port, redirect.authority.pem)
        context = ssl.create_default_context(cadata=redirect.authority.pem.decode())
        client = httpx.Client(proxy=server.url, verify=context)
        with client, pytest.raises(httpx.TransportError):
            client.get(f"https://{REAL}/v1/models")
        assert live.journal.exchanges == []
        assert redirect.proxy.distrusted == {}


def test_taken_port():
    """A port that somebody has is an error before anything runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        redirect = Redirect(tls_port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            ThreadedServer(LiveEngine(), redirect).start()
