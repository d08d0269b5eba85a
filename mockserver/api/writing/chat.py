"""
Chat completions: one JSON document, or a stream of chunks.

Keys and their order come from recorded streams. Recordings of documents have lost the order of
keys, so tool calls in documents have their keys in the order of streams. No recording shows how
several choices are streamed. Here the choices follow each other, each with its role and its finish
reason; the last chunk has usage.
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
    """Yield the choices of a document as JSON."""
    for at, choice in enumerate(answer.choices):
        yield _choice(choice, at, answer.model).encode()


def chunks(answer: Answer) -> Chunks:
    """Return the chunks of each choice: role, reasoning, text, tool calls, finish reason."""
    made = Chunks()
    for at, choice in enumerate(answer.choices):
        _add(made, answer, choice, at)
    return made


FORM = Form("chatcmpl-", "chat.completion", "chat.completion.chunk", choices, chunks)


def _choice(choice: GeneratedChoice, at: int, model: Model) -> str:
    content, odds, calls = choice.content, "", ""
    text = "" if content is None else f'"content":{quoted(content)},'
    reasoning = f'"reasoning":{quoted("".join(choice.reasoning))},' if choice.reasoning else ""
    if choice.odds is not None:
        odds = f'"logprobs":{logprobs.Chat().written(choice.odds)},'
    if choice.calls:
        calls = f'"tool_calls":{_json([_whole(call) for call in choice.calls])}'
    role = '"role":"assistant"'
    last = (calls, role) if model.role_last else (role, calls)
    message = f"{{{text}{reasoning}{','.join(filter(None, last))}}}"
    return f'{{"finish_reason":"{choice.finish_reason}","index":{at},{odds}"message":{message}}}'


def _whole(call: Call) -> dict[str, object]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"function": function, "type": "function", "id": call.id}


def _json(value: object) -> str:
    return dumps(value).decode()


def _add(chunks: Chunks, answer: Answer, choice: GeneratedChoice, index: int) -> None:
    """Add the chunks of a choice."""
    behind = f'}},"index":{index}'
    chunks.add(f'{{"delta":{{"role":"assistant"{behind}}}'.encode(), choice.hidden)
    _add_words(chunks, choice, answer.model, behind)
    for at, call in enumerate(choice.calls):
        _add_call(chunks, call, at, answer, f"]{behind}}}")
    if answer.model.stop_event and choice.finish_reason == "stop":
        chunks.add(f'{{"delta":{{{behind}}}'.encode())
    chunks.add(
        f'{{"delta":{{}},"finish_reason":"{choice.finish_reason}","index":{index}}}'.encode()
    )


def _add_words(chunks: Chunks, choice: GeneratedChoice, model: Model, behind: str) -> None:
    """
    Add reasoning and content, in chunks of ``tokens_per_event`` tokens.

    As in recordings, the chunk with the last reasoning can also have the first content, unless the
    model separates reasoning and content by an empty delta.
    """
    step, parted = model.tokens_per_event, model.thought_event
    shared = len(choice.reasoning) % step if choice.pieces and not parted else 0
    apart = len(choice.reasoning) - shared
    chunks.add_text(choice.reasoning[:apart], step, '{"delta":{"reasoning":', f"{behind}}}")
    if parted and choice.reasoning and choice.pieces:
        chunks.add(f'{{"delta":{{{behind}}}'.encode())
    begun = step - shared if shared else 0
    content, writer = '{"delta":{"content":', logprobs.Chat()
    if shared:
        run, reasoning = choice.pieces[:begun], choice.reasoning[apart:]
        both = f'{content}{quoted("".join(run))},"reasoning":{quoted("".join(reasoning))}{behind}'
        chunks.add(f"{both}{_odds(writer, choice, 0, begun)}}}".encode(), len(run) + shared)
    if choice.odds is None:
        chunks.add_text(choice.pieces[begun:], step, content, f"{behind}}}")
        return
    for at in range(begun, len(choice.pieces), step):
        run = choice.pieces[at : at + step]
        text = f"{content}{quoted(''.join(run))}{behind}{_odds(writer, choice, at, step)}}}"
        chunks.add(text.encode(), len(run))


def _odds(writer: logprobs.Chat, choice: GeneratedChoice, at: int, step: int) -> str:
    """Return the log probabilities of a chunk's content, or nothing if none were requested."""
    if choice.odds is None:
        return ""
    return f',"logprobs":{writer.written(choice.odds[at : at + step])}'


def _add_call(chunks: Chunks, call: Call, at: int, answer: Answer, behind: str) -> None:
    """Add a tool call, in one chunk or in several: name and id first, then the arguments."""
    before = '{"delta":{"tool_calls":[{"function":{'
    whole = answer.model.whole_tool_calls
    opening = f'"name":{quoted(call.name)},"arguments":{quoted(call.arguments if whole else "")}}},'
    closing = f'"type":"function","id":"{call.id}","index":{at}}}'
    chunks.add(f"{before}{opening}{closing}{behind}".encode(), call.tokens if whole else 1)
    if not whole:
        behind = f'}},"type":"function","index":{at}}}{behind}'
        step = answer.model.tokens_per_event
        chunks.add_text(call.pieces, step, f'{before}"arguments":', behind)
