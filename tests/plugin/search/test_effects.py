"""What a trouble can do to a request."""

from __future__ import annotations

import pytest

from pytest_cerebras.search.effects import Effects
from pytest_cerebras.search.outcome import Seen
from pytest_cerebras.search.story import troubles

BY_NAME = {one.name: one for one in troubles()}


@pytest.mark.parametrize(
    ("name", "stream", "can_act"),
    [
        ("cut", True, True),
        ("cut", False, False),
        ("missing-keys", True, False),
        ("missing-keys", False, True),
        ("unavailable", True, True),
        ("unavailable", False, True),
    ],
)
def test_streams_and_documents(name, stream, can_act):
    """Some troubles are for one of them only: an app could do nothing about them in the other."""
    seen = Seen("unknown", "app.py:1", 1, stream=stream)
    assert Effects().can_act(seen, BY_NAME[name]) is can_act
