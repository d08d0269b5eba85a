from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults.body import length_of, parted, resized, sliced, streams
from mockserver.plan import Close, Data, End, Head, Wait

EVENTS = Head(200, (("content-type", "text/event-stream; charset=utf-8"),))
JSON = Head(200, (("content-type", "application/json"),))
ROLE, ONE, TWO, LAST, END = Data(b"role"), Data(b"1", 1), Data(b"22", 2), Data(b"last"), End()
STREAM = (Wait(1), EVENTS, ROLE, ONE, TWO, LAST, END)
DOCUMENT = (JSON, Data(b"0123456789", 5), END)


@pytest.mark.parametrize(
    ("plan", "tokens", "at"),
    [
        (STREAM, 0, 2),
        (STREAM, 1, 4),
        (STREAM, 2, 5),
        (STREAM, 3, None),
        (DOCUMENT, 0, 1),
        (DOCUMENT, 5, None),
        ((EVENTS, Data(b"x"), END), 0, 1),
        ((EVENTS, Data(b"x"), END), 1, None),
        ((Close(),), 0, None),
        ((JSON, ONE, Wait(1), ONE, END), 1, 2),
        ((), 0, None),
    ],
)
def test_parted(plan, tokens, at):
    """A plan is parted behind the event that brings the token, none being behind the head."""
    assert parted(plan, tokens) == (None if at is None else (plan[:at], plan[at:]))


@pytest.mark.parametrize(("tokens", "at"), [(1, 2), (2, 4), (4, 8)])
def test_parted_document(tokens, at):
    """A document is parted in proportion."""
    text = b"0123456789"
    first, second = Data(text[:at], tokens), Data(text[at:], 5 - tokens)
    assert parted(DOCUMENT, tokens) == ((JSON, first), (second, END))


@given(st.binary(max_size=40), st.integers(0, 9), st.integers(1, 50))
def test_sliced(data, tokens, size):
    """Slices have the size, but the last, and together all bytes and all tokens."""
    slices = list(sliced(Data(data, tokens), size))
    assert b"".join(one.data for one in slices) == data
    assert sum(one.tokens for one in slices) == tokens
    ended = accumulate(one.tokens for one in slices[:-1])
    share = [tokens * size * count // len(data) for count in range(1, len(slices))]
    assert list(ended) == share
    assert {len(one.data) for one in slices[:-1]} <= {size}
    assert len(slices[-1].data) <= size


@pytest.mark.parametrize(
    ("length", "by", "after"), [("3", 4, "7"), ("3", -9, "0"), ("3", 0, "3"), (None, 4, None)]
)
def test_resized(length, by, after):
    """A length that the head names follows the body; a chunked body has none to follow."""

    def plan(length, body):
        head = Head(200, (("content-length", length),) if length else ())
        return (head, Data(b"x" * body), END)

    assert resized(plan(length, 9 + by), plan(length, 9)) == plan(after, 9 + by)


def test_facts():
    """A plan tells whether it streams, and how long its body is."""
    assert (streams(STREAM), streams(DOCUMENT), streams(())) == (True, False, False)
    assert (length_of(STREAM), length_of(DOCUMENT), length_of(())) == (11, 10, 0)
