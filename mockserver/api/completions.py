"""
Text completions: documented, no public recording is known.

Shapes are those of ``CompletionResponse`` in the server's OpenAPI document. How several choices
are streamed is ours: one after the other, their finishes together in the last event, which also
pays for the completions of ``best_of`` that are not returned. A ``suffix`` is accepted and
ignored, as documented.
"""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring as quoted
from typing import Any

from . import logprobs
from .answer import Answer
from .said import Odds, Said
from .sse import dumps
from .writing import Chunk, Form


def choices(answer: Answer) -> Iterator[bytes]:
    """Yield the choices of a document."""
    for at, said in enumerate(answer.choices):
        yield dumps(_choice(said, at))


def chunks(answer: Answer) -> Iterator[Chunk]:
    """Yield the text of each choice in pieces, then all finishes."""
    for at, said in enumerate(answer.choices):
        yield from _texts(said, at, answer.model.tokens_per_event)
    finishes = [
        f'{{"finish_reason":"{said.finish_reason}","index":{at},"text":""}}'
        for at, said in enumerate(answer.choices)
    ]
    yield ",".join(finishes).encode(), answer.discarded


FORM = Form("cmpl-", "text_completion", "text_completion", choices, chunks)


def _choice(said: Said, at: int) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "finish_reason": said.finish_reason,
        "index": at,
        "text": f"{said.echo}{said.text}",
    }
    if said.odds is not None:
        choice["logprobs"] = logprobs.text((*said.echo_odds, *said.odds))
    return choice


def _texts(said: Said, index: int, step: int) -> Iterator[Chunk]:
    offset = 0
    for text, odds, tokens in _parts(said, step):
        part = f'{{"index":{index},"text":{quoted(text)}'.encode()
        if said.odds is not None:
            part += b',"logprobs":' + dumps(logprobs.text(odds, offset=offset))
            offset += len(text)
        yield part + b"}", tokens


def _parts(said: Said, step: int) -> Iterator[tuple[str, tuple[Odds, ...], int]]:
    """Yield text, odds and paid tokens of each event."""
    if said.echo:
        yield said.echo, said.echo_odds, 0
    odds = said.odds or ()
    for at in range(0, len(said.pieces), step):
        run = said.pieces[at : at + step]
        yield "".join(run), odds[at : at + step], len(run)
