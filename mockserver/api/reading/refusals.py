"""
Refuses requests with well-formed bodies that ask for something unsupported.

Each row of the table ``CHECKS`` has a name, a condition and a function. The name is also the name
of the problem. The condition is a key, or a kind of message, that the body must have. The function
returns details of the problem, or None if there is no problem. Checks run in the order of the
table, and the first problem is raised; the order in the real API is not known. Editions and models
determine which checks apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mockserver.api.contract.edition import Model
from mockserver.api.contract.edition_settings import Check, Validation
from mockserver.api.contract.problem import RefusalError

from . import images
from .schema_rules import examine_schema

Body: TypeAlias = Mapping[str, Any]
Facts: TypeAlias = Mapping[str, object]
_ANSWER = "messages[role=tool]"
_PARTS = "messages[content=list]"
_MOST_ANSWERS = 128  # the limit of the OpenAI API, for editions that allow several choices


def examine(body: Body, model: Model, how: Validation) -> None:
    """Raise RefusalError for the first problem with a valid body."""
    there = _contents(body)
    if _CHECKED.isdisjoint(there):  # most requests
        return
    for name, (what, find) in CHECKS.items():
        if what not in there or name in how.waives:
            continue
        facts = find(body, model, how)
        if facts is not None:
            raise RefusalError(name, facts, status=how.status if name in _OF_ITS_TIME else None)
    if "response_format" in body or "tools" in body:
        _examine_schemas(body, how)


def _contents(body: Body) -> set[str]:
    """Return the keys of a body, and the kinds of its messages that have checks."""
    there = set(body)
    for message in body.get("messages", ()):
        if message["role"] == "tool":
            there.add(_ANSWER)
        if isinstance(message.get("content"), list):
            there.add(_PARTS)
    return there


def _examine_schemas(body: Body, how: Validation) -> None:
    for schema in _strict_schemas(body, how):
        try:
            examine_schema(schema)
        except RefusalError as refusal:
            refusal.status = how.status
            raise


def _found(found: object) -> Facts | None:
    """Return empty details if something was found, else None."""
    return {} if found else None


def _several_answers(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found((body.get("n") or 1) > 1)


def _too_many_answers(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found((body.get("n") or 1) > _MOST_ANSWERS)


def _two_limits(body: Body, _: Model, __: Validation) -> Facts | None:
    both = (body.get("max_tokens"), body.get("max_completion_tokens"))
    return _found(None not in both)


def _effort(body: Body, model: Model, _: Validation) -> Facts | None:
    asked, taken = body.get("reasoning_effort"), model.reasoning_efforts
    return {"reason": repr(asked)} if asked and taken and asked not in taken else None


def _format(body: Body, model: Model, _: Validation) -> Facts | None:
    asked, taken = body.get("reasoning_format"), model.reasoning_formats
    return {"reason": repr(asked)} if asked and taken and asked not in taken else None


def _orphan(body: Body, _: Model, __: Validation) -> Facts | None:
    called = False
    for message in body.get("messages", ()):
        if message["role"] == "tool" and not called:
            return {}
        called = called or bool(message.get("tool_calls"))
    return None


def _json_object_stream(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found(_format_type(body) == "json_object" and body.get("stream"))


def _choice_without_tools(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found(body.get("tool_choice") is not None and not body.get("tools"))


def _named_choice(body: Body, model: Model, _: Validation) -> Facts | None:
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and "named_tool_choice" in model.lacks:
        return {"reason": repr(choice["function"]["name"])}
    return None


def _tools_and_format(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found(body.get("tools") and _format_type(body) not in (None, "text"))


def _mixed_strict(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found(len({bool(function.get("strict")) for function in _functions(body)}) > 1)


def _strict_unsupported(body: Body, model: Model, _: Validation) -> Facts | None:
    strict = any(function.get("strict") for function in _functions(body))
    return _found(strict and "strict_tools" in model.lacks)


def _sequential(body: Body, model: Model, _: Validation) -> Facts | None:
    asked = body.get("parallel_tool_calls") is False
    return _found(asked and "sequential_tool_calls" in model.lacks)


def _dotted_name(body: Body, _: Model, __: Validation) -> Facts | None:
    return _found(any("." in function["name"] for function in _functions(body)))


def _functions(body: Body) -> list[dict[str, Any]]:
    return [tool["function"] for tool in body.get("tools") or ()]


def _format_type(body: Body) -> str | None:
    return (body.get("response_format") or {}).get("type")


def _strict_schemas(body: Body, how: Validation) -> list[dict[str, Any]]:
    """Return the schemas with ``strict`` that the edition checks."""
    schemas = []
    if "schemas" not in how.waives:
        asked = (body.get("response_format") or {}).get("json_schema") or {}
        schemas += [asked.get("schema")] if asked.get("strict") else []
    if "tool_schemas" not in how.waives:
        schemas += [one.get("parameters") for one in _functions(body) if one.get("strict")]
    return [schema for schema in schemas if schema is not None]


CHECKS: Mapping[Check, tuple[str, Callable[[Body, Model, Validation], Facts | None]]] = {
    "n_greater_than_1": ("n", _several_answers),
    "n_greater_than_128": ("n", _too_many_answers),
    "two_token_limits": ("max_completion_tokens", _two_limits),
    "reasoning_effort_unsupported": ("reasoning_effort", _effort),
    "reasoning_format_unsupported": ("reasoning_format", _format),
    "orphan_tool": (_ANSWER, _orphan),
    "images_unsupported": (_PARTS, images.unsupported),
    "too_many_images": (_PARTS, images.too_many),
    "image_by_url": (_PARTS, images.by_url),
    "image_format": (_PARTS, images.unreadable),
    "json_object_stream": ("response_format", _json_object_stream),
    "tool_choice_without_tools": ("tool_choice", _choice_without_tools),
    "tool_choice_named_2025": ("tool_choice", _named_choice),
    "tools_plus_response_format": ("response_format", _tools_and_format),
    "mixed_strict": ("tools", _mixed_strict),
    "strict_unsupported": ("tools", _strict_unsupported),
    "parallel_tool_calls_unsupported": ("parallel_tool_calls", _sequential),
    "tool_name_grammar": ("tools", _dotted_name),
}
_CHECKED = frozenset(what for what, _ in CHECKS.values())
_OF_ITS_TIME: frozenset[Check] = frozenset({"mixed_strict"})
"""
These problems have the status in the edition's ``validation``. All others had status 400 even in
2025.
"""
