"""Connects to a port that is shut, as fault coverage counts them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHUT = """
import asyncio
import socket
import httpx
import pytest
try:
    import uvloop
except ImportError:
    pass
from mockserver.scenario import Port, Scenario, Window

URL = {url}
SHUT = Scenario("shut", port=Port(refuses=Window(lasting=5)))


def ask():
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{{URL}}/v1/models")


async def ask_async():
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{{URL}}/v1/models")


def test_x(cerebras_mock):
    global URL
    URL = URL or cerebras_mock.url
    {body}
"""


def met(run, body, *arguments, url="None"):
    """Return the kinds of trouble that a test has met."""
    result = run(SHUT.format(body=body, url=url), "--cerebras-report", "a.json", *arguments)
    assert result.ret == 0
    return json.loads(Path("a.json").read_text("utf-8"))["coverage"]["met"]


@pytest.mark.parametrize("how", ["ask()", "asyncio.run(ask_async())", "uvloop.run(ask_async())"])
def test_tried(run, how):
    """A connect to a shut port has met the scenario."""
    pytest.importorskip(how.partition(".")[0] if "." in how else "socket")
    assert met(run, f"cerebras_mock.play(SHUT); {how}") == {"unreachable": 1}


def test_tried_in_an_earlier_scenario(run):
    """It counts whatever the test plays afterwards."""
    body = "cerebras_mock.play(SHUT); ask(); cerebras_mock.play('healthy')"
    assert met(run, body) == {"unreachable": 1}


def test_tried_in_process(run):
    """It counts where no port is needed."""
    url = "'https://api.cerebras.ai'"
    body = "cerebras_mock.play(SHUT); ask()"
    assert met(run, body, "--cerebras-mode", "respx", url=url) == {"unreachable": 1}


def test_not_tried(run):
    """A scenario with a shut port has not been met if there was no connect."""
    assert met(run, "cerebras_mock.play(SHUT)") == {}


def test_another_port(run):
    """A connect to another port does not count."""
    body = """cerebras_mock.play(SHUT)
    with socket.create_server(("127.0.0.1", 0)) as other:
        socket.create_connection(other.getsockname()).close()"""
    assert met(run, body) == {}


def test_after_the_window(run):
    """When the port is open again, a connect is an ordinary one."""
    body = """cerebras_mock.play(SHUT)
    cerebras_mock.advance(6)
    assert httpx.get(f"{URL}/v1/models", headers={"Authorization": "Bearer csk-x"})"""
    assert "unreachable" not in met(run, body, "--cerebras-clock", "virtual")


@pytest.mark.parametrize(("mode", "count"), [("server", 0), ("redirect", 1)])
def test_tls_breaks(run, mode, count):
    """Where there is TLS, a handshake that breaks is met; where there is none, nothing is."""
    code = """
import httpx
from mockserver.scenario import Port, Scenario, Window

BROKEN = Scenario("broken", port=Port(breaks_tls=Window(lasting=5)))

def test_x(cerebras_mock):
    cerebras_mock.play(BROKEN)
    try:
        httpx.get("URL".replace("MOCK", cerebras_mock.url), timeout=5)
    except httpx.ConnectError:
        pass
    assert cerebras_mock._refused.count == COUNT
"""
    url = "https://api.cerebras.ai/v1/models" if count else "MOCK/v1/models"
    result = run(code.replace("URL", url).replace("COUNT", str(count)), "--cerebras-mode", mode)
    result.assert_outcomes(passed=1)
