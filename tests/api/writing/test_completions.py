import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model.generated_choice import GeneratedChoice, Odds
from mockserver.api.writing import completions
from mockserver.api.writing.answer import Answer, Stamp
from mockserver.api.writing.encoder import EncodedAnswer
from mockserver.core.sse import DONE, event, parsed
from mockserver.plan import expand

STAMP = Stamp("n-1", 1790000000.5, 0.1)
NAMES = ["id", "choices", "created", "model", "system_fingerprint", "object"]


def whole(*pieces, step=1, others=(), discarded=0, **said):
    model = Model(context=8192, max_output=8192, speed=1000, tokens_per_event=step)
    said = GeneratedChoice(pieces, "stop", **said)
    return EncodedAnswer(
        completions.FORM, Answer("m", model, 5, (said, *others), discarded=discarded)
    )


def document(written):
    return written.document(STAMP)


def stream(written, *, done):
    return expand(written.stream(STAMP, done=done))


def choices(data):
    return parsed(data.data)["choices"]


def test_document():
    """A whole answer is a text completion with usage and times."""
    data = document(whole("Good", " day"))
    body = json.loads(data.data)
    assert list(body) == [*NAMES, "usage", "time_info"]
    assert body["choices"] == [{"finish_reason": "stop", "index": 0, "text": "Good day"}]
    assert (body["id"], body["object"]) == ("cmpl-n-1", "text_completion")
    assert body["usage"]["completion_tokens"] == data.tokens == 2


def test_stream():
    """A stream is the same object with the text in pieces, the finish and usage last."""
    *texts, last, done = stream(whole("Good", ' "day"'), done=True)
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
    *texts, last = stream(whole(*"abcde", step=step), done=False)
    assert [data.tokens for data in texts] == tokens
    assert parsed(last.data)["choices"][0]["finish_reason"] == "stop"


def test_choices():
    """Several choices stand in one document, and in one stream with one finish."""
    answer = whole("a", "b", others=(GeneratedChoice(("c",), "length"),), step=2)
    data = document(answer)
    assert json.loads(data.data)["choices"] == [
        {"finish_reason": "stop", "index": 0, "text": "ab"},
        {"finish_reason": "length", "index": 1, "text": "c"},
    ]
    one, other, last = stream(answer, done=False)
    assert choices(one) == [{"index": 0, "text": "ab"}]
    assert choices(other) == [{"index": 1, "text": "c"}]
    assert choices(last) == [
        {"finish_reason": "stop", "index": 0, "text": ""},
        {"finish_reason": "length", "index": 1, "text": ""},
    ]
    assert parsed(last.data)["usage"]["completion_tokens"] == data.tokens == 3
    assert (one.tokens, other.tokens) == (2, 1)


def test_discarded():
    """What was made and is not returned is paid for, in a stream with the finish."""
    answer = whole("a", "b", discarded=7)
    data = document(answer)
    assert len(json.loads(data.data)["choices"]) == 1
    *events, done = stream(answer, done=True)
    assert [event.tokens for event in events] == [1, 1, 7]
    assert (data.tokens, done.tokens) == (9, 0)
    assert parsed(events[-1].data)["usage"]["completion_tokens"] == 9


def test_echo():
    """The prompt comes first where it is to be repeated, and is not paid for again."""
    answer = whole(" time", echo='Once "upon" a')
    assert json.loads(document(answer).data)["choices"][0]["text"] == ('Once "upon" a time')
    first, second, _ = stream(answer, done=False)
    assert (choices(first)[0]["text"], first.tokens) == ('Once "upon" a', 0)
    assert (choices(second)[0]["text"], second.tokens) == (" time", 1)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_logprobs(step):
    """The columns of a stream are those of the document: the prompt's first, then the text's."""
    odds = tuple(Odds(piece, -0.5, ((piece, -0.5),)) for piece in ("ab", "c", "d"))
    echo = (Odds("x", 0.0, ()), Odds("yz", -1.5, ((" u", -1.5),)))
    answer = whole("ab", "c", "d", odds=odds, echo="xyz", echo_odds=echo, step=step)
    found = json.loads(document(answer).data)["choices"][0]
    assert list(found) == ["finish_reason", "index", "text", "logprobs"]
    assert found["logprobs"]["tokens"] == ["x", "yz", "ab", "c", "d"]
    assert found["logprobs"]["text_offset"] == [0, 1, 3, 5, 6]
    assert found["logprobs"]["token_logprobs"] == [0.0, -1.5, -0.5, -0.5, -0.5]
    *events, _ = stream(answer, done=False)
    assert choices(events[0])[0]["logprobs"]["tokens"] == ["x", "yz"]
    for name, column in found["logprobs"].items():
        streamed = [one for data in events for one in choices(data)[0]["logprobs"][name]]
        assert streamed == column
    assert all(data.data == event(parsed(data.data)) for data in events)


def test_logprobs_of_text_only():
    """Where the prompt is not repeated the offsets begin with the text."""
    answer = whole("ab", odds=(Odds("ab", -0.5, ()),))
    found = json.loads(document(answer).data)["choices"][0]["logprobs"]
    assert (found["tokens"], found["text_offset"]) == (["ab"], [0])
