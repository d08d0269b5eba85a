"""The command that runs one cell of the matrix again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from os import environ

import pytest

from pytest_cerebras.settings.names import (
    FLAGS,
    OPTIONS,
    STRICT,
    SWITCHES,
    parameters_of,
    scenario_of,
)
from pytest_cerebras.settings.sources import strictness

from .choice import written
from .matrix import expectations

_OF_THE_CELL = ("scenario", "seed")


def replay(item: pytest.Item, seed: int | None = None) -> str:
    """
    Return the command that runs only this test again, from the folder where pytest was started.

    The command has the options of this run, and those set by the environment; the ini file still
    applies.
    """
    seeded = [] if seed is None else ["--cerebras-seed", str(seed)]
    return shlex.join(["pytest", _place(item), *_options(item), *seeded])


def _place(item: pytest.Item) -> str:
    """Return the test's node id relative to the folder where pytest was started."""
    _, colons, inside = item.nodeid.partition("::")
    return f"{os.path.relpath(item.path, item.config.invocation_params.dir)}{colons}{inside}"


def _options(item: pytest.Item) -> Iterator[str]:
    scenario, parameters = scenario_of(item), parameters_of(item)
    named = any(scenario in each.scenarios for each in expectations(item))
    if scenario and (parameters or not named):
        yield from ("--cerebras-chaos", written(scenario, parameters))
    for name, variable, _ in SWITCHES:
        set_here = FLAGS.get(environ.get(variable, "").lower(), False)
        if item.config.getoption(f"cerebras_{name}") or set_here:
            yield f"--cerebras-{name}"
    if strict := strictness(item.config):
        yield "--cerebras-strict" if strict == STRICT[0] else f"--cerebras-strict={strict}"
    for name, *_ in OPTIONS:
        value = item.config.getoption(f"cerebras_{name}")
        value = environ.get(f"CEREBRAS_MOCK_{name.upper()}") if value is None else value
        if value and name not in _OF_THE_CELL:
            yield from (f"--cerebras-{name.replace('_', '-')}", value)
