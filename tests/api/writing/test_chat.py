import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model.generated_choice import Call, GeneratedChoice, Odds
from mockserver.api.writing import chat
from mockserver.api.writing.answer import Answer, Stamp
from mockserver.api.writing.encoder import EncodedAnswer
from mockserver.core.sse import DONE, event, parsed
from mockserver.plan import expand, tokens_of

STAMP = Stamp("n-1", 1790000000.5, 0.1)
PIECES = ("He", ' said "', "grün", '"', "\n", " and\\", "日", "\0", "\u2028")


CALLS = (Call("0f0", 'a"b', ('{"', "x", '":', "1", "}")), Call("1f1", "c", ("{}",)))


def whole(*pieces, step=1, finish="stop", complete=False, others=(), **said):
    model = Model(8192, 8192, 1000, tokens_per_event=step, whole_tool_calls=complete)
    said = GeneratedChoice(pieces, finish, **said)
    return EncodedAnswer(chat.FORM, Answer("m", model, 5, (said, *others)))


def document(written):
    return written.document(STAMP)


def stream(written, *, done):
    return expand(written.stream(STAMP, done=done))


def deltas(answer):
    *events, last = stream(answer, done=False)
    for data in (*events, last):
        assert data.data == event(parsed(data.data))
    assert tokens_of(events) == answer.tokens == document(answer).tokens
    assert parsed(last.data)["usage"]["completion_tokens"] == answer.tokens
    return [(parsed(data.data)["choices"][0]["delta"], data.tokens) for data in events]


def message(answer):
    return json.loads(document(answer).data)["choices"][0]["message"]


def test_document():
    """A whole answer has the keys of the API in their order, and nothing that is null."""
    data = document(whole("Good", " day", finish="length"))
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
    assert (body["time_info"]["created"], body["time_info"]["queue_time"]) == (1790000000.5, 0.1)
    assert b"null" not in data.data
    assert data.tokens == 2


def test_stream():
    """A stream gives the role, one event for each token, the finish, and the end marker."""
    role, *texts, last, done = stream(whole(*PIECES), done=True)
    choices = [parsed(data.data)["choices"][0] for data in (role, *texts, last)]
    assert choices[0] == {"delta": {"role": "assistant"}, "index": 0}
    assert choices[1:-1] == [{"delta": {"content": piece}, "index": 0} for piece in PIECES]
    assert choices[-1] == {"delta": {}, "finish_reason": "stop", "index": 0}
    assert done.data == DONE
    assert [data.tokens for data in (role, *texts, last, done)] == [0, *[1] * len(PIECES), 0, 0]


def test_stream_keys():
    """All chunks share their identity; usage and times stand in the last one only."""
    *chunks, _ = stream(whole("a", "b"), done=True)
    bodies = [parsed(chunk.data) for chunk in chunks]
    names = ["id", "choices", "created", "model", "system_fingerprint", "object"]
    assert [list(body) for body in bodies[:-1]] == [names] * 3
    assert list(bodies[-1]) == [*names, "usage", "time_info"]
    assert {body["object"] for body in bodies} == {"chat.completion.chunk"}
    assert len({(body["id"], body["created"], body["system_fingerprint"]) for body in bodies}) == 1
    assert bodies[-1]["usage"] == json.loads(document(whole("a", "b")).data)["usage"]


def test_template():
    """An event cut from the template has the bytes that the encoder would write."""
    for data in stream(whole(*PIECES), done=False):
        assert data.data == event(parsed(data.data))


