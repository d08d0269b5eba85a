"""
Chat completions: one JSON document, or a stream of chunks.

Keys and their order are those of recorded streams; in a document, whose recordings have lost the
order, the calls of tools are written as the streams have them. How several choices are streamed
is ours: one after the other, each with its role and its finish, usage with the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring as quoted

from mockserver.api.contract.edition import Model
from mockserver.api.model import logprobs
from mockserver.api.model.generated_choice import Call, GeneratedChoice
from mockserver.core.sse import dumps

from .answer import Answer
from .chunks import Chunks
from .encoder import Form


def choices(answer: Answer) -> Iterator[bytes]:
    """Yield the choices of a document."""
    for at, said in enumerate(answer.choices):
        yield _choice(said, at, answer.model).encode()


def chunks(answer: Answer) -> Chunks:
    """Return the role, thoughts, text, calls and finish of each choice."""
    made = Chunks()
    for at, said in enumerate(answer.choices):
        _add(made, answer, said, at)
    return made


FORM = Form("chatcmpl-", "chat.completion", "chat.completion.chunk", choices, chunks)


def _choice(said: GeneratedChoice, at: int, model: Model) -> str:
    content, odds, calls = said.content, "", ""
    text = "" if content is None else f'"content":{quoted(content)},'
    thoughts = f'"reasoning":{quoted("".join(said.reasoning))},' if said.reasoning else ""
    if said.odds is not None:
        odds = f'"logprobs":{logprobs.Chat().written(said.odds)},'
    if said.calls:
        calls = f'"tool_calls":{_json([_whole(call) for call in said.calls])}'
    role = '"role":"assistant"'
    last = (calls, role) if model.role_last else (role, calls)
    message = f"{{{text}{thoughts}{','.join(filter(None, last))}}}"
    return f'{{"finish_reason":"{said.finish_reason}","index":{at},{odds}"message":{message}}}'


def _whole(call: Call) -> dict[str, object]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"function": function, "type": "function", "id": call.id}


def _json(value: object) -> str:
    return dumps(value).decode()


def _add(chunks: Chunks, answer: Answer, said: GeneratedChoice, index: int) -> None:
    """Add a choice."""
    behind = f'}},"index":{index}'
    chunks.add(f'{{"delta":{{"role":"assistant"{behind}}}'.encode(), said.hidden)
    _add_words(chunks, said, answer.model, behind)
    for at, call in enumerate(said.calls):
        _add_call(chunks, call, at, answer, f"]{behind}}}")
    if answer.model.stop_event and said.finish_reason == "stop":
        chunks.add(f'{{"delta":{{{behind}}}'.encode())
    chunks.add(f'{{"delta":{{}},"finish_reason":"{said.finish_reason}","index":{index}}}'.encode())


def _add_words(chunks: Chunks, said: GeneratedChoice, model: Model, behind: str) -> None:
    """
    Add thoughts and content, so many tokens in each chunk.

    As recorded, the chunk with the last thoughts may hold the first content as well, unless the
    model parts them by an empty delta.
    """
    step, parted = model.tokens_per_event, model.thought_event
    shared = len(said.reasoning) % step if said.pieces and not parted else 0
    apart = len(said.reasoning) - shared
    chunks.add_text(said.reasoning[:apart], step, '{"delta":{"reasoning":', f"{behind}}}")
    if parted and said.reasoning and said.pieces:
        chunks.add(f'{{"delta":{{{behind}}}'.encode())
    begun = step - shared if shared else 0
    content, writer = '{"delta":{"content":', logprobs.Chat()
    if shared:
        run, thoughts = said.pieces[:begun], said.reasoning[apart:]
        both = f'{content}{quoted("".join(run))},"reasoning":{quoted("".join(thoughts))}{behind}'
        chunks.add(f"{both}{_odds(writer, said, 0, begun)}}}".encode(), len(run) + shared)
    if said.odds is None:
        chunks.add_text(said.pieces[begun:], step, content, f"{behind}}}")
        return
    for at in range(begun, len(said.pieces), step):
        run = said.pieces[at : at + step]
        text = f"{content}{quoted(''.join(run))}{behind}{_odds(writer, said, at, step)}}}"
        chunks.add(text.encode(), len(run))


def _odds(writer: logprobs.Chat, said: GeneratedChoice, at: int, step: int) -> str:
    """Return the odds of a chunk's content, if they were asked for."""
    if said.odds is None:
        return ""
    return f',"logprobs":{writer.written(said.odds[at : at + step])}'


def _add_call(chunks: Chunks, call: Call, at: int, answer: Answer, behind: str) -> None:
    """Add a call: its name and id, then the arguments in pieces; or all of it in one."""
    before = '{"delta":{"tool_calls":[{"function":{'
    whole = answer.model.whole_tool_calls
    opening = f'"name":{quoted(call.name)},"arguments":{quoted(call.arguments if whole else "")}}},'
    closing = f'"type":"function","id":"{call.id}","index":{at}}}'
    chunks.add(f"{before}{opening}{closing}{behind}".encode(), call.tokens if whole else 1)
    if not whole:
        behind = f'}},"type":"function","index":{at}}}{behind}'
        step = answer.model.tokens_per_event
        chunks.add_text(call.pieces, step, f'{before}"arguments":', behind)
