"""
Text completions: documented, no public recording is known.

Shapes are those of ``CompletionResponse`` in the server's OpenAPI document. How several choices
are streamed is ours: one after the other, their finishes together in the last event. A ``suffix``
is accepted and ignored, as documented; of ``best_of`` completions only those that are returned
are written and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring
from typing import Any

from mockserver.plan import Data

from . import logprobs
from .answer import Answer
from .said import Said
from .sse import DONE, dumps, event

INFERENCE_ID = "cmpl-"


def asked(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a request for each choice: ``n`` of them for each prompt."""
    prompt = body["prompt"]
    several = isinstance(prompt, list) and prompt and not isinstance(prompt[0], int)
    prompts = prompt if several else [prompt]
    return [{**body, "prompt": one} for one in prompts for _ in range(body.get("n") or 1)]


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
    return (*texts, Data(last), *((Data(DONE),) if done else ()))


def _choice(said: Said, at: int) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "finish_reason": said.finish_reason,
        "index": at,
        "text": f"{said.echo}{said.text}",
    }
    if said.odds is not None:
        choice["logprobs"] = logprobs.text(said.odds, offset=len(said.echo))
    return choice


def _texts(answer: Answer, said: Said, index: int) -> Iterator[Data]:
    """Yield the text of a choice, cut from one template, after the prompt if it is repeated."""
    template = event(_identity(answer, [{"index": index, "text": "\0"}]))
    before, after = template.split(rb'"\u0000"')
    step, offset = answer.model.tokens_per_event, len(said.echo)
    if said.echo:
        yield Data(before + encode_basestring(said.echo).encode() + after)
    for at in range(0, len(said.pieces), step):
        run = "".join(said.pieces[at : at + step])
        text = encode_basestring(run).encode()
        if said.odds is not None:
            odds = logprobs.text(said.odds[at : at + step], offset=offset)
            text += b',"logprobs":' + dumps(odds)
            offset += len(run)
        yield Data(before + text + after, tokens=len(said.pieces[at : at + step]))


def _identity(answer: Answer, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"{INFERENCE_ID}{answer.number}",
        "choices": choices,
        "created": int(answer.created),
        "model": answer.model_id,
        "system_fingerprint": answer.fingerprint,
        "object": "text_completion",
    }
