"""Long chats are read in pieces; nothing shows it but the time that it takes."""

import json
from dataclasses import replace

import pytest

from mockserver.api.contract import editions
from mockserver.api.reading.chats import ChatReader
from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.engine.parsing import RequestParser
from mockserver.scenario import Scenario

GUIDE, TODAY = editions.load("guide"), editions.load("2026-11")
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CHATS = {
    "plain": {},
    "stream": {"stream": True},
    "tools": {"tools": [LOOK], "tool_choice": "auto"},
    "no call": {"tools": [LOOK], "tool_choice": "none", "max_tokens": 30},
    "several": {"n": 2},
    "too long": {"max_tokens": 9_000},
    "no tools": {"tools": [], "tool_choice": "auto"},
    "unknown model": {"model": "gpt-4o"},
    "unknown field": {"store": True},
    "wrong type": {"tools": [{"type": "function"}]},
    "credential": {"user": "csk-" + "4f1dmock" * 6},
    "named credential": {"model_parameters": {"api_key": "word"}},
}
each_chat = pytest.mark.parametrize("chat", CHATS)


@pytest.fixture
def conversation(key):
    """Return a builder of the requests of a conversation with a long system prompt."""

    def build(turns=4, **body):
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        said = [{"role": "system", "content": "Be very brief. " * 200}]
        asked = []
        for turn in range(turns):
            said.append({"role": "user", "content": f"Question {turn}? a=b {'z' * turn}"})
            whole = {"model": "llama3.1-8b", "messages": said, **body}
            data = json.dumps(whole).encode()
            asked.append(Request("POST", "/v1/chat/completions", headers, data))
            said.append({"role": "assistant", "content": f"Answer {turn}."})
        return asked

    return build


@pytest.fixture
def as_a_whole(monkeypatch):
    """Return what makes sure that from now on no body is read in pieces."""
    return lambda: monkeypatch.setattr(ChatReader, "read", lambda *_: None)


def told(parsed):
    """Return what a request was parsed to, with its refusal in plain values."""
    refusal = parsed.refusal
    why = refusal and (refusal.problem, refusal.facts, refusal.status, refusal.headers)
    return repr(replace(parsed, row=None, chat=None, refusal=None)), parsed.row.name, why


@each_chat
def test_parsed(conversation, as_a_whole, chat):
    """A chat is parsed to the same and refused in the same words, whichever edition came before."""
    asked = conversation(**CHATS[chat])
    parsers = [RequestParser(edition) for edition in (GUIDE, TODAY)]
    found = [
        [told(parser.read(request)) for parser in parsers] for _ in range(2) for request in asked
    ]
    as_a_whole()
    expected = [
        [told(RequestParser(edition).read(request)) for edition in (GUIDE, TODAY)]
        for request in asked
    ]
    assert found == expected * 2


@each_chat
def test_answered(conversation, as_a_whole, now, chat):
    """A chat is answered byte for byte the same, and so is what the journal keeps of it."""
    asked = conversation(**CHATS[chat])

    def answers():
        engine = Engine(Scenario("x"), now=now)
        exchanges = [engine.handle(request, now=now) for request in asked * 2]
        return [
            (one.plan, one.cached_tokens, one.request, one.attempt, one.wanted_tokens)
            for one in exchanges
        ]

    found = answers()
    as_a_whole()
    assert answers() == found


def test_read_in_pieces(conversation):
    """A message of an earlier request is not read again, unless it needs to be decoded first."""
    parser = RequestParser(GUIDE)
    first, *_, last = conversation()
    system = parser.read(first).body["messages"][0]
    assert parser.read(last).body["messages"][0] is system
    other = {**last.headers, "content-type": "application/json; charset=utf-8"}
    assert parser.read(replace(last, headers=other)).body["messages"][0] is not system
