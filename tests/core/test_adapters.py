"""Adapters that are made when they are first used."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from mockserver.core.adapters import adapter

COUNTED = """
import pydantic

made = []
build = pydantic.TypeAdapter.__init__
pydantic.TypeAdapter.__init__ = lambda *args, **more: made.append(args[1]) or build(*args, **more)
import mockserver
from mockserver.core.adapters import adapter
print(len(made))
adapter(int)
print(len(made))
"""


def test_one_for_each_type():
    """A type has one adapter, however often it is asked for."""
    assert adapter(tuple[int, ...]) is adapter(tuple[int, ...])
    assert adapter(tuple[int, ...]).validate_python([1, 2]) == (1, 2)
    with pytest.raises(ValidationError):
        adapter(tuple[str, ...]).validate_python([1])


def test_none_at_import():
    """Importing the library makes none."""
    found = subprocess.run(
        [sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == ["0", "1"]
