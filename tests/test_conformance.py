"""
The mock against public recordings of the real API, where they lie beside the checkout.

For each recording an equivalent request goes to the mock, in the edition of its date, with a
scripted reply of the same kind. Status, names of header fields and ordered key paths must agree;
values are the model's business.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockserver import Engine, Request, Rule, Scenario, Script
from mockserver.api.contract import editions
from mockserver.api.model.script import ScriptedCall
from mockserver.plan import head_of
from mockserver.plan.inspection import sent_body

FOLDER = Path(__file__).parents[2] / "shared" / "contract" / "recorded"
INDEX = json.loads((FOLDER / "index.json").read_text("utf-8")) if FOLDER.exists() else {}
RECORDINGS = [one for one in INDEX.get("interactions", ()) if one["endpoint"].startswith("POST")]
FRAMING = {"connection", "content-length", "transfer-encoding"}  # HTTP/2 has none of them
UNORDERED = "req_llm", "pydantic"  # whose recorders sorted the keys of whole answers


def edition_of(date):
    """Return the latest edition that is no younger than a date, or the first."""
    dated = sorted((str(editions.load(name).date), name) for name in editions.names())
    strict = [(day, name) for day, name in dated if name != "guide"]
    known = [name for day, name in strict if day <= date]
    return known[-1] if known else strict[0][1]


def objects(text):
    """Return the JSON objects of an event stream."""
    return [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: {")]


def paths(value, *, ordered, at=""):
    """Return the key paths of a value, in order where the recorder kept it."""
    if isinstance(value, dict):
        keys = value if ordered else sorted(value)
        return [
            path
            for key in keys
            for path in paths(value[key], ordered=ordered, at=f"{at}.{key}") or [f"{at}.{key}"]
        ]
    if isinstance(value, list):
        return [path for one in value for path in paths(one, ordered=ordered, at=f"{at}[]")]
    return []


def times(body):
    """Return the names and types of a recorded ``time_info``."""
    found = body if isinstance(body, dict) else objects(body)[-1]
    return {name: type(value) for name, value in found["time_info"].items()}


def shapes(events):
    """
    Return the shapes of a stream's events, runs of the same shape as one.

    How many tokens share an event is the model's business: one that holds the last of the reasoning
    and the first of the content counts as one of each.
    """
    found = []
    for one in events:
        shape = paths(one, ordered=True)
        both = {".choices[].delta.content", ".choices[].delta.reasoning"} <= set(shape)
        parts = [
            [path for path in shape if path != f".choices[].delta.{other}"]
            for other in (("content", "reasoning") if both else ("",))
        ]
        found += [part for part in parts if part not in found[-1:]]
    return found


def message_of(body):
    """Return the message of a recording, put together where it was streamed."""
    if isinstance(body, dict):
        return body["choices"][0]["message"]
    deltas = [one["choices"][0]["delta"] for one in objects(body)]
    calls = {}
    for delta in deltas:
        for part in delta.get("tool_calls", ()):
            call = calls.setdefault(part["index"], {"function": {"name": "", "arguments": ""}})
            for key, value in part["function"].items():
                call["function"][key] += value
    joined = {
        key: "".join(delta.get(key) or "" for delta in deltas) for key in ("content", "reasoning")
    }
    return {**{key: text for key, text in joined.items() if text}, "tool_calls": [*calls.values()]}


def finish_of(body):
    """Return the recorded finish reason."""
    last = body if isinstance(body, dict) else objects(body)[-1]
    return last["choices"][0]["finish_reason"]


def reply_of(message, finish):
    """Return a scripted reply of the same kind, too long where the recorded one was."""
    calls = tuple(
        ScriptedCall(call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in message.get("tool_calls") or ()
    )
    text = message.get("content")
    if text and finish == "length":
        text += " and on" * 5000
    return Script(text=text, reasoning=message.get("reasoning") or "", tool_calls=calls)


def answered(recording, name):
    """Return the exchange of the mock for the recorded request."""
    sent = recording["request"]["body"]
    body = recording["response"]["body"]
    reply = reply_of(message_of(body), finish_of(body))
    engine = Engine(Scenario("same", edition=name, rules=(Rule(reply=reply),)), now=1.8e9)
    headers = {"authorization": "Bearer csk-recorded"}
    request = Request("POST", "/v1/chat/completions", headers, json.dumps(sent).encode())
    return engine.handle(request, now=1.8e9)


@pytest.mark.parametrize("entry", RECORDINGS, ids=lambda entry: entry["name"])
def test_recording(entry):
    """The mock's answer has the recorded status, fields and keys."""
    recording = json.loads((FOLDER / f"{entry['name']}.json").read_text("utf-8"))
    response = recording["response"]
    exchange = answered(recording, edition_of(entry["date"]))
    assert exchange.status == response["status"], exchange.error
    text = sent_body(exchange.plan).decode()
    if isinstance(response["body"], str):
        assert shapes(objects(text)) == shapes(objects(response["body"]))
        assert ("data: [DONE]" in text) == ("data: [DONE]" in response["body"])
    else:
        ordered = not entry["name"].startswith(UNORDERED)
        found = paths(json.loads(text), ordered=ordered)
        assert found == paths(response["body"], ordered=ordered)
    found = text if isinstance(response["body"], str) else json.loads(text)
    assert times(found) == times(response["body"])
    if entry["full_headers"]:
        names = {name for name, _ in head_of(exchange.plan).headers}
        assert names - FRAMING == set(response["headers"]) - FRAMING
