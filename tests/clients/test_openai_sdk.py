"""OpenAI's SDK 3.x with another base URL, at both edges: sync, async and streaming."""

from __future__ import annotations

from time import perf_counter

import pytest
from openai import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
)

pytestmark = pytest.mark.usefixtures("edge")
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
LOST = {
    "cut": APIConnectionError,
    "reset": APIConnectionError,
    "hangup": APIConnectionError,
    "slow": APITimeoutError,
    "stall": APITimeoutError,
}
SOON = 3.0  # seconds: generous to a busy machine, and less than the server would take

refused = pytest.mark.parametrize(("trouble", "exception"), REFUSED.items(), indirect=["trouble"])
lost = pytest.mark.parametrize(("trouble", "exception"), LOST.items(), indirect=["trouble"])
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
truncated = pytest.mark.parametrize("trouble", ["truncated", "default limit"], indirect=True)
healthy = pytest.mark.parametrize("trouble", ["none"], indirect=True)


@healthy
def test_chat(openai, trouble, chat, outcome, cerebras_mock):
    """A chat says the same whether or not it is streamed, and the usage agrees with the text."""
    with openai() as client:
        whole = outcome(chat(client, trouble))
        chunks = outcome(chat(client, trouble, stream=True))
    assert whole == chunks
    assert whole[1:] == ("stop", cerebras_mock.requests[0].completion_tokens)
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()


@pytest.mark.anyio
@healthy
async def test_chat_async(openai_async, trouble, chat_async, outcome, cerebras_mock):
    """An async chat says the same whether or not it is streamed."""
    async with openai_async() as client:
        whole = outcome(await chat_async(client, trouble))
        chunks = outcome(await chat_async(client, trouble, stream=True))
    assert whole == chunks
    assert whole[1:] == ("stop", cerebras_mock.requests[0].completion_tokens)
    cerebras_mock.assert_no_errors()


@streamed
@refused
def test_refused(openai, trouble, exception, stream, chat, assert_refused):
    """A refusal is the SDK's own exception for its status, with the code of the flat body."""
    with openai(trouble.key) as client, pytest.raises(exception) as caught:
        chat(client, trouble, stream=stream)
    assert_refused(caught.value, trouble)
    assert caught.value.code == trouble.code
    assert caught.value.request_id == caught.value.response.headers["cf-ray"]


@pytest.mark.anyio
@streamed
@refused
async def test_refused_async(openai_async, trouble, exception, stream, chat_async, assert_refused):
    """The async client raises the same."""
    async with openai_async(trouble.key) as client:
        with pytest.raises(exception) as caught:
            await chat_async(client, trouble, stream=stream)
    assert_refused(caught.value, trouble)


@streamed
@truncated
def test_truncated(openai, trouble, stream, chat, assert_truncated):
    """A long answer ends after exactly 512 tokens, with finish_reason length."""
    with openai() as client:
        assert_truncated(chat(client, trouble, stream=stream))


@pytest.mark.anyio
@streamed
@truncated
async def test_truncated_async(openai_async, trouble, stream, chat_async, assert_truncated):
    """So it does for an async client."""
    async with openai_async() as client:
        assert_truncated(await chat_async(client, trouble, stream=stream))


@streamed
@lost
def test_lost(openai, trouble, stream, exception, chat, cerebras_mock):
    """A lost connection or time-out is one of the SDK's exceptions, in mid-stream too."""
    begun = perf_counter()
    with openai(timeout=trouble.patience) as client, pytest.raises(exception) as caught:
        chat(client, trouble, stream=stream)
    assert perf_counter() - begun < SOON
    assert type(caught.value) is exception
    cerebras_mock.assert_requests(1)


@pytest.mark.anyio
@streamed
@lost
async def test_lost_async(openai_async, trouble, stream, exception, chat_async, cerebras_mock):
    """The async client raises the same."""
    begun = perf_counter()
    async with openai_async(timeout=trouble.patience) as client:
        with pytest.raises(exception) as caught:
            await chat_async(client, trouble, stream=stream)
    assert perf_counter() - begun < SOON
    assert type(caught.value) is exception
    cerebras_mock.assert_requests(1)
