"""Edits the JSON of an answer, place by place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, JsonValue, WithJsonSchema

from mockserver.plan import Plan

from .base import Context
from .body import edited

_POINTER = re.compile(r"(/([^/~]|~[01])*)*")
_INDEX = re.compile(r"0|[1-9][0-9]*")


def _check(pointer: str) -> str:
    if not _POINTER.fullmatch(pointer):
        raise ValueError(
            "should be a JSON Pointer (RFC 6901), such as /choices/0/message/content or /usage"
        )
    return pointer


Pointer: TypeAlias = Annotated[
    str,
    AfterValidator(_check),
    WithJsonSchema({"type": "string", "pattern": f"^{_POINTER.pattern}$"}),
]
"""A JSON Pointer (RFC 6901), which names a place in a JSON document."""

Operation: TypeAlias = Callable[[Any, str, JsonValue], None]


@dataclass(frozen=True, slots=True)
class JsonPatch:
    """
    Edit the JSON of the answer, or of each event of a stream.

    The operations come from JSON Patch (RFC 6902), and the places are JSON Pointers (RFC 6901).
    ``remove`` is done first, then ``replace``, then ``add``, which also inserts items into lists
    (``/choices/-`` means after the last item). A place that does not exist is skipped, since the
    events of a stream have different keys.
    """

    replace: Mapping[Pointer, JsonValue] = field(default_factory=dict[str, JsonValue])
    remove: tuple[Pointer, ...] = ()
    add: Mapping[Pointer, JsonValue] = field(default_factory=dict[str, JsonValue])

    def __post_init__(self) -> None:
        for pointer in (*self.replace, *self.remove, *self.add):
            _check(pointer)
        if "" in self.remove:
            raise ValueError(
                "'' means the whole document, which can't be removed; use 'replace' with the "
                "new content"
            )

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Edit each document and event."""
        return edited(plan, self._patched)

    def _patched(self, document: Any) -> Any:
        root = [document]
        for pointer in self.remove:
            _visit(root, pointer, _remove, None)
        for pointer, value in self.replace.items():
            _visit(root, pointer, _replace, value)
        for pointer, value in self.add.items():
            _visit(root, pointer, _add, value)
        return root[0]


def _visit(root: list[Any], pointer: str, act: Operation, value: JsonValue) -> None:
    """Apply an operation to a place, if that place exists."""
    holder, key = root, "0"
    try:
        for part in pointer.split("/")[1:]:
            holder, key = holder[_key(holder, key)], part.replace("~1", "/").replace("~0", "~")
        act(holder, key, deepcopy(value))
    except LookupError:
        return


def _key(holder: Any, key: str) -> Any:
    """
    Return the key in the form that the container expects, a string or an index.

    Raises LookupError if the container can't have this key.
    """
    if isinstance(holder, dict):
        return key
    if isinstance(holder, list) and _INDEX.fullmatch(key):
        return int(key)
    raise LookupError(key)


def _remove(holder: Any, key: str, _: JsonValue) -> None:
    del holder[_key(holder, key)]


def _replace(holder: Any, key: str, value: JsonValue) -> None:
    place = _key(holder, key)
    if isinstance(holder, dict) and place not in holder:
        raise LookupError(key)
    holder[place] = value


def _add(holder: Any, key: str, value: JsonValue) -> None:
    if isinstance(holder, list):
        at = len(holder) if key == "-" else _key(holder, key)
        if at > len(holder):
            raise LookupError(key)
        holder.insert(at, value)
    else:
        holder[_key(holder, key)] = value
