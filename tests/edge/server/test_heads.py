"""Heads that are known again by their bytes."""

from __future__ import annotations

import pytest
from aiohttp import HttpVersion10, HttpVersion11
from aiohttp.test_utils import make_mocked_request

from mockserver.core.messages import Request
from mockserver.edge.server.heads import Head, HeadCache, framed, read

DATA = b"POST /a?b=c HTTP/1.1\r\nHost: mock\r\nContent-Length: 4\r\n\r\n"
FIELDS = {"Host": "mock", "Content-Length": "4"}
HEAD = Head("POST", "/a b", {"host": "mock", "content-length": "4"}, "c=%20")


def received(fields=FIELDS, path="/a%20b?c=%20", version=HttpVersion11, **more):
    return make_mocked_request("POST", path, fields, version=version, **more)


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


def test_known_again():
    """A head that was noted is found, however much of the body is there."""
    heads = HeadCache()
    assert heads.find(DATA) is None
    heads.remember(DATA, received())
    found = (HEAD, len(DATA), len(DATA) + 4)
    assert heads.find(DATA) == heads.find(DATA + b"body") == heads.find(DATA + b"bodyPOST") == found
    assert heads.find(DATA[:-1]) is heads.find(b"") is heads.find(b"x" + DATA) is None
    assert heads.find(DATA.replace(b"mock", b"knock")) is None


@pytest.mark.parametrize(
    "request_",
    [
        received({**FIELDS, "Expect": "100-continue"}),
        received({**FIELDS, "Upgrade": "h2c"}),
        received({"Host": "mock", "Transfer-Encoding": "chunked"}),
        received({**FIELDS, "Content-Length": str(64 * 1024 + 1)}),
        received({**FIELDS, "Connection": "close"}, closing=True),
        received(version=HttpVersion10),
    ],
    ids=["expect", "upgrade", "chunked", "long", "close", "old"],
)
def test_not_noted(request_):
    """What is about the connection, or not about the whole body, is read anew each time."""
    heads = HeadCache()
    heads.remember(DATA, request_)
    assert heads.find(DATA) is None


def test_a_long_head():
    """A head is noted as long as it has no more than 8 KB."""
    heads = HeadCache()
    for length in (8192, 8193):
        data = b"x" * (length - 4) + b"\r\n\r\n"
        heads.remember(data, received())
        assert (heads.find(data) is not None) is (length == 8192)


def test_the_oldest_is_forgotten():
    """There is room for 256 of them."""
    heads = HeadCache()
    noted = [b"%d\r\n\r\n" % number for number in range(257)]
    for data in noted:
        heads.remember(data, received())
    assert [data for data in noted if heads.find(data) is None] == noted[:1]
