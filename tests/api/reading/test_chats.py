import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.contract.problem import RefusalError
from mockserver.api.reading import chats
from mockserver.api.reading.chats import ChatReader, names_credential
from mockserver.api.reading.messages import Message, Tools
from mockserver.api.reading.validation import validate
from mockserver.core.credentials import redacted_body

KEY = "csk-" + "4f1dmock" * 6
HI = {"role": "user", "content": "hi"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
FORMS = {
    "compact": {"separators": (",", ":")},
    "spaced": {},
    "not ASCII": {"ensure_ascii": False},
    "pretty": {"indent": 1},
}
texts = st.text(max_size=8) | st.sampled_from(
    ["}]", '},{"role":"user"', '"messages":[', "é\U0001f600", f"my key is {KEY}", "a?b=c&d=e", "\\"]
)
parts = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts}), max_size=2)
calls = st.lists(
    st.fixed_dictionaries(
        {
            "id": texts,
            "type": st.just("function"),
            "function": st.fixed_dictionaries({"name": texts, "arguments": texts}),
        }
    ),
    max_size=2,
)
messages = st.one_of(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system"]), "content": texts | parts},
        optional={"name": texts | st.none()},
    ),
    st.fixed_dictionaries({"content": texts, "role": st.just("user")}),
    st.fixed_dictionaries(
        {"role": st.just("assistant")},
        optional={"content": texts | st.none(), "tool_calls": calls, "reasoning": texts},
    ),
    st.fixed_dictionaries({"role": st.just("tool"), "tool_call_id": texts, "content": texts}),
    st.fixed_dictionaries({"role": texts, "content": st.integers()}),  # not valid
)
others = st.fixed_dictionaries(
    {},
    optional={
        "user": texts,
        "max_tokens": st.integers(-2, 9),
        "tools": st.just([TOOL]) | st.just([]) | st.just([{"messages": [HI]}]),
        "model_parameters": st.dictionaries(
            st.sampled_from(["messages", "api_key", "a"]), texts | st.just([HI, HI]), max_size=2
        ),
        "messagé": texts,
    },
)


