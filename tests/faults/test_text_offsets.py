"""Where the text of an answer stands, when the answer is JSON."""

from __future__ import annotations

import json

import pytest

from mockserver.api.model.script import Script
from mockserver.core.sse import dumps, event
from mockserver.faults import Corrupt
from mockserver.faults.text_offsets import place_for_text
from mockserver.plan import Data, End, Head, expand
from mockserver.scenario import load

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "kind": {"enum": ["a"]}, "said": {"type": "string"}},
    "required": ["n", "kind", "said"],
    "additionalProperties": False,
}
WISH = {
    "type": "json_schema",
    "json_schema": {"name": "x", "strict": True, "schema": SCHEMA},
}
SEPARATORS = "\u2028\u2029\u0085"


def document(content):
    return (Head(200), Data(dumps({"choices": [{"message": {"content": content}}]})), End())


def marked(plan):
    """Return the answer with a mark at the place."""
    at, byte = place_for_text(plan)
    data = plan[at].data
    body = json.loads((data[:byte] + b"^" + data[byte:]).removeprefix(b"data: "))
    (choice,) = body["choices"]
    return (choice.get("message") or choice["delta"])["content"]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"a": "xy", "b": "long enough"}, {"a": "xy", "b": "^long enough"}),
        ({"a": 1, "b": {"c": ["x"], "d": "x y"}}, {"a": 1, "b": {"c": ["x"], "d": "^x y"}}),
        (
            {"kind": "2026-01-01T00:00:00Z", "said": "a b"},
            {"kind": "2026-01-01T00:00:00Z", "said": "^a b"},
        ),
        (
            {"a": 'he said: "a": "no", \\ \n', "b": "c"},
            {"a": '^he said: "a": "no", \\ \n', "b": "c"},
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_document(said, place, indent):
    """It is the longest string of several words that is a value, however that is written."""
    assert json.loads(marked(document(json.dumps(said, indent=indent)))) == place


@pytest.mark.parametrize("text", ["", "Grüße", "[]", 'so {"a": "b"}', "[sic] a b"])
def test_text(text):
    """Prose may begin with more text."""
    assert marked(document(text)) == f"^{text}"


@pytest.mark.parametrize("text", ['{"a": 1}', "{", '{"a": ""}', '{"a": "celsius"}', '[{"a": 1}]'])
def test_no_place(text):
    """JSON whose strings may be dates or members of an enum can't be changed, nor can no text."""
    assert place_for_text(document(text)) is None
    assert place_for_text((Head(200), End())) is None


def test_stream():
    """In a stream the place is in the event in which the string begins."""
    pieces = ['{"', "a", '":"', "one", ' two"}']
    events = [Data(event({"choices": [{"delta": {"content": one}}]}), 1) for one in pieces]
    assert marked((Head(200), *events, End())) == "^one"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_scenario(play, ask, text, seed, stream):
    """Under a strict schema the text of unicode-separators is JSON with them inside of it."""
    (rule,) = load("unicode-separators").rules
    request = ask(model="gpt-oss-120b", response_format=WISH, stream=stream)
    played = play(request, reply=rule.reply, faults=rule.faults, scenario={"seed": seed})
    said = json.loads(text(played.plan))
    assert said.keys() == {"n", "kind", "said"}
    assert said["kind"] == "a"
    assert said["said"].startswith(SEPARATORS)


def arguments_of(plan):
    """Return the arguments of each call in an answer, and the answer's bytes."""
    data = b"".join(step.data for step in expand(plan) if isinstance(step, Data))
    bodies = [data] if data.startswith(b"{") else data.replace(b"data: ", b"").split(b"\n\n")
    found = {}
    for body in map(json.loads, (one for one in bodies if one.startswith(b"{"))):
        for choice in body["choices"]:
            calls = (choice.get("message") or choice["delta"]).get("tool_calls", ())
            for at, call in enumerate(calls):
                index = call.get("index", at)
                found[index] = found.get(index, "") + (call["function"].get("arguments") or "")
    return [json.loads(one) for one in found.values()], data.decode()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", ["integer", "date", "string"])
def test_call(play, ask, kind, stream):
    """The arguments of a call remain valid, and the answer has the separators all the same."""
    form = {"format": "date", "type": "string"} if kind == "date" else {"type": kind}
    function = {"name": "f", "parameters": {"type": "object", "properties": {"a": form}}}
    function["parameters"]["required"] = ["a"]
    tools = [{"type": "function", "function": function}]
    (rule,) = load("unicode-separators").rules
    request = ask(tools=tools, tool_choice="required", stream=stream)
    (call,), data = arguments_of(play(request, reply=rule.reply, faults=rule.faults).plan)
    assert data.count(SEPARATORS) == 1
    if kind == "string":
        assert call["a"].startswith(SEPARATORS)
    else:
        assert SEPARATORS not in str(call["a"])


def test_cut_json(play, ask, text):
    """Under a schema truncated-512 cuts a JSON that is long enough."""
    (rule,) = load("truncated-512").rules
    played = play(ask(response_format=WISH), reply=rule.reply, faults=rule.faults)
    assert played.finish_reason == "length"
    assert played.completion_tokens == 512
    assert text(played.plan).startswith('{"n":')
    assert len(text(played.plan)) > 1000


def test_prose(play, ask, text):
    """Prose begins with what is put into it, as before."""
    said = text(play(ask(), reply=Script(text="Hello"), faults=(Corrupt("u2028"),)).plan)
    assert said == f"{SEPARATORS}Hello"
