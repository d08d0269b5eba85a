"""What clients make of the answer to an app that sends requests endlessly."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import httpx
import openai
import pytest
from cerebras.cloud import sdk

ASKED = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}
LIMIT = 5


def of_sdk():
    with sdk.Cerebras(warm_tcp_connection=False) as client:
        while True:
            client.chat.completions.create(**ASKED)


def of_openai():
    with openai.OpenAI() as client:
        while True:
            client.chat.completions.create(**ASKED)


def of_openai_in_a_loop():
    async def main():
        async with openai.AsyncOpenAI() as client:
            while True:
                await client.chat.completions.create(**ASKED)

    asyncio.run(main())


def of_httpx():
    with httpx.Client(base_url=os.environ["OPENAI_BASE_URL"]) as client:
        while True:
            client.get("/models", headers={"authorization": "Bearer csk-0"}).raise_for_status()


CLIENTS = {
    "cerebras": (of_sdk, sdk.BadRequestError),
    "openai": (of_openai, openai.BadRequestError),
    "openai-async": (of_openai_in_a_loop, openai.BadRequestError),
    "httpx": (of_httpx, httpx.HTTPStatusError),
}


@pytest.mark.parametrize(("ask", "error"), CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(mode, marks=pytest.mark.cerebras_mock(mode=mode, max_requests=LIMIT))
        for mode in ("server", "respx")
    ],
)
def test_terminal(cerebras_mock, monkeypatch, mode, ask, error):
    """They raise at once, and send it no second time; the line is named that goes on and on."""
    if mode == "respx":
        monkeypatch.setenv("OPENAI_BASE_URL", "https://api.cerebras.ai/v1")
    with pytest.raises(error, match="400"):
        ask()
    cerebras_mock.assert_requests(LIMIT + 1)
    [verdict] = cerebras_mock.verdicts
    assert verdict.rule == "endless-requests"
    assert f"{LIMIT + 1} requests came from tests/clients/test_endless.py:" in verdict.sentence
    cerebras_mock.live.budget = None  # this test is not to fail by it


CHILD = """
from cerebras.cloud.sdk import Cerebras

with Cerebras(warm_tcp_connection=False) as client:
    while True:
        client.chat.completions.create(
            model="gpt-oss-120b", messages=[{"role": "user", "content": "ping"}]
        )
"""


@pytest.mark.cerebras_mock(max_requests=LIMIT)
def test_other_process(cerebras_mock):
    """What comes from other processes counts as from one place, whichever they are."""
    for _ in range(2):
        env = os.environ | cerebras_mock.env()
        ended = subprocess.run(
            [sys.executable, "-c", CHILD], env=env, capture_output=True, check=False
        )
        assert b"BadRequestError" in ended.stderr
    cerebras_mock.assert_requests(LIMIT + 2)
    cerebras_mock.live.budget = None
