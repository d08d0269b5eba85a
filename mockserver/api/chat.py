"""
Chat completions: one JSON document, or a stream of chunks.

Keys and their order are those of recorded streams; in a document, whose recordings have lost the
order, the calls of tools are written as the streams have them. How several choices are streamed
is ours: one after the other, each with its role and its finish, usage with the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring as quoted

from . import logprobs
from .answer import Answer
from .said import Call, Said
from .sse import dumps
from .writing import Chunk, Form


def choices(answer: Answer) -> Iterator[bytes]:
    """Yield the choices of a document."""
    for at, said in enumerate(answer.choices):
        yield _choice(said, at)


def chunks(answer: Answer) -> Iterator[Chunk]:
    """Yield the role, thoughts, text, calls and finish of each choice."""
    for at, said in enumerate(answer.choices):
        yield from _chunks(answer, said, at)


FORM = Form("chatcmpl-", "chat.completion", "chat.completion.chunk", choices, chunks)


def _choice(said: Said, at: int) -> bytes:
    odds = "" if said.odds is None else f'"logprobs":{_json(logprobs.chat(said.odds))},'
    message = ",".join(_message(said))
    head = f'{{"finish_reason":"{said.finish_reason}","index":{at}'
    return f'{head},{odds}"message":{{{message}}}}}'.encode()


def _message(said: Said) -> Iterator[str]:
    content = said.content
    if content is not None:
        yield f'"content":{quoted(content)}'
    if said.reasoning:
        yield f'"reasoning":{quoted("".join(said.reasoning))}'
    yield '"role":"assistant"'
    if said.calls:
        calls = [
            {
                "function": {"name": call.name, "arguments": call.arguments},
                "type": "function",
                "id": call.id,
            }
            for call in said.calls
        ]
        yield f'"tool_calls":{_json(calls)}'


def _json(value: object) -> str:
    return dumps(value).decode()


def _chunks(answer: Answer, said: Said, index: int) -> Iterator[Chunk]:
    step, behind = answer.model.tokens_per_event, f'}},"index":{index}'
    yield f'{{"delta":{{"role":"assistant"{behind}}}'.encode(), said.hidden
    yield from _words(said, step, behind)
    for at, call in enumerate(said.calls):
        yield from _call(call, at, answer, f"]{behind}}}")
    if answer.model.stop_event and said.finish_reason == "stop":
        yield f'{{"delta":{{{behind}}}'.encode(), 0
    yield f'{{"delta":{{}},"finish_reason":"{said.finish_reason}","index":{index}}}'.encode(), 0


def _words(said: Said, step: int, behind: str) -> Iterator[Chunk]:
    """
    Yield thoughts and content, so many tokens in each chunk.

    As recorded, the chunk with the last thoughts may hold the first content as well.
    """
    shared = len(said.reasoning) % step if said.pieces else 0
    apart = len(said.reasoning) - shared
    yield from _runs(said.reasoning[:apart], step, '{"delta":{"reasoning":', f"{behind}}}")
    begun = step - shared if shared else 0
    content = '{"delta":{"content":'
    if shared:
        run, thoughts = said.pieces[:begun], said.reasoning[apart:]
        both = f'{content}{quoted("".join(run))},"reasoning":{quoted("".join(thoughts))}{behind}'
        yield f"{both}{_odds(said, 0, begun)}}}".encode(), len(run) + shared
    if said.odds is None:
        yield from _runs(said.pieces[begun:], step, content, f"{behind}}}")
        return
    for at in range(begun, len(said.pieces), step):
        run = said.pieces[at : at + step]
        text = f"{content}{quoted(''.join(run))}{behind}{_odds(said, at, step)}}}"
        yield text.encode(), len(run)


def _runs(pieces: tuple[str, ...], step: int, before: str, behind: str) -> Iterator[Chunk]:
    """Yield the pieces, so many tokens in each chunk."""
    for at in range(0, len(pieces), step):
        run = pieces[at : at + step]
        yield f"{before}{quoted(''.join(run))}{behind}".encode(), len(run)


def _odds(said: Said, at: int, step: int) -> str:
    """Return the odds of a chunk's content, if they were asked for."""
    if said.odds is None:
        return ""
    return f',"logprobs":{_json(logprobs.chat(said.odds[at : at + step]))}'


def _call(call: Call, at: int, answer: Answer, behind: str) -> Iterator[Chunk]:
    """Yield a call: its name and id, then the arguments in pieces; or all of it in one."""
    before = '{"delta":{"tool_calls":[{"function":{'
    whole = answer.model.whole_tool_calls
    opening = f'"name":{quoted(call.name)},"arguments":{quoted(call.arguments if whole else "")}}},'
    closing = f'"type":"function","id":"{call.id}","index":{at}}}'
    yield f"{before}{opening}{closing}{behind}".encode(), call.tokens if whole else 1
    if not whole:
        behind = f'}},"type":"function","index":{at}}}{behind}'
        yield from _runs(
            call.pieces, answer.model.tokens_per_event, f'{before}"arguments":', behind
        )
