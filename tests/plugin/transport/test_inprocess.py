"""How httpx and httpx2 are answered in process; other tests compare it with the server."""

from __future__ import annotations

import asyncio
import math
import ssl
from dataclasses import dataclass

import httpx
import httpx2
import pytest
import respx

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import ScaledClock, StallError
from mockserver.faults import Context, Cut, Disconnect, Error, Latency, Stall
from mockserver.plan import Close, Plan, Wait
from mockserver.scenario import Port, Rule, Scenario, Window
from pytest_cerebras.transport.inprocess import HOST, STATUS_HOST, intercepted

URL = f"https://{HOST}/v1/chat/completions"
KEY = {"authorization": "Bearer csk-0000"}
both = pytest.mark.parametrize("http", [httpx, httpx2], ids=lambda http: http.__name__)


@dataclass(frozen=True)
class Ends:
    """A fault of a user's own: these steps, and nothing else."""

    plan: Plan

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace the whole plan."""
        return self.plan


@pytest.fixture
def live():
    """Return an engine that answers well."""
    return LiveEngine()


@pytest.fixture(scope="module")
def tls():
    """Return a context for clients that never speak TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def chat(http, tls):
    """Return a function that asks for a streamed chat with a client of its own."""

    def ask(**settings):
        body = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "a"}]}
        with http.Client(verify=tls, **settings) as client:
            return client.post(URL, json={**body, "stream": True}, headers=KEY)

    return ask


@pytest.fixture
def chat_async(http, tls):
    """Return the same for an async client."""

    async def ask(**settings):
        body = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "a"}]}
        async with http.AsyncClient(verify=tls, **settings) as client:
            return await client.post(URL, json={**body, "stream": True}, headers=KEY)

    return ask


FAULTS = {
    "FIN": (Ends((Close(),)), "RemoteProtocolError"),
    "RST": (Ends((Close(reset=True),)), "ReadError"),
    "cut": (Cut(after_tokens=3), "RemoteProtocolError"),
    "late": (Latency(60.0), "ReadTimeout"),
    "stall": (Ends((Wait(math.inf), Close())), "ReadTimeout"),
}
faulty = pytest.mark.parametrize(("fault", "raised"), FAULTS.values(), ids=FAULTS)


@both
@faulty
def test_exceptions(live, http, chat, fault, raised):
    """Faults raise the exceptions of the client's own library."""
    live.play(Scenario("broken", rules=(Rule(faults=(fault,)),)))
    with intercepted(live), pytest.raises(getattr(http, raised)):
        chat(timeout=0.02)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@both
@faulty
async def test_exceptions_async(live, http, chat_async, fault, raised):
    """So it is for an async client, whatever its loop is."""
    live.play(Scenario("broken", rules=(Rule(faults=(fault,)),)))
    with intercepted(live), pytest.raises(getattr(http, raised)):
        await chat_async(timeout=0.02)


@both
def test_stall_without_timeout(live, chat):
    """A client that would hang is ended with a sentence."""
    live.play(Scenario("stalls", rules=(Rule(faults=(FAULTS["stall"][0],)),)))
    with intercepted(live), pytest.raises(StallError, match="this client has no time-out"):
        chat(timeout=None)


@both
def test_scaled_clock(live, http, chat):
    """Waits are scaled down, and time-outs apply to the scaled waits."""
    live.clock = ScaledClock(0.001)
    live.play(Scenario("late", rules=(Rule(faults=(Latency(50.0),)),)))
    with intercepted(live):
        assert chat(timeout=5).status_code == 200
        with pytest.raises(http.ReadTimeout):
            chat(timeout=0.01)


@both
@pytest.mark.cerebras_mock(mode="respx", clock="virtual")
def test_virtual_clock(cerebras_mock, chat):
    """Under the virtual clock a minute takes no time, and time-outs fire in its seconds."""
    cerebras_mock.play(Scenario("late", rules=(Rule(faults=(Latency(60.0),)),)))
    assert chat(timeout=61).status_code == 200
    assert cerebras_mock.live.clock.elapsed >= 60
    assert cerebras_mock.waits == []


@both
@pytest.mark.parametrize("kind", ["transport", "mounted", "proxied", "http2", "wrapped"])
def test_clients_of_the_app(live, http, tls, chat, kind):
    """A client that the app has set up in its own way is answered, even behind a proxy."""

    class Wrapper(http.BaseTransport):
        def __init__(self):
            self.inner = http.HTTPTransport(verify=tls)

        def handle_request(self, request):
            return self.inner.handle_request(request)

    settings = {
        "transport": lambda: {"transport": http.HTTPTransport(retries=2, verify=tls)},
        "mounted": lambda: {"mounts": {"https://": http.HTTPTransport(verify=tls)}},
        "proxied": lambda: {"proxy": "http://127.0.0.1:9"},
        "http2": lambda: {"http2": True},
        "wrapped": lambda: {"transport": Wrapper()},
    }[kind]()
    with intercepted(live):
        assert chat(**settings).status_code == 200
    assert len(live.journal.exchanges) == 1


