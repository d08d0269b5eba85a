"""What all the apps say and send: a model, messages, a body, and plain HTTP."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import httpx

from tests.corpus.pair import Mock

MODEL, OTHER = "gpt-oss-120b", "qwen-3.8-27b"
TRUST = ssl.create_default_context()  # loaded once, as an app with one client does
Message = dict[str, Any]


def said(text: str, role: str = "user") -> Message:
    """Return a message."""
    return {"role": role, "content": text}


def body(question: str = "Why is the sky blue?", **changes: Any) -> dict[str, Any]:
    """Return the body of a completion: one question, and 300 tokens at most; None is left out."""
    base = {"model": MODEL, "messages": [said(question)], "max_completion_tokens": 300}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def headers(mock: Mock) -> dict[str, str]:
    """Return the header fields that every request has."""
    return {"authorization": f"Bearer {mock.api_key}"}


def completions(mock: Mock) -> str:
    """Return the URL of chat completions."""
    return f"{mock.openai_url}/chat/completions"


def post(mock: Mock, timeout: float = 60, **changes: Any) -> httpx.Response:
    """Ask by httpx, once, whatever is answered."""
    asked, fields = body(**changes), headers(mock)
    with httpx.Client(verify=TRUST, timeout=timeout) as client:
        return client.post(completions(mock), headers=fields, json=asked)


def checked(mock: Mock, **changes: Any) -> dict[str, Any]:
    """Ask by httpx; raises HTTPStatusError for an error."""
    answer: dict[str, Any] = post(mock, **changes).raise_for_status().json()
    return answer


def events(mock: Mock, timeout: float = 60, **changes: Any) -> Iterator[dict[str, Any]]:
    """
    Ask for a stream by httpx, and yield what each event says; the last is ``{"done": True}``.

    That one is missing where ``[DONE]`` is.
    """
    asked, fields = body(stream=True, **changes), headers(mock)
    with (
        httpx.Client(verify=TRUST, timeout=timeout) as client,
        client.stream("POST", completions(mock), json=asked, headers=fields) as answer,
    ):
        for line in answer.iter_lines():
            if line == "data: [DONE]":
                yield {"done": True}
                return
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))


def pieces(event: dict[str, Any]) -> str:
    """Return the text of an event."""
    return "".join(one["delta"].get("content") or "" for one in event.get("choices", ()))


def retry_after(fields: Any) -> float | None:
    """Return the seconds that a response has told, if it has."""
    told = fields.get("retry-after")
    return None if told is None else float(told)
