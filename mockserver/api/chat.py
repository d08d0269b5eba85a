"""
Chat completions: one JSON document, or a stream of chunks.

Keys and their order are those of recorded streams; in a document, whose recordings have lost the
order, the calls of tools are written as the streams have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import Any

from mockserver.plan import Data

from . import logprobs
from .answer import Answer
from .said import Call, Said
from .sse import DONE, dumps, event

INFERENCE_ID = "chatcmpl-"


def document(answer: Answer) -> Data:
    """Return the answer to a request without ``stream``."""
    choices = [_choice(said, at) for at, said in enumerate(answer.choices)]
    body = {**_identity(answer, choices, "chat.completion"), **answer.tail()}
    return Data(dumps(body), tokens=answer.tokens)


def stream(answer: Answer, *, done: bool) -> tuple[Data, ...]:
    """
    Return the events: the role, thoughts, text, calls, the finish with usage, and ``[DONE]``.

    All chunks but the last differ in their delta only, so they are cut from one template.
    """
    stopped = answer.model.stop_event and answer.said.finish_reason == "stop"
    kind, said, step = "chat.completion.chunk", answer.said, answer.model.tokens_per_event
    template = event(_identity(answer, [{"delta": "\0", "index": 0}], kind))
    before, after = template.split(rb'"\u0000"')
    role = before + b'{"role":"assistant"}' + after
    finish: dict[str, Any] = {"delta": {}, "finish_reason": said.finish_reason, "index": 0}
    last = event({**_identity(answer, [finish], kind), **answer.tail()})
    return (
        Data(role, tokens=said.hidden),
        *_runs(said.reasoning, step, before + b'{"reasoning":', b"}" + after),
        *_content(said, step, before + b'{"content":', b"}" + after),
        *(
            part
            for at, call in enumerate(said.calls)
            for part in _call(call, at, answer, (before, after))
        ),
        *((Data(before + b"{}" + after),) if stopped else ()),
        Data(last),
        *((Data(DONE),) if done else ()),
    )


def _choice(said: Said, at: int) -> dict[str, Any]:
    message: dict[str, Any] = {} if said.content is None else {"content": said.content}
    if said.reasoning:
        message["reasoning"] = "".join(said.reasoning)
    message["role"] = "assistant"
    if said.calls:
        message["tool_calls"] = [
            {
                "function": {"name": call.name, "arguments": call.arguments},
                "type": "function",
                "id": call.id,
            }
            for call in said.calls
        ]
    odds = {} if said.odds is None else {"logprobs": logprobs.chat(said.odds)}
    return {"finish_reason": said.finish_reason, "index": at, **odds, "message": message}


def _runs(pieces: tuple[str, ...], step: int, before: bytes, after: bytes) -> Iterator[Data]:
    """Yield the pieces, so many tokens in each event."""
    for at in range(0, len(pieces), step):
        run = pieces[at : at + step]
        yield Data(before + encode_basestring("".join(run)).encode() + after, tokens=len(run))


def _content(said: Said, step: int, before: bytes, after: bytes) -> Iterator[Data]:
    """Yield the content, with the odds of its tokens if they were asked for."""
    runs = _runs(said.pieces, step, before, after)
    if said.odds is None:
        yield from runs
        return
    for at, data in enumerate(runs):
        odds = dumps(logprobs.chat(said.odds[at * step : (at + 1) * step]))
        whole = data.data.removesuffix(after)
        rest = after.replace(b"}]", b',"logprobs":' + odds + b"}]", 1)
        yield Data(whole + rest, data.tokens)


def _call(call: Call, at: int, answer: Answer, frame: tuple[bytes, bytes]) -> Iterator[Data]:
    """Yield a call: its name and id, then the arguments in pieces; or all of it in one."""
    before, after = frame[0] + b'{"tool_calls":[{"function":{', b"]}" + frame[1]
    whole = answer.model.whole_tool_calls
    name, arguments = encode_basestring(call.name), call.arguments if whole else ""
    opening = f'"name":{name},"arguments":{encode_basestring(arguments)}}},'
    closing = f'"type":"function","id":"{call.id}","index":{at}}}'
    yield Data(before + (opening + closing).encode() + after, call.tokens if whole else 1)
    if not whole:
        behind = f'}},"type":"function","index":{at}}}'.encode() + after
        step = answer.model.tokens_per_event
        yield from _runs(call.pieces, step, before + b'"arguments":', behind)


def _identity(answer: Answer, choices: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return {
        "id": f"{INFERENCE_ID}{answer.number}",
        "choices": choices,
        "created": int(answer.created),
        "model": answer.model_id,
        "system_fingerprint": answer.fingerprint,
        "object": kind,
    }
