"""Sees whether the app looks at ``finish_reason``, in the objects of the SDKs."""

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
_WHOLE = (
    "__iter__",
    "__repr__",
    "__str__",
    "copy",
    "dict",
    "json",
    "model_copy",
    "model_dump",
    "model_dump_json",
    "to_dict",
    "to_json",
)


def watch(
    patch: pytest.MonkeyPatch, looked: Callable[[], None], known: Collection[type]
) -> set[type]:
    """
    Call ``looked`` whenever the app's own code reads the field, or takes an answer as a whole.

    Returns the classes that are watched from now on: those of what has been imported by now, but
    for those that are ``known``.
    """
    found = {one: fields for one, fields in _types() if one not in known}
    for one, fields in found.items():
        if _FIELD in fields:
            patch.setattr(one, _FIELD, _watched(looked), raising=False)
        for name in _WHOLE:
            method = getattr(one, name, None)
            if method is not None:
                patch.setattr(one, name, _noted(method, looked), raising=False)
    return set(found)


def _types() -> Iterator[tuple[type, Collection[str]]]:
    """Yield the classes of the SDKs that have the field, or hold what has it; with their fields."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_SDKS) and any(part in name for part in _TYPES):
            for one in list(vars(module).values()):
                fields = getattr(one, "model_fields", None) if isinstance(one, type) else None
                if isinstance(fields, Mapping) and not fields.keys().isdisjoint(_HOLDERS):
                    yield one, fields


def _watched(looked: Callable[[], None]) -> property:
    """Return a field that is kept where pydantic keeps it."""

    def read(model: Any) -> Any:
        _note(looked)
        try:
            return model.__dict__[_FIELD]
        except KeyError:
            raise AttributeError(_FIELD) from None

    def write(model: Any, value: Any) -> None:
        model.__dict__[_FIELD] = value

    return property(read, write)


def _noted(method: Callable[..., Any], looked: Callable[[], None]) -> Callable[..., Any]:
    def noted(model: Any, *args: Any, **kwargs: Any) -> Any:
        _note(looked)
        return method(model, *args, **kwargs)

    return noted


def _note(looked: Callable[[], None]) -> None:
    if of_the_app(sys._getframe(2).f_code.co_filename) is not None:  # noqa: SLF001
        looked()
