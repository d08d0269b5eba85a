from random import Random

import pytest

from mockserver.api.model.values.formats import MAKERS, is_of


@pytest.mark.parametrize("name", MAKERS)
def test_made(name):
    """What is made for a format has it, and no other text does."""
    assert is_of(name, MAKERS[name](Random(1)))
    assert not is_of(name, "no such thing, of course")


@pytest.mark.parametrize(
    ("name", "text"),
    [("date", "2026-02-30"), ("date-time", "2026-02-01"), ("ipv4", "1.2.3"), ("email", "x" * 3000)],
)
def test_wrong(name, text):
    """What only looks like it has not the format."""
    assert not is_of(name, text)


def test_unknown():
    """A format that nobody knows allows any text."""
    assert is_of("colour", "red")
