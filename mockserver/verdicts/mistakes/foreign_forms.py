"""Tools and parts of messages that the API refused because they have the form of another API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .mistake import Mistake
from .refusal_lines import Line, lines, shown
from .setup import Setup

_TOOLS = "https://inference-docs.cerebras.ai/capabilities/tool-use"
_REFERENCE = "https://inference-docs.cerebras.ai/api-reference/chat-completions"
_IMAGE = "send {'type': 'image_url', 'image_url': {'url': 'data:image/png;base64,...'}}"
_PARTS: Mapping[str, tuple[str, str]] = {
    "tool_use": ("Anthropic's API", "send the call in the tool_calls of the assistant's message"),
    "tool_result": (
        "Anthropic's API",
        "send the result as a message: {'role': 'tool', 'tool_call_id': ..., 'content': ...}",
    ),
    "image": ("Anthropic's API", _IMAGE),
    "document": ("Anthropic's API", "send its content as text"),
    "thinking": ("Anthropic's API", "leave it out"),
    "redacted_thinking": ("Anthropic's API", "leave it out"),
    "input_text": ("OpenAI's Responses API", "write 'text' instead of 'input_text'"),
    "output_text": ("OpenAI's Responses API", "write 'text' instead of 'output_text'"),
    "input_image": ("OpenAI's Responses API", _IMAGE),
    "input_file": ("OpenAI's Responses API", "send its content as text"),
}
"""The vendor of each foreign type of message part, and what to send instead."""
_NAMES_OF_CONTENT = ("text", "message", "parts", "prompt", "value")
_Found = tuple[str, Mapping[str, Any]]


def _refused(it: Setup, depth: int, last: str = "") -> Iterator[_Found]:
    """Yield the objects at this depth in which any field, or the field ``last``, was refused."""
    for one in lines(it):
        if last and one.place[depth:] != (last,):
            continue
        owner = Line(one.place[:depth], "")
        value = owner.value(it)
        if isinstance(value, dict):
            yield owner.path, value


def _parts(it: Setup) -> Iterator[_Found]:
    """
    Yield all parts of each message in which a field was refused.

    A refusal does not always say which part is meant.
    """
    for path, message in _refused(it, 2):
        if path.startswith("messages["):
            content = message.get("content")
            for at, part in enumerate(content if isinstance(content, list) else ()):
                if isinstance(part, dict):
                    yield f"{path}.content[{at}]", part


def _foreign_part(it: Setup) -> _Found | None:
    return next(
        (
            (path, part)
            for path, part in _parts(it)
            if str(part.get("type")) in _PARTS and not (part["type"] == "image" and "image" in part)
        ),
        None,
    )


def _image_as_text(it: Setup) -> _Found | None:
    return next(
        ((path, part) for path, part in _parts(it) if isinstance(part.get("image_url"), str)), None
    )


def _builtin_tool(it: Setup) -> _Found | None:
    """Return the first tool that is not a function of the app."""
    own = {"function", "parameters", "input_schema"}
    return next(
        (
            (path, tool)
            for path, tool in _refused(it, 2)
            if path.startswith("tools[")
            and tool.get("type", "function") != "function"
            and not own & tool.keys()
        ),
        None,
    )


def _other_content(it: Setup) -> _Found | None:
    """Return the first message that has its content under another name."""
    return next(
        (
            (path, message)
            for path, message in _refused(it, 2, "content")
            if path.startswith("messages[") and "content" not in message and _name(message)
        ),
        None,
    )


def _name(message: Mapping[str, Any]) -> str:
    return next((name for name in _NAMES_OF_CONTENT if name in message), "")


def _row(
    name: str, find: Callable[[Setup], _Found | None], what: str, fix: str, source: str
) -> Mistake:
    def facts(it: Setup) -> dict[str, object]:
        path, found = find(it) or ("", {})
        vendor, instead = _PARTS.get(str(found.get("type")), ("", ""))
        kind = shown(found.get("type"))
        names = {"name": _name(found), "vendor": vendor, "instead": instead}
        return {"path": path, "kind": kind, **names}

    return Mistake(name, lambda it: find(it) is not None, what, fix, source, facts=facts)


FOREIGN_FORMS = (
    _row(
        "foreign-part",
        _foreign_part,
        "{path} has the type {kind}, which belongs to {vendor}",
        "{instead}",
        "https://github.com/musistudio/llms/issues/25",
    ),
    _row(
        "image-url-as-text",
        _image_as_text,
        "{path}.image_url is a text, but the API takes an object",
        "send {{'type': 'image_url', 'image_url': {{'url': ...}}}}",
        _REFERENCE,
    ),
    _row(
        "builtin-tool",
        _builtin_tool,
        "{path} has the type {kind}, a tool that another vendor's servers run; this API calls "
        "only functions of the app",
        "leave the tool out, or send {{'type': 'function', 'function': {{'name': ..., "
        "'parameters': ...}}}} and run the function in the app",
        _TOOLS,
    ),
    _row(
        "content-misnamed",
        _other_content,
        "{path} has {name!r} instead of 'content'",
        "write 'content'",
        _REFERENCE,
    ),
)
