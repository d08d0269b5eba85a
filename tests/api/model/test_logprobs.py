import json
import math
from random import Random

import pytest

from mockserver.api.model import logprobs
from mockserver.api.model.generated_choice import Odds

ONE = Odds("grün", -0.25, ((" rot", -1.5),))
TWO = Odds("!", -0.5, None)


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ({}, None),
        ({"logprobs": None}, None),
        ({"logprobs": False, "top_logprobs": 3}, None),
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": 3}, 3),
        ({"logprobs": 0}, 0),
        ({"logprobs": 5}, 5),
    ],
)
def test_wanted(body, top):
    """Chats ask with a flag and a number, text completions with a number."""
    assert logprobs.wanted(body) == top


@pytest.mark.parametrize("top", [0, 1, 2, 20])
def test_drawn(top):
    """The token itself is the likeliest, the others follow, and all are probabilities."""
    for odds in logprobs.drawn(["a", " state"] * 20, top, Random(top)):
        assert len(odds.alternatives) == len(dict(odds.alternatives)) == top
        assert odds.alternatives[:1] == ((odds.token, odds.logprob),)[:top]
        values = [value for _, value in odds.alternatives]
        assert values == sorted(values, reverse=True)
        assert all(0 < math.exp(value) < 1 for value in (odds.logprob, *values))


def test_of_prompt():
    """The first token of a prompt has no probability, as nothing comes before it."""
    first, *rest = logprobs.of_prompt(["a", " b", "c"], 2, Random(1))
    assert first == Odds("a", 0.0, None)
    assert [one.token for one in rest] == [" b", "c"]
    assert all(len(one.alternatives) == 2 and one.logprob < 0 for one in rest)
    assert logprobs.of_prompt([], 2, Random(1)) == ()


def test_chat():
    """A chat has an object for each token, with its bytes."""
    assert json.loads(logprobs.Chat().written([ONE, TWO])) == {
        "content": [
            {
                "token": "grün",
                "logprob": -0.25,
                "bytes": [103, 114, 195, 188, 110],
                "top_logprobs": [
                    {"token": "grün", "logprob": -0.25, "bytes": [103, 114, 195, 188, 110]},
                    {"token": " rot", "logprob": -1.5, "bytes": [32, 114, 111, 116]},
                ],
            },
            {"token": "!", "logprob": -0.5, "bytes": [33], "top_logprobs": []},
        ]
    }


def test_a_long_text():
    """Most tokens of a long text share their odds, which are written as any others."""
    pieces = ["a", " state", " of"] * 1000
    odds = logprobs.drawn(pieces, 20, Random(1))
    assert [one.token for one in odds] == pieces
    assert odds[:200] == logprobs.drawn(pieces[:200], 20, Random(1))
    assert len({id(one.others) for one in odds}) < len(odds) / 2
    assert all(len(dict(one.alternatives)) == 20 for one in odds)
    written = json.loads(logprobs.Chat().written(odds))["content"]
    for one, told in zip(odds, written, strict=True):
        assert (told["token"], told["logprob"]) == (one.token, one.logprob)
        assert [(other["token"], other["logprob"]) for other in told["top_logprobs"]] == list(
            one.alternatives
        )


def test_chat_writes_ids_that_come_again():
    """What is written once is told apart, although an id may come again for other odds."""
    writer = logprobs.Chat()
    for number in range(200):
        written = writer.written([Odds("a", -0.5, ((f"b{number}", -1.0),))])
        assert f'"b{number}"' in written


def test_text():
    """A text completion has columns, with the offsets in characters."""
    assert logprobs.text([ONE, TWO], offset=7) == {
        "text_offset": [7, 11],
        "token_logprobs": [-0.25, -0.5],
        "tokens": ["grün", "!"],
        "top_logprobs": [{"grün": -0.25, " rot": -1.5}, {}],
    }
    assert logprobs.text([Odds("a", 0.0, None), TWO]) == {
        "text_offset": [0, 1],
        "token_logprobs": [0.0, -0.5],
        "tokens": ["a", "!"],
        "top_logprobs": [{}, {}],
    }
