"""What happens to a connection, as httpx sees it over a socket and in process."""

from __future__ import annotations

import ssl
from contextlib import contextmanager

import httpx
import pytest

from mockserver.api.model.script import Script
from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock, StallError
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.faults import (
    BadChunk,
    Cut,
    Disconnect,
    EmptyAnswer,
    ErrorEvent,
    EventFormat,
    Garbage,
    HangAfterDone,
    HangUp,
    NoDone,
    NoFinish,
    NoLastNewline,
    ReasoningOnly,
    Split,
    Tamper,
)
from mockserver.scenario import Port, Rule, Scenario, Window
from pytest_cerebras.transport.inprocess import HOST, intercepted

KEY = {"authorization": "Bearer csk-0000"}
ASKED = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "Grüße!"}]}
FRAMED_LOSS = {"fin": httpx.RemoteProtocolError, "rst": httpx.ReadError}
FAULTS = [
    *((Cut(3, by=by), loss) for by, loss in FRAMED_LOSS.items()),
    *((Cut(after_bytes=0, by=by), loss) for by, loss in FRAMED_LOSS.items()),
    (Cut(3, by="eof"), None),
    (Cut(3, by="content_length"), None),
    (Cut(inside="character", by="eof"), None),
    (Cut(3, inside="json", by="content_length"), None),
    (Disconnect(), httpx.RemoteProtocolError),
    (Disconnect(by="rst"), httpx.ReadError),
    (Garbage(), httpx.RemoteProtocolError),
    (BadChunk(), httpx.RemoteProtocolError),
    (BadChunk(3), httpx.RemoteProtocolError),
    (HangUp(), None),
    (NoFinish(), None),
    (NoDone(), None),
    (NoLastNewline(), None),
    (HangAfterDone(), httpx.ReadTimeout),
    (HangAfterDone(0.01), None),
    (Tamper("after_done", "finish"), None),
    (Tamper("malformed", 2), None),
    (EventFormat(event="message", line_ending="cr"), None),
    (Split(), None),
    (Split(100), None),
    (EmptyAnswer(tokens=3), None),
    (ReasoningOnly(30), None),
    (ErrorEvent(after_tokens=3, form="flat", event="error", done=True), None),
]


@contextmanager
def server(scenario):
    with ThreadedServer(LiveEngine(scenario, clock=Clock(lambda: 1.8e9))) as site:
        yield site.url


@contextmanager
def in_process(scenario):
    with intercepted(LiveEngine(scenario, clock=Clock(lambda: 1.8e9))):
        yield f"https://{HOST}"


both = pytest.mark.parametrize("edge", [server, in_process])


def received(client, *, stream):
    """Return the bytes of the body, as far as they come, and what is raised behind them."""
    got = b""
    try:
        with client.stream(
            "POST", "/v1/chat/completions", headers=KEY, json={**ASKED, "stream": stream}
        ) as answer:
            for piece in answer.iter_raw():
                got += piece
    except httpx.TransportError as error:
        return got, type(error)
    return got, None


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("fault", "raised"), FAULTS)
def test_faults(verify, fault, raised, stream):
    """As much of the body arrives, and the same exception ends it."""
    rule = Rule(reply=Script(text="Grüß dich! Schön, dass du da bist."), faults=(fault,))
    patience = 0.2 if raised is httpx.ReadTimeout else 5.0
    seen = []
    for edge in (server, in_process):
        with (
            edge(Scenario("broken", rules=(rule,))) as url,
            httpx.Client(base_url=url, verify=verify, timeout=patience) as client,
        ):
            seen.append(received(client, stream=stream))
    assert seen[0] == seen[1]
    assert seen[0][1] == raised


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
    patience = httpx.Timeout(5, connect=0.05 if raised else 5)
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
        pytest.raises(StallError, match="no time-out"),
    ):
        client.get(f"{url}/v1/models")
