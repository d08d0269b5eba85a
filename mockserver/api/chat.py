"""
Chat completions: one JSON document, or a stream of chunks.

Keys and their order are those of recorded streams; in a document, whose recordings have lost the
order, the calls of tools are written as the streams have them. How several choices are streamed
is ours: one after the other, each with its role and its finish, usage with the last.
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
_CHUNK = "chat.completion.chunk"


def document(answer: Answer) -> Data:
    """Return the answer to a request without ``stream``."""
    choices = [_choice(said, at) for at, said in enumerate(answer.choices)]
    body = {**_identity(answer, choices, "chat.completion"), **answer.tail()}
    return Data(dumps(body), tokens=answer.tokens)


def stream(answer: Answer, *, done: bool) -> tuple[Data, ...]:
    """
    Return the events: the role, thoughts, text, calls and finish of each choice, and ``[DONE]``.

    All chunks of a choice but the last differ in their delta only, so they are cut from one
    template.
    """
    last = len(answer.others)
    return (
        *(
            part
            for at, said in enumerate(answer.choices)
            for part in _events(answer, said, at, answer.tail() if at == last else {})
        ),
        *((Data(DONE),) if done else ()),
    )


def _events(answer: Answer, said: Said, index: int, tail: dict[str, Any]) -> Iterator[Data]:
    """Yield the events of a choice, the last of them with a tail."""
    template = event(_identity(answer, [{"delta": "\0", "index": index}], _CHUNK))
    before, after = template.split(rb'"\u0000"')
    yield Data(before + b'{"role":"assistant"}' + after, tokens=said.hidden)
    yield from _words(said, answer.model.tokens_per_event, before, after)
    for at, call in enumerate(said.calls):
        yield from _call(call, at, answer, (before, after))
    if answer.model.stop_event and said.finish_reason == "stop":
        yield Data(before + b"{}" + after)
    finish: dict[str, Any] = {"delta": {}, "finish_reason": said.finish_reason, "index": index}
    yield Data(event({**_identity(answer, [finish], _CHUNK), **tail}))


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


def _words(said: Said, step: int, before: bytes, after: bytes) -> Iterator[Data]:
    """
    Yield thoughts and content, so many tokens in each event.

    As recorded, the event with the last thoughts may hold the first content as well.
    """
    shared = len(said.reasoning) % step if said.pieces else 0
    apart = len(said.reasoning) - shared
    yield from _runs(said.reasoning[:apart], step, before + b'{"reasoning":', b"}" + after)
    begun = step - shared if shared else 0
    if shared:
        run, thoughts = said.pieces[:begun], said.reasoning[apart:]
        behind = b',"reasoning":' + _quoted(thoughts) + b"}" + _with_odds(after, said, 0, begun)
        yield Data(before + b'{"content":' + _quoted(run) + behind, len(run) + shared)
    content = before + b'{"content":'
    if said.odds is None:
        yield from _runs(said.pieces[begun:], step, content, b"}" + after)
        return
    for at in range(begun, len(said.pieces), step):
        run = said.pieces[at : at + step]
        yield Data(content + _quoted(run) + b"}" + _with_odds(after, said, at, step), len(run))


def _runs(pieces: tuple[str, ...], step: int, before: bytes, after: bytes) -> Iterator[Data]:
    """Yield the pieces, so many tokens in each event."""
    for at in range(0, len(pieces), step):
        run = pieces[at : at + step]
        yield Data(before + encode_basestring("".join(run)).encode() + after, tokens=len(run))


def _with_odds(after: bytes, said: Said, at: int, step: int) -> bytes:
    """Return what ends an event, with the odds of its content if they were asked for."""
    if said.odds is None:
        return after
    odds = dumps(logprobs.chat(said.odds[at : at + step]))
    return after.replace(b"}]", b',"logprobs":' + odds + b"}]", 1)


def _quoted(pieces: tuple[str, ...]) -> bytes:
    return encode_basestring("".join(pieces)).encode()


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
