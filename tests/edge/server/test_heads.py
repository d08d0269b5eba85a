"""Heads that are recognized by their shape."""

from __future__ import annotations

import re

import pytest
from aiohttp import HttpVersion10, HttpVersion11
from aiohttp.test_utils import make_mocked_request

from mockserver.core.messages import Request
from mockserver.edge.server.heads import Head, HeadCache, framed, read

LINE = b"POST /a?b=c HTTP/1.1\r\n"
DATA = LINE + b"Host: mock\r\nX-Trace: 1\r\nContent-Length: 4\r\n\r\n"
FIELDS = {"Host": "mock", "X-Trace": "1", "Content-Length": "4"}
HEAD = Head("POST", "/a b", {"host": "mock", "x-trace": "1", "content-length": "4"}, "c=%20")


def received(fields=FIELDS, path="/a%20b?c=%20", version=HttpVersion11, **more):
    return make_mocked_request("POST", path, fields, version=version, **more)


@pytest.fixture
def heads():
    """Return a cache that has seen one head."""
    cache = HeadCache()
    cache.remember(DATA, received())
    return cache


def test_read():
    """Names are lower-case, escapes of the path are undone, those of the query are not."""
    assert read(received()) == HEAD


def test_request():
    """With a body it is a request."""
    fields = HEAD.headers
    assert HEAD.request(b"body", None) == Request("POST", "/a b", fields, b"body", "c=%20")
    assert HEAD.request(b"", None, oversized=True).oversized


@pytest.mark.parametrize(
    ("fields", "length"),
    [({}, 0), ({"content-length": "7"}, 7), ({"transfer-encoding": "chunked"}, None)],
)
def test_framed(fields, length):
    """The head tells how long the body is, unless it is chunked."""
    assert framed(received(fields)) == length


def test_known_again(heads):
    """A head that was noted is found, however much of the body is there."""
    assert HeadCache().find(DATA) is None
    found = (HEAD, len(DATA), len(DATA) + 4)
    assert heads.find(DATA) == heads.find(DATA + b"body") == heads.find(DATA + b"bodyPOST") == found
    assert heads.find(DATA[:-1]) is heads.find(b"") is heads.find(b"x" + DATA) is None


def test_another_value(heads):
    """So is one with other values and another length."""
    data = DATA.replace(b": 1\r", b": a; b=c:d\r").replace(b": 4", b": 1234")
    head, end, over = heads.find(data)
    assert head.headers == {"host": "mock", "x-trace": "a; b=c:d", "content-length": "1234"}
    assert (head.method, head.path, head.query) == ("POST", "/a b", "c=%20")
    assert (end, over) == (len(data), len(data) + 1234)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"POST", b"PUT"),
        (b"/a?", b"/b?"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"mock", b"other"),
        (b"X-Trace", b"x-trace"),
        (b": 1\r", b":1\r"),
        (b": 1\r", b":  1\r"),
        (b": 1\r", b": 1 \r"),
        (b": 1\r", b": \r"),
        (b": 1\r", b": \t1\r"),
        (b": 1\r", b": 1\n\r"),
        (b": 1\r", b": 1\r\n 2\r"),
        (b": 1\r", b": \xe9\r"),
        (b": 1\r", b": \x7f\r"),
        (b": 1\r", b": 1\r\nConnection: close\r"),
        (b": 4", b": 04"),
        (b": 4", b": +4"),
        (b": 4", b": 4_0"),
        (b": 4", b": 65537"),
        (b"X-Trace: 1\r\n", b""),
    ],
)
def test_another_shape(heads, before, after):
    """A head that aiohttp might read otherwise is not recognized, whichever values have varied."""
    assert before in DATA
    for trace in (b": 1\r", b": 2\r", b": 3\r"):
        assert heads.find(DATA.replace(b": 1\r", trace)) is not None
        assert heads.find(DATA.replace(before, after, 1)) is None


def test_values_that_varied(heads):
    """Each head has its own values, whichever of them had varied before."""
    for trace, length in [(1, 4), (2, 4), (2, 5), (1, 6), (3, 6), (3, 6), (1, 4)]:
        data = DATA.replace(b": 1\r", b": %d\r" % trace).replace(b": 4\r", b": %d\r" % length)
        head, end, over = heads.find(data)
        assert list(head.headers.items()) == [
            ("host", "mock"),
            ("x-trace", str(trace)),
            ("content-length", str(length)),
        ]
        assert over - end == length
        assert list(head.headers.shown.items()) == list(head.headers.items())


