"""Where a text first differs from what was served, and what that hints at."""

from __future__ import annotations

import pytest

from pytest_cerebras.session.handed_out.differences import difference

TEXT = "Once upon a time there was a fox."


@pytest.mark.parametrize(
    ("result", "at", "hint"),
    [
        ("", 0, "all of it is missing"),
        (TEXT[:-5], 28, "the last chunk is missing"),
        (TEXT[:-1], 32, "everything after ' there was a fox' is missing"),
        (TEXT[:16], 16, "everything after 'Once upon a time' is missing"),
        ("upon a time there was a fox.", 0, "'Once ' is missing"),
        ("Once a time there was a fox.", 5, "'upon ' is missing"),
        ("Once upona time there was a fox.", 9, "a space is lost"),
        ("Onceuponatimetherewasafox.", 4, "a space is lost"),
        ("Once  upon a time there was a fox.", 5, "a space is added"),
        ("Once upon a  time there was a fox.", 12, "a space is added"),
        ("Once upon upon a time there was a fox.", 10, "'upon ' is there twice"),
        ("OnceOnce upon upon a time there was a fox.", 4, "'Once' is there twice"),
        (TEXT + TEXT, 33, "'Once upon a time there was a fox...' is there twice"),
        ("Once upon a time there was a cat.", 29, "'cat' is in its place"),
        ("Once upon a time there was a red fox.", 29, "'red ' is added"),
        ("Once upon a time there w\ufffd\ufffds a fox.", 24, "decoded in pieces"),
    ],
)
def test_hint(result, at, hint):
    """The first difference says where it is, and what it hints at."""
    found = difference(TEXT, result, " fox.")
    assert found.at == at
    assert hint in found.hint


def test_in_words():
    """Both texts are shown around the place, as far as it takes to find it."""
    found = str(difference(TEXT, TEXT.replace(" there", "there"), ""))
    assert found == (
        "at character 16, the answer has 'Once upon a time| there was a fox...', but the result "
        "has 'Once upon a time|there was a fox.': a space is lost"
    )
    assert "'...pon a time there| was a fox.'" in str(difference(TEXT, TEXT[:22]))


def test_nothing_to_show():
    """Of nothing there is no place to show."""
    assert str(difference(TEXT, "")) == "all of it is missing"


def test_same():
    """What both have is counted from both ends."""
    assert difference("abcdef", "abXef").same == 4
    assert difference("aaa", "aa").same == 2
