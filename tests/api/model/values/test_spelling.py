import re
from random import Random

import pytest

from mockserver.api.model.values.budget import ImpossibleError
from mockserver.api.model.values.patterns import parsed
from mockserver.api.model.values.spelling import lengths, spelled


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        ("[a-z]+-[a-z]+", 20),
        ("(red|blue)\\d*", 9),
        ("(ab){2,}", 8),
        ("[\\u4e00-\\u4e10]{3}", 3),
        ("[^a-z]{5}", 5),
    ],
)
def test_length(pattern, length):
    """A text for a pattern is as long as it has to be."""
    text = spelled(parsed(pattern), length, Random(1))
    assert len(text) == length
    assert re.fullmatch(pattern, text)


def test_no_such_length():
    """A length that a pattern can't have is refused."""
    with pytest.raises(ImpossibleError, match="exclude each other"):
        spelled(parsed("a{3}"), 4, Random(1))


def test_lengths():
    """A few more characters than there must be are worth a try."""
    assert lengths((2, 10**6), 5, None) == (5, 13)
    assert lengths((2, 4), 0, 3) == (2, 3)


def test_repeated_edges():
    """However often an edge is to stand there, it stands there once."""
    assert spelled(parsed("(?:^){1000000}a"), 1, Random(1)) == "a"
