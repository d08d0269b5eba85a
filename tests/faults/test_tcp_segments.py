from random import Random

import pytest

from mockserver.edge.play.wire import Wire
from mockserver.faults import Context, Split
from mockserver.plan import Close, Data, End, Head, Wait, expand

HEAD, END, PART = Head(200), End(), Wait(0)


def apply(fault, plan):
    return fault.apply(plan, Context(Random(1)))


@pytest.mark.parametrize(
    ("fault", "plan", "split"),
    [
        (
            Split(),
            (HEAD, Data("ö".encode(), 1), END),
            (HEAD, Data(b"\xc3"), PART, Data(b"\xb6", 1), END),
        ),
        (
            Split(3),
            (HEAD, Data(b"ab", 1), Data(b"cdef", 1), Wait(1), Data(b"g", 1), END),
            (HEAD, Data(b"abc", 1), PART, Data(b"def", 1), Wait(1), Data(b"g", 1), END),
        ),
        (Split(9), (HEAD, Data(b"ab", 1), END), (HEAD, Data(b"ab", 1), END)),
        (Split(), (HEAD, END), (HEAD, END)),
        (Split(), (Close(),), (Close(),)),
    ],
)
def test_split(fault, plan, split):
    """The body comes in pieces of so many bytes, wherever its events and characters end."""
    assert apply(fault, plan) == split


@pytest.mark.parametrize("stream", [True, False])
def test_same_bytes(ask, play, stream):
    """What is written is the same, in as many writes as it takes."""
    whole = expand(play(ask(stream=stream)).plan)
    writes = [
        data for data in Wire(keep_alive=True).operations(apply(Split(100), whole)) if data != PART
    ]
    body = b"".join(step.data for step in whole if isinstance(step, Data))
    assert len(writes) == -(-len(body) // 100)
    chunks = b"".join(writes).partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert b"".join(chunks[1:-3:2]) == body