@pytest.mark.parametrize("after", [(b"1", b"2"), (b"2", b"1"), (b"1", b"1"), (b"3", b"2")])
def test_a_name_twice(after):
    """The last of two fields of one name counts, whichever of them varies."""
    data = LINE + b"x: %b\r\nx: %b\r\n\r\n"
    heads = HeadCache()
    heads.remember(data % (b"1", b"2"), received({"x": "2"}))
    for values in [(b"1", b"2"), after, (b"1", b"2"), after]:
        assert heads.find(data % values)[0].headers == {"x": values[1].decode()}
        [shape] = heads._shapes
        usual = shape._usual
    assert usual is not None
    heads.find(data % (b"4", b"5"))
    assert shape._usual is usual  # it is not made anew for each value


def test_keys_are_not_kept():
    """A shape does not keep the key of the head that it was learnt from, nor of later ones."""
    heads = HeadCache()
    data = LINE + b"Authorization: Bearer csk-%b\r\nX: %b\r\n\r\n"
    heads.remember(data % (b"one", b"1"), received({"authorization": "Bearer csk-one", "x": "1"}))
    for key, value in [(b"one", b"1"), (b"two", b"1"), (b"two", b"2"), (b"one", b"3")]:
        head, _, _ = heads.find(data % (key, value))
        fields = {"authorization": f"Bearer csk-{key.decode()}", "x": value.decode()}
        assert head.headers == fields
        assert head.headers.shown == {**fields, "authorization": "Bearer csk-..."}
        [shape] = heads._shapes
        assert not re.search("csk-", repr(vars(shape)))


@pytest.mark.parametrize(
    "name",
    [
        *("Connection", "Content-Encoding", "Keep-Alive", "Proxy-Connection", "TE", "Trailer"),
        *("HTTP2-Settings", "connection"),
    ],
)
def test_fields_of_the_connection(name):
    """A field that says what becomes of the connection must have the same value."""
    field = f"{name}: one\r\n".encode()
    data = LINE + field + b"Content-Length: 4\r\n\r\n"
    heads = HeadCache()
    heads.remember(data, received({name: "one", "Content-Length": "4"}))
    assert heads.find(data) is not None
    assert heads.find(data.replace(b"one", b"two")) is None


@pytest.mark.parametrize(
    "request_",
    [
        received({**FIELDS, "Expect": "100-continue"}),
        received({**FIELDS, "Upgrade": "h2c"}),
        received({"Host": "mock", "Transfer-Encoding": "chunked"}),
        received({**FIELDS, "Connection": "close"}, closing=True),
        received(version=HttpVersion10),
    ],
    ids=["expect", "upgrade", "chunked", "close", "old"],
)
def test_not_noted(request_):
    """What is about the connection, or not about the whole body, is read anew each time."""
    heads = HeadCache()
    heads.remember(DATA, request_)
    assert heads.find(DATA) is None


def test_a_long_head():
    """A head is recognized as long as it has no more than 8 KB."""
    heads = HeadCache()
    short = LINE + b"x: y\r\n\r\n"
    heads.remember(short, received({"x": "y"}))
    for length in (8192, 8193):
        data = short.replace(b"y", b"y" * (length - len(short) + 1))
        assert len(data) == length
        assert (heads.find(data) is not None) is (length == 8192)


def test_a_head_that_is_not_ascii():
    """Only aiohttp decodes values that are not plain."""
    heads = HeadCache()
    data = LINE + b"x: \xe9\r\n\r\n"
    heads.remember(data, received({"x": "\xe9"}))
    assert heads.find(data) is None


def test_the_least_recently_used_is_forgotten():
    """There is room for 32 shapes."""
    heads = HeadCache()
    noted = [LINE + b"x%d: y\r\n\r\n" % number for number in range(33)]
    for number, data in enumerate(noted):
        heads.remember(data, received({f"x{number}": "y"}))
        assert heads.find(noted[0]) is not None
    assert [data for data in noted if heads.find(data) is None] == [noted[1]]


def test_once_each(heads):
    """A shape that is known takes no second place."""
    other = LINE + b"x: y\r\n\r\n"
    heads.remember(other, received({"x": "y"}))
    for number in range(40):
        data = DATA.replace(b": 1\r", b": %d\r" % number)
        heads.remember(data, received({**FIELDS, "X-Trace": str(number)}))
    assert heads.find(other) is not None
