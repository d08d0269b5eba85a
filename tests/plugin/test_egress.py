"""Nothing reaches the real API while the mock is active."""

from __future__ import annotations

import os
import socket
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from pytest_cerebras.egress import guarded, no_proxy


def test_guard_is_lifted():
    """Inside the block, the real host is out of reach; outside, all hosts are allowed."""
    before = socket.socket.connect
    with guarded() as watch:
        assert socket.getaddrinfo("127.0.0.1", 80)
        with pytest.raises(OSError, match="was stopped"):
            socket.getaddrinfo("api.cerebras.ai", 443)
        assert len(watch.escapes) == 1
    assert socket.socket.connect is before
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("api.cerebras.ai.invalid", 80)


def test_whose():
    """Attempts at the real API are listed apart, and stay known after the guard has ended."""
    with guarded(others="block") as watch:
        for host in ("api.cerebras.ai", "elsewhere.example"):
            with pytest.raises(OSError, match=host):
                socket.getaddrinfo(host, 443)
    assert len(watch.stopped) == 2
    [escape] = watch.escapes
    assert escape.startswith("a request to api.cerebras.ai was stopped (")


def test_proxies_are_bypassed(monkeypatch):
    """Neither the mock nor the guard is hidden behind a proxy; the user's list is kept."""
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    assert no_proxy().split(",") == [
        *("intranet.example", "127.0.0.1", "localhost", "::1", "cerebras.ai", ".cerebras.ai")
    ]


@pytest.mark.parametrize("there", [False, True])
def test_socks_proxies(monkeypatch, there):
    """A SOCKS proxy that httpx can't use is removed: httpx would fail even where it bypasses it."""
    module = ModuleType("socksio")
    module.__spec__ = ModuleSpec("socksio", None)
    monkeypatch.setitem(sys.modules, "socksio", module if there else None)
    names = ("ALL_PROXY", "https_proxy")
    for name in (*names, "MY_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with guarded() as watch:
        variables = watch.variables()
    proxies = {name: value for name, value in variables.items() if "PROXY" in name.upper()}
    bypassed = dict.fromkeys(("NO_PROXY", "no_proxy"), no_proxy())
    assert proxies == (bypassed if there else {**bypassed, **dict.fromkeys(names, "")})


SOCKS = """
import os, sys
import httpx
from openai import OpenAI

sys.modules["socksio"] = None

def test_it(cerebras_mock, cerebras_client):
    cerebras_client.models.list()
    OpenAI().models.list()
    httpx.get(cerebras_mock.url + "/public/v1/models")
    cerebras_mock.assert_requests(3)
"""


@pytest.mark.parametrize("mode", ["server", "respx"])
def test_clients_with_socks_proxy(run, pytester, monkeypatch, mode):
    """So each client is made, and answered."""
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:9")
    result = run(SOCKS, "--cerebras-mode", mode, how=pytester.runpytest_subprocess)
    result.assert_outcomes(passed=1)


@pytest.mark.cerebras_mock
def test_environment():
    """While a test has the mock, the environment bypasses proxies and guards children."""
    assert "127.0.0.1" in os.environ["NO_PROXY"]
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"]
    assert os.environ["PYTHONPATH"].partition(os.pathsep)[0].endswith("child")
    assert os.environ["CEREBRAS_MOCK_GUARD"].startswith("server:pass:")


SWALLOWED = """
import contextlib
import socket
import pytest

{marker}
def test_it(cerebras_mock):
    with contextlib.suppress(OSError):
        socket.getaddrinfo({host!r}, 443)
"""
BLOCK = '@pytest.mark.cerebras_mock(others="block")'


@pytest.mark.parametrize("mode", ["server", "respx"])
def test_escape_fails_the_test(run, mode):
    """An attempt that the app swallows still fails its test, in either mode."""
    code = SWALLOWED.format(host="api.cerebras.ai", marker="")
    result = run(code, f"--cerebras-mode={mode}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a request to api.cerebras.ai was stopped (*test_escape*.py:8)*"])
    assert result.stdout.str().count("was stopped (") == 2  # where it failed, and to be fixed


UNRELATED = """
import contextlib, os, socket
import pytest

@pytest.fixture
def late(cerebras_mock):
    yield
    with contextlib.suppress(OSError):
        socket.getaddrinfo("api.cerebras.ai", 80)

def test_fails(cerebras_mock, late):
    with contextlib.suppress(OSError):
        socket.getaddrinfo("api.cerebras.ai", 443)
    assert not "another reason"

def test_ends(late):
    pass
"""


def test_escape_is_told_once(run):
    """An attempt is a note on a test that failed anyway; in a fixture it is an error of its own."""
    result = run(UNRELATED)
    result.assert_outcomes(failed=1, passed=1, errors=2)
    out = result.stdout.str()
    assert out.count(":12): while") == 1
    assert out.count(":8): while") == 2


