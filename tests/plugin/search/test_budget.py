"""The budget of the search."""

from __future__ import annotations

import pytest

from pytest_cerebras.search.budget import Budget, budget_of


@pytest.mark.parametrize(
    ("text", "stories", "seconds", "spent"),
    [
        ("500", 499, 1e9, False),
        ("500", 500, 0.0, True),
        ("60s", 10**6, 59.9, False),
        ("1m", 0, 60.0, True),
        (" 1.5m ", 0, 89.0, False),
    ],
)
def test_spent(text, stories, seconds, spent):
    """A budget of stories does not look at the time, and the other way round."""
    assert budget_of(text).is_spent(stories, seconds) is spent


def test_replay():
    """With ``replay``, only what was found before is played."""
    assert budget_of("replay") == Budget()
    assert budget_of("replay").only_found
    assert not budget_of("1").only_found


@pytest.mark.parametrize("text", ["", "0", "0s", "60", "-5", "5x", "2d", "99999999", "replays"])
def test_wrong(text):
    """A wrong budget gets one sentence with what is allowed."""
    if text == "60":
        assert budget_of(text).stories == 60
        return
    with pytest.raises(pytest.UsageError, match="60s, a number of stories such as 500, or replay"):
        budget_of(text)
