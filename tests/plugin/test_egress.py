"""Nothing reaches the real API while the mock is active."""

from __future__ import annotations

import asyncio
import os
import socket

import httpx
import pytest

from pytest_cerebras.egress import EscapeError, guarded, no_proxy


@pytest.mark.parametrize("host", ["api.cerebras.ai", "cerebras.ai", b"API.cerebras.ai"])
def test_refuses_the_real_host(host):
    """The real host can't be resolved, and the sentence names the line that tried."""
    with guarded() as escapes, pytest.raises(EscapeError, match="while the mock is active"):
        socket.getaddrinfo(host, 443)
    [sentence] = escapes
    assert f"({__file__}:" in sentence


def test_other_hosts_pass():
    """Other hosts are left alone, also those that only end alike."""
    with guarded() as escapes:
        assert socket.getaddrinfo("127.0.0.1", 80)
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("api.cerebras.ai.invalid", 80)
    assert not escapes


def test_guard_is_lifted():
    """After the block the resolver is the original one."""
    before = socket.getaddrinfo
    with guarded():
        assert socket.getaddrinfo is not before
    assert socket.getaddrinfo is before


def test_httpx_and_asyncio():
    """Clients on httpx and on asyncio are stopped alike."""

    async def connect():
        await asyncio.open_connection("api.cerebras.ai", 443)

    with guarded() as escapes:
        with pytest.raises(httpx.ConnectError, match=r"a request to api\.cerebras\.ai was stopped"):
            httpx.get("https://api.cerebras.ai/v1/models", trust_env=False)
        with pytest.raises(EscapeError):
            asyncio.run(connect())
    assert len(escapes) == 2
    assert all(f"({__file__}:" in sentence for sentence in escapes)


def test_proxies_are_bypassed(monkeypatch):
    """Neither the mock nor the guard is hidden behind a proxy; the user's list is kept."""
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    assert no_proxy().split(",") == [
        *("intranet.example", "127.0.0.1", "localhost", "::1", "cerebras.ai", ".cerebras.ai")
    ]


@pytest.mark.cerebras_mock
def test_active_with_the_mock():
    """While a test has the mock, the environment bypasses proxies."""
    assert "127.0.0.1" in os.environ["NO_PROXY"]
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"]


def test_escape_fails_the_test(run):
    """An attempt that the app swallows still fails its test."""
    result = run("""
import contextlib
import socket

def test_it(cerebras_mock):
    with contextlib.suppress(OSError):
        socket.getaddrinfo("api.cerebras.ai", 443)
""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["a request to api.cerebras.ai was stopped (*test_escape*.py:*)*"])
