"""Lets a test use the mock although it does not request the fixture."""

from __future__ import annotations

import pytest

from pytest_cerebras.settings.names import MARKER

_MAKER = "make_cerebras_mock"


def give_mock(item: pytest.Item, names: list[str]) -> None:
    """
    Add the mock to the names of a test's fixtures, which are in the order of set-up.

    The mock is set up first, so that clients made by other fixtures find it. Only fixtures that
    make their own mocks must be set up earlier, as if the test requested the mock itself.
    """
    if MARKER in names:
        return
    at = 0
    if _MAKER in names:
        fixtures = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]  # noqa: SLF001
        wider = [
            place
            for place, name in enumerate(names)
            if name in fixtures and fixtures[name][-1].scope != "function"
        ]
        at = max(wider, default=-1) + 1
    names.insert(at, MARKER)
