"""Chat completions: one JSON document, or a stream of chunks."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

from mockserver.plan import Data

from .answer import Answer
from .sse import DONE, dumps, event

INFERENCE_ID = "chatcmpl-"


def document(answer: Answer) -> Data:
    """Return the answer to a request without ``stream``."""
    message = {"content": answer.said.text, "role": "assistant"}
    choice = {"finish_reason": answer.said.finish_reason, "index": 0, "message": message}
    body = {**_identity(answer, choice, "chat.completion"), **answer.tail()}
    return Data(dumps(body), tokens=len(answer.said.pieces))


def stream(answer: Answer, *, done: bool) -> tuple[Data, ...]:
    """
    Return the events: the role, the text, the finish with usage and times, and ``[DONE]``.

    All chunks but the last differ in their delta only, so they are cut from one template.
    """
    kind = "chat.completion.chunk"
    template = event(_identity(answer, {"delta": {"content": "\0"}, "index": 0}, kind))
    before, after = template.split(rb'"\u0000"')
    role = event(_identity(answer, {"delta": {"role": "assistant"}, "index": 0}, kind))
    finish: dict[str, Any] = {"delta": {}, "finish_reason": answer.said.finish_reason, "index": 0}
    last = event({**_identity(answer, finish, kind), **answer.tail()})
    pieces, step = answer.said.pieces, answer.model.tokens_per_event
    texts = (
        Data(before + encode_basestring("".join(run)).encode() + after, tokens=len(run))
        for run in (pieces[at : at + step] for at in range(0, len(pieces), step))
    )
    stopped = answer.model.stop_event and answer.said.finish_reason == "stop"
    empty = (Data(event(_identity(answer, {"delta": {}, "index": 0}, kind))),) if stopped else ()
    return (Data(role), *texts, *empty, Data(last), *((Data(DONE),) if done else ()))


def _identity(answer: Answer, choice: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": f"{INFERENCE_ID}{answer.number}",
        "choices": [choice],
        "created": int(answer.created),
        "model": answer.model_id,
        "system_fingerprint": answer.fingerprint,
        "object": kind,
    }
