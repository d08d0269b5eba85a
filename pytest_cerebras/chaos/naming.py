"""Finds the source of a test's scenario: the test itself, its class, its module or the run."""

from __future__ import annotations

from enum import Enum

import pytest

from pytest_cerebras.settings.names import CHAOS, MARKER, names_one, scenario_of

from .choice import singled_out
from .matrix import expected


class Naming(Enum):
    """
    The source of a test's scenario.

    A marker of a class or a module applies to all its tests, including those that send nothing.
    """

    NOBODY = "the options of the run, or the matrix"
    AROUND = "a marker of the class or the module"
    ITSELF = "a marker of the test"
    EXCUSED = "a marker that allows the scenario not to act"


def naming(item: pytest.Item) -> Naming:
    """Return the source of the first scenario of a test."""
    scenario = scenario_of(item)
    if scenario is not None and expected(item).allow_unmet:
        return Naming.EXCUSED
    for marker in item.iter_markers(MARKER if scenario is None else CHAOS):
        if _names(marker, scenario):
            return Naming.ITSELF if marker in item.own_markers else Naming.AROUND
    return Naming.NOBODY


def _names(marker: pytest.Mark, scenario: str | None) -> bool:
    if scenario is not None:
        return scenario in singled_out(",".join(marker.args))
    return names_one(marker)
