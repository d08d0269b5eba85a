"""What httpx and its successor httpx2 are built on, and how respx gets there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import ClassVar, NamedTuple

from respx.mocks import HTTPCoreMocker, Mocker

_CORES = ("httpcore", "httpcore2")


class Library(NamedTuple):
    """
    A library of HTTP clients.

    Its ``core`` has the exceptions that it makes its own of, by the same names; ``mocker`` is
    respx's name for what intercepts the core.
    """

    core: ModuleType
    mocker: str


def libraries() -> Iterator[Library]:
    """Yield those of the two that are installed."""
    for core in _CORES:
        if find_spec(core):
            yield Library(import_module(core), _mocker(core))


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
