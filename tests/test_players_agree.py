"""What happens to a connection, as httpx sees it over a socket and in process."""

from __future__ import annotations

import ssl
from contextlib import contextmanager

import httpx
import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.threaded import ThreadedServer
from mockserver.scenario import Port, Scenario, Window
from pytest_cerebras.inprocess import HOST, intercepted

KEY = {"authorization": "Bearer csk-0000"}


@contextmanager
def server(scenario):
    with ThreadedServer(LiveEngine(scenario)) as site:
        yield site.url


@contextmanager
def in_process(scenario):
    with intercepted(LiveEngine(scenario)):
        yield f"https://{HOST}"


both = pytest.mark.parametrize("edge", [server, in_process])


@pytest.fixture(scope="module")
def verify():
    """Return a context for clients that never speak TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@both
@pytest.mark.parametrize(
    ("port", "raised"),
    [
        (Port(refuses=Window()), httpx.ConnectError),
        (Port(ignores=Window()), httpx.ConnectTimeout),
        (Port(ignores=Window(after=3600)), None),
    ],
)
def test_port(edge, verify, port, raised):
    """A port that is out of order is met by the same exception, sync and async."""
    patience = httpx.Timeout(5, connect=0.05)
    with (
        edge(Scenario("down", port=port)) as url,
        httpx.Client(base_url=url, verify=verify, timeout=patience) as client,
    ):
        for _ in range(2):
            if raised is None:
                assert client.get("/v1/models", headers=KEY).status_code == 200
            else:
                with pytest.raises(raised):
                    client.get("/v1/models", headers=KEY)


def test_broken_tls_in_process(verify):
    """In process all is TLS, and can be broken."""
    scenario = Scenario("down", port=Port(breaks_tls=Window()))
    with (
        in_process(scenario) as url,
        httpx.Client(base_url=url, verify=verify) as client,
        pytest.raises(httpx.ConnectError, match="SSL"),
    ):
        client.get("/v1/models")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_async_port(verify):
    """An async client in process waits for its connect as well."""
    scenario = Scenario("down", port=Port(ignores=Window()))
    with in_process(scenario) as url:
        async with httpx.AsyncClient(base_url=url, verify=verify, timeout=0.01) as client:
            with pytest.raises(httpx.ConnectTimeout):
                await client.get("/v1/models")


def test_nobody_waits_for_ever(verify):
    """A client without a time-out of its own is told why it would hang."""
    scenario = Scenario("down", port=Port(ignores=Window()))
    endless = httpx.Timeout(5, connect=None)
    with (
        in_process(scenario) as url,
        httpx.Client(timeout=endless, verify=verify) as client,
        pytest.raises(RuntimeError, match="no time-out"),
    ):
        client.get(f"{url}/v1/models")
