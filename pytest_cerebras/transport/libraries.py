"""The modules under httpx and its successor httpx2, and how respx intercepts these modules."""

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

    The library translates the exceptions of its ``core`` into its own, which have the same names.
    ``mocker`` is respx's name for the class that intercepts the core.
    """

    core: ModuleType
    mocker: str


def libraries() -> Iterator[Library]:
    """Yield the libraries that are installed."""
    for core in _CORES:
        if find_spec(core):
            yield Library(import_module(core), _mocker(core))


def _mocker(core: str) -> str:
    """Return respx's name for a core; if there is none, register a name that no plugin uses."""
    ours = f"cerebras-{core}"
    if known := next((name for name in (core, ours) if name in Mocker.registry), None):
        return known

    class CoreMocker(HTTPCoreMocker):  # respx registers each subclass by its name
        name = ours
        targets: ClassVar = [each.replace("httpcore", core) for each in HTTPCoreMocker.targets]

    return ours
