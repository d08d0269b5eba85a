"""langchain-cerebras, which speaks through OpenAI's SDK."""

from __future__ import annotations

import sys

import httpx2
import openai
import pytest

from mockserver.api.model import tokens

if sys.version_info >= (3, 13):
    pytest.skip("langchain-cerebras has no release for this Python", allow_module_level=True)

from langchain_cerebras import ChatCerebras

# langchain derives classes of its own from OpenAI's; in a stream OpenAI's come as they are
REFUSED = {
    "wrong key": openai.AuthenticationError,
    "foreign key": openai.AuthenticationError,
    "unknown model": openai.NotFoundError,
    "foreign model": openai.NotFoundError,
    "rate limit": openai.RateLimitError,
    "long prompt": openai.BadRequestError,
    "small window": openai.BadRequestError,
    "burst": openai.InternalServerError,
}
LOST = {
    "cut": openai.APIConnectionError,
    "reset": openai.APIConnectionError,
    "hangup": openai.APIConnectionError,
    "slow": openai.APITimeoutError,
    "stall": openai.APITimeoutError,
}
refused = pytest.mark.parametrize(("trouble", "exception"), REFUSED.items(), indirect=["trouble"])
lost = pytest.mark.parametrize(("trouble", "exception"), LOST.items(), indirect=["trouble"])
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
truncated = pytest.mark.parametrize("trouble", ["truncated", "default limit"], indirect=True)
healthy = pytest.mark.parametrize("trouble", ["none"], indirect=True)


@pytest.fixture
def invoke(cerebras_mock, trusts_nobody):
    """Return a call of the model that closes its connections; chunks of a stream are added up."""

    def call(trouble, *, stream=False, **settings):
        with httpx2.Client(verify=trusts_nobody) as http:
            model = build(trouble, cerebras_mock, http_client=http, **settings)
            return added(model.stream(trouble.prompt)) if stream else model.invoke(trouble.prompt)

    return call


@pytest.fixture
def invoke_async(cerebras_mock, trusts_nobody):
    """Return the same for the async methods."""

    async def call(trouble, *, stream=False, **settings):
        async with httpx2.AsyncClient(verify=trusts_nobody) as http:
            model = build(trouble, cerebras_mock, http_async_client=http, **settings)
            if not stream:
                return await model.ainvoke(trouble.prompt)
            return added([chunk async for chunk in model.astream(trouble.prompt)])

    return call


def build(trouble, mock, **settings):
    key = trouble.key or mock.api_key
    return ChatCerebras(model=trouble.model, api_key=key, max_retries=0, **settings)


def added(chunks):
    first, *rest = chunks
    return sum(rest, first)


def outcome(message):
    return message.text, message.response_metadata["finish_reason"]


@healthy
def test_chat(invoke, trouble, cerebras_mock):
    """A message says the same whether or not it is streamed."""
    whole = invoke(trouble)
    assert outcome(whole) == outcome(invoke(trouble, stream=True))
    assert whole.usage_metadata["output_tokens"] == cerebras_mock.requests[0].completion_tokens
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()


@pytest.mark.anyio
@healthy
async def test_chat_async(invoke_async, trouble, cerebras_mock):
    """So it does for the async methods."""
    whole = await invoke_async(trouble)
    assert outcome(whole) == outcome(await invoke_async(trouble, stream=True))
    cerebras_mock.assert_no_errors()


@streamed
@refused
def test_refused(invoke, trouble, exception, stream, assert_refused):
    """A refusal is OpenAI's exception, or langchain's own that derives from it."""
    with pytest.raises(exception) as caught:
        invoke(trouble, stream=stream)
    assert_refused(caught.value, trouble)


@pytest.mark.anyio
@streamed
@refused
async def test_refused_async(invoke_async, trouble, exception, stream, assert_refused):
    """So it is for the async methods."""
    with pytest.raises(exception) as caught:
        await invoke_async(trouble, stream=stream)
    assert_refused(caught.value, trouble)


@streamed
@truncated
def test_truncated(invoke, trouble, stream, cerebras_mock):
    """A long answer ends after exactly 512 tokens, with finish_reason length."""
    text, finish_reason = outcome(invoke(trouble, stream=stream))
    assert (len(tokens.pieces(text)), finish_reason) == (512, "length")
    cerebras_mock.assert_requests(1)


@streamed
@lost
def test_lost(invoke, trouble, exception, stream, cerebras_mock):
    """A lost connection or time-out is OpenAI's exception, in mid-stream too."""
    with pytest.raises(exception):
        invoke(trouble, stream=stream, timeout=trouble.patience)
    cerebras_mock.assert_requests(1)


@pytest.mark.anyio
@streamed
@lost
async def test_lost_async(invoke_async, trouble, exception, stream, cerebras_mock):
    """So it is for the async methods."""
    with pytest.raises(exception):
        await invoke_async(trouble, stream=stream, timeout=trouble.patience)
    cerebras_mock.assert_requests(1)
