"""An endpoint hands a stream on as events; fixed, its last event tells of an error."""

from __future__ import annotations

import json
from collections.abc import Iterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/vercel/ai/issues/2698",
    scenario="silent-cut",
    rule="half-answer",
)


def event(**fields: object) -> str:
    return f"data: {json.dumps(fields)}\n\n"


def ask(mock: Mock, *, look: bool) -> object:
    def events() -> Iterator[str]:
        finish = None
        for chunk in openai(mock).chat.completions.create(**body(stream=True)):
            yield event(text=chunk.choices[0].delta.content or "")
            if look:
                finish = chunk.choices[0].finish_reason or finish
        if look and finish is None:
            yield event(error="the answer is not whole")

    def answer(_: Request) -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    client = TestClient(Starlette(routes=[Route("/answer", answer)]))
    return client.get("/answer").text


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
