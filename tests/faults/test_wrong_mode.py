import json

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Cut, Error, ErrorEvent, WrongMode
from mockserver.plan import Close, Data, End, Head, Wait, expand, tokens_of

CALLS = (ScriptedCall("add", {"a": 2, "b": 3}), ScriptedCall("sub", {"c": "four"}))
REPLIES = {
    "prose": Script(tokens=30),
    "calls": Script(tool_calls=CALLS),
    "everything": Script(text="It rains.", reasoning="Let me see.", tool_calls=CALLS),
    "nothing": Script(text=""),
}
FORMS = [
    {"endpoint": "chat", "model": "llama3.1-8b"},
    {"endpoint": "chat", "model": "gpt-oss-120b"},
    {"endpoint": "chat", "model": "llama3.1-8b", "logprobs": True},
    {"endpoint": "completions", "model": "gpt-oss-120b"},
    {"endpoint": "completions", "model": "llama3.1-8b", "prompt": ["a", "b"], "logprobs": 1},
]
each_form = pytest.mark.parametrize(
    "form", FORMS, ids=lambda form: " ".join(map(str, form.values()))
)
each_reply = pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)


@each_form
@each_reply
def test_document_for_a_stream(ask, play, apply, form, reply):
    """A request for a stream gets the document that one without would have got."""
    whole = expand(play(ask(**form, stream=True), reply=reply).plan)
    plan = apply(WrongMode(), whole)
    expected = expand(play(ask(**form), reply=reply).plan)
    head, data, end = plan
    assert (head.header("content-type"), end) == ("application/json", End())
    found, honest = json.loads(data.data), json.loads(expected[1].data)
    assert found.keys() == honest.keys()
    for key in ("object", "model", "usage"):
        assert found[key] == honest[key]
    assert [_told(choice) for choice in found["choices"]] == [
        _told(choice) for choice in honest["choices"]
    ]
    assert data.tokens == tokens_of(whole)


def _told(choice):
    """Return a choice without empty texts and odds of nothing, which only one form writes."""
    message = {key: value for key, value in choice.get("message", {}).items() if value}
    if "tool_calls" in message:
        message["tool_calls"] = [dict(sorted(call.items())) for call in message["tool_calls"]]
    odds = choice.get("logprobs", {})
    return {**choice, "message": message, "logprobs": odds if any(odds.values()) else {}}


@each_form
@each_reply
def test_stream_for_a_document(ask, play, apply, objects, form, reply):
    """A request without gets a stream that says the same, and there and back is what it was."""
    honest = expand(play(ask(**form), reply=reply).plan)
    plan = apply(WrongMode(), honest)
    assert plan[0].streams
    assert plan[-2:] == (Data(b"data: [DONE]\n\n"), End())
    said, finish = objects(plan)
    assert said["id"] == finish["id"]
    chat = form["endpoint"] == "chat"
    assert said["object"] == ("chat.completion.chunk" if chat else "text_completion")
    assert all("finish_reason" not in choice for choice in said["choices"])
    assert "usage" in finish
    assert "usage" not in said
    back = apply(WrongMode(), plan)
    assert json.loads(back[1].data) == json.loads(honest[1].data)
    assert tokens_of(back) == tokens_of(plan) == tokens_of(honest)


def test_framing(apply, chat):
    """A stream has no length, and what waits stands before the other form."""
    plan = apply(WrongMode(), (Wait(1), chat[0], Wait(2), *chat[1:]))
    kinds = [type(step) for step in plan]
    assert kinds == [Wait, Head, Wait, Data, Data, Data, End]
    assert plan[1].header("content-length") is None


@pytest.mark.parametrize(
    ("fault", "stream"),
    [
        (Error("queue_exceeded"), True),
        (Error("queue_exceeded"), False),
        (ErrorEvent(after_tokens=3), True),
        (Cut(5), False),
    ],
)
def test_no_completion(ask, play, apply, fault, stream):
    """An error, or a document that has been cut, has no other form."""
    plan = apply(fault, expand(play(ask(stream=stream)).plan))
    assert apply(WrongMode(), plan) == plan


@pytest.mark.parametrize(
    "plan",
    [(), (Close(),), (Head(200), Data(b"[]"), End()), (Head(200), Data(b'{"choices":[5]}'), End())],
)
def test_nothing_known(apply, plan):
    """What is no completion stays."""
    assert apply(WrongMode(), plan) == plan
