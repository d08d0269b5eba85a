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

from mockserver.api.model import logprobs
from mockserver.api.model.generated_choice import GeneratedChoice
from mockserver.core.sse import dumps

from .answer import Answer
from .chunks import Chunks
from .encoder import Form


def choices(answer: Answer) -> Iterator[bytes]:
    """Yield the choices of a document."""
    for at, said in enumerate(answer.choices):
        yield dumps(_choice(said, at))


def chunks(answer: Answer) -> Chunks:
    """Return the text of each choice in pieces, then all finishes."""
    made = Chunks()
    for at, said in enumerate(answer.choices):
        _add(made, said, at, answer.model.tokens_per_event)
    finishes = [
        f'{{"finish_reason":"{said.finish_reason}","index":{at},"text":""}}'
        for at, said in enumerate(answer.choices)
    ]
    made.add(",".join(finishes).encode(), answer.discarded)
    return made


FORM = Form("cmpl-", "text_completion", "text_completion", choices, chunks)


def _choice(said: GeneratedChoice, at: int) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "finish_reason": said.finish_reason,
        "index": at,
        "text": f"{said.echo}{said.text}",
    }
    if said.odds is not None:
        choice["logprobs"] = logprobs.text((*said.echo_odds, *said.odds))
    return choice


def _add(chunks: Chunks, said: GeneratedChoice, index: int, step: int) -> None:
    """Add a choice, with the echo in a chunk of its own."""
    before = f'{{"index":{index},"text":'
    if said.odds is None:
        if said.echo:
            chunks.add(f"{before}{quoted(said.echo)}}}".encode())
        chunks.add_text(said.pieces, step, before, "}")
        return
    runs = [(said.echo, said.echo_odds, 0)] if said.echo else []
    for at in range(0, len(said.pieces), step):
        run = said.pieces[at : at + step]
        runs.append(("".join(run), said.odds[at : at + step], len(run)))
    offset = 0
    for text, odds, tokens in runs:
        columns = dumps(logprobs.text(odds, offset=offset)).decode()
        chunks.add(f'{before}{quoted(text)},"logprobs":{columns}}}'.encode(), tokens)
        offset += len(text)
