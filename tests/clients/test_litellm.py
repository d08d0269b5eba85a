"""litellm, which speaks through an older OpenAI SDK, and through aiohttp when it is async."""

from __future__ import annotations

import asyncio
import os
from importlib import import_module

import pytest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its import would fetch a list of prices
required = os.environ.get("REQUIRE_LITELLM")
litellm = import_module("litellm") if required else pytest.importorskip("litellm")

from litellm import exceptions as of  # noqa: E402 (not before it is known to be there)

from mockserver.api.model import tokens  # noqa: E402 (likewise)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydantic")
REFUSED = {
    "wrong key": of.AuthenticationError,
    "foreign key": of.AuthenticationError,
    "unknown model": of.NotFoundError,
    "foreign model": of.NotFoundError,
    "rate limit": of.RateLimitError,
    "long prompt": of.ContextWindowExceededError,
    "small window": of.ContextWindowExceededError,
    "burst": of.ServiceUnavailableError,
}
LOST = [
    ("cut", False, of.InternalServerError),
    ("cut", True, of.MidStreamFallbackError),
    ("reset", False, of.InternalServerError),
    ("reset", True, of.MidStreamFallbackError),
    ("hangup", False, of.InternalServerError),
    ("slow", False, of.Timeout),
    ("stall", False, of.Timeout),
    ("stall", True, of.Timeout),
]
refused = pytest.mark.parametrize(("trouble", "exception"), REFUSED.items(), indirect=["trouble"])
lost = pytest.mark.parametrize(("trouble", "stream", "exception"), LOST, indirect=["trouble"])
streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
truncated = pytest.mark.parametrize("trouble", ["truncated", "default limit"], indirect=True)
healthy = pytest.mark.parametrize("trouble", ["none"], indirect=True)


@pytest.fixture(autouse=True)
def loop():
    """Close the event loop that litellm asks for in a sync call too, and would leave open."""
    lent = asyncio.new_event_loop()
    asyncio.set_event_loop(lent)
    yield
    asyncio.set_event_loop(None)
    lent.close()


def settings(trouble, stream, more):
    """Return the arguments of a call; the address and the key come from the environment."""
    key = {"api_key": trouble.key} if trouble.key else {}
    asked = {"model": f"cerebras/{trouble.model}", "messages": trouble.messages, "stream": stream}
    return {**asked, "max_retries": 0, **key, **more}


def complete(trouble, *, stream=False, **more):
    answer = litellm.completion(**settings(trouble, stream, more))
    return list(answer) if stream else answer


async def complete_async(trouble, *, stream=False, **more):
    answer = await litellm.acompletion(**settings(trouble, stream, more))
    return [chunk async for chunk in answer] if stream else answer


def outcome(answer):
    """Return text and finish reason of an answer in either form."""
    if not isinstance(answer, list):
        choice = answer.choices[0]
        return choice.message.content, choice.finish_reason
    text = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
    return text, answer[-1].choices[0].finish_reason


@healthy
def test_chat(trouble, cerebras_mock):
    """A chat says the same whether or not it is streamed."""
    whole = complete(trouble)
    assert outcome(whole) == outcome(complete(trouble, stream=True))
    assert whole.usage.completion_tokens == cerebras_mock.requests[0].completion_tokens
    cerebras_mock.assert_requests(2)
    cerebras_mock.assert_no_errors()


@pytest.mark.anyio
@healthy
async def test_chat_async(trouble, cerebras_mock):
    """So it does for the async function."""
    whole = await complete_async(trouble)
    assert outcome(whole) == outcome(await complete_async(trouble, stream=True))
    cerebras_mock.assert_no_errors()


@streamed
@refused
def test_refused(trouble, exception, stream, cerebras_mock):
    """A refusal is litellm's exception for it, with the status and the message of the API."""
    with pytest.raises(exception) as caught:
        complete(trouble, stream=stream)
    check_refusal(caught.value, exception, trouble, cerebras_mock)


@pytest.mark.anyio
@streamed
@refused
async def test_refused_async(trouble, exception, stream, cerebras_mock):
    """The async function raises the same."""
    with pytest.raises(exception) as caught:
        await complete_async(trouble, stream=stream)
    check_refusal(caught.value, exception, trouble, cerebras_mock)


def check_refusal(error, exception, trouble, mock):
    assert type(error) is exception
    assert error.status_code == trouble.status
    assert mock.requests[0].error["code"] == trouble.code
    assert mock.requests[0].error["message"] in str(error)
    mock.assert_requests(1)


@streamed
@truncated
def test_truncated(trouble, stream, cerebras_mock):
    """A long answer ends after exactly 512 tokens, with finish_reason length."""
    text, finish_reason = outcome(complete(trouble, stream=stream))
    assert (len(tokens.pieces(text)), finish_reason) == (512, "length")
    cerebras_mock.assert_requests(1)


@lost
def test_lost(trouble, stream, exception, cerebras_mock):
    """A lost connection or time-out is litellm's exception, another one in mid-stream."""
    with pytest.raises(exception):
        complete(trouble, stream=stream, timeout=trouble.patience)
    cerebras_mock.assert_requests(1)


@pytest.mark.anyio
@lost
async def test_lost_async(trouble, stream, exception, cerebras_mock):
    """The async function raises the same."""
    with pytest.raises(exception):
        await complete_async(trouble, stream=stream, timeout=trouble.patience)
    cerebras_mock.assert_requests(1)
