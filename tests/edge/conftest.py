"""Raw sockets and a server, for tests that look at the bytes."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from dataclasses import dataclass

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.plan import Plan
from mockserver.scenario import Rule, Scenario


@pytest.fixture(scope="session")
def frozen_now():
    """Return the time that the clock of ``server`` shows."""
    return 1_800_000_000.0


@pytest.fixture
def server(frozen_now):
    """Yield a server whose clock stands still."""
    with ThreadedServer(LiveEngine(clock=Clock(lambda: frozen_now))) as running:
        yield running


@pytest.fixture(scope="session")
def raw_request():
    """Return a builder of the bytes of a chat request."""

    def build(*, method="POST", path="/v1/chat/completions", body=None, connection="close"):
        if body is None:
            messages = [{"role": "user", "content": "hi"}]
            body = json.dumps({"model": "llama3.1-8b", "messages": messages}).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer csk-raw\r\n"
            f"content-length: {len(body)}\r\nconnection: {connection}\r\n\r\n"
        )
        return head.encode() + body

    return build


@pytest.fixture
def asking(raw_request):
    """Return a builder of requests with the same head."""

    def build(text="hi", **more):
        message = {"role": "user", "content": f"{text:9}"}
        body = json.dumps({"model": "llama3.1-8b", "messages": [message], **more}).encode()
        return raw_request(body=body, connection="keep-alive")

    return build


@pytest.fixture
def connect(server):
    """Return a function that opens a connection to the server."""
    opened = []

    def open_one():
        host, port = server.url.removeprefix("http://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=5)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def talk(connect):
    """Return a function that sends bytes and reads until the server closes, or raises."""

    def exchange(data):
        with closing(connect()) as connection:
            connection.sendall(data)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received

    return exchange


@dataclass(frozen=True)
class Play:
    """A fault that replaces the plan by one with few bytes."""

    plan: Plan

    def apply(self, plan, context):
        """Replace the plan."""
        return self.plan


@pytest.fixture
def answer_with(server):
    """Return a function that lets the server answer everything with a plan, broken by faults."""

    def start(plan, *faults):
        server.live.play(Scenario("test", rules=(Rule(faults=(Play(plan), *faults)),)))

    return start


@pytest.fixture
def answered(answer_with, talk, raw_request):
    """Return a function that does so, and gives the bytes that arrive."""

    def receive(plan, *faults):
        answer_with(plan, *faults)
        return talk(raw_request())

    return receive
