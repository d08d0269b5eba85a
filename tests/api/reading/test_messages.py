import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model import tokens
from mockserver.api.model.prompt_cache import PromptCache
from mockserver.api.reading.messages import Message, Tools
from mockserver.api.reading.prompt import measure, parts

MODEL = Model(8192, 8192, 1000, prompt_base=100, prompt_each=10)
SAID = {"role": "user", "content": 'It is 5 o\'clock, "é" \U0001f600'}
CALLED = {
    "role": "assistant",
    "tool_calls": [{"id": "a", "function": {"name": "look_up", "arguments": '{"a": [1, 2]}'}}],
}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


@pytest.mark.parametrize(
    ("part", "plain"), [(Message(SAID), SAID), (Message(CALLED), CALLED), (Tools([TOOL]), [TOOL])]
)
def test_equal_to_the_plain_value(part, plain):
    """A part is what JSON gives, and is written like it, by Python and as JSON."""
    for _ in range(2):
        assert part == plain
        assert (repr(part), ascii([part])) == (repr(plain), ascii([plain]))
    assert json.dumps(part) == json.dumps(plain)


def test_written_once():
    """The text of a part is one value, whose hash Python keeps."""
    message = Message(SAID)
    first = repr(message)
    assert repr(message) is first


BODIES = [
    {"messages": [SAID, CALLED, SAID], "tools": [TOOL, TOOL]},
    {"messages": [SAID], "tools": []},
    {"messages": [{"role": "user", "content": "a b" * 60_000}, SAID, CALLED] * 3, "tools": [TOOL]},
]


def known(body):
    """Return the same body, of parts that keep what is worked out."""
    return {"messages": [*map(Message, body["messages"])], "tools": Tools(body["tools"])}


@pytest.mark.parametrize("body", BODIES, ids=["usual", "no tools", "estimated"])
def test_same_size(body):
    """A prompt costs the same with known parts, also where the rest of it is estimated."""
    again = known(body)
    for _ in range(2):
        assert measure(again, "messages", MODEL) == measure(body, "messages", MODEL)


def test_counted_once(monkeypatch):
    """The texts of a known part are counted once."""
    counted = []
    count = tokens.count
    monkeypatch.setattr(tokens, "count", lambda text: counted.append(text) or count(text))
    body = known(BODIES[0])
    first = measure(body, "messages", MODEL)
    assert counted
    counted.clear()
    assert measure(body, "messages", MODEL) == first
    assert not counted


def test_same_prefix():
    """The prompt cache finds a prompt again, whether its parts are known or not."""
    body, cache = BODIES[0], PromptCache()
    size = measure(body, "messages", MODEL)
    cache.read(("k", "m"), parts(body, "messages", size), now=0.0)
    assert cache.read(("k", "m"), parts(known(body), "messages", size), now=0.0) == 128
