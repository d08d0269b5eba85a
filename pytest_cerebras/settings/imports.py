"""Makes a run start and end faster, by faster imports and less garbage collection."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OURS = ("mockserver", "pytest_cerebras")


class _AsItIs:
    """
    Finds modules of this distribution as Python does.

    Otherwise pytest's own finder goes first. It reads and hashes the source of each module of an
    installed plugin, to rewrite its asserts. Our modules have no asserts that belong to a test.
    """

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of ours is; None for any other module."""
        ours = name.partition(".")[0] in _OURS
        return PathFinder.find_spec(name, path, target) if ours else None


@contextmanager
def fast_imports() -> Iterator[None]:
    """
    Import our modules without rewriting them, and collect no garbage during the block.

    Imports create many lasting objects, which the collector would inspect repeatedly.
    """
    was_on = gc.isenabled()
    gc.disable()
    sys.meta_path.insert(0, _AsItIs)
    try:
        yield
    finally:
        sys.meta_path.remove(_AsItIs)
        if was_on:
            gc.enable()


def exit_fast() -> None:
    """
    Let Python exit without its last garbage collection, which takes longer than an empty test.

    Until then, the collector sees all objects of pytest, the tests and their libraries.
    """
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
