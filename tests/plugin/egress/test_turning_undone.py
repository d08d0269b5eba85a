"""What turns clients: how it is undone, and what it does not let pass."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import aiohttp
import anyio
import httpx
import httpx2
import pytest
import requests
from aiohttp.resolver import AsyncResolver

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.egress import guarded, turning
from pytest_cerebras.egress.child.cerebras_guard import ports_instead_of
from pytest_cerebras.egress.child.cerebras_redirect import Redirect

HOST = "api.cerebras.ai"


@pytest.fixture
def turn(tmp_path):
    """Return where to turn to; nobody is there."""
    authority = tmp_path / "ca.pem"
    authority.write_bytes(pytest.importorskip("trustme").CA().cert_pem.bytes())
    return Redirect(f"{HOST},1,2,{authority}")


def test_undone(turn):
    """After the block everything is as it was."""
    changed = [
        (socket, "getaddrinfo"),
        (ssl.SSLContext, "wrap_socket"),
        (ssl.SSLContext, "wrap_bio"),
        (anyio, "connect_tcp"),
        (AsyncResolver, "resolve"),
    ]

    def now():
        return [getattr(owner, name) for owner, name in changed]

    before = now()
    with turning.turned(turn):
        assert not any(one is other for one, other in zip(before, now(), strict=True))
        assert ports_instead_of(HOST) == (1, 2)
    assert now() == before
    assert ports_instead_of(HOST) == ()


def test_node_keeps_its_roots(turn, monkeypatch, tmp_path):
    """Node reads one file with roots: the user's own are in it as well."""
    own = tmp_path / "own.pem"
    own.write_text("of the user")
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(own))
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    found = turning.variables(turn)
    roots = Path(found["NODE_EXTRA_CA_CERTS"]).read_text()
    assert roots.startswith("of the user\n-----BEGIN")
    assert found["NODE_OPTIONS"].endswith(" --no-warnings")


@pytest.fixture
def seeming_real(monkeypatch):
    """Return the port of a server that everybody takes for the real one, and its engine."""
    resolve = socket.getaddrinfo

    def resolved(host, *args, **kwargs):
        return resolve("127.0.0.1" if HOST in str(host) else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with ThreadedServer(LiveEngine()) as server:
        yield f"http://{HOST}:{server.port}/public/v1/models", server.live


@pytest.mark.parametrize("session", [httpx.Client, httpx2.Client, requests.Session], ids=str)
def test_open_before(seeming_real, turn, session):
    """A connection to the real host that is older than the test is not used in it."""
    url, live = seeming_real
    with session() as client:
        assert client.get(url).status_code == 200
        stopped = pytest.raises(Exception, match="was stopped")
        with guarded(mode="redirect"), turning.turned(turn), stopped:
            client.get(url)
    assert len(live.journal.exchanges) == 1


def test_open_before_aiohttp(seeming_real, turn):
    """Nor is one of aiohttp."""
    url, live = seeming_real

    async def main():
        async with aiohttp.ClientSession() as client:
            async with client.get(url) as answer:
                await answer.read()
            stopped = pytest.raises(aiohttp.ClientOSError, match="was stopped")
            with guarded(mode="redirect"), turning.turned(turn), stopped:
                await client.get(url)

    asyncio.run(main())
    assert len(live.journal.exchanges) == 1
