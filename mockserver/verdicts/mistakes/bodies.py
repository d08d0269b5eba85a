"""
Mistakes in the parameters of a request.

A row applies only if the API refused the field that the row is about, and named it. The rows in
this module read the lines of a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .combinations import COMBINATIONS, FORMATS
from .foreign_forms import FOREIGN_FORMS
from .mistake import Mistake
from .refusal_lines import ABSENT, Line, lines, shown
from .setup import Setup
from .unknown_fields import NESTED_FIELD, UNKNOWN_FIELDS

_REFERENCE = "https://inference-docs.cerebras.ai/api-reference/chat-completions"
_TOOLS = "https://inference-docs.cerebras.ai/capabilities/tool-use"
_ROLES = {"function": "'tool'", "human": "'user'", "ai": "'assistant'", "model": "'assistant'"}
_MOST_STOPS = 4
_ROLE = re.compile(r"Input tag '(.*?)' found using 'role' .*")
_BOUND = re.compile(r"Input should be (less|greater) than or equal to (\S+)")
_CHOICE = re.compile(r"Input should be ('.+')")
_TYPE = re.compile(r"Input should be (an object|a valid \w+).*")
_PART = re.compile(r"Input tag '(.*?)' found using 'type' .*")
_TYPES = {
    "an object": "an object",
    "a valid array": "a list",
    "a valid string": "a text",
    "a valid number": "a number",
    "a valid integer": "a whole number",
    "a valid boolean": "true or false",
}
_Find = Callable[[Line, Setup], object]


def _line(it: Setup, when: _Find) -> Line | None:
    """Return the first line of the refusal for which a condition holds."""
    return next((one for one in lines(it) if when(one, it)), None)


def _row(
    name: str, when: _Find, what: str, fix: str, source: str, pattern: re.Pattern[str] = _TYPE
) -> Mistake:
    """Return a row for a line of a refusal; ``what`` and ``fix`` can use the keys of ``facts``."""

    def facts(it: Setup) -> dict[str, object]:
        one = _line(it, when)
        if one is None:
            return {}
        value = one.value(it)
        found = pattern.fullmatch(one.told)
        groups = dict(enumerate(found.groups(), start=1)) if found else {}
        return {
            "path": one.path,
            "value": "not there" if value is ABSENT else shown(value),
            "told": one.told,
            **{f"group{at}": group for at, group in groups.items()},
            "most": "at most" if groups.get(1) == "less" else "at least",
            "role": _role(str(groups.get(1))),
            "type": _TYPES.get(str(groups.get(1)), groups.get(1)),
        }

    return Mistake(name, lambda it: _line(it, when) is not None, what, fix, source, facts=facts)


def _role(name: str) -> str:
    """Return the role to write instead of an unknown role."""
    lower = name.strip().lower()
    own = repr(lower) if lower in ("system", "developer", "user", "assistant", "tool") else ""
    return own or _ROLES.get(lower, "'system', 'user', 'assistant' or 'tool'")


def _at(place: str, told: str) -> _Find:
    """Return a condition on the place of a line and the beginning of its message."""
    return lambda one, _: one.path == place and one.told.startswith(told)


def _in_message(key: str) -> _Find:
    place = re.compile(rf"messages\[\d+\]\.{key}")
    return lambda one, _: place.fullmatch(one.path) is not None


def _told(pattern: re.Pattern[str]) -> _Find:
    return lambda one, _: pattern.fullmatch(one.told) is not None


def _is_flat_tool(one: Line, it: Setup) -> bool:
    tool = Line(one.place[:-1], "").value(it)
    ours = one.place[0] == "tools" and one.place[-1] == "function" and _misses(one, it)
    return ours and isinstance(tool, dict) and "name" in tool


def _misses(one: Line, _: Setup) -> bool:
    return one.told == "Field required"


def _is_there(one: Line, it: Setup) -> bool:
    return one.value(it) is not ABSENT


def _is_null(one: Line, it: Setup) -> bool:
    return one.value(it) is None


def _both(*all_of: _Find) -> _Find:
    return lambda one, it: all(when(one, it) for when in all_of)


_FLAT_TOOL = _row(
    "flat-tool",
    _is_flat_tool,
    "{path} is missing, because the tool has its name and parameters one level too high",
    "send {{'type': 'function', 'function': {{'name': ..., 'parameters': ...}}}}",
    _TOOLS,
)
_LINES = (
    _row(
        "messages-as-text",
        _both(_at("messages", "Input should be a valid array"), _is_there),
        "messages is {value}, not a list",
        "send messages=[{{'role': 'user', 'content': ...}}]",
        _REFERENCE,
    ),
    _row(
        "no-messages",
        _at("messages", "Field required"),
        "the body has no messages",
        "send messages=[{{'role': 'user', 'content': ...}}]",
        _REFERENCE,
    ),
    _row(
        "empty-messages",
        _at("messages", "List should have at least 1 item"),
        "messages is empty",
        "send at least one message, with the role 'user'",
        _REFERENCE,
    ),
    _row(
        "unknown-role",
        _told(_ROLE),
        "{path} has the role {group1!r}, which this API does not know",
        "write {role}",
        _REFERENCE,
        _ROLE,
    ),
    _row(
        "no-role",
        lambda one, _: one.told.endswith("discriminator 'role'"),
        "{path} has no role",
        "add 'role': 'user', or 'system', 'assistant' or 'tool'",
        _REFERENCE,
    ),
    _row(
        "no-content",
        _both(_in_message("content"), lambda one, it: _misses(one, it) or _is_null(one, it)),
        "{path} is null or missing",
        "send a text as the content; only a message of the assistant may omit the content",
        _REFERENCE,
    ),
    _row(
        "no-tool-call-id",
        _both(_in_message("tool_call_id"), _misses),
        "{path} is missing, so the message does not say which call it answers",
        "send the id of the tool call as tool_call_id",
        _TOOLS,
    ),
    _row(
        "too-many-stops",
        lambda one, it: (
            one.path == "stop"
            and isinstance(it.body.get("stop"), list)
            and len(it.body["stop"]) > _MOST_STOPS
        ),
        "stop has more than four texts",
        "send at most four",
        _REFERENCE,
    ),
    _row(
        "out-of-range",
        _both(_told(_BOUND), _is_there),
        "{path} is {value}, but the API takes {most} {group2}",
        "set {path} to {most} {group2}",
        _REFERENCE,
        _BOUND,
    ),
    _row(
        "not-one-of",
        _both(_told(_CHOICE), _is_there),
        "{path} is {value}, but the API takes {group1}",
        "send one of these values as {path}, or leave {path} out",
        "https://github.com/mnfst/modelparams.dev/pull/115",
        _CHOICE,
    ),
    _row(
        "unknown-part",
        _both(_told(_PART), lambda one, _: one.place[0] == "messages"),
        "{path} has the type {group1!r}, which this API does not know",
        "send {{'type': 'text', 'text': ...}}, or {{'type': 'image_url', 'image_url': ...}}",
        _REFERENCE,
        _PART,
    ),
    _row(
        "wrong-type",
        _both(_told(_TYPE), _is_there),
        "{path} is {value}, but the API takes {type}",
        "send {path} as {type}",
        _REFERENCE,
    ),
    _row(
        "missing-field",
        _misses,
        "{path} is missing",
        "add {path}",
        _REFERENCE,
    ),
)
BODIES = (
    *COMBINATIONS,
    *FORMATS,
    *FOREIGN_FORMS,
    _FLAT_TOOL,
    *UNKNOWN_FIELDS,
    *_LINES,
    NESTED_FIELD,
)
