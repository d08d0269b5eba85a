"""The official SDK, sync, async and streaming, against the server and in process."""

from __future__ import annotations

from time import perf_counter

import httpx
import pytest
from cerebras.cloud.sdk import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
)

REFUSED = {
    "wrong key": AuthenticationError,
    "foreign key": AuthenticationError,
    "unknown model": NotFoundError,
    "foreign model": NotFoundError,
    "rate limit": RateLimitError,
    "long prompt": BadRequestError,
    "small window": BadRequestError,
    "burst": InternalServerError,
}
# trouble, whether streamed, what is raised and what that was caused by
LOST = [
    ("cut", False, (APIConnectionError, httpx.RemoteProtocolError)),
    ("cut", True, (httpx.RemoteProtocolError,)),
    ("reset", False, (APIConnectionError, httpx.ReadError)),
    ("reset", True, (httpx.ReadError,)),
    ("hangup", False, (APIConnectionError, httpx.RemoteProtocolError)),
    ("hangup", True, (APIConnectionError, httpx.RemoteProtocolError)),
    ("slow", False, (APITimeoutError, httpx.ReadTimeout)),
    ("slow", True, (APITimeoutError, httpx.ReadTimeout)),
    ("stall", False, (APITimeoutError, httpx.ReadTimeout)),
    ("stall", True, (httpx.ReadTimeout,)),
]
pytestmark = pytest.mark.usefixtures("edge")
SOON = 3.0  # seconds: generous to a busy machine, and less than the server would take

refused = pytest.mark.parametrize(("trouble", "exception"), REFUSED.items(), indirect=["trouble"])
lost = pytest.mark.parametrize(("trouble", "stream", "chain"), LOST, indirect=["trouble"])
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
truncated = pytest.mark.parametrize("trouble", ["truncated", "default limit"], indirect=True)
healthy = pytest.mark.parametrize("trouble", ["none"], indirect=True)


@healthy
def test_chat(connect, trouble, chat, outcome, cerebras_mock):
    """A chat says the same whether or not it is streamed, and the usage agrees with the text."""
    with connect() as client:
        whole = outcome(chat(client, trouble))
        chunks = outcome(chat(client, trouble, stream=True))
    assert whole == chunks
    assert whole[1:] == ("stop", cerebras_mock.requests[0].completion_tokens)
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()


@pytest.mark.anyio
@healthy
async def test_chat_async(connect_async, trouble, chat_async, outcome, cerebras_mock):
    """An async chat says the same whether or not it is streamed."""
    async with connect_async() as client:
        whole = outcome(await chat_async(client, trouble))
        chunks = outcome(await chat_async(client, trouble, stream=True))
    assert whole == chunks
    assert whole[1:] == ("stop", cerebras_mock.requests[0].completion_tokens)
    cerebras_mock.assert_no_errors()


@streamed
@refused
def test_refused(connect, trouble, exception, stream, chat, assert_refused):
    """A refusal is the SDK's own exception for its status, with the code of the flat body."""
    with connect(trouble.key) as client, pytest.raises(exception) as caught:
        chat(client, trouble, stream=stream)
    assert_refused(caught.value, trouble)


@pytest.mark.anyio
@streamed
@refused
async def test_refused_async(connect_async, trouble, exception, stream, chat_async, assert_refused):
    """The async client raises the same."""
    async with connect_async(trouble.key) as client:
        with pytest.raises(exception) as caught:
            await chat_async(client, trouble, stream=stream)
    assert_refused(caught.value, trouble)


@streamed
@truncated
def test_truncated(connect, trouble, stream, chat, assert_truncated):
    """A long answer ends after exactly 512 tokens, with finish_reason length."""
    with connect() as client:
        assert_truncated(chat(client, trouble, stream=stream))


@pytest.mark.anyio
@streamed
@truncated
async def test_truncated_async(connect_async, trouble, stream, chat_async, assert_truncated):
    """So it does for an async client."""
    async with connect_async() as client:
        assert_truncated(await chat_async(client, trouble, stream=stream))


@lost
def test_lost(connect, trouble, stream, chain, chat, cerebras_mock):
    """A lost connection or time-out is wrapped before the body, and raw httpx in mid-stream."""
    begun = perf_counter()
    with connect(timeout=trouble.patience) as client, pytest.raises(chain[0]) as caught:
        chat(client, trouble, stream=stream)
    assert perf_counter() - begun < SOON
    assert_lost(caught.value, chain)
    cerebras_mock.assert_requests(1)


@pytest.mark.anyio
@lost
async def test_lost_async(connect_async, trouble, stream, chain, chat_async, cerebras_mock):
    """The async client raises the same."""
    begun = perf_counter()
    async with connect_async(timeout=trouble.patience) as client:
        with pytest.raises(chain[0]) as caught:
            await chat_async(client, trouble, stream=stream)
    assert perf_counter() - begun < SOON
    assert_lost(caught.value, chain)
    cerebras_mock.assert_requests(1)


def assert_lost(error, chain):
    found = (type(error), type(error.__cause__))
    assert found[: len(chain)] == chain
