"""What arrives at the server and is no HTTP request."""

from __future__ import annotations

import asyncio
import logging
import re

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.connection import Server
from mockserver.faults import Error
from mockserver.scenario import Rule, Schedule

GET = b"GET /v1/models HTTP/1.1\r\nhost: mock\r\n"
CHUNKED = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\nexpect: 100-continue\r\n"
    b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"
)
LONG = b"csk-secret" * 1000
MALFORMED = {
    "no request line": b"hello\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "empty length": GET + b"content-length: \r\n\r\n",
    "two lengths": GET + b"content-length: 1\r\ncontent-length: 2\r\n\r\n",
    "a control character": GET + b"authorization: Bearer csk-secret\0\r\n\r\n",
    "a long field": GET + b"authorization: Bearer " + LONG + b"\r\n\r\n",
    "a long path": b"GET /" + LONG + b" HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_malformed(server, talk, raw_request, caplog, sent):
    """It gets the edge's page and a line in the log; the journal is for requests."""
    with caplog.at_level(logging.WARNING):
        received = talk(sent)
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert fields[b"content-type"] == b"text/html; charset=utf-8"
    assert (fields[b"server"], fields[b"connection"]) == (b"cloudflare", b"close")
    assert int(fields[b"content-length"]) == len(body)
    assert b"<title>api.cerebras.ai | 400: Bad Request</title>" in body
    [record] = caplog.records
    assert re.fullmatch(r"refused a malformed request: \w+, .+", record.getMessage())
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "csk-secret" not in record.getMessage()
    assert talk(raw_request()).startswith(b"HTTP/1.1 200 ")
    assert [exchange.number for exchange in server.live.journal] == [1]
    assert server.live.crashes == []


def logged(caplog, talk, sent):
    """Return the lines that a request leaves in the log."""
    with caplog.at_level(logging.INFO):
        talk(sent)
    records = [record.getMessage() for record in caplog.records if record.name == "mockserver"]
    return "\n".join(records).split("\n")


@pytest.mark.usefixtures("server")
def test_logged_mistake(talk, raw_request, caplog):
    """A request that the client's set-up spoils is logged with what is wrong, and the fix."""
    first, second = logged(caplog, talk, raw_request(path="/v1/v1/models"))
    assert first == "#1 POST /v1/v1/models -> 404"
    assert second.startswith("    the path has /v1 twice: /v1/v1/models; write /v1 once: ")


@pytest.mark.usefixtures("server")
def test_logged_model(talk, raw_request, caplog):
    """A model that nobody serves is logged with those that are served."""
    body = b'{"model": "ours-7b", "messages": [{"role": "user", "content": "Hi."}]}'
    _, second = logged(caplog, talk, raw_request(body=body))
    assert second.startswith("    'ours-7b' is not served; use one of gpt-oss-120b")


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/nowhere"])
def test_logged(talk, raw_request, caplog, path):
    """All others have one line."""
    assert len(logged(caplog, talk, raw_request(path=path))) == 1


def test_logged_fault(server, talk, raw_request, caplog):
    """What the scenario does is no mistake of the client's."""
    server.live.inject(Rule(faults=(Error(status=404),)))
    assert len(logged(caplog, talk, raw_request())) == 1


def test_after_a_request(server, connect, raw_request):
    """A connection that was in use ends with the page."""
    connection = connect()
    connection.sendall(raw_request(connection="keep-alive", path="/v1/nowhere"))
    assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")
    connection.sendall(b"hello\r\n\r\n")
    received = b""
    while piece := connection.recv(65536):
        received += piece
    assert b" 400 Bad Request\r\n" in received
    assert received.endswith(b"</html>\n")
    assert len(server.live.journal.exchanges) == 1


def test_in_a_body(server, connect, caplog):
    """A body that stops being HTTP is answered at once: there is no rest of it to wait for."""
    connection = connect()
    with caplog.at_level(logging.WARNING):
        connection.sendall(CHUNKED)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"nonsense\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert received.count(b"HTTP/1.1 ") == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert not server.live.journal.exchanges


def test_engine_of_malformed(ask, engine, now):
    """What is no request has the edge's page, and leaves rules and numbers alone."""
    run = engine(Rule(schedule=Schedule(first=1), faults=(Error(status=503),)))
    head, page, _ = run.malformed(now=now)
    assert (head.status, head.header("server")) == (400, "cloudflare")
    assert page.data.startswith(b"<!DOCTYPE html>")
    exchange = run.handle(ask(), now=now)
    assert (exchange.number, exchange.status) == (1, 503)


def test_what_was_held_is_handed_on_as_it_came(monkeypatch):
    """A body that ends with the beginning of something else is read as on an unknown head."""
    asyncio.run(_hand_on_what_was_held(monkeypatch))


async def _hand_on_what_was_held(monkeypatch):
    handed = []
    monkeypatch.setattr(web.RequestHandler, "data_received", lambda _, data: handed.append(data))
    server = Server(LiveEngine(), lambda _: None)
    head = b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n"
    server.heads.remember(head, make_mocked_request("POST", "/", {"content-length": "5"}))
    connection = server()
    parts = [head[:9], head[9:] + b"ab", b"cd", b"eGET / HTTP"]
    connection._held = parts[0]  # as when an answer was being played
    for part in parts[1:]:
        connection.data_received(part)
    assert handed == parts
    assert connection._parts == []