def test_without_end_marker():
    """Streams of old editions just end."""
    *_, last = stream(whole("a"), done=False)
    assert parsed(last.data)["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(("step", "tokens"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (9, [7])])
def test_tokens_per_event(step, tokens):
    """Fast models put several tokens into an event, the rest into the last."""
    _, *texts, _ = stream(whole(*"abcdefg", step=step), done=False)
    assert [data.tokens for data in texts] == tokens
    said = "".join(parsed(data.data)["choices"][0]["delta"]["content"] for data in texts)
    assert said == "abcdefg"


def test_nothing_said():
    """An empty answer has a role and a finish and no text between them."""
    plan = stream(whole(), done=True)
    assert (len(plan), tokens_of(plan)) == (3, 0)
    assert json.loads(document(whole()).data)["choices"][0]["message"]["content"] == ""


def test_parted_thoughts():
    """Where an empty delta ends the thoughts, no event has both thoughts and content."""
    model = Model(8192, 8192, 1000, tokens_per_event=2, thought_event=True)
    said = GeneratedChoice(("Yes", "."), "stop", reasoning=("H", "m", "."))
    assert [
        delta for delta, _ in deltas(EncodedAnswer(chat.FORM, Answer("m", model, 5, (said,))))
    ] == [
        {"role": "assistant"},
        {"reasoning": "Hm"},
        {"reasoning": "."},
        {},
        {"content": "Yes."},
    ]


def test_reasoning():
    """Thoughts have a key of their own, and come first in a stream."""
    answer = whole("Yes", ".", reasoning=("H", "m", "."), step=2)
    assert list(message(answer).items()) == [
        ("content", "Yes."),
        ("reasoning", "Hm."),
        ("role", "assistant"),
    ]
    assert deltas(whole("Yes", ".", reasoning=("H", "m", "."))) == [
        ({"role": "assistant"}, 0),
        *(({"reasoning": piece}, 1) for piece in "Hm."),
        ({"content": "Yes"}, 1),
        ({"content": "."}, 1),
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (2, [{"reasoning": "Hm"}, {"content": "Yes", "reasoning": "."}, {"content": "."}]),
        (3, [{"reasoning": "Hm."}, {"content": "Yes."}]),
        (4, [{"content": "Yes", "reasoning": "Hm."}, {"content": "."}]),
        (9, [{"content": "Yes.", "reasoning": "Hm."}]),
    ],
)
def test_shared_event(step, expected):
    """Where events hold several tokens, the last thoughts and the first content may share one."""
    odds = (Odds("Yes", -0.5, ()), Odds(".", -0.25, ()))
    answer = whole("Yes", ".", reasoning=("H", "m", "."), step=step)
    _, *found = deltas(answer)
    assert [delta for delta, _ in found] == expected
    assert [list(delta) for delta, _ in found] == [list(delta) for delta in expected]
    odd = whole("Yes", ".", reasoning=("H", "m", "."), step=step, odds=odds)
    choices = [parsed(data.data)["choices"][0] for data in stream(odd, done=False)]
    listed = [one["logprobs"]["content"] for one in choices if "logprobs" in one]
    assert [entry["token"] for part in listed for entry in part] == ["Yes", "."]
    assert all(("content" in one["delta"]) is ("logprobs" in one) for one in choices)


def test_only_reasoning():
    """An answer that ended in its thoughts has no content at all."""
    answer = whole(reasoning=("Hm",), finish="length")
    assert message(answer) == {"reasoning": "Hm", "role": "assistant"}
    assert deltas(answer) == [({"role": "assistant"}, 0), ({"reasoning": "Hm"}, 1)]


def test_hidden_reasoning():
    """Hidden thoughts are paid for before the first text."""
    answer = whole("Yes", hidden=7)
    assert deltas(answer) == [({"role": "assistant"}, 7), ({"content": "Yes"}, 1)]
    assert message(answer) == {"content": "Yes", "role": "assistant"}
    usage = json.loads(document(answer).data)["usage"]
    assert usage["completion_tokens_details"] == {"reasoning_tokens": 7}


def test_choices():
    """Several choices stand in one document, with the usage of all."""
    answer = whole(
        "a",
        "b",
        others=(GeneratedChoice(("c",), "length"), GeneratedChoice((), "tool_calls", calls=CALLS)),
    )
    data = document(answer)
    body = json.loads(data.data)
    found = [(one["index"], one["finish_reason"], one["message"]) for one in body["choices"]]
    assert found[:2] == [
        (0, "stop", {"content": "ab", "role": "assistant"}),
        (1, "length", {"content": "c", "role": "assistant"}),
    ]
    assert found[2][:2] == (2, "tool_calls")
    assert body["usage"]["completion_tokens"] == data.tokens == 11


