"""Mistakes in the parameters of a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import requests

MODEL = "gpt-oss-120b"
KEY = "csk-" + "4f1dmock" * 6
HI = {"role": "user", "content": "Say something."}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}
CLOSED = OPEN | {"additionalProperties": False}
SHORT = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}}
RESULT = {"type": "tool_result", "tool_use_id": "1", "content": "2"}
PAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
Make = Callable[[str], None]


def cerebras(**body: Any) -> Make:
    """Return a chat of the Cerebras SDK with these parameters."""

    def make(url: str) -> None:
        from cerebras.cloud import sdk

        asked = {"model": MODEL, "messages": [HI], **body}
        with (
            suppress(sdk.APIError),
            sdk.Cerebras(base_url=url, api_key=KEY, warm_tcp_connection=False) as client,
        ):
            client.chat.completions.create(**asked)

    return make


def openai(**body: Any) -> Make:
    """Return a chat of the openai SDK with these parameters."""

    def make(url: str) -> None:
        import openai as sdk

        asked = {"model": MODEL, "messages": [HI], **body}
        with suppress(sdk.APIError), sdk.OpenAI(base_url=f"{url}/v1", api_key=KEY) as client:
            client.chat.completions.create(**asked)

    return make


def langchain(**settings: Any) -> Make:
    """Return a chat of langchain-cerebras with these settings."""

    def make(url: str) -> None:
        import openai as sdk
        from langchain_cerebras import ChatCerebras

        chat = ChatCerebras(
            model=MODEL, api_key=KEY, base_url=f"{url}/v1", max_retries=0, **settings
        )
        with suppress(sdk.APIError):
            chat.invoke("Say something.")

    return make


def posted(body: dict[str, Any], path: str = "/v1/chat/completions") -> Make:
    """Return a request of httpx with this in its body."""

    def make(url: str) -> None:
        fields = {"Authorization": f"Bearer {KEY}"}
        httpx.post(url + path, headers=fields, json={"model": MODEL, **body})

    return make


def with_requests(**body: Any) -> Make:
    """Return a chat of requests with these parameters."""

    def make(url: str) -> None:
        requests.post(
            f"{url}/v1/chat/completions",
            headers={"Authorization": f"Bearer {KEY}"},
            json={"model": MODEL, "messages": [HI], **body},
            timeout=10,
        )

    return make


def tool(name: str = "look", schema: dict[str, Any] = CLOSED, **keys: Any) -> dict[str, Any]:
    """Return a tool."""
    return {"type": "function", "function": {"name": name, "parameters": schema, **keys}}


def answer(**keys: Any) -> dict[str, Any]:
    """Return the response format of a schema."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, **keys}}


