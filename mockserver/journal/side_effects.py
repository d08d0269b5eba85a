"""The side effects that an app has recorded, such as runs of tools."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from pathlib import PurePath
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from mockserver.core.messages import Sender

_DEEP = 12  # levels of lists and mappings
_ROOM = 4096  # characters that are kept of all arguments together
_LONGEST = 400  # characters of a text
_SHOWN = 160  # characters of the arguments in a line
_DIGITS = 600  # the most digits of a whole number
# types whose text represents the whole value
_TOLD_BY_TEXT = (date, time, timedelta, Decimal, UUID, PurePath, Enum, bytes, complex)


@dataclass(frozen=True, slots=True)
class SideEffect:
    """
    One run of a tool, or of another function, that the app has recorded.

    ``arguments`` are converted to JSON and shortened. ``at`` is in seconds since the epoch, by the
    mock's clock. ``exact`` is whether the conversion lost nothing; if it lost something, side
    effects with equal arguments may differ. ``failed`` is whether the run raised an exception.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    at: float = 0.0
    sender: Sender | None = None
    exact: bool = True
    failed: bool = False

    @classmethod
    def of(
        cls, name: str, arguments: Mapping[str, object], *, at: float, sender: Sender | None = None
    ) -> SideEffect:
        """Return a side effect, given arguments of any type."""
        reader = _Reader()
        kept = {key: reader.read_safely(value) for key, value in arguments.items()}
        return cls(name, kept, at, sender, reader.exact)

    @property
    def fingerprint(self) -> str:
        """The arguments as text, equal for equal arguments."""
        return _written(self.arguments)

    def has(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether the side effect has these arguments, already converted to JSON."""
        given = {name: self.arguments[name] for name in arguments if name in self.arguments}
        return _written(given) == _written(arguments)

    def line(self) -> str:
        """Return the side effect as a line for logs and reports."""
        said = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}..."
        return f"side effect: {self.name}({shown}){' raised an exception' if self.failed else ''}"


def _written(value: object) -> str:
    """Return a value as text for comparisons: the order of keys is ignored, 1 is not True."""
    return json.dumps(value, sort_keys=True)


class _Reader:
    """Converts values to JSON within limits; ``exact`` is true as long as nothing is lost."""

    def __init__(self) -> None:
        self.exact = True
        self._room = _ROOM

    def read_safely(self, value: object) -> Any:
        """Return a value as JSON, even if its own methods raise exceptions."""
        try:
            return self.read(value, _DEEP)
        except Exception:  # noqa: BLE001 (for example a mapping may change meanwhile)
            self.exact = False
            return f"<{type(value).__name__}>"

    def read(self, value: object, depth: int) -> Any:
        """Return a value as JSON, at most ``depth`` levels deep."""
        self._room -= 8
        if self._room < 0 or not depth:
            self.exact = False
            return "..."
        for kinds, read in self._readers():
            if isinstance(value, kinds):
                return read(value, depth)
        if is_dataclass(value) and not isinstance(value, type):
            return self._mapping(
                {one.name: getattr(value, one.name) for one in fields(value)}, depth
            )
        self.exact = False  # two different objects may have equal texts
        return self._text(_shown(value))

    def _readers(self) -> Iterable[tuple[Any, Callable[[Any, int], Any]]]:
        yield (bool, type(None)), lambda value, _: value
        yield _TOLD_BY_TEXT, lambda value, _: self._text(_shown(value))
        yield str, lambda value, _: self._text(value)
        yield (int, float), lambda value, _: self._number(value)
        yield Mapping, self._mapping
        yield (list, tuple), self._items
        yield AbstractSet, lambda value, depth: sorted(self._items(value, depth), key=_written)
        yield BaseModel, lambda value, depth: self._mapping(dict(value), depth)

    def _text(self, text: str) -> str:
        """Return a text as valid UTF-8; a long text becomes its beginning and a digest."""
        data = text.encode("utf-8", "backslashreplace")
        text = data.decode()
        if len(text) > _LONGEST:
            digest = blake2b(data, digest_size=8).hexdigest()
            text = f"{text[:_LONGEST]}[... {len(text) - _LONGEST} more, {digest}]"
        self._room -= len(text)
        return text

    def _number(self, value: Any) -> object:
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else repr(value)
        if value.bit_length() > 3 * _DIGITS:
            return self._text(hex(value))
        return int(value)

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, inner in value.items():
            if self._room < 0:
                self.exact = False
                break
            name = self._text(key if isinstance(key, str) else _shown(key))
            found[name] = self.read(inner, depth - 1)
        return found

    def _items(self, value: Iterable[object], depth: int) -> list[Any]:
        found = []
        for inner in value:
            if self._room < 0:
                self.exact = False
                break
            found.append(self.read(inner, depth - 1))
        return found


def _shown(value: object) -> str:
    """Return the ``repr`` of an object, or its type if ``repr`` raises an exception."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 (the app's own ``__repr__`` may raise anything)
        return f"<{type(value).__name__}>"
