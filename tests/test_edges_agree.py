"""Both edges, the server and the one in process, let each SDK see the same of each scenario."""

from __future__ import annotations

import json
import ssl
from contextlib import contextmanager
from functools import cache
from inspect import isawaitable
from typing import Any, NamedTuple

import openai
import pytest
from cerebras.cloud import sdk as cerebras

from mockserver.core.messages import Request
from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.play.clock import Clock
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.plan import duration_of, head_of
from mockserver.scenario import names
from pytest_cerebras.clock import VirtualClock
from pytest_cerebras.clock.patches import installed
from pytest_cerebras.transport.inprocess import HOST, intercepted

LONG = "word " * 9000
# model, prompt: the three kinds of requests that scenarios tell apart
ASKED = [
    ("llama3.1-8b", "One"),
    ("llama3.1-8b", "Two"),
    ("qwen-3-32b", LONG),
    ("llama3.1-8b", "Four"),
    ("gpt-4o", "Five"),
    ("qwen-3-32b", "Six"),
    ("llama3.1-8b", "Seven"),
]
NOW = 1.8e9
FRAMING = "transfer-encoding"  # how a body is delimited on a wire, which one edge has not
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # for clients that never speak it


class Sdk(NamedTuple):
    """An SDK: its clients, what its base URL ends in, and what only its clients want."""

    module: Any
    name: str
    path: str = ""
    settings: tuple[tuple[str, object], ...] = ()

    def client(self, live, url, *, sync=True):
        """Return a client that tries once, and waits for a minute where there is an answer."""
        prefix, kind = ("", "Httpx") if sync else ("Async", "AsyncHttpx")
        http = getattr(self.module, f"Default{kind}Client")(verify=TLS)
        return getattr(self.module, f"{prefix}{self.name}")(
            base_url=f"{url}{self.path}",
            http_client=http,
            api_key="csk-0000",
            max_retries=0,
            timeout=self.module.Timeout(60, connect=60 if live.port == "open" else 1.0),
            **dict(self.settings),
        )


SDKS = {
    "cerebras": Sdk(cerebras, "Cerebras", settings=(("warm_tcp_connection", False),)),
    "openai": Sdk(openai, "OpenAI", "/v1"),
}
every_scenario = pytest.mark.parametrize("scenario", names())
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
every_sdk = pytest.mark.parametrize("sdk", SDKS.values(), ids=SDKS)


class Seen(NamedTuple):
    """What a client saw of one answer; ``raised`` are the exception and its cause."""

    status: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    said: tuple[dict[str, Any], ...] = ()
    raised: tuple[type, ...] = ()


@pytest.fixture
def anyio_backend():
    """Run async tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module")
def site():
    """Yield a server, whose engine plays one scenario after the other."""
    with ThreadedServer(LiveEngine()) as server:
        yield server


@contextmanager
def playing(live, scenario, site=None):
    """Let an engine play at a time that stands still; where it waits, nobody does so for real."""
    clock = VirtualClock() if waits(scenario) else Clock()
    clock.now = lambda: NOW
    live.clock = clock
    live.play(scenario, Overrides(seed=7))
    if isinstance(clock, VirtualClock):
        servers = {site.ident} if site else ()
        with installed(clock, servers=frozenset(servers), ports=(site.port,) if site else ()):
            yield
    else:
        yield


@cache
def waits(scenario):
    """Return whether a scenario lets any of the requests wait."""
    for stream in (False, True):
        live = LiveEngine(scenario, Overrides(seed=7), clock=Clock(lambda: NOW))
        for asked in ASKED:
            sent = json.dumps(body(*asked, stream=stream)).encode()
            headers = {"authorization": "Bearer csk-0000"}
            _, exchange = live.begin(Request("POST", "/v1/chat/completions", headers, sent))
            if duration_of(exchange.plan):
                return True
    return False


@pytest.fixture
def edges(site, scenario):
    """Return the edges: each yields an engine that starts afresh, and its URL."""

    @contextmanager
    def server():
        with playing(site.live, scenario, site):
            yield site.live, site.url

    @contextmanager
    def in_process():
        live = LiveEngine()
        with playing(live, scenario), intercepted(live):
            yield live, f"https://{HOST}"

    return server, in_process


def body(model, prompt, *, stream):
    messages = [{"role": "user", "content": prompt}]
    return {"model": model, "messages": messages, "stream": stream}


def fields_of(response):
    return tuple(pair for pair in response.headers.multi_items() if pair[0] != FRAMING)


def told(answer):
    """Return what an SDK makes of a body; of one that is no JSON, the text."""
    return answer if isinstance(answer, str) else answer.to_dict()


def failure(error, head, said):
    """Return what is seen of an exception that came at once, or after the head and some chunks."""
    response = getattr(error, "response", None)
    if response is not None:
        head, said = (response.status_code, fields_of(response)), (*said, error.body)
    return Seen(*head, said, (type(error), type(error.__cause__)))


def listen(client, asked, *, stream):
    head, said = (None, ()), ()
    try:
        raw = client.chat.completions.with_raw_response.create(**body(*asked, stream=stream))
        head = raw.http_response.status_code, fields_of(raw.http_response)
        answer = raw.parse()
        for one in answer if stream else [answer]:
            said += (told(one),)
    except Exception as error:  # noqa: BLE001 (whatever it is, both must show it)
        return failure(error, head, said)
    return Seen(*head, said)


async def listen_async(client, asked, *, stream):
    head, said = (None, ()), ()
    try:
        raw = await client.chat.completions.with_raw_response.create(**body(*asked, stream=stream))
        head = raw.http_response.status_code, fields_of(raw.http_response)
        answer = raw.parse()
        answer = await answer if isawaitable(answer) else answer
        if stream:
            async for one in answer:
                said += (told(one),)
        else:
            said = (told(answer),)
    except Exception as error:  # noqa: BLE001
        return failure(error, head, said)
    return Seen(*head, said)


def check_journal(live, seen):
    assert not live.crashes
    noted = seen if live.port == "open" else []  # what gets no connection is not noted
    for exchange, one in zip(live.journal, noted, strict=True):
        if one.status is not None:
            head = head_of(exchange.plan)
            assert one.status == head.status
            assert set(head.headers) <= set(one.fields)


@every_scenario
@every_sdk
@streamed
def test_sync(edges, sdk, stream):
    """A sync client sees the same status, fields, text and exceptions at both edges."""
    found = []
    for edge in edges:
        with edge() as (live, url), sdk.client(live, url) as client:
            found.append([listen(client, asked, stream=stream) for asked in ASKED])
            check_journal(live, found[-1])
    over_wire, within = found
    for one, other in zip(over_wire, within, strict=True):
        assert one == other


@pytest.mark.anyio
@every_scenario
@every_sdk
@streamed
async def test_async(edges, sdk, stream):
    """So does an async client."""
    found = []
    for edge in edges:
        with edge() as (live, url):
            async with sdk.client(live, url, sync=False) as client:
                found.append([await listen_async(client, asked, stream=stream) for asked in ASKED])
            check_journal(live, found[-1])
    over_wire, within = found
    for one, other in zip(over_wire, within, strict=True):
        assert one == other


@pytest.mark.parametrize("scenario", ["healthy"])
@every_sdk
@streamed
def test_client_left(edges, sdk, stream):
    """A client that reads an answer to its end has left at neither edge."""
    for edge in edges:
        with edge() as (live, url):
            with sdk.client(live, url) as client:
                listen(client, ASKED[0], stream=stream)
            assert [one.client_left for one in live.journal] == [False]