MADE: dict[str, Make] = {
    # what does not go together
    "two-token-limits": openai(max_tokens=10, max_completion_tokens=10),
    "several-answers": cerebras(n=2),
    "json-object-stream": openai(stream=True, response_format={"type": "json_object"}),
    "tools-and-format": openai(tools=[tool()], response_format={"type": "json_object"}),
    "tool-choice-without-tools": with_requests(tool_choice="auto"),
    "image-to-a-text-model": openai(messages=[{"role": "user", "content": [PNG]}]),
    "image-by-url": openai(model="qwen-3.8-27b", messages=[{"role": "user", "content": [PAGE]}]),
    "unsupported-effort": cerebras(reasoning_effort="none"),
    "answer-without-call": openai(
        messages=[HI, {"role": "tool", "tool_call_id": "1", "content": "2"}]
    ),
    "mixed-strict": openai(tools=[tool(strict=True), tool("find")]),
    "dotted-tool-name": openai(tools=[tool("app.look")]),
    "open-schema": openai(response_format=answer(schema=OPEN)),
    "open-schema tool": openai(tools=[tool(schema=OPEN, strict=True)]),
    "object-without-properties": openai(response_format=answer(schema={"type": "object"})),
    "schema-keyword": openai(
        response_format=answer(schema=SHORT | {"additionalProperties": False})
    ),
    "strict-schema": openai(
        response_format=answer(schema=CLOSED | {"properties": {"a": {"$ref": "#/x"}}})
    ),
    "format-without-schema": with_requests(response_format={"type": "json_schema", "schema": OPEN}),
    "format-without-schema 2025": with_requests(response_format={"type": "json_schema"}),
    "format-without-name": openai(
        response_format={"type": "json_schema", "json_schema": {"schema": CLOSED}}
    ),
    "unknown-format": openai(response_format={"type": "json"}),
    # fields that the API does not know
    "responses-body": posted({"input": "Say something.", "max_output_tokens": 5}),
    "prompt-in-chat": posted({"prompt": "Say something."}),
    "messages-in-completions": posted({"messages": [HI]}, "/v1/completions"),
    "gemini-body": posted({"contents": [{"parts": [{"text": "Hi."}]}]}),
    "hugging-face-body": posted({"inputs": "Hi.", "parameters": {"max_new_tokens": 5}}),
    "foreign-part": openai(messages=[{"role": "user", "content": [RESULT]}]),
    "foreign-part of the Responses API": openai(
        messages=[{"role": "user", "content": [{"type": "input_text", "text": "Hi."}]}]
    ),
    "image-url-as-text": openai(
        messages=[{"role": "user", "content": [{"type": "image_url", "image_url": "data:,"}]}]
    ),
    "builtin-tool": openai(tools=[{"type": "web_search"}]),
    "content-misnamed": posted({"messages": [{"role": "user", "text": "Hi."}]}),
    "schema-root": openai(
        response_format=answer(schema={"type": "array", "items": {"type": "string"}})
    ),
    "anthropic-body": posted({"messages": [HI], "system": "Be brief."}),
    "argument-in-body": posted({"messages": [HI], "extra_body": {"top_p": 1}}),
    "functions": openai(functions=[{"name": "look", "parameters": CLOSED}]),
    "camel-case-field": with_requests(maxTokens=10),
    "thinking-field": openai(extra_body={"thinking": {"type": "enabled"}}),
    "sampling-field": openai(extra_body={"top_k": 5}),
    "local-field": openai(extra_body={"options": {"num_ctx": 4096}}),
    "router-field": openai(extra_body={"provider": {"order": ["Cerebras"]}}),
    "openai-field": openai(store=True),
    "openai-field langchain": langchain(store=True),
    "misspelt-field": with_requests(max_token=1),
    "unknown-field": with_requests(colour="red"),
    "field-in-message": openai(
        messages=[HI, {"role": "assistant", "content": "a", "reasoning_content": "b"}, HI]
    ),
    "field-within": openai(tools=[tool() | {"cache_control": {"type": "ephemeral"}}]),
    # their values
    "messages-as-text": posted({"messages": "Say something."}),
    "no-messages": posted({}),
    "empty-messages": openai(messages=[]),
    "unknown-role": openai(messages=[{"role": "human", "content": "Say something."}]),
    "no-role": openai(messages=[{"content": "Say something."}]),
    "no-content": openai(messages=[{"role": "user", "content": None}]),
    "no-tool-call-id": openai(messages=[HI, {"role": "tool", "content": "2"}]),
    "flat-tool": openai(tools=[{"type": "function", "name": "look", "parameters": CLOSED}]),
    "too-many-stops": cerebras(stop=["a", "b", "c", "d", "e"]),
    "out-of-range": cerebras(temperature=3),
    "not-one-of": openai(reasoning_effort="minimal"),
    "unknown-part": openai(
        messages=[{"role": "user", "content": [{"type": "input_audio", "text": "a"}]}]
    ),
    "wrong-type": cerebras(max_completion_tokens="many"),
    "missing-field": openai(tools=[{"type": "function", "function": {"parameters": CLOSED}}]),
}
EDITIONS = {
    "tools-and-format": "2026-11",
    "format-without-schema 2025": "2025-10",
}
