import pytest

from mockserver.api.model.values.budget import ImpossibleError
from mockserver.api.model.values.patterns import parsed


@pytest.mark.parametrize(
    "pattern", ["(", "[", "a**", "(a)\\1", "(?i)a", "\\", "[z-a]", "a{2,1}", "(" * 50, "a" * 3000]
)
def test_not_understood(pattern):
    """What is no pattern, or too much of one, is refused in a sentence."""
    with pytest.raises(ImpossibleError, match="pattern"):
        parsed(pattern)


@pytest.mark.parametrize(
    ("pattern", "width"),
    [
        ("abc", (3, 3)),
        ("a?b{2,4}", (2, 5)),
        ("a|bcd", (1, 3)),
        ("^(?=x)\\b$", (0, 0)),
        ("[^a]{3}", (3, 3)),
    ],
)
def test_width(pattern, width):
    """A pattern knows the shortest and the longest text that it takes."""
    assert parsed(pattern).width == width
