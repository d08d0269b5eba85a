import gzip
import math
import zlib

import pytest

from mockserver.faults import ContentLength, Gzip
from mockserver.plan import Close, Data, End, Head, Wait

TYPE = ("content-type", "application/json")
FOUR, TWO, END = Data(b"abcd", 2), Data(b"ef", 1), End()
GZIP = ("content-encoding", "gzip")


def sized(length, *, framed=True):
    return Head(200, (TYPE, ("content-length", length)), framed=framed)


@pytest.mark.parametrize(
    ("fault", "plan", "broken"),
    [
        (ContentLength(10), (Head(200, (TYPE,)), FOUR, END), (sized("14"), FOUR, END)),
        (ContentLength(-1), (sized("4"), FOUR, END), (sized("3"), FOUR, END)),
        (ContentLength(-9), (sized("4"), FOUR, END), (sized("0"), FOUR, END)),
        (ContentLength(0), (Head(200, (TYPE,)), FOUR, TWO, END), (sized("6"), FOUR, TWO, END)),
        (
            ContentLength(2, stall=True),
            (sized("4"), FOUR, END),
            (sized("6"), FOUR, Wait(math.inf)),
        ),
        (ContentLength(1), (Head(200, (TYPE,), framed=False), FOUR, END), (sized("5"), FOUR, END)),
        (ContentLength(1), (sized("4"), FOUR, Close()), (sized("5"), FOUR, Close())),
        (ContentLength(1), (Close(),), (Close(),)),
    ],
)
def test_content_length(apply, fault, plan, broken):
    """The head promises so many bytes more, or fewer; the body stays."""
    assert apply(fault, plan) == broken


@pytest.mark.parametrize("length", [True, False])
def test_valid(apply, length):
    """A packed body says so, is framed by its own length, and unpacks to what it was."""
    plan = (sized("6") if length else Head(200, (TYPE,)), FOUR, Wait(1), TWO, END)
    head, first, wait, second, end = apply(Gzip(), plan)
    packed = first.data + second.data
    assert gzip.decompress(packed) == b"abcdef"
    assert (head.headers[-1] if not length else head.headers[-2]) == GZIP
    assert head.header("content-length") == (str(len(packed)) if length else None)
    assert (first.tokens, wait, second.tokens, end) == (2, Wait(1), 1, END)


def test_events_unpack_as_they_come(apply, chunks):
    """Of a packed stream each event can be read when it is there."""
    unpacker = zlib.decompressobj(wbits=31)
    plan = apply(Gzip(), chunks)
    assert [unpacker.decompress(step.data) for step in plan[1:-1]] == [
        step.data for step in chunks[1:-1]
    ]
    assert unpacker.eof


def test_lie(apply):
    """A lie is a field, and nothing else."""
    assert apply(Gzip("lie"), (sized("4"), FOUR, END)) == (
        Head(200, (TYPE, ("content-length", "4"), GZIP)),
        FOUR,
        END,
    )


def test_truncated(apply, chunks):
    """Half of the packed bytes are there, framed rightly, and end too early."""
    whole = apply(Gzip(), chunks)
    plan = apply(Gzip("truncated"), chunks)
    bytes_of = [
        b"".join(step.data for step in one if isinstance(step, Data)) for one in (plan, whole)
    ]
    assert bytes_of[0] == bytes_of[1][: len(bytes_of[1]) // 2]
    assert plan[-1] == END
    with pytest.raises(EOFError):
        gzip.decompress(bytes_of[0])


@pytest.mark.parametrize("kind", ["valid", "truncated", "lie"])
def test_no_body(apply, kind):
    """Without a body there is nothing to pack."""
    assert apply(Gzip(kind), (Close(),)) == (Close(),)
    assert apply(Gzip(kind), (Head(204), END)) == (Head(204, (GZIP,)), END)


def test_packed_twice(apply, document):
    """A body can be packed twice, and says so twice."""
    head, data, _ = apply(Gzip(), apply(Gzip(), document({"a": 1})))
    assert [value for name, value in head.headers if name == "content-encoding"] == ["gzip"] * 2
    assert gzip.decompress(gzip.decompress(data.data)) == b'{"a":1}'
