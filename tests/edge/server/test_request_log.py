"""The log of requests."""

from __future__ import annotations

import asyncio
import logging

import pytest

from mockserver.api.contract import editions
from mockserver.core.messages import Request
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.app import Site
from mockserver.edge.server.connection import Server
from mockserver.edge.server.request_log import RequestLog
from mockserver.engine import Engine
from mockserver.scenario import Scenario

EDITION = editions.load("guide")


@pytest.fixture
def exchanges():
    """Return three exchanges; the last is refused for a mistake in the client's set-up."""
    engine = Engine(Scenario("log"), now=0.0)
    asked = [("GET", "/public/v1/models"), ("GET", "/public/v1/models"), ("GET", "/v1/v1/models")]
    return [engine.handle(Request(*one), now=0.0) for one in asked]


def noted(exchanges, caplog):
    """Note exchanges in one turn of the loop; return what was logged in it, and after it."""
    caplog.set_level(logging.INFO, "mockserver")

    async def run():
        log = RequestLog()
        for exchange in exchanges:
            log.note(exchange, EDITION, asyncio.get_running_loop())
        before = len(caplog.records)
        await asyncio.sleep(0)
        return before

    return asyncio.run(run()), [record.getMessage() for record in caplog.records]


def test_one_record_for_a_turn(exchanges, caplog):
    """The requests of a turn are logged together, in their order."""
    before, [record] = noted(exchanges, caplog)
    assert before == 0
    lines = record.split("\n")
    assert lines[:3] == [exchange.line() for exchange in exchanges]
    assert lines[3].startswith("    the path has /v1 twice")
    assert len(lines) == 4


def test_now(exchanges, caplog):
    """What is flushed is not logged again."""
    caplog.set_level(logging.INFO, "mockserver")

    async def run():
        log = RequestLog()
        log.note(exchanges[0], EDITION, asyncio.get_running_loop())
        log.flush()
        assert len(caplog.records) == 1
        await asyncio.sleep(0)

    asyncio.run(run())
    assert [record.getMessage() for record in caplog.records] == [exchanges[0].line()]


def test_before_the_answer(raw_request, caplog):
    """Who has an answer finds its request in the log, on a head that is new and on a known one."""
    caplog.set_level(logging.INFO, "mockserver")
    logged = []

    class Wire(asyncio.Transport):
        def write(self, data):
            logged.append(len(caplog.records))

        def is_closing(self):
            return False

        def close(self):
            pass

    async def run():
        live = LiveEngine()
        connection = Server(live, Site(live)._answer)()
        connection.connection_made(Wire())
        for answers in (1, 2):
            connection.data_received(raw_request(connection="keep-alive"))
            for _ in range(50):
                if len(logged) < answers:
                    await asyncio.sleep(0)
        connection.connection_lost(None)

    asyncio.run(run())
    assert logged == [1, 2]