@pytest.mark.parametrize(
    ("marker", "options", "ini"),
    [
        (BLOCK, (), ""),
        ("", ("--cerebras-others", "block"), ""),
        ("", (), "[pytest]\ncerebras_others = block\n"),
    ],
    ids=["marker", "option", "ini"],
)
@pytest.mark.parametrize("mode", ["server", "respx"])
def test_others_blocked(run, pytester, mode, marker, options, ini):
    """By choice no other machine is reached, and the line that tried is named."""
    pytester.makefile(".ini", pytest=ini)
    code = SWALLOWED.format(host="elsewhere.example", marker=marker)
    result = run(code, f"--cerebras-mode={mode}", *options)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["a request to elsewhere.example was stopped (*test_others*.py:8): *-others block, *"]
    )


def test_others_misspelt(run):
    """Another choice is refused with one sentence."""
    result = run("def test_it(cerebras_mock): pass", "--cerebras-others", "stop")
    result.stderr.fnmatch_lines(["*--cerebras-others should be pass or block, found 'stop'"])


@pytest.mark.cerebras_mock(others="block")
def test_mock_is_reached(cerebras_mock, cerebras_client):
    """The mock itself is never in the way of a block."""
    assert cerebras_client.models.list().data
    cerebras_mock.assert_requests(1)


WARM_UPS = {
    "sync": "sdk.Cerebras(base_url=REAL, api_key='csk-0000')",
    "async": "sdk.AsyncCerebras(base_url=REAL, api_key='csk-0000')",
}


@pytest.mark.parametrize("build", WARM_UPS.values(), ids=WARM_UPS)
def test_warm_up(run, build):
    """The request that the SDK sends from a constructor, and whose failure it hides, is noticed."""
    code = f"""
from cerebras.cloud import sdk
REAL = "https://api.cerebras.ai"

def test_it(cerebras_mock):
    {build}
"""
    result = run(code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a request to api.cerebras.ai was stopped (*test_warm_up*.py:5)*"])
    run(code, "--cerebras-mode=respx").assert_outcomes(passed=1)


def test_child(run):
    """An attempt by a child process fails the test."""
    run("""
import subprocess, sys

def test_it(cerebras_mock):
    code = "import socket; socket.getaddrinfo('api.cerebras.ai', 443)"
    subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
""").assert_outcomes(failed=1)


HARD_CODED = """
import asyncio, http.client, json, subprocess, sys, urllib.request
from urllib.parse import urlsplit
import aiohttp, httpx, pytest, requests

URL = "https://api.cerebras.ai/public/v1/models"

def by_httpx():
    return httpx.get(URL, timeout=5).status_code

def by_httpx_async():
    async def main():
        async with httpx.AsyncClient(timeout=5) as client:
            return (await client.get(URL)).status_code
    return asyncio.run(main())

def by_requests():
    return requests.get(URL, timeout=5).status_code

def by_urllib():
    return urllib.request.urlopen(URL, timeout=5).status

def by_http_client():
    parts = urlsplit(URL)
    kind = "HTTPSConnection" if parts.scheme == "https" else "HTTPConnection"
    connection = getattr(http.client, kind)(parts.netloc, timeout=5)
    connection.request("GET", parts.path, headers={"connection": "close"})
    with connection.getresponse() as answer:
        return answer.status

def by_aiohttp():
    async def main():
        async with aiohttp.ClientSession() as session, session.get(URL) as answer:
            return answer.status
    return asyncio.run(main())

def by_a_child():
    code = f"import httpx; raise SystemExit(httpx.get({URL!r}, timeout=5).status_code - 200)"
    return subprocess.run([sys.executable, "-c", code], stderr=-3).returncode + 200

def test_plainly(cerebras_mock):
    assert by_LIBRARY() == 200

def test_way_out(cerebras_mock, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "URL", cerebras_mock.url + "/public/v1/models")
    assert by_LIBRARY() == 200
    cerebras_mock.assert_requests(1)
"""
TO_RESPX = "let the app read CEREBRAS_BASE_URL, or use --cerebras-mode respx; *"
TO_REDIRECT = "* in the test's own process; use --cerebras-mode redirect, *"
REDIRECTED = (
    "let the app read CEREBRAS_BASE_URL, or, if the app has a fixed address, use "
    "--cerebras-mode redirect; *"
)


@pytest.mark.parametrize(
    ("library", "server", "respx"),
    [
        ("httpx", TO_RESPX, None),
        ("httpx_async", TO_RESPX, None),
        ("requests", REDIRECTED, TO_REDIRECT),
        ("urllib", REDIRECTED, TO_REDIRECT),
        ("http_client", REDIRECTED, TO_REDIRECT),
        ("aiohttp", REDIRECTED, TO_REDIRECT),
        ("a_child", REDIRECTED, TO_REDIRECT),
    ],
)
def test_way_out(run, library, server, respx):
    """A client with a hard-coded address gets advice that helps it."""
    code = HARD_CODED.replace("LIBRARY", library)
    told = "a request to api.cerebras.ai was stopped*: while the mock is active, nothing may *; "
    result = run(code)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"*{told}{server}"])
    if server != TO_RESPX:
        result.stdout.no_fnmatch_line("*--cerebras-mode respx*")
    result = run(code, "--cerebras-mode", "respx", "-k", "plainly")
    result.assert_outcomes(passed=respx is None, failed=respx is not None, deselected=1)
    if respx is not None:
        result.stdout.fnmatch_lines([f"*{told}{respx}"])
        result = run(code, "--cerebras-mode", "redirect")
        result.assert_outcomes(passed=2)
