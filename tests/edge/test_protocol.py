import logging

import pytest

from mockserver.api.problems import PROBLEMS


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\ncontent-length: many\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: mock\r\nno colon here\r\n\r\n",
    ],
    ids=["TLS", "version", "length", "field"],
)
def test_no_http(talk, server, caplog, garbage):
    """What is no HTTP gets the page of the edge and not a word of aiohttp, and leaves a line."""
    with caplog.at_level(logging.WARNING):
        answer = talk(garbage)
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert head.startswith(b"HTTP/1.1 400 ")
    assert fields[b"server"] == b"cloudflare"
    assert fields[b"connection"] == b"close"
    assert body == PROBLEMS["bad_request"].body({})
    assert b"aiohttp" not in answer.lower()
    assert server.live.journal.exchanges == []
    assert "no HTTP request" in caplog.text
    assert "Traceback" not in caplog.text


def test_serves_on(talk, raw_request):
    """Garbage on one connection does not disturb the next one."""
    talk(b"garbage\r\n\r\n")
    assert talk(raw_request()).startswith(b"HTTP/1.1 200 OK")