def test_stream_of_choices():
    """In a stream each choice has its index, role and finish; usage comes with the last finish."""
    others = (
        GeneratedChoice(("c",), "length", hidden=4),
        GeneratedChoice((), "tool_calls", calls=CALLS[1:]),
    )
    answer = whole("a", "b", others=others)
    *events, done = stream(answer, done=True)
    bodies = [parsed(data.data) for data in events]
    choices = [body["choices"][0] for body in bodies]
    assert all(len(body["choices"]) == 1 for body in bodies)
    assert [one["index"] for one in choices] == [0] * 4 + [1] * 3 + [2] * 4
    roles = [one["index"] for one in choices if "role" in one["delta"]]
    assert roles == [0, 1, 2]
    finishes = [one["finish_reason"] for one in choices if "finish_reason" in one]
    assert finishes == ["stop", "length", "tool_calls"]
    assert ["usage" in body for body in bodies] == [False] * 10 + [True]
    assert len({body["id"] for body in bodies}) == 1
    tokens = [data.tokens for data in events]
    assert tokens == [0, 1, 1, 0, 4, 1, 0, 0, 1, 1, 0]
    assert bodies[-1]["usage"]["completion_tokens"] == sum(tokens) == answer.tokens
    assert done.data == DONE


def test_tool_calls():
    """A document has each call with its arguments, keys as they are recorded."""
    found = message(whole(calls=CALLS, finish="tool_calls"))
    assert list(found) == ["role", "tool_calls"]
    assert found["tool_calls"] == [
        {"function": {"name": 'a"b', "arguments": '{"x":1}'}, "type": "function", "id": "0f0"},
        {"function": {"name": "c", "arguments": "{}"}, "type": "function", "id": "1f1"},
    ]
    assert [list(call) for call in found["tool_calls"]] == [["function", "type", "id"]] * 2


def test_tool_calls_in_pieces():
    """A stream names the tool first and has the arguments in pieces, without name and id."""
    _, *parts = deltas(whole(calls=CALLS, finish="tool_calls", step=3))
    fragments = [(delta["tool_calls"][0], tokens) for delta, tokens in parts]
    named = ["function", "type", "id", "index"]
    assert [list(one) for one, _ in fragments] == [
        named,
        ["function", "type", "index"],
        ["function", "type", "index"],
        named,
        ["function", "type", "index"],
    ]
    assert [(one["index"], one["function"], tokens) for one, tokens in fragments] == [
        (0, {"name": 'a"b', "arguments": ""}, 1),
        (0, {"arguments": '{"x":'}, 3),
        (0, {"arguments": "1}"}, 2),
        (1, {"name": "c", "arguments": ""}, 1),
        (1, {"arguments": "{}"}, 1),
    ]


def test_whole_tool_calls():
    """Some models have a whole call in one piece."""
    _, *parts = deltas(whole(calls=CALLS, finish="tool_calls", complete=True))
    assert [(delta["tool_calls"][0]["function"], tokens) for delta, tokens in parts] == [
        ({"name": 'a"b', "arguments": '{"x":1}'}, 6),
        ({"name": "c", "arguments": "{}"}, 2),
    ]


@pytest.mark.parametrize("step", [1, 2, 5])
def test_logprobs(step):
    """The odds of each token stand in the document, and in a stream beside the token."""
    odds = tuple(Odds(piece, -0.5, (("x", -0.5),)) for piece in PIECES)
    answer = whole(*PIECES, odds=odds, step=step)
    choice = json.loads(document(answer).data)["choices"][0]
    assert list(choice) == ["finish_reason", "index", "logprobs", "message"]
    _, *events, _ = stream(answer, done=False)
    choices = [parsed(data.data)["choices"][0] for data in events]
    streamed = [one for part in choices for one in part["logprobs"]["content"]]
    assert streamed == choice["logprobs"]["content"]
    assert [one["token"] for one in streamed] == list(PIECES)
    assert all(data.data == event(parsed(data.data)) for data in events)
