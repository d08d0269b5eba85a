"""
Detects whether the app reads ``finish_reason`` in the objects of the SDKs.

The classes of the SDKs are pydantic models. Only attribute access is wrapped; the fields stay as
they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import pytest

from .call_sites import of_the_app

_FIELD = "finish_reason"
_HOLDERS = (_FIELD, "choices")
_SDKS = ("openai.", "cerebras.cloud.sdk.")
_TYPES = ("types.chat.", "types.completion")
# Python looks these up on the type, without a call of ``__getattribute__``
_SPECIAL = ("__iter__", "__repr__", "__str__")
# these return the whole object, in which the app may then read the field
_WHOLE = frozenset(
    {"__dict__", "copy", "dict", "json", "model_copy", "model_dump", "model_dump_json"}
    | {"to_dict", "to_json"}
)


def watch(
    patch: pytest.MonkeyPatch, looked: Callable[[], None], known: Collection[type]
) -> set[type]:
    """
    Call ``looked`` whenever the app's own code reads the field, or takes an answer as a whole.

    Watch the SDKs' classes that are imported and not in ``known``, and return these classes.
    """
    found = {one: fields for one, fields in _types() if one not in known}
    for one, fields in found.items():
        names = _WHOLE | {_FIELD} if _FIELD in fields else _WHOLE
        patch.setattr(one, "__getattribute__", _watched(one.__getattribute__, names, looked))
        for name in _SPECIAL:
            patch.setattr(one, name, _noted(getattr(one, name), looked))
    return set(found)


def _types() -> Iterator[tuple[type, Collection[str]]]:
    """Yield the SDKs' classes that have ``finish_reason`` or ``choices``, each with its fields."""
    for name, module in sys.modules.copy().items():  # garbage collection may run code that imports
        if name.startswith(_SDKS) and any(part in name for part in _TYPES):
            for one in vars(module).copy().values():
                fields = getattr(one, "model_fields", None) if isinstance(one, type) else None
                if isinstance(fields, Mapping) and not fields.keys().isdisjoint(_HOLDERS):
                    yield one, fields


def _watched(
    get: Callable[..., Any], names: frozenset[str], looked: Callable[[], None]
) -> Callable[..., Any]:
    def watched(model: Any, name: str) -> Any:
        if name in names:
            _note(looked)
        return get(model, name)

    return watched


def _noted(method: Callable[..., Any], looked: Callable[[], None]) -> Callable[..., Any]:
    def noted(model: Any, *args: Any, **kwargs: Any) -> Any:
        _note(looked)
        return method(model, *args, **kwargs)

    return noted


def _note(looked: Callable[[], None]) -> None:
    if of_the_app(sys._getframe(2).f_code.co_filename) is not None:  # noqa: SLF001
        looked()
