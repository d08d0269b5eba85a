"""Calls that nobody ran: rows for ``partial-tool-call``."""

from __future__ import annotations

import json

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import JsonPatch, Truncate

from .row import Play, Row, but, first, meets, said

PARTIAL = "partial-tool-call"
DID_NOT_RUN, LEAVING = "Tool calls that did not run", "Leaving"
QUESTION = said("What is the weather?")
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
ID = "/choices/0/message/tool_calls/0/id"
HALF = '{"city": "Rey'


def meeting(arguments, *faults):
    """Return a rule by which the model calls a tool."""
    return first(1, *faults, reply=Script(tool_calls=(ScriptedCall("weather", arguments),)))


def used(result="21", *, arguments="{}", role="tool", of=None):
    """Return a function from answers to a history in which the call has a result."""

    def history(answers):
        call = answers[0].choices[0].calls[-1]
        function = {"name": call.name, "arguments": arguments}
        made = {"id": call.id, "type": "function", "function": function}
        answer = {"role": role, "tool_call_id": of or call.id, "content": result}
        return [*QUESTION, {"role": "assistant", "content": None, "tool_calls": [made]}, answer]

    return history


def told(observed, *, who="assistant", by="user", shown=None):
    """Return a function from answers to a history that tells of the call in a text."""

    def history(answers):
        text = f"I call {shown or answers[0].choices[0].calls[-1].id}"
        return [*QUESTION, {"role": who, "content": text}, {"role": by, "content": observed}]

    return history


def use(messages):
    asking = {"messages": QUESTION, "tools": TOOLS, "stream": True}
    return Play(
        ({"at": 0, **asking}, {"at": 5, **asking, "messages": messages}),
        (meeting({"city": "Reykjavik"}, Truncate(4)),),
    )


USED, TOLD = use(used()), use(told("Observation: 21"))

ROWS = (
    Row(DID_NOT_RUN, PARTIAL, USED, "it is thrown away", but(2, messages=QUESTION)),
    Row(DID_NOT_RUN, PARTIAL, USED, "it is refused", but(2, messages=used("[not executed]"))),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        USED,
        "it is refused by a JSON object",
        but(2, messages=used('{"error": "the arguments were cut"}')),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        USED,
        "it is refused in Finnish",
        but(2, messages=used("Virhe: argumentit katkesivat")),
    ),
    Row(DID_NOT_RUN, PARTIAL, USED, "words may refuse it", but(2, messages=used("Es regnet."))),
    Row(DID_NOT_RUN, PARTIAL, USED, "nothing may refuse it", but(2, messages=used(""))),
    Row(DID_NOT_RUN, PARTIAL, USED, "the answer is of another call", but(2, messages=used(of="x"))),
    Row(DID_NOT_RUN, PARTIAL, USED, "the user says that", but(2, messages=used(role="user"))),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        Play(USED.asks, (meeting(HALF),)),
        "the broken arguments are sent back as such",
        but(2, messages=used(arguments=json.dumps({"INVALID_JSON": HALF}))),
    ),
    Row(DID_NOT_RUN, PARTIAL, USED, "it was not cut", meets(meeting({"city": "Reykjavik"}))),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        USED,
        "it was whole when the answer was cut",
        meets(meeting({"city": "Reykjavik"}, Truncate(99))),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        Play(USED.asks, (meeting("no"),)),
        "some models call without arguments so",
        meets(meeting("null")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        Play(USED.asks, (meeting({"city": "Reykjavik"}, Truncate(1)),)),
        "none had come, and none was to come",
        meets(meeting("")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        use(used(arguments="[1]")),
        "it is refused, whatever its arguments are by then",
        but(2, messages=used("[not executed]", arguments="[1]")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        Play(tuple({**ask, "stream": False} for ask in USED.asks), USED.rules),
        "nobody knows which call without an id is answered",
        meets(meeting({"city": "Reykjavik"}, Truncate(4), JsonPatch(replace={ID: ""}))),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        use(told("Observation: 21", shown='{"city":"')),
        "it was told before",
        but(2, at=-1),
    ),
    Row(LEAVING, PARTIAL, USED, "the client broke it off", but(1, left=True)),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        TOLD,
        "a text refuses it",
        but(2, messages=told("Error: invalid JSON. Try again.")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        TOLD,
        "the agent goes on by itself",
        but(2, messages=told("Observation: 21", by="assistant")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        TOLD,
        "the user tells of it",
        but(2, messages=told("Observation: 21", who="user")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        TOLD,
        "a text has no more of the call than any may have",
        but(2, messages=told("Observation: 21", shown='{"city"')),
    ),
)
