"""Both edges, the server and the one in process, let an SDK see the same."""

from __future__ import annotations

import json
import ssl
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from cerebras.cloud.sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncCerebras,
    Cerebras,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from httpx import TransportError

from mockserver.edge.clock import Clock
from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.threaded import ThreadedServer
from mockserver.messages import Request
from mockserver.plan import duration_of, head_of
from mockserver.scenario import names
from pytest_cerebras.inprocess import HOST, intercepted

KEY = "csk-0000"
PATIENCE = 5  # seconds
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
FRAMING = "transfer-encoding"  # how a body is delimited on a wire, which one edge has not

every_scenario = pytest.mark.parametrize("scenario", names())
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


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


@contextmanager
def server(live):
    with ThreadedServer(live) as site:
        yield site.url


@contextmanager
def in_process(live):
    with intercepted(live):
        yield f"https://{HOST}"


@pytest.fixture
def live(scenario):
    """Return a builder of engines that are all alike: the same seed, the same time."""
    return lambda: LiveEngine(scenario, Overrides(seed=7), clock=Clock(lambda: 1.8e9))


@pytest.fixture
def settings(live):
    """Return the settings of every client: patient ones, but where that takes for ever."""
    playing = live()
    for asked in ((*one, stream) for one in ASKED for stream in (False, True)):
        raw = json.dumps(body(*asked)).encode()
        playing.begin(
            Request("POST", "/v1/chat/completions", {"authorization": f"Bearer {KEY}"}, raw)
        )
    longest = max((duration_of(exchange.plan) for exchange in playing.journal), default=0.0)
    return {
        "api_key": KEY,
        "max_retries": 0,
        "timeout": 0.2 if longest > PATIENCE else PATIENCE,
        "warm_tcp_connection": False,
    }


@pytest.fixture(scope="module")
def verify():
    """Return a context for clients that never speak TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def body(model, prompt, stream):
    return {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "stream": stream,
    }


def fields_of(response):
    return tuple(pair for pair in response.headers.multi_items() if pair[0] != FRAMING)


def told(answer):
    """Return what an SDK makes of a body; of one that is no JSON, the text."""
    return answer if isinstance(answer, str) else answer.to_dict()


def failure(error, head, said):
    """Return what is seen of an exception that came after the head and some chunks, or at once."""
    match error:
        case APIStatusError():
            response = error.response
            return Seen(response.status_code, fields_of(response), (error.body,), (type(error),))
        case APIConnectionError():
            return Seen(*head, said, (type(error), type(error.__cause__)))
        case _:
            return Seen(*head, said, (type(error),))


def listen(client, model, prompt, *, stream):
    head, said = (None, ()), ()
    try:
        raw = client.chat.completions.with_raw_response.create(**body(model, prompt, stream))
        head = raw.http_response.status_code, fields_of(raw.http_response)
        answer = raw.parse()
        for one in answer if stream else [answer]:
            said += (told(one),)
    except (APIStatusError, APIConnectionError, TransportError) as error:
        return failure(error, head, said)
    return Seen(*head, said)


async def listen_async(client, model, prompt, *, stream):
    head, said = (None, ()), ()
    try:
        raw = await client.chat.completions.with_raw_response.create(**body(model, prompt, stream))
        head = raw.http_response.status_code, fields_of(raw.http_response)
        answer = await raw.parse()
        if stream:
            async for one in answer:
                said += (told(one),)
        else:
            said = (told(answer),)
    except (APIStatusError, APIConnectionError, TransportError) as error:
        return failure(error, head, said)
    return Seen(*head, said)


def check_agreement(lives, seen):
    over_wire, within = seen
    assert len(over_wire) == len(ASKED)
    for one, other in zip(over_wire, within, strict=True):
        assert one == other
    for live, found in zip(lives, seen, strict=True):
        assert not live.crashes
        if live.port != "open":  # what gets no connection is not noted
            assert live.journal.exchanges == []
            continue
        for exchange, one in zip(live.journal, found, strict=True):
            if one.status is not None:
                head = head_of(exchange.plan)
                assert one.status == head.status
                assert set(head.headers) <= set(one.fields)


@every_scenario
@streamed
def test_sync(live, settings, verify, stream):
    """A sync client sees the same status, fields, text and exceptions at both edges."""
    lives, seen = [live(), live()], []
    for edge, engine in zip((server, in_process), lives, strict=True):
        http = DefaultHttpxClient(verify=verify)
        with edge(engine) as url, Cerebras(base_url=url, http_client=http, **settings) as client:
            seen.append([listen(client, *asked, stream=stream) for asked in ASKED])
    check_agreement(lives, seen)


@pytest.mark.anyio
@every_scenario
@streamed
async def test_async(live, settings, verify, stream):
    """So does an async client."""
    lives, seen = [live(), live()], []
    for edge, engine in zip((server, in_process), lives, strict=True):
        http = DefaultAsyncHttpxClient(verify=verify)
        with edge(engine) as url:
            async with AsyncCerebras(base_url=url, http_client=http, **settings) as client:
                seen.append([await listen_async(client, *asked, stream=stream) for asked in ASKED])
    check_agreement(lives, seen)


@pytest.mark.parametrize("scenario", ["healthy"])
@pytest.mark.parametrize(
    "stream",
    [
        False,
        pytest.param(
            True,
        ),
    ],
    ids=["whole", "stream"],
)
def test_client_left(live, settings, verify, stream):
    """A client that reads an answer to its end has left at neither edge."""
    lives = [live(), live()]
    for edge, engine in zip((server, in_process), lives, strict=True):
        http = DefaultHttpxClient(verify=verify)
        with edge(engine) as url, Cerebras(base_url=url, http_client=http, **settings) as client:
            listen(client, "llama3.1-8b", "One", stream=stream)
    assert [[one.client_left for one in engine.journal] for engine in lives] == [[False], [False]]
