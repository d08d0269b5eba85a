"""
Text completions. They are documented, but no public recording is known.

Shapes follow ``CompletionResponse`` in the server's OpenAPI document. No source shows how several
choices are streamed. Here the choices follow each other, and the last event has all finish reasons.
The usage in this event also counts the ``best_of`` completions that are not returned. A ``suffix``
is accepted and ignored, as documented.
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
    """Yield the choices of a document as JSON."""
    for at, choice in enumerate(answer.choices):
        yield dumps(_choice(choice, at))


def chunks(answer: Answer) -> Chunks:
    """Return the chunks of each choice, then a chunk with all finish reasons."""
    made = Chunks()
    for at, choice in enumerate(answer.choices):
        _add(made, choice, at, answer.model.tokens_per_event)
    finishes = [
        f'{{"finish_reason":"{choice.finish_reason}","index":{at},"text":""}}'
        for at, choice in enumerate(answer.choices)
    ]
    made.add(",".join(finishes).encode(), answer.discarded)
    return made


FORM = Form("cmpl-", "text_completion", "text_completion", choices, chunks)


def _choice(choice: GeneratedChoice, at: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "finish_reason": choice.finish_reason,
        "index": at,
        "text": f"{choice.echo}{choice.text}",
    }
    if choice.odds is not None:
        document["logprobs"] = logprobs.text((*choice.echo_odds, *choice.odds))
    return document


def _add(chunks: Chunks, choice: GeneratedChoice, index: int, step: int) -> None:
    """Add the chunks of a choice; an echoed prompt is one chunk."""
    before = f'{{"index":{index},"text":'
    if choice.odds is None:
        if choice.echo:
            chunks.add(f"{before}{quoted(choice.echo)}}}".encode())
        chunks.add_text(choice.pieces, step, before, "}")
        return
    runs = [(choice.echo, choice.echo_odds, 0)] if choice.echo else []
    for at in range(0, len(choice.pieces), step):
        run = choice.pieces[at : at + step]
        runs.append(("".join(run), choice.odds[at : at + step], len(run)))
    offset = 0
    for text, odds, tokens in runs:
        columns = dumps(logprobs.text(odds, offset=offset)).decode()
        chunks.add(f'{before}{quoted(text)},"logprobs":{columns}}}'.encode(), tokens)
        offset += len(text)
