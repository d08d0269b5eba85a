"""Mistakes in the id of the model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import httpx

KEY = "csk-" + "4f1dmock" * 6
MESSAGES = [{"role": "user", "content": "Say something."}]
Make = Callable[[str], None]


def cerebras(model: str) -> Make:
    """Return a chat of the Cerebras SDK with this model."""

    def make(url: str) -> None:
        from cerebras.cloud import sdk

        with (
            suppress(sdk.APIError),
            sdk.Cerebras(base_url=url, api_key=KEY, warm_tcp_connection=False) as client,
        ):
            client.chat.completions.create(model=model, messages=MESSAGES)

    return make


def openai(model: str) -> Make:
    """Return a chat of the openai SDK with this model."""

    def make(url: str) -> None:
        import openai as sdk

        with suppress(sdk.APIError), sdk.OpenAI(base_url=f"{url}/v1", api_key=KEY) as client:
            client.chat.completions.create(model=model, messages=MESSAGES)

    return make


def langchain(model: str) -> Make:
    """Return a chat of langchain-cerebras with this model."""

    def make(url: str) -> None:
        import openai as sdk
        from langchain_cerebras import ChatCerebras

        chat = ChatCerebras(model=model, api_key=KEY, base_url=f"{url}/v1", max_retries=0)
        with suppress(sdk.APIError):
            chat.invoke("Say something.")

    return make


def with_httpx(body: dict[str, object]) -> Make:
    """Return a chat of httpx with this in its body."""

    def make(url: str) -> None:
        fields = {"Authorization": f"Bearer {KEY}"}
        asked = {"messages": MESSAGES, **body}
        httpx.post(f"{url}/v1/chat/completions", headers=fields, json=asked)

    return make


MADE: dict[str, Make] = {
    "no-model": with_httpx({}),
    "no-model null": with_httpx({"model": None}),
    "no-model empty": openai(""),
    "retired-model": cerebras("llama-3.3-70b"),
    "retired-model archived": cerebras("zai-glm-4.7"),
    "retired-model today": langchain("llama3.1-8b"),
    "quoted-model": openai('"gpt-oss-120b"'),
    "quoted-model space": openai("gpt-oss-120b\n"),
    "model-in-capitals": cerebras("Llama3.1-8B"),
    "hugging-face-model": openai("meta-llama/Llama-3.1-8B-Instruct"),
    "routed-model": langchain("cerebras/llama3.1-8b"),
    "routed-model colon": openai("cerebras:gpt-oss-120b"),
    "misspelt-model": cerebras("llama-3.1-8b"),
    "misspelt-model ollama": openai("gpt-oss:120b"),
    "other-vendors-model": openai("gpt-4o"),
    "other-vendors-model routed": langchain("anthropic/claude-sonnet-4-5"),
}
EDITIONS = {
    "retired-model today": "2026-11",
}
