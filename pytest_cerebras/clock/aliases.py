"""
Replaces functions that other modules have imported by name (``from time import sleep``).

Patching the module ``time`` does not reach such names, because they refer to the function itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# these modules run tests, threads and processes, so they keep real time
_INFRASTRUCTURE = frozenset(
    {
        *("_pytest", "pytest", "pluggy", "xdist", "execnet", "coverage", "pytest_timeout"),
        *("threading", "queue", "selectors", "subprocess", "multiprocessing", "concurrent"),
        *("socket", "ssl", "sched", "logging", "faulthandler", "time", "mockserver"),
        *("pytest_cerebras", "aiohttp"),
    }
)
Spot = tuple[dict[str, Any], str]


class Aliases:
    """
    The global names, in all modules, that refer to one of the given functions.

    Each module is searched only once, because a test suite imports thousands of modules.
    """

    def __init__(self, functions: tuple[Callable[..., Any], ...]) -> None:
        self._functions = {id(function): function for function in functions}
        self._spots: list[tuple[Spot, Callable[..., Any]]] = []
        self._seen: set[str] = set()

    @contextmanager
    def replaced(self, by: Mapping[Callable[..., Any], Callable[..., Any]]) -> Iterator[None]:
        """
        Replace the functions under all these names during the block.

        A module that is imported inside the block copies the replacement. At the end, a second
        search finds these copies, so that they are restored as well.
        """
        self._search(self._functions)
        for (names, name), function in self._spots:
            names[name] = by[function]
        try:
            yield
        finally:
            self._search({id(new): old for old, new in by.items()})
            for (names, name), function in self._spots:
                names[name] = function

    def _search(self, functions: Mapping[int, Callable[..., Any]]) -> None:
        fresh = [name for name in list(sys.modules) if name not in self._seen]
        self._seen.update(fresh)
        for module in fresh:
            if module.partition(".")[0] not in _INFRASTRUCTURE:
                names = getattr(sys.modules.get(module), "__dict__", {})
                for name, value in list(names.items()):
                    if id(value) in functions:
                        self._spots.append(((names, name), functions[id(value)]))
