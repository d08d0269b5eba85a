"""Runs of equal things, as a line instead of a page."""

from __future__ import annotations

import pytest

from mockserver.journal.folding import folded, span, times


@pytest.mark.parametrize(
    ("things", "lengths"),
    [
        ("", []),
        ("aaaa", [1, 1, 1, 1]),
        ("aaaaa", [5]),
        ("abbbbbba", [1, 6, 1]),
        ("aaaaabbbbb", [5, 5]),
        ("ababababab", [1] * 10),
    ],
)
def test_folded(things, lengths):
    """Runs of five and more stand together, in their order; nothing is lost."""
    runs = folded(things, str)
    assert [len(run) for run in runs] == lengths
    assert "".join(one for run in runs for one in run) == things


def test_words():
    """A run is told by its first and last number, how many there are, and the range of waits."""
    assert times([3, 4, 7], "GET /") == "#3 to #7: 3 times GET /"
    assert (span([0.1, 0.3]), span([2.0])) == ("0.1 to 0.3 s", "2 s")
