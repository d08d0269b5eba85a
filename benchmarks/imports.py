"""The cost of a plugin for each run of a suite that has it installed but does not use it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from . import suite
from .figures import Found, Kind, Setting
from .machine import ON_WINDOWS, children_seconds

_PLUGINS = {
    "ours": "pytest_cerebras.plugin",
    "faker": "faker.contrib.pytest.plugin",
    "respx": "respx.plugin",
}
_NOTHING = "keyword"  # a module that is there anyway, and no plugin
_FULL, _QUICK = 9, 1  # runs


def measure(name: str, setting: Setting) -> Found:
    """
    Return the processor time, in milliseconds, that the plugin adds to a run without tests.

    Runs with and without the plugin alternate, and the minimum of each is used, since disturbances
    only make a run longer. The runs without the plugin have a ``-p`` as well, with a module that is
    no plugin. To resolve ``-p``, pytest searches all installed distributions. A usual run does so
    anyway, to find its plugins.
    """
    runs = _FULL if setting.scale.rounds > 1 else _QUICK
    taken: dict[tuple[str, ...], list[float]] = {(_PLUGINS[name],): [], (_NOTHING,): []}
    with tempfile.TemporaryDirectory() as folder:
        suite.run(Path(folder), [_PLUGINS[name]])  # compiles the modules
        for _ in range(runs):
            for plugins, seconds in taken.items():
                seconds.append(_seconds(Path(folder), plugins, setting.server_core))
    with_it, without = map(min, taken.values())
    return Found({"empty run": (with_it - without) * 1e3})


def _seconds(folder: Path, plugins: Sequence[str], core: int | None) -> float:
    before = children_seconds()
    suite.run(folder, plugins, core=core)
    return children_seconds() - before


def missing(name: str) -> list[str]:
    """Return what must be installed before a plugin can be measured."""
    return [] if find_spec(_PLUGINS[name].partition(".")[0]) else [f"`pip install {name}`"]


KINDS = (
    Kind(
        "imports",
        "what the plugin adds to `pytest` in an empty folder",
        {"empty run": "ms of a processor"},
        [] if ON_WINDOWS else list(_PLUGINS),
        measure,
        missing=missing,
    ),
)
