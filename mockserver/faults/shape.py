"""Well-formed JSON that breaks the API's schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from mockserver.core.messages import dicts
from mockserver.plan import Plan

from .base import Context
from .body import edited

Misshape: TypeAlias = Literal[
    "null_content",
    "missing_keys",
    "extra_keys",
    "wrong_types",
    "no_choices",
    "empty_choices",
    "unknown_finish_reason",
    "empty_tool_calls",
    "invalid_tool_json",
]
_UNKNOWN = "abort"  # some servers send this for a dropped request, but the API's type lacks it


@dataclass(frozen=True, slots=True)
class WrongShape:
    """
    Give a completion a wrong shape, in the document or in each event of a stream.

    ``kind`` is what is wrong. Answers other than completions are left unchanged.
    """

    kind: Misshape

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Edit each document and event that has choices."""
        return edited(plan, lambda body: _misshapen(body, MISSHAPES[self.kind]))


def _misshapen(body: Any, edit: Callable[[dict[str, Any]], None]) -> Any:
    if isinstance(body, dict) and isinstance(body.get("choices"), list):
        edit(body)
    return body


def _choices(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each choice with the holder of its content: message, delta, or the choice itself."""
    for choice in dicts(body["choices"]):
        spoken = choice.get("message", choice.get("delta"))
        yield choice, spoken if isinstance(spoken, dict) else choice


def _null_content(body: dict[str, Any]) -> None:
    """
    Make the content null, and leave the finish reason at ``stop``.

    Of the measured clients, only pydantic-ai asks again; all others pass on an empty answer.
    """
    for _, spoken in _choices(body):
        spoken.update(dict.fromkeys(spoken.keys() & {"content", "text"}))


def _missing_keys(body: dict[str, Any]) -> None:
    """
    Keep only the choices; remove their ``index``, and the ``type`` of their tool calls.

    In a stream, Cerebras' SDK for Python reads each event as a document and loses its text.
    Without streaming, pydantic-ai rejects the answer. All other clients read on.
    """
    for key in body.keys() - {"choices"}:
        del body[key]
    for choice, spoken in _choices(body):
        choice.pop("index", None)
        for call in dicts(spoken.get("tool_calls")):
            call.pop("type", None)


def _extra_keys(body: dict[str, Any]) -> None:
    """
    Add unknown keys everywhere.

    Clients should ignore such keys, and the measured clients do; an app's own strict schema rejects
    them.
    """
    holders = [body, *(holder for pair in _choices(body) for holder in pair)]
    if isinstance(body.get("usage"), dict):
        holders.append(body["usage"])
    for holder in holders:
        holder["x_new"] = {"since": "tomorrow"}


def _wrong_types(body: dict[str, Any]) -> None:
    """
    Turn numbers into strings, and the content of a document into an object.

    The SDKs pass the object on as if it were text; langchain and pydantic-ai reject it. In a
    stream, the ``textStream`` of the AI SDK yields nothing and raises no error.
    """
    body["created"] = str(body.get("created"))
    for choice, spoken in _choices(body):
        choice["index"] = str(choice.get("index"))
        if "message" in choice:
            spoken["content"] = {"a": 1}


def _no_choices(body: dict[str, Any]) -> None:
    """
    Leave out the choices.

    The SDKs pass on ``choices=None``, on which the app fails. litellm turns a stream into an empty
    answer with ``stop`` as its finish reason.
    """
    del body["choices"]


def _empty_choices(body: dict[str, Any]) -> None:
    """
    Empty the list of choices.

    The SDKs pass on the empty list, and ``choices[0]`` raises an IndexError in the app or in its
    framework.
    """
    body["choices"] = []


def _unknown_finish_reason(body: dict[str, Any]) -> None:
    """
    Use a finish reason that the API does not document.

    If an event of a stream has this reason, Cerebras' SDK for Python reads the event as a document.
    """
    for choice, _ in _choices(body):
        if choice.get("finish_reason"):
            choice["finish_reason"] = _UNKNOWN


def _empty_tool_calls(body: dict[str, Any]) -> None:
    """
    Use the finish reason ``tool_calls``, but with an empty list of calls.

    An app that takes the first call fails; an app that loops while the finish reason is
    ``tool_calls`` keeps looping.
    """
    for choice, spoken in _choices(body):
        if choice.get("finish_reason"):
            choice["finish_reason"] = "tool_calls"
            spoken["tool_calls"] = []
        elif "tool_calls" in spoken:
            spoken["tool_calls"] = []


def _invalid_tool_json(body: dict[str, Any]) -> None:
    """
    Add an extra comma at the end of a call's arguments.

    The SDKs pass on the arguments; langchain lists the call under ``invalid_tool_calls``, and
    pydantic-ai asks again.
    """
    for _, spoken in _choices(body):
        for call in dicts(spoken.get("tool_calls")):
            function = call.get("function")
            if isinstance(function, dict) and str(function.get("arguments")).endswith("}"):
                function["arguments"] = f"{str(function['arguments'])[:-1]},}}"


MISSHAPES: Mapping[Misshape, Callable[[dict[str, Any]], None]] = {
    "null_content": _null_content,
    "missing_keys": _missing_keys,
    "extra_keys": _extra_keys,
    "wrong_types": _wrong_types,
    "no_choices": _no_choices,
    "empty_choices": _empty_choices,
    "unknown_finish_reason": _unknown_finish_reason,
    "empty_tool_calls": _empty_tool_calls,
    "invalid_tool_json": _invalid_tool_json,
}