@both
def test_older_client(live, http, tls):
    """A client that was made before the mock is answered while it is active, and not after."""
    live.play(Scenario("down", rules=(Rule(faults=(Error(problem="service_unavailable"),)),)))
    with http.Client(
        verify=tls, transport=http.HTTPTransport(proxy="http://127.0.0.1:9")
    ) as client:
        with intercepted(live):
            assert client.get(f"https://{HOST}/v1/models").status_code == 503
        with pytest.raises(http.ConnectError):
            client.get(f"https://{HOST}/v1/models")


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_beside_respx(live, tls, first):
    """A test's own router sees all other requests, whichever router was started first."""

    def check():
        theirs.get("https://elsewhere.example/").respond(204)
        theirs.get(url__startswith=f"https://{HOST}").respond(418)
        with httpx.Client(verify=tls) as client:
            assert client.get("https://elsewhere.example/").status_code == 204
            assert client.get(f"https://{HOST}/v1/models", headers=KEY).status_code == 200
            with pytest.raises(AssertionError):
                client.get("https://elsewhere.example/other")

    theirs = respx.mock(assert_all_called=False)
    outer, inner = (intercepted(live), theirs) if first == "ours" else (theirs, intercepted(live))
    with outer, inner:
        check()


ORDERS = {"ours": "cerebras_mock, respx_mock", "theirs": "respx_mock, cerebras_mock"}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_beside_the_fixture_of_respx(run, order):
    """The same holds for the fixtures, in whatever order a test names them."""
    result = run(
        f"""
import httpx, pytest

pytest_plugins = ["respx.plugin"]

@pytest.mark.cerebras_mock(mode="respx")
def test_it({order}):
    respx_mock.get("https://elsewhere.example/").respond(204)
    assert httpx.get("https://elsewhere.example/").status_code == 204
    assert httpx.get("https://api.cerebras.ai/public/v1/models").status_code == 200
    cerebras_mock.assert_requests(1)
"""
    )
    result.assert_outcomes(passed=1)


@both
@pytest.mark.parametrize("fault", [Latency(60.0), Stall(after_tokens=3)], ids=["late", "stall"])
def test_client_left(live, http, chat, fault):
    """A client whose time-out is over has left, before the head or behind it."""
    live.play(Scenario("slow", rules=(Rule(faults=(fault,)),)))
    with intercepted(live), pytest.raises(http.ReadTimeout):
        chat(timeout=0.02)
    assert [one.client_left for one in live.journal] == [True]


@both
@pytest.mark.parametrize("fault", [Latency(60.0), Stall(after_tokens=3)], ids=["late", "stall"])
def test_client_cancelled(live, chat_async, fault):
    """So has one whose task is cancelled while it waits."""
    live.play(Scenario("slow", rules=(Rule(faults=(fault,)),)))

    async def main():
        async with asyncio.timeout(0.02):
            await chat_async(timeout=None)

    with intercepted(live), pytest.raises(TimeoutError):
        asyncio.run(main())
    assert [one.client_left for one in live.journal] == [True]


@both
@pytest.mark.parametrize("fault", [Cut(after_tokens=3), Disconnect()], ids=["cut", "hang-up"])
def test_client_stayed(live, http, chat, fault):
    """One that was hung up on has not."""
    live.play(Scenario("cut", rules=(Rule(faults=(fault,)),)))
    with intercepted(live), pytest.raises(http.RemoteProtocolError):
        chat()
    assert [one.client_left for one in live.journal] == [False]


@both
def test_status_page(live, http, tls):
    """The host of the status page is answered, sync and async, and is in no journal."""
    live.play("one-model-down")
    url = f"https://{STATUS_HOST}/api/v2/status.json"

    async def main():
        async with http.AsyncClient(verify=tls) as client:
            return await client.head(url)

    with intercepted(live), http.Client(verify=tls) as client:
        found = client.get(url)
        assert client.get(f"https://{STATUS_HOST}/v1/models").status_code == 404
        assert client.get(f"https://{HOST}/status", headers=KEY).status_code == 404
        head = asyncio.run(main())
    assert found.json()["status"]["indicator"] == "major"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(found.content))
    assert [one.request.path for one in live.journal] == ["/status"]


@both
def test_status_page_of_a_shut_port(live, http, tls):
    """The page has a host of its own: it can be reached while the API can't."""
    live.play(Scenario("down", port=Port(refuses=Window())))
    with intercepted(live) as (refused, _), http.Client(verify=tls) as client:
        found = client.get(f"https://{STATUS_HOST}/api/v2/status.json").json()
    assert found["status"]["indicator"] == "critical"
    assert (refused.count, live.journal.status_looks.count) == (0, 0)
