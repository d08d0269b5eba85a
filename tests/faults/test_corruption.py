import json
from typing import get_args

import pytest

from mockserver.faults import Corrupt, Huge
from mockserver.faults.corruption import CORRUPTIONS, Corruption
from mockserver.plan import Close, Data, End, Head, expand

EVENTS = Head(200, (("content-type", "text/event-stream"),))
BODY = '{"id":"1","choices":[{"message":{"content":"Grüße"}}]}'
NO_TEXT = b'{"id":"1"}'
ROLE = b'data: {"choices":[{"delta":{"role":"a"}}]}\n\n'
SAID = b'data: {"choices":[{"delta":{"content":"b"}}]}\n\n'
DONE = b"data: [DONE]\n\n"
SEPARATORS = "\u2028\u2029\u0085"


def test_table():
    """Each kind has its function, which says what it is."""
    assert list(CORRUPTIONS) == list(get_args(Corruption))
    assert all(damage.__doc__ for damage in CORRUPTIONS.values())


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("truncated", NO_TEXT, NO_TEXT[:5]),
        ("malformed", b'{"content":"a"}', b'{,"content":"a"}'),
        ("malformed", b"[]", b"[]"),
        ("trailing", NO_TEXT, NO_TEXT + b"{}"),
        ("duplicate_keys", NO_TEXT, b'{"id":"1","choices":[]}'),
        ("bad_utf8", BODY.encode(), BODY.encode().replace(b"Gr", b"\xffGr")),
        ("bad_utf8", NO_TEXT, b'{"id":"\xff1"}'),
        ("bad_utf8", b"{}", b"{}"),
        ("bom", NO_TEXT, b"\xef\xbb\xbf" + NO_TEXT),
        ("u2028", BODY.encode(), BODY.replace("Gr", f"{SEPARATORS}Gr").encode()),
        ("u2028", b'{"message":"a"}', f'{{"message":"{SEPARATORS}a"}}'.encode()),
    ],
)
def test_document(apply, kind, before, after):
    """A document is damaged as its kind says, and framed rightly."""

    def plan(body):
        return (Head(200, (("content-length", str(len(body))),)), Data(body), End())

    assert apply(Corrupt(kind), plan(before)) == plan(after)


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("truncated", (ROLE, SAID, SAID[:23])),
        ("malformed", (ROLE, SAID.replace(b": {", b": {,"), SAID, DONE)),
        ("trailing", (ROLE, SAID.replace(b"\n\n", b"{}\n\n"), SAID, DONE)),
        (
            "duplicate_keys",
            (*[one.replace(b"}\n", b',"choices":[]}\n') for one in (ROLE, SAID, SAID)], DONE),
        ),
        ("bad_utf8", (ROLE, SAID.replace(b'"b', b'"\xffb'), SAID, DONE)),
        ("bom", (b"\xef\xbb\xbf" + ROLE, SAID, SAID, DONE)),
        ("u2028", (ROLE, SAID.replace(b'"b', f'"{SEPARATORS}b'.encode()), SAID, DONE)),
    ],
)
def test_stream(apply, kind, after):
    """Of a stream it is the first event that says something, or all, or the last."""
    plan = (EVENTS, *map(Data, (ROLE, SAID, SAID, DONE)), End())
    assert apply(Corrupt(kind), plan) == (EVENTS, *map(Data, after), End())


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", ["malformed", "trailing", "truncated"])
def test_no_json(ask, play, apply, kind, stream):
    """What a real answer leaves is no JSON in one place, and all tokens are accounted for."""
    whole = expand(play(ask(stream=stream)).plan)
    plan = apply(Corrupt(kind), whole)
    wrong = 0
    for step in plan[1:-1]:
        text = step.data.removeprefix(b"data: ")
        try:
            json.loads(text)
        except ValueError:
            wrong += text != b"[DONE]\n\n"
    assert wrong == 1
    told, written = (sum(step.tokens for step in one[1:-1]) for one in (plan, whole))
    if kind == "truncated" and not stream:  # half of the bytes, and the tokens that end in it
        size = len(whole[1].data)
        written = written * (size // 2) // size
    assert told == written


@pytest.mark.parametrize("kind", ["u2028", "duplicate_keys"])
def test_still_json(ask, play, apply, text, kind):
    """Separators and doubled keys are JSON all the same."""
    whole = expand(play(ask()).plan)
    plan = apply(Corrupt(kind), whole)
    body = json.loads(plan[1].data)
    if kind == "u2028":
        assert body["choices"][0]["message"]["content"] == f"{SEPARATORS}{text(whole)}"
    else:
        assert body["choices"] == []


@pytest.mark.parametrize("kind", get_args(Corruption))
@pytest.mark.parametrize("plan", [(), (Close(),), (Head(204), End())])
def test_nothing_to_damage(apply, kind, plan):
    """Without a body there is nothing to damage."""
    assert apply(Corrupt(kind), plan) == plan


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("stream", [True, False])
def test_huge(ask, play, apply, text, size, stream):
    """The text begins with so many bytes more, in one piece, and is JSON."""
    whole = expand(play(ask(stream=stream)).plan)
    plan = apply(Huge(size), whole)
    assert text(plan)[size:] == text(whole)
    assert text(plan)[:size] == ("word " * size)[:size]
    assert max(len(step.data) for step in plan[1:-1]) > size
    assert len(plan) == len(whole)
