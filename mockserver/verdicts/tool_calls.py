"""
Calls of tools whose arguments were cut or are no JSON, and were used all the same.

To throw such a call away is right, and so is to answer it by a refusal, or to send it back marked
as invalid. To use it is to answer it as if its arguments had been whole.
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
_NO_ARGUMENTS = ("", "null")  # as some models call a tool that takes none
_TELLING = 8  # characters of an id, or of arguments, that are in a text by no chance
_RANK: dict[Reading, int] = {"refusal": 0, "open": 1, "result": 2}
_CERTAINTY: dict[Reading, Certainty] = {"open": "advice", "result": "certain"}


def partial_tool_calls(case: Case) -> Iterator[Finding]:
    """Find calls whose arguments are not whole, and that were answered as if they were."""
    for cut, choice in _choices(case):
        for call in choice.calls:
            if not _is_whole(call, choice):
                yield from _used(call, cut, choice, case)


def _choices(case: Case) -> Iterator[tuple[Exchange, Served]]:
    """Yield the choices that call tools; what the client broke off itself is no cut."""
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
    said = f"{what}, and #{first.number} goes on with its answer"
    yield Finding(said, (cut, *used), _CERTAINTY[reading])


def _what(call: ServedCall, cut: Exchange, choice: Served) -> str:
    name = repr(call.name) if call.name else "a tool"
    whole = choice.finish == "tool_calls"
    how = "no JSON object for arguments" if whole else "arguments that were cut"
    return f"#{cut.number} calls {name} with {how}"


def _ran(call: ServedCall, cut: Exchange, case: Case) -> SideEffect | None:
    """
    Return a recorded run of the tool that no whole call has asked for.

    A run that raised an exception may have found out what is wrong.
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
    """Return what the messages say to a call; None where they say nothing to it."""
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
    """Yield the arguments with which the call was sent back."""
    for message in messages:
        for one in dicts(message.get("tool_calls")):
            if one.get("id") == call.id:
                function = one.get("function")
                arguments = function.get("arguments") if isinstance(function, dict) else None
                if isinstance(arguments, str):
                    yield arguments


def _is_marked(call: ServedCall, made: str) -> bool:
    """Whether arguments hold the broken ones as a text, under a name that says what they are."""
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
    """Whether an agent tells of the call in a text, as those do that keep no calls."""
    if message.get("role") != "assistant":
        return False
    text = content_of(message)
    signs = (call.id, call.arguments.strip())
    return any(len(sign) >= _TELLING and sign in text for sign in signs)
