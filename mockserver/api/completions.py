"""
Text completions: documented, no public recording is known.

Shapes are those of ``CompletionResponse`` in the server's OpenAPI document. How several choices
are streamed is ours: one after the other, their finishes together in the last event, which also
pays for the completions of ``best_of`` that are not returned. A ``suffix`` is accepted and
ignored, as documented.
"""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import Any

from mockserver.plan import Data

from . import logprobs
from .answer import Answer
from .said import Odds, Said
from .sse import DONE, dumps, event

INFERENCE_ID = "cmpl-"


def document(answer: Answer) -> Data:
    """Return the answer to a request without ``stream``."""
    choices = [_choice(said, at) for at, said in enumerate(answer.choices)]
    body = {**_identity(answer, choices), **answer.tail()}
    return Data(dumps(body), tokens=answer.tokens)


def stream(answer: Answer, *, done: bool) -> tuple[Data, ...]:
    """Return the events: the same object with the text in pieces, then the finish."""
    finish = [
        {"finish_reason": said.finish_reason, "index": at, "text": ""}
        for at, said in enumerate(answer.choices)
    ]
    last = event({**_identity(answer, finish), **answer.tail()})
    texts = (part for at, said in enumerate(answer.choices) for part in _texts(answer, said, at))
    return (*texts, Data(last, answer.discarded), *((Data(DONE),) if done else ()))


def _choice(said: Said, at: int) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "finish_reason": said.finish_reason,
        "index": at,
        "text": f"{said.echo}{said.text}",
    }
    if said.odds is not None:
        choice["logprobs"] = logprobs.text((*said.echo_odds, *said.odds))
    return choice


def _texts(answer: Answer, said: Said, index: int) -> Iterator[Data]:
    """Yield the text of a choice, cut from one template."""
    template = event(_identity(answer, [{"index": index, "text": "\0"}]))
    before, after = template.split(rb'"\u0000"')
    offset = 0
    for text, odds, tokens in _parts(said, answer.model.tokens_per_event):
        part = encode_basestring(text).encode()
        if said.odds is not None:
            part += b',"logprobs":' + dumps(logprobs.text(odds, offset=offset))
            offset += len(text)
        yield Data(before + part + after, tokens)


def _parts(said: Said, step: int) -> Iterator[tuple[str, tuple[Odds, ...], int]]:
    """Yield text, odds and paid tokens of each event."""
    if said.echo:
        yield said.echo, said.echo_odds, 0
    odds = said.odds or ()
    for at in range(0, len(said.pieces), step):
        run = said.pieces[at : at + step]
        yield "".join(run), odds[at : at + step], len(run)


def _identity(answer: Answer, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"{INFERENCE_ID}{answer.number}",
        "choices": choices,
        "created": int(answer.created),
        "model": answer.model_id,
        "system_fingerprint": answer.fingerprint,
        "object": "text_completion",
    }
