"""Checks the markers and settings of the collected tests before any of them runs."""

from __future__ import annotations

from collections.abc import Container, Sequence
from unittest import TestCase

import pytest

from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import (
    CHAOS,
    LEFT_OUT,
    MARKER,
    is_about_one,
    names_one,
    scenario_of,
)

_RAN_ONCE = "of {} ran only once, because pytest can't run these under several scenarios"
_UNITTEST = "unittest.TestCase"
_WITHOUT_NAMES = (
    f"ran only once, because neither @pytest.mark.{CHAOS} nor --cerebras-chaos names a scenario"
)


def check(
    config: pytest.Config, items: Sequence[pytest.Item], users: Sequence[pytest.Item]
) -> None:
    """
    Check the settings of the run and of ``users``, the tests that use the mock.

    Also record the tests that the matrix can't run. Raises UsageError.
    """
    if users:
        options.checked(config)
    for item in users:
        if item.get_closest_marker(MARKER) is not None:
            _check_marked(config, item)
    for item in items:
        _refuse_both(item)
    _note_left_out(config, items, set(users))


def _refuse_both(item: pytest.Item) -> None:
    """Raise UsageError if markers at the same place contradict each other."""
    for node in item.listchain():
        names = {marker.name for marker in node.own_markers}
        own = [one for one in node.own_markers if one.name == MARKER and names_one(one)]
        if own and CHAOS in names:
            raise pytest.UsageError(
                f"{item.nodeid}: @pytest.mark.{MARKER} names a scenario, and @pytest.mark.{CHAOS} "
                f"names others: name all of them in @pytest.mark.{CHAOS}"
            )


def _check_marked(config: pytest.Config, item: pytest.Item) -> None:
    try:
        options.checked(config, item)
    except pytest.UsageError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from error


def _note_left_out(
    config: pytest.Config, items: Sequence[pytest.Item], users: Container[pytest.Item]
) -> None:
    everywhere = config.getoption("cerebras_chaos") is not None
    for item in items:
        marked = item.get_closest_marker(CHAOS) is not None
        if (kind := kind_run_once(item)) is None:
            if marked and scenario_of(item) is None:
                item.user_properties.append((LEFT_OUT, _WITHOUT_NAMES))
        elif marked and kind == _UNITTEST:
            raise pytest.UsageError(
                f"{item.nodeid}: @pytest.mark.{CHAOS} can't run a unittest.TestCase under several "
                "scenarios: make it a function, or a class that is no TestCase"
            )
        elif marked or (everywhere and item in users and not is_about_one(item)):
            item.user_properties.append((LEFT_OUT, _RAN_ONCE.format(kind)))


def kind_run_once(item: pytest.Item) -> str | None:
    """Return the kind of a test that pytest can't run under several scenarios; None if it can."""
    if isinstance(item, pytest.DoctestItem):
        return "doctest"
    if not isinstance(item, pytest.Function):
        return "another kind"
    return _UNITTEST if issubclass(item.cls or object, TestCase) else None
