"""An endpoint answers 200 with what came; fixed, it answers 502."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import openai
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/elizaOS/eliza/issues/10122",
    scenario="flat-error-in-stream",
    rule="half-answer",
)


def ask(mock: Mock, *, look: bool) -> object:
    def answer(_: Request) -> JSONResponse:
        text, finish = "", None
        for chunk in openai(mock).chat.completions.create(**body(stream=True)):
            for choice in chunk.choices or ():
                text += choice.delta.content or ""
                if look:
                    finish = choice.finish_reason or finish
        if look and finish is None:
            return JSONResponse({"detail": "the model has not answered in full"}, 502)
        return JSONResponse({"answer": text, "model": "gpt-oss-120b"})

    client = TestClient(Starlette(routes=[Route("/answer", answer)]))
    return client.get("/answer")


def guilty(mock: Mock) -> object:
    return ask(mock, look=False)


def fixed(mock: Mock) -> object:
    return ask(mock, look=True)