@st.composite
def conversations(draw):
    """Return the bodies of a conversation, one for each turn; some are not valid."""
    before, after, form = draw(others), draw(others), FORMS[draw(st.sampled_from([*FORMS]))]
    said = draw(st.lists(messages, min_size=1, max_size=6))
    return [
        json.dumps({**before, "model": "m", "messages": said[:turn], **after}, **form).encode()
        for turn in range(1, len(said) + 1)
    ]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Read the shortest bodies in pieces, too."""
    monkeypatch.setattr(chats, "SHORTEST", 0)


def whole(data):
    """Return a body as it is read without pieces; None if it is not valid."""
    try:
        return validate("chat", data)
    except RefusalError:
        return None


def agrees(reader, data):
    """Check that a body is read as it is as a whole, or left to that; return whether it is read."""
    found, expected = reader.read(data), whole(data)
    if found is None:
        return False
    assert found.body == expected
    assert repr(found.body) == repr(expected)  # the order of keys, and types
    named = names_credential(expected)
    assert not found.clean or redacted_body(data, named=named) == data
    return True


@given(st.lists(conversations(), min_size=1, max_size=3))
def test_same_as_a_whole(asked):
    """Whatever comes, in whatever order: with pieces known and unknown, a body means the same."""
    reader = ChatReader()
    for _ in range(2):
        for bodies in asked:
            for data in bodies:
                agrees(reader, data)


@given(conversations(), st.data())
def test_broken_bodies(bodies, data):
    """A body that is broken anywhere means the same, after its sound form has been read."""
    reader, last = ChatReader(), bodies[-1]
    agrees(reader, last)
    at = data.draw(st.integers(0, len(last) - 1))
    end = data.draw(st.integers(at, min(len(last), at + 12)))
    put = data.draw(
        st.sampled_from([b"", b"}", b"]", b'"', b",", b"{", b"\\", b"0", b"}]", b"\xff"])
    )
    agrees(reader, last[:at] + put + last[end:])
    agrees(reader, last[:end] + last[at:])


def dumped(form="compact", **body):
    return json.dumps({"model": "m", "messages": [HI, HI], **body}, **FORMS[form]).encode()


@pytest.mark.parametrize("form", ["compact", "spaced", "not ASCII"])
@pytest.mark.parametrize(
    "said",
    [
        [HI],
        [HI, {"role": "assistant", "content": None}, HI],
        [{"content": "hi", "role": "user"}, {"role": "assistant", "content": "é"}, HI],
        [HI, {"role": "user", "content": [{"type": "text", "text": "}]"}]}],
    ],
)
def test_what_clients_send_is_cut(form, said):
    """The forms that JSON encoders of clients write are read in pieces, whatever comes after."""
    for more in ({}, {"tools": [TOOL]}, {"stream": True, "max_tokens": 3}):
        assert agrees(ChatReader(), dumped(form, messages=said, **more))
        first = json.dumps({"messages": said, "model": "m", **more}, **FORMS[form]).encode()
        assert agrees(ChatReader(), first)


HIDDEN = '{"model":"m","model_parameters":{"messages":[{"role":"user","content":""}]}'


@pytest.mark.parametrize(
    "body",
    [
        f'{HIDDEN},"messages":[]}}',
        f'{HIDDEN},"\\u006dessages":[]}}',
        '{"model":"m","messages":[{"role":"user","content":""}],"messages":[]}',
        '{"model":"m","messages":[{"role":"user","content":""}],"mess\\u0061ges":[]}',
        '{"model":"m","x\\"messages":[{"role":"user","content":""}]}',
        '{"model":"m","messages":[{"role":"user","content":""}]',
        '{"model":"m","messages":[{"role":"user","content":""}]}]',
        '{"model":"m","messages":[{"role":"user","content":""},]}',
        '{"model":"m","messages":[{"role":"user","content":""},{"role":"user","content":3}]}',
        '{"model":"m","messages":[{"role":"user","content":""},{"role":"user"},{"role":"x"}]}',
        '{"model":"m","messages":[{"role":"user","content":""}],"n":"x"}',
        '{"messages":[{"role":"user","content":""}]}',
        '{"messages":[{"role":"user","content":"x',
        '{"messages":[{"role":',
    ],
)
def test_not_valid(body):
    """A body that is not valid is left alone, wherever its fault is, and stays it."""
    reader = ChatReader()
    reader.read(dumped())
    for _ in range(2):
        assert whole(body.encode()) is None
        assert reader.read(body.encode()) is None


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ({}, True),
        ({"messages": [HI, {"role": "user", "content": KEY}]}, False),
        ({"messages": [{"role": "user", "content": KEY}, HI]}, False),
        ({"messages": [HI, {"role": "user", "content": "https://me:word@x.test"}]}, False),
        ({"user": KEY}, False),
        ({"model_parameters": {"api_key": "word"}}, False),
        ({"model_parameters": {"colour": "word"}}, True),
        ({"messages": [HI, {"role": "user", "content": '{"api_key": "word"}'}]}, True),
    ],
)
def test_clean(body, clean):
    """A body with a credential in any piece is not clean, the second time neither."""
    reader = ChatReader()
    for _ in range(2):
        assert reader.read(dumped(**body)).clean is clean


def test_pieces_are_read_once():
    """A message that was sent before is the same value, and so are the tools."""
    reader = ChatReader()
    said = [{"role": "user", "content": str(at)} for at in range(9)]
    turns = [
        reader.read(dumped(messages=said[:end], tools=[TOOL])).body for end in range(1, len(said))
    ]
    for early, late in pairwise(turns):
        assert early["tools"] is late["tools"]
        assert all(a is b for a, b in zip(early["messages"], late["messages"], strict=False))
    assert type(turns[0]["tools"]) is Tools
    assert {type(one) for one in turns[-1]["messages"]} == {Message}


def test_memory_is_bounded(monkeypatch):
    """Of many messages those used longest ago are forgotten; one in use never is."""
    monkeypatch.setattr(chats, "MOST_BYTES", 20_000)
    reader = ChatReader()
    system = {"role": "system", "content": "s" * 3_000}
    kept = reader.read(dumped(messages=[system, HI])).body["messages"][0]
    for at in range(100):
        said = {"role": "user", "content": f"{at} {'x' * 1_000}"}
        assert reader.read(dumped(messages=[system, said])).body["messages"][0] is kept
    (runs,) = reader._runs.values()
    assert sum(map(len, runs._known)) + 1_000 * len(runs._known) == runs._bytes <= 20_000
    assert len(runs._known) > 5


@pytest.mark.parametrize("length", [10, 40_000])
def test_surroundings_are_bounded(length):
    """Only so many forms of what surrounds the messages are kept, and no long ones."""
    reader = ChatReader()
    for at in range(200):
        assert reader.read(dumped(user=f"{at} {'x' * length}")) is not None
    assert sum(len(a) + len(b) for a, b in reader._around) < 64 * 32 * 1024
    assert len(reader._around) == (64 if length == 10 else 0)


def test_long_pieces_are_not_kept():
    """A very long message is read, but not remembered."""
    reader, data = ChatReader(), dumped(messages=[HI, {"role": "user", "content": "x" * 200_000}])
    assert agrees(reader, data)
    assert agrees(reader, data)
    (runs,) = reader._runs.values()
    assert len(runs._known) == 1


@pytest.mark.parametrize("length", [100, 600_000])
def test_too_short_or_too_long(monkeypatch, length):
    """A short body, and one longer than any context, is left to be read as a whole."""
    monkeypatch.setattr(chats, "SHORTEST", 2_000)
    assert ChatReader().read(dumped(user="x" * length)) is None
    assert ChatReader().read(dumped(user="x" * 3_000)) is not None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"user": "token"}, False),
        ({"model_parameters": {"token": 1}}, True),
        ({"tools": [{"function": {"parameters": {"properties": {"password": {}}}}}]}, True),
        ({"response_format": {"json_schema": {"schema": {"anyOf": [{"api_key": 1}]}}}}, True),
        ({"tools": [TOOL], "metadata": {"token": 1}}, False),
    ],
)
def test_names_credential(body, named):
    """Only fields of any name are looked through."""
    assert names_credential(body) is named
