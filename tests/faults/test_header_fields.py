from random import Random

import pytest

from mockserver.faults import ContentType, Context, HeaderChanges
from mockserver.plan import Close, Data, End, Head, Wait

JSON = ("content-type", "application/json")
WAIT = ("retry-after", "2")
REST = (Data(b"{}", 1), End())


def apply(fault, plan):
    return fault.apply(plan, Context(Random(1)))


@pytest.mark.parametrize(
    ("fault", "before", "after"),
    [
        (HeaderChanges(), (JSON, WAIT), (JSON, WAIT)),
        (HeaderChanges(remove=("Retry-After",)), (JSON, WAIT, WAIT), (JSON,)),
        (HeaderChanges(remove=("retry-after-ms",)), (JSON, WAIT), (JSON, WAIT)),
        (
            HeaderChanges({"Retry-After": "soon"}),
            (WAIT, JSON, WAIT),
            (JSON, ("retry-after", "soon")),
        ),
        (HeaderChanges({"X-A": "1"}, ("content-type",)), (JSON,), (("x-a", "1"),)),
        (ContentType("text/html"), (JSON, WAIT), (WAIT, ("content-type", "text/html"))),
        (ContentType(), (JSON, WAIT), (WAIT,)),
        (ContentType("text/html"), (), (("content-type", "text/html"),)),
    ],
)
def test_fields(fault, before, after):
    """Fields are replaced, added or left out whatever their case; body and waits stay."""
    plan = (Wait(1), Head(200, before), *REST)
    assert apply(fault, plan) == (Wait(1), Head(200, after), *REST)


@pytest.mark.parametrize("fault", [HeaderChanges({"a": "b"}, ("c",)), ContentType("a/b")])
def test_no_head(fault):
    """An answer without a head has no fields to change."""
    assert apply(fault, (Close(),)) == (Close(),)


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("x y", "a", "is not a header field"),
        ("x", "a\nb", "is not a header field"),
        ("Content-Length", "3", "the mock itself sets"),
        ("transfer-encoding", "chunked", "the mock itself sets"),
    ],
)
def test_wrong_fields(name, value, wrong):
    """A field that can't be sent, or would break the framing, is refused."""
    with pytest.raises(ValueError, match=wrong):
        HeaderChanges({name: value})


def test_wrong_media_type():
    """So is a media type that can't be sent."""
    with pytest.raises(ValueError, match="is not a header field"):
        ContentType("text/html\r\nx: y")
