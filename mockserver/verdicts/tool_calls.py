"""
Tool calls that were used although their arguments were cut off or are not JSON.

An app may discard such a call, answer the call with a refusal, or send it back marked as invalid.
The app must not answer as if the arguments were whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from mockserver.core.messages import dicts, json_object
from mockserver.journal import Exchange, Served, ServedCall
from mockserver.journal.side_effects import SideEffect
from mockserver.plan import inspection

from .received import content_of, left, messages_of
from .tool_results import Reading, reading_of, reading_of_text
from .verdict import Case, Certainty, Finding

_CALLS = b'"tool_calls"'
_NO_ARGUMENTS = ("", "null")  # how some models call a tool that takes no arguments
_TELLING = 8  # characters; a shorter id, or shorter arguments, may be in a text by chance
_RANK: dict[Reading, int] = {"refusal": 0, "open": 1, "result": 2}
_CERTAINTY: dict[Reading, Certainty] = {"open": "advice", "result": "certain"}


def partial_tool_calls(case: Case) -> Iterator[Finding]:
    """Find calls with incomplete arguments that were answered as if the arguments were whole."""
    for cut, choice in _choices(case):
        for call in choice.calls:
            if not _is_whole(call, choice):
                yield from _used(call, cut, choice, case)


def _choices(case: Case) -> Iterator[tuple[Exchange, Served]]:
    """Yield the choices that call tools, except in answers that the client abandoned."""
    for exchange in case.exchanges:
        if not left(exchange) and _CALLS in inspection.body_of(exchange.plan):
            for choice in exchange.choices:
                if choice.calls:
                    yield exchange, choice


def _is_whole(call: ServedCall, choice: Served) -> bool:
    if choice.finish == "tool_calls" and call.arguments.strip() in _NO_ARGUMENTS:
        return True
    return call.whole


def _used(call: ServedCall, cut: Exchange, choice: Served, case: Case) -> Iterator[Finding]:
    what = _what(call, cut, choice)
    if ran := _ran(call, cut, case):
        yield Finding(f"{what}, and the app ran it: {ran.line()}", (cut,), "certain")
        return
    late = [one for one in case.exchanges if one.number > cut.number]
    readings = [(_reading(call, messages_of(one)), one) for one in late]
    known = [(reading, one) for reading, one in readings if reading is not None]
    reading, first = max(known, key=lambda pair: _RANK[pair[0]], default=("refusal", cut))
    if reading == "refusal":
        return
    used = tuple(one for found, one in known if found == reading)
    said = f"{what}, and #{first.number} answers the call as if the arguments were whole"
    yield Finding(said, (cut, *used), _CERTAINTY[reading])


def _what(call: ServedCall, cut: Exchange, choice: Served) -> str:
    name = repr(call.name) if call.name else "a tool"
    whole = choice.finish == "tool_calls"
    how = "arguments that are not a JSON object" if whole else "arguments that were cut off"
    return f"#{cut.number} calls {name} with {how}"


def _ran(call: ServedCall, cut: Exchange, case: Case) -> SideEffect | None:
    """
    Return a recorded run of the tool that no complete call requested.

    Runs that raised an exception do not count: the tool may have noticed the bad arguments.
    """
    runs = {
        one.fingerprint: one
        for one in case.side_effects
        if one.name == call.name and one.at >= cut.at and not one.failed
    }
    wholes = [
        SideEffect.of(other.name, json_object(other.arguments), at=exchange.at)
        for exchange, choice in _choices(case)
        for other in choice.calls
        if other.name == call.name and _is_whole(other, choice)
    ]
    unasked = [run for run in runs.values() if not any(run.has(one.arguments) for one in wholes)]
    return unasked[0] if unasked and len(runs) > len(wholes) else None


def _reading(call: ServedCall, messages: Sequence[dict[str, Any]]) -> Reading | None:
    """Return how the messages answer a call; None if they do not answer it."""
    if any(_is_marked(call, made) for made in _made(call, messages)):
        return "refusal"
    answers = [reading_of(content_of(one)) for one in messages if _answers(call, one)]
    answers += [
        reading_of_text(content_of(answer))
        for told, answer in pairwise(messages)
        if _tells_of(call, told) and answer.get("role") != "assistant"
    ]
    return max(answers, key=_RANK.__getitem__, default=None)


def _made(call: ServedCall, messages: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the arguments of this call in each message that repeats the call."""
    for message in messages:
        for one in dicts(message.get("tool_calls")):
            if one.get("id") == call.id:
                function = one.get("function")
                arguments = function.get("arguments") if isinstance(function, dict) else None
                if isinstance(arguments, str):
                    yield arguments


def _is_marked(call: ServedCall, made: str) -> bool:
    """Return whether the app marked the arguments as broken: as a text in a new object."""
    try:
        found = json.loads(made)
    except (ValueError, RecursionError):
        return False
    return bool(call.arguments) and isinstance(found, dict) and call.arguments in found.values()


def _answers(call: ServedCall, message: dict[str, Any]) -> bool:
    return (
        bool(call.id) and message.get("role") == "tool" and message.get("tool_call_id") == call.id
    )


def _tells_of(call: ServedCall, message: dict[str, Any]) -> bool:
    """Return whether a text of the assistant mentions the call; some agents write calls as text."""
    if message.get("role") != "assistant":
        return False
    text = content_of(message)
    signs = (call.id, call.arguments.strip())
    return any(len(sign) >= _TELLING and sign in text for sign in signs)
