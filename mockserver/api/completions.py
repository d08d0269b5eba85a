"""Text completions: documented, no public recording is known."""

from __future__ import annotations

from typing import Any

from mockserver.plan import Data

from .answer import Answer
from .sse import DONE, dumps, event

INFERENCE_ID = "cmpl-"


def document(answer: Answer) -> Data:
    """Return the answer to a request without ``stream``."""
    choice = {"finish_reason": answer.said.finish_reason, "index": 0, "text": answer.said.text}
    body = {**_identity(answer, choice), **answer.tail()}
    return Data(dumps(body), tokens=len(answer.said.pieces))


def stream(answer: Answer, *, done: bool) -> tuple[Data, ...]:
    """Return the events: the same object with the text in pieces, then the finish."""
    pieces, step = answer.said.pieces, answer.model.tokens_per_event
    runs = [pieces[at : at + step] for at in range(0, len(pieces), step)]
    texts = (
        Data(event(_identity(answer, {"index": 0, "text": "".join(run)})), tokens=len(run))
        for run in runs
    )
    finish = {"finish_reason": answer.said.finish_reason, "index": 0, "text": ""}
    last = event({**_identity(answer, finish), **answer.tail()})
    return (*texts, Data(last), *((Data(DONE),) if done else ()))


def _identity(answer: Answer, choice: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{INFERENCE_ID}{answer.number}",
        "choices": [choice],
        "created": int(answer.created),
        "model": answer.model_id,
        "system_fingerprint": answer.fingerprint,
        "object": "text_completion",
    }
