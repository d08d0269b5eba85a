"""An agent's loop: it asks with a tool, acts on the call, and sends back what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.corpus.pair import Mock

from .chat import Message, checked, events, said

QUESTION = "What is the weather in Cologne, and why?"
PROPERTIES = {"city": {"type": "string"}, "unit": {"type": "string"}}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": PROPERTIES, "required": ["city"]},
    },
}


@dataclass(frozen=True, slots=True)
class Made:
    """A call of a tool as it arrived, and why the answer ended there."""

    id: str
    name: str
    arguments: str
    finish: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What goes back: the arguments in the call of the history, and the message of the tool."""

    arguments: str
    told: str


Ask = Callable[[Mock, list[Message]], Made | None]
Act = Callable[[Mock, Made], Outcome]


def converse(mock: Mock, ask: Ask, act: Act) -> Made | None:
    """Ask, act on the call that comes, and ask again with what came of it."""
    history = [said(QUESTION)]
    made = ask(mock, history)
    if made is None:
        return None
    outcome = act(mock, made)
    function = {"name": made.name, "arguments": outcome.arguments}
    call = {"id": made.id, "type": "function", "function": function}
    history.append({"role": "assistant", "content": None, "tool_calls": [call]})
    history.append({"role": "tool", "tool_call_id": made.id, "content": outcome.told})
    return ask(mock, history)


def plain(mock: Mock, history: list[Message]) -> Made | None:
    """Ask for a whole answer."""
    choice = checked(mock, messages=history, tools=[TOOL])["choices"][0]
    calls = choice["message"].get("tool_calls")
    if not calls:
        return None
    function = calls[0]["function"]
    return Made(calls[0]["id"], function["name"], function["arguments"], choice["finish_reason"])


def streamed(mock: Mock, history: list[Message]) -> Made | None:
    """Ask for a stream, and put the call together from its pieces."""
    found: dict[str, str] = {"id": "", "name": "", "arguments": ""}
    finish = None
    for event in events(mock, messages=history, tools=[TOOL]):
        for choice in event.get("choices", ()):
            finish = choice.get("finish_reason") or finish
            for piece in choice["delta"].get("tool_calls") or []:
                found["id"] += piece.get("id") or ""
                for name in ("name", "arguments"):
                    found[name] += piece["function"].get(name) or ""
    return Made(**found, finish=finish) if found["id"] else None


def run(mock: Mock, made: Made, arguments: dict[str, Any]) -> Outcome:
    """Run the tool, and send back the arguments that it was run with."""
    record_side_effect(mock, made.name, **arguments)
    return Outcome(json.dumps(arguments), f"21 degrees in {arguments.get('city', 'Berlin')}")


def record_side_effect(mock: Mock, name: str, **arguments: Any) -> None:
    """Tell a mock that keeps side effects that a tool was run, with what."""
    recorder = getattr(mock, "side_effects", None)
    if recorder is not None:
        recorder.record(name, **arguments)


def mended(text: str) -> dict[str, Any]:
    """Return an object from the beginning of its JSON: what is open is closed."""
    for end in ("", '"', "}", '"}', '":null}', ":null}", "null}"):
        try:
            found = json.loads(text.rstrip(", ") + end)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def whole(made: Made) -> dict[str, Any] | None:
    """Return the arguments of a call that may be run; None of one that may not."""
    try:
        found = json.loads(made.arguments)
    except ValueError:
        return None
    return found if isinstance(found, dict) and made.finish == "tool_calls" else None
