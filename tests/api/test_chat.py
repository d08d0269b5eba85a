import json

import pytest

from mockserver.api import chat
from mockserver.api.answer import Answer
from mockserver.api.edition import Model
from mockserver.api.reply import Said
from mockserver.api.sse import DONE, event, parsed
from mockserver.plan import tokens_of

PIECES = ("He", ' said "', "grün", '"', "\n", " and\\", "日", "\0", "\u2028")


def whole(*pieces, step=1, finish="stop"):
    model = Model(context=8192, max_output=8192, speed=1000, tokens_per_event=step)
    return Answer("n-1", 1790000000.5, "m", model, 5, Said(pieces, finish), {"total_time": 0.1})


def test_document():
    """A whole answer has the keys of the API in their order, and nothing that is null."""
    data = chat.document(whole("Good", " day", finish="length"))
    body = json.loads(data.data)
    assert list(body) == [
        *("id", "choices", "created", "model", "system_fingerprint", "object"),
        *("usage", "time_info"),
    ]
    assert body["choices"] == [
        {
            "finish_reason": "length",
            "index": 0,
            "message": {"content": "Good day", "role": "assistant"},
        }
    ]
    assert list(body["choices"][0]["message"]) == ["content", "role"]
    assert (body["id"], body["created"], body["object"]) == (
        "chatcmpl-n-1",
        1790000000,
        "chat.completion",
    )
    assert body["time_info"] == {"created": 1790000000.5, "total_time": 0.1}
    assert b"null" not in data.data
    assert data.tokens == 2


def test_stream():
    """A stream gives the role, one event for each token, the finish, and the end marker."""
    role, *texts, last, done = chat.stream(whole(*PIECES), done=True)
    choices = [parsed(data.data)["choices"][0] for data in (role, *texts, last)]
    assert choices[0] == {"delta": {"role": "assistant"}, "index": 0}
    assert choices[1:-1] == [{"delta": {"content": piece}, "index": 0} for piece in PIECES]
    assert choices[-1] == {"delta": {}, "finish_reason": "stop", "index": 0}
    assert done.data == DONE
    assert [data.tokens for data in (role, *texts, last, done)] == [0, *[1] * len(PIECES), 0, 0]


def test_stream_keys():
    """All chunks share their identity; usage and times stand in the last one only."""
    *chunks, _ = chat.stream(whole("a", "b"), done=True)
    bodies = [parsed(chunk.data) for chunk in chunks]
    names = ["id", "choices", "created", "model", "system_fingerprint", "object"]
    assert [list(body) for body in bodies[:-1]] == [names] * 3
    assert list(bodies[-1]) == [*names, "usage", "time_info"]
    assert {body["object"] for body in bodies} == {"chat.completion.chunk"}
    assert len({(body["id"], body["created"], body["system_fingerprint"]) for body in bodies}) == 1
    assert bodies[-1]["usage"] == json.loads(chat.document(whole("a", "b")).data)["usage"]


def test_template():
    """An event cut from the template has the bytes that the encoder would write."""
    for data in chat.stream(whole(*PIECES), done=False):
        assert data.data == event(parsed(data.data))


def test_without_end_marker():
    """Streams of old editions just end."""
    *_, last = chat.stream(whole("a"), done=False)
    assert parsed(last.data)["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(("step", "tokens"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (9, [7])])
def test_tokens_per_event(step, tokens):
    """Fast models put several tokens into an event, the rest into the last."""
    _, *texts, _ = chat.stream(whole(*"abcdefg", step=step), done=False)
    assert [data.tokens for data in texts] == tokens
    said = "".join(parsed(data.data)["choices"][0]["delta"]["content"] for data in texts)
    assert said == "abcdefg"


def test_nothing_said():
    """An empty answer has a role and a finish and no text between them."""
    plan = chat.stream(whole(), done=True)
    assert (len(plan), tokens_of(plan)) == (3, 0)
    assert json.loads(chat.document(whole()).data)["choices"][0]["message"]["content"] == ""
