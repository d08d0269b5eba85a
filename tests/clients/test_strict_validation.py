"""Every kind of answer passes the validation that the official SDKs leave off by default."""

from __future__ import annotations

import pytest
from cerebras.cloud.sdk.types import completion as texts
from cerebras.cloud.sdk.types import model_list_response, model_retrieve_response
from cerebras.cloud.sdk.types.chat import chat_completion as chats
from openai.types import Completion, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk

MODEL = "llama3.1-8b"
CHAT = {"model": MODEL, "messages": [{"role": "user", "content": "Say something."}]}
TEXT = {"model": MODEL, "prompt": "Once upon a time"}

CALLS = {
    "chat": lambda client: client.chat.completions.create(**CHAT),
    "chat stream": lambda client: client.chat.completions.create(**CHAT, stream=True),
    "completion": lambda client: client.completions.create(**TEXT),
    "completion stream": lambda client: client.completions.create(**TEXT, stream=True),
    "models": lambda client: client.models.list(),
    "model": lambda client: client.models.retrieve(MODEL),
}
CEREBRAS = {
    "chat": chats.ChatCompletionResponse,
    "chat stream": chats.ChatChunkResponse,
    "completion": texts.CompletionResponse,
    "completion stream": texts.CompletionResponse,
    "models": model_list_response.ModelMetadataList,
    "model": model_retrieve_response.ModelMetadata,
}
OPENAI = {
    "chat": ChatCompletion,
    "chat stream": ChatCompletionChunk,
    "completion": Completion,
    # no "completion stream": it wants a finish_reason in every piece, which no provider sends
    "models": Model,  # a page, which yields them
    "model": Model,
}
PERIODS = ("minute", "hour", "day")
LIMITS = [
    f"x-ratelimit-{what}-{kind}-{period}"
    for what in ("limit", "remaining")
    for kind in ("requests", "tokens")
    for period in PERIODS
]


def objects(answer, *, many):
    return list(answer) if many else [answer]


@pytest.mark.parametrize("call", CALLS)
def test_cerebras(connect, call, cerebras_mock):
    """The Cerebras SDK finds nothing to complain about, and picks the right type."""
    with connect(_strict_response_validation=True) as client:
        answers = objects(CALLS[call](client), many="stream" in call)
    assert {type(answer) for answer in answers} == {CEREBRAS[call]}
    cerebras_mock.assert_no_errors()


@pytest.mark.anyio
@pytest.mark.parametrize("call", CALLS)
async def test_cerebras_async(connect_async, call, cerebras_mock):
    """Neither does its async client."""
    async with connect_async(_strict_response_validation=True) as client:
        answer = await CALLS[call](client)
        answers = [one async for one in answer] if "stream" in call else [answer]
    assert {type(answer) for answer in answers} == {CEREBRAS[call]}
    cerebras_mock.assert_no_errors()


@pytest.mark.parametrize("call", OPENAI)
def test_openai(openai, call, cerebras_mock):
    """Neither does OpenAI's SDK."""
    with openai(_strict_response_validation=True) as client:
        answers = objects(CALLS[call](client), many="stream" in call or call == "models")
    assert {type(answer) for answer in answers} == {OPENAI[call]}
    cerebras_mock.assert_no_errors()


@pytest.mark.anyio
@pytest.mark.parametrize("call", OPENAI)
async def test_openai_async(openai_async, call, cerebras_mock):
    """Neither does OpenAI's async client."""
    async with openai_async(_strict_response_validation=True) as client:
        waiting = CALLS[call](client)
        answer = waiting if call == "models" else await waiting
        many = "stream" in call or call == "models"
        answers = [one async for one in answer] if many else [answer]
    assert {type(answer) for answer in answers} == {OPENAI[call]}
    cerebras_mock.assert_no_errors()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("endpoint", ["chat", "completions"])
@pytest.mark.parametrize("sdk", ["connect", "openai"])
def test_headers(request, sdk, endpoint, stream):
    """A completion carries its ids and the twelve limits, which are whole numbers."""
    with request.getfixturevalue(sdk)() as client:
        resource = client.chat.completions if endpoint == "chat" else client.completions
        body = CHAT if endpoint == "chat" else TEXT
        raw = resource.with_raw_response.create(**body, stream=stream)
        answer = objects(raw.parse(), many=stream)[0]
    found = {name: int(raw.headers[name]) for name in LIMITS}
    assert found["x-ratelimit-limit-requests-minute"] == 30
    assert found["x-ratelimit-remaining-requests-minute"] == 29
    assert found["x-ratelimit-limit-tokens-minute"] == 60_000
    assert sum(name.startswith("x-ratelimit") for name in raw.headers) == 12
    assert raw.headers["x-request-id"] == raw.headers["cf-ray"]
    assert raw.headers["inference-id"].endswith(answer.id.rpartition("-")[2])


def test_request_id(openai, cerebras_mock):
    """OpenAI's SDK shows the id of the request on its answer."""
    with openai() as client:
        answer = client.chat.completions.create(**CHAT)
    head = cerebras_mock.requests[0].plan[0]
    assert answer._request_id == head.header("x-request-id")
