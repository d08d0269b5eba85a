"""httpx and its successor httpx2: their exceptions, and how respx reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import ClassVar, NamedTuple

from respx.mocks import HTTPCoreMocker, Mocker

# the library, and the package that it sends its requests through
_CORES = (("httpx", "httpcore"), ("httpx2", "httpcore2"))


class Library(NamedTuple):
    """A library of HTTP clients; ``mocker`` is respx's name for what intercepts its requests."""

    module: ModuleType
    mocker: str


def libraries() -> Iterator[Library]:
    """Yield those of the two that are installed."""
    for name, core in _CORES:
        if find_spec(name):
            yield Library(import_module(name), _mocker(core))


def _mocker(core: str) -> str:
    """Return respx's name for a core; where it knows none, teach it one that no plugin takes."""
    ours = f"cerebras-{core}"
    known = next((name for name in (core, ours) if name in Mocker.registry), None)
    return known or _taught(core, ours)


def _taught(core: str, ours: str) -> str:
    class CoreMocker(HTTPCoreMocker):
        name = ours
        targets: ClassVar = [each.replace("httpcore", core) for each in HTTPCoreMocker.targets]

    return CoreMocker.name
