"""What the SDKs do by themselves when they may try again; they wait as told, but not in a test."""

from __future__ import annotations

import pytest
from cerebras.cloud import sdk as cerebras
from openai import RateLimitError

LIMITED = (cerebras.RateLimitError, RateLimitError)
BURST = pytest.mark.parametrize("trouble", ["burst"], indirect=True)
LIMIT = pytest.mark.parametrize("trouble", ["rate limit"], indirect=True)
SYNC = pytest.mark.parametrize("sdk", ["connect", "openai"])
ASYNC = pytest.mark.parametrize("sdk", ["connect_async", "openai_async"])


@pytest.fixture
def waits(monkeypatch):
    """Return a function that lets a client wait no longer, and lists what it would have waited."""

    def hurry(client):
        noted = []
        calculate = client._calculate_retry_timeout

        def instead(*args, **kwargs):
            noted.append(calculate(*args, **kwargs))
            return 0.0

        monkeypatch.setattr(client, "_calculate_retry_timeout", instead)
        return noted

    return hurry


@BURST
@SYNC
def test_recovers(request, sdk, trouble, chat, waits, cerebras_mock):
    """Three attempts meet the burst and the fourth is answered; the app sees one answer."""
    with request.getfixturevalue(sdk)(max_retries=3) as client:
        noted = waits(client)
        answer = chat(client, trouble)
    check_recovery(answer, noted, cerebras_mock)


@pytest.mark.anyio
@BURST
@ASYNC
async def test_recovers_async(request, sdk, trouble, chat_async, waits, cerebras_mock):
    """So does an async client."""
    async with request.getfixturevalue(sdk)(max_retries=3) as client:
        noted = waits(client)
        answer = await chat_async(client, trouble)
    check_recovery(answer, noted, cerebras_mock)


def check_recovery(answer, noted, mock):
    assert answer.choices[0].finish_reason == "stop"
    assert [exchange.status for exchange in mock.requests] == [503, 503, 503, 200]
    assert [call.attempts for call in mock.calls] == [4]
    assert all(0.375 <= wait <= 2 for wait in noted), "the SDK's own back-off"
    assert len(noted) == 3


@LIMIT
@SYNC
def test_waits_as_told(request, sdk, trouble, chat, waits, cerebras_mock):
    """After a 429 the SDK would wait for exactly the seconds of the header Retry-After."""
    with request.getfixturevalue(sdk)(max_retries=2) as client:
        noted = waits(client)
        with pytest.raises(LIMITED):
            chat(client, trouble)
    assert noted == [exchange.retry_after for exchange in cerebras_mock.requests[:2]]
    assert [call.attempts for call in cerebras_mock.calls] == [3]


@pytest.mark.anyio
@LIMIT
@ASYNC
async def test_waits_as_told_async(request, sdk, trouble, chat_async, waits, cerebras_mock):
    """So would an async client."""
    async with request.getfixturevalue(sdk)(max_retries=2) as client:
        noted = waits(client)
        with pytest.raises(LIMITED):
            await chat_async(client, trouble)
    assert noted == [exchange.retry_after for exchange in cerebras_mock.requests[:2]]
    assert [call.attempts for call in cerebras_mock.calls] == [3]


@pytest.mark.parametrize("trouble", ["cut"], indirect=True)
@SYNC
def test_pays_twice(request, sdk, trouble, chat, waits, cerebras_mock):
    """An answer lost in its middle is asked for again, though the server has paid for it."""
    with request.getfixturevalue(sdk)(max_retries=2) as client:
        waits(client)
        answer = chat(client, trouble)
    assert answer.choices[0].finish_reason == "stop"
    assert [exchange.interrupted for exchange in cerebras_mock.requests] == [True, True, False]
    assert [call.attempts for call in cerebras_mock.calls] == [3]
