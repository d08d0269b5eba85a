from random import Random

import pytest

from mockserver.api import prose
from mockserver.api.reply import Reply, Said, say


def test_said():
    """A completion is its tokens, joined."""
    assert Said(("a", " b"), "stop").text == "a b"
    assert Said((), "length").text == ""


@pytest.mark.parametrize(
    ("text", "limit", "said", "finish"),
    [
        ("one two three", 10, "one two three", "stop"),
        ("one two three", 3, "one two three", "stop"),
        ("one two three", 2, "one two", "length"),
        ("one two three", 0, "", "length"),
        ("", 10, "", "stop"),
        ("", 0, "", "stop"),
    ],
)
def test_scripted(text, limit, said, finish):
    """A scripted text is said as far as the limit lets it, and the finish says which."""
    result = say(Reply(text=text), limit=limit, random=Random(1))
    assert (result.text, result.finish_reason) == (said, finish)


def test_text_wins():
    """With both a text and a length the text is said."""
    assert say(Reply(text="yes", tokens=50), limit=99, random=Random(1)).text == "yes"


@pytest.mark.parametrize(
    ("tokens", "limit", "length", "finish"),
    [(900, 512, 512, "length"), (512, 512, 512, "stop"), (5, 512, 5, "stop"), (0, 9, 0, "stop")],
)
def test_length(tokens, limit, length, finish):
    """Prose of a length is cut at the limit."""
    result = say(Reply(tokens=tokens), limit=limit, random=Random(1))
    assert (len(result.pieces), result.finish_reason) == (length, finish)


def test_prose():
    """Without a script the model says some prose, of which a limit leaves the beginning."""
    whole = say(Reply(), limit=9999, random=Random(7))
    assert list(whole.pieces) == prose.answer(Random(7))
    assert whole.finish_reason == "stop"
    part = say(Reply(), limit=4, random=Random(7))
    assert (part.pieces, part.finish_reason) == (whole.pieces[:4], "length")
