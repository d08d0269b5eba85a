import json

import pytest

from mockserver.api import completions
from mockserver.api.answer import Answer
from mockserver.api.edition import Model
from mockserver.api.reply import Said
from mockserver.api.sse import DONE, parsed

NAMES = ["id", "choices", "created", "model", "system_fingerprint", "object"]


def whole(*pieces, step=1):
    model = Model(context=8192, max_output=8192, speed=1000, tokens_per_event=step)
    return Answer("n-1", 1790000000.5, "m", model, 5, Said(pieces, "stop"), {"total_time": 0.1})


def test_document():
    """A whole answer is a text completion with usage and times."""
    data = completions.document(whole("Good", " day"))
    body = json.loads(data.data)
    assert list(body) == [*NAMES, "usage", "time_info"]
    assert body["choices"] == [{"finish_reason": "stop", "index": 0, "text": "Good day"}]
    assert (body["id"], body["object"]) == ("cmpl-n-1", "text_completion")
    assert body["usage"]["completion_tokens"] == data.tokens == 2


def test_stream():
    """A stream is the same object with the text in pieces, the finish and usage last."""
    *texts, last, done = completions.stream(whole("Good", ' "day"'), done=True)
    bodies = [parsed(data.data) for data in texts]
    assert [list(body) for body in bodies] == [NAMES] * 2
    assert [body["choices"] for body in bodies] == [
        [{"index": 0, "text": "Good"}],
        [{"index": 0, "text": ' "day"'}],
    ]
    finish = parsed(last.data)
    assert finish["choices"] == [{"finish_reason": "stop", "index": 0, "text": ""}]
    assert (finish["usage"]["completion_tokens"], finish["object"]) == (2, "text_completion")
    assert done.data == DONE
    assert [data.tokens for data in (*texts, last, done)] == [1, 1, 0, 0]


@pytest.mark.parametrize(("step", "tokens"), [(2, [2, 2, 1]), (5, [5]), (8, [5])])
def test_tokens_per_event(step, tokens):
    """Fast models put several tokens into an event; old editions send no end marker."""
    *texts, last = completions.stream(whole(*"abcde", step=step), done=False)
    assert [data.tokens for data in texts] == tokens
    assert parsed(last.data)["choices"][0]["finish_reason"] == "stop"
