"""The command that runs a test again, under its scenario or a story of the search."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from os import environ
from pathlib import Path

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


def replay(item: pytest.Item, seed: int | None = None) -> str:
    """
    Return the command that runs only this test again, from the folder where pytest was started.

    The command has the options of this run, and those set by the environment; the ini file still
    applies.
    """
    scenario, parameters = scenario_of(item), parameters_of(item)
    named = any(scenario in each.scenarios for each in expectations(item))
    cell = written(scenario, parameters) if scenario and (parameters or not named) else ""
    given = _given(item)
    if scenario:
        given.pop("scenario", None)  # the cell is under its own
    if seed is not None:
        given |= {"seed": str(seed)}
    chosen = ["--cerebras-chaos", cell] if cell else []
    return _command(item, chosen, strictness(item.config), given)


def replay_story(item: pytest.Item, file: Path) -> str:
    """Return the command that runs this test again under a story that the search found."""
    scenario = os.path.relpath(file, item.config.invocation_params.dir)
    story = {"scenario": scenario, "clock": "virtual"}
    given = {name: value for name, value in _given(item).items() if name not in story}
    return _command(item, _as_options(story), strictness(item.config) or STRICT[0], given)


def _command(
    item: pytest.Item, chosen: list[str], strict: str | None, given: Mapping[str, str]
) -> str:
    switches = [f"--cerebras-{name}" for name, *_ in SWITCHES if _is_on(item, name)]
    if strict:
        switches.append("--cerebras-strict" + ("" if strict == STRICT[0] else f"={strict}"))
    return shlex.join(["pytest", _place(item), *chosen, *switches, *_as_options(given)])


def _place(item: pytest.Item) -> str:
    """Return the test's node id relative to the folder where pytest was started."""
    _, colons, inside = item.nodeid.partition("::")
    return f"{os.path.relpath(item.path, item.config.invocation_params.dir)}{colons}{inside}"


def _is_on(item: pytest.Item, switch: str) -> bool:
    variable = {name: variable for name, variable, _ in SWITCHES}[switch]
    here = FLAGS.get(environ.get(variable, "").lower(), False)
    return bool(item.config.getoption(f"cerebras_{switch}")) or here


def _given(item: pytest.Item) -> dict[str, str]:
    """Return the values of the options that the command line or the environment sets."""
    found: dict[str, str] = {}
    for name, *_ in OPTIONS:
        value = item.config.getoption(f"cerebras_{name}")
        value = environ.get(f"CEREBRAS_MOCK_{name.upper()}") if value is None else value
        if value:
            found[name] = str(value)
    return found


def _as_options(values: Mapping[str, str]) -> list[str]:
    options = ((f"--cerebras-{name.replace('_', '-')}", value) for name, value in values.items())
    return [part for option in options for part in option]
