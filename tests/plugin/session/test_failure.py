"""What a failed test shows, besides what ``test_plugin`` has of it."""

from __future__ import annotations

import pytest

HINT = "no request reached the mock; check that the app reads CEREBRAS_BASE_URL during the test"
ANSWERED = "cerebras_client.models.list()"
LOOKED_FOR = {
    "requests": "assert cerebras_mock.requests",
    "calls": "assert cerebras_mock.calls[0].attempts == 2",
    "an assertion": "cerebras_mock.assert_requests(1)",
    "another server": "urlopen('http://127.0.0.1:1')",
    "another server, in the end": "raise RuntimeError from ConnectionError()",
    "another server, meanwhile": "raise TimeoutError",
}


def told(run, code, *arguments):
    """Return the lines of the section of a failed test."""
    head = "from urllib.request import urlopen\nimport pytest\n"
    lines = run(head + code, *arguments).stdout.lines
    begin = next(at for at, line in enumerate(lines) if "- Cerebras mock -" in line)
    end = next(at for at in range(begin, len(lines)) if lines[at].startswith("===="))
    return lines[begin + 1 : end]


@pytest.mark.parametrize("line", LOOKED_FOR.values(), ids=LOOKED_FOR)
def test_requests_that_went_elsewhere(run, line):
    """Who looks for requests that never came, or fails to connect, is told where to look."""
    assert HINT in told(run, f"def test_it(cerebras_mock, cerebras_client):\n    {line}")


UNSENT = {
    "a line break in the key": (
        "Cerebras(api_key='csk-0\\n', max_retries=0).models.list()",
        "no request was sent: the client refused to write the request, probably because of a line",
    ),
    "a letter in the key": (
        "Cerebras(api_key='csk-1\u00e9', max_retries=0).models.list()",
        "no request was sent: the client refused to write the request, because the key has a char",
    ),
    "quotes around the key, with openai": (
        "openai.OpenAI(api_key='\u201ccsk-1\u201d', max_retries=0).models.list()",
        "no request was sent: the client refused to write the request, because the key has a char",
    ),
    "quotes around the key, without an SDK": (
        "requests.get(cerebras_mock.url, headers={'authorization': 'Bearer \u201ccsk-1\u201d'})",
        "no request was sent: the client refused to write the request, because the key has a char",
    ),
    "no scheme": (
        "Cerebras(base_url='api.cerebras.ai', max_retries=0).models.list()",
        "no request was sent: the base URL of the client does not begin with http:// or https://",
    ),
    "no scheme, without an SDK": (
        "requests.get('api.cerebras.ai/v1/models', timeout=5)",
        "no request was sent: the base URL of the client does not begin with http:// or https://",
    ),
}


@pytest.mark.parametrize(("line", "why"), UNSENT.values(), ids=UNSENT)
def test_unsent(run, line, why):
    """Who sends nothing is told why, and not to look for it elsewhere."""
    code = f"""
import openai
import requests
from cerebras.cloud.sdk import Cerebras

def test_it(cerebras_mock):
    {line}
"""
    shown = told(run, code)
    assert any(one.startswith(why) for one in shown)
    assert HINT not in shown


SPEAKS_TLS = """
import httpx

def test_it(cerebras_mock):
    httpx.get(cerebras_mock.url.replace("http://", "https://"))

def test_next(cerebras_mock):
    assert 0
"""


def test_tls(run):
    """Who speaks TLS to the mock's port has reached it; a later test knows nothing of it."""
    shown = told(run, SPEAKS_TLS, "-k", "test_it")
    assert any(one.startswith("a client speaks TLS to the mock's port") for one in shown)
    assert HINT not in shown
    lines = run(SPEAKS_TLS).stdout.lines
    assert sum(one.startswith("a client speaks TLS") for one in lines) == 1


SOMETHING_ELSE = {
    "a bug": "def test_it(cerebras_mock):\n    assert 0",
    "a bug after an answer": f"""
def test_it(cerebras_mock, cerebras_client):
    cerebras_mock.assert_requests(0)
    {ANSWERED}
    raise ConnectionError
""",
    "a bug in a fixture": """
@pytest.fixture
def broken(cerebras_mock):
    assert cerebras_mock.requests

def test_it(cerebras_mock, broken):
    pass
""",
    "a shut port": """
@pytest.mark.cerebras_mock("restart")
def test_it(cerebras_mock):
    urlopen(cerebras_mock.url)
""",
    "a guard": """
def test_it(cerebras_mock):
    try:
        urlopen("https://api.cerebras.ai")
    finally:
        cerebras_mock.assert_requests(1)
""",
    "another header": """
import httpx

def test_it(cerebras_mock):
    httpx.get(cerebras_mock.url, headers={"x-title": "\u00e9"})
""",
    "another text": "def test_it(cerebras_mock):\n    '\u00e9'.encode('ascii')",
    "half a letter in a body": """
import httpx

def test_it(cerebras_mock):
    httpx.post(cerebras_mock.url, content="Bearer \\ud800")
""",
    "a missing file": "def test_it(cerebras_mock):\n    open('none')",
}


@pytest.mark.parametrize("code", SOMETHING_ELSE.values(), ids=SOMETHING_ELSE)
def test_something_else_failed(run, code):
    """Nobody is sent to look for requests when that is not what has failed."""
    shown = told(run, code)
    assert shown[0].startswith("scenario ")
    assert HINT not in shown
    assert not any(line.startswith("no request was sent") for line in shown)


HAMMERS = """
import httpx


@pytest.mark.cerebras_mock("outage-503", clock="virtual", verdicts={"ignore": ["hot-retry"]})
def test_it(cerebras_mock):
    cerebras_mock.inject({"error": {"status": 503}})
    with httpx.Client(headers={"authorization": "Bearer csk-0"}) as client:
        for _ in range(60):
            client.get(f"{cerebras_mock.openai_url}/models")
            cerebras_mock.advance(1)
        cerebras_mock.side_effects.record("pay")
        for _ in range(3):
            client.get(f"{cerebras_mock.openai_url}/models")
    assert 0
"""


def test_runs_of_equal_exchanges(run):
    """Equal exchanges are told once, with what they mean, as long as nothing came between them."""
    shown = [line for line in told(run, HAMMERS) if line.startswith(("#", "..."))]
    assert [line.partition(" GET")[0] for line in shown] == [
        *("#1 to #60: 60 times", "#61", "#62", "#63")
    ]


ASKED = """
import socket, sys
import openai

class Refused(Exception):
    status_code = 401

def asks(host):
    sys.audit("socket.getaddrinfo", host, 443, 0, 0, 0)  # as if it were resolved
"""
VENDOR = (
    "no request reached the mock, because the test sent requests to api.openai.com, the API of "
    "OpenAI; let the app read its base URL from OPENAI_BASE_URL during the test"
)


def test_another_vendor(run):
    """Who asks another vendor is told whom, and which variable to read."""
    code = """
def test_it(cerebras_mock, monkeypatch):
    def fail(host, *_, **__):
        asks(host)
        raise socket.gaierror("no network here")
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    client = openai.OpenAI(base_url="https://api.openai.com/v1", max_retries=0)
    with client:
        client.models.list()
"""
    assert VENDOR in told(run, ASKED + code)


@pytest.mark.parametrize(
    ("then", "is_told"),
    [
        ("raise Refused", True),
        ("assert cerebras_mock.requests", True),
        ("assert 0", False),  # a bug, in an app that asks others as well
    ],
)
def test_refused_by_another_vendor(run, then, is_told):
    """A vendor's refusal, or requests that are missed, lead there; another bug does not."""
    code = f"def test_it(cerebras_mock):\n    asks('api.openai.com')\n    {then}"
    assert (VENDOR in told(run, ASKED + code)) == is_told


def test_any_other_host(run):
    """A host that nobody knows is named; addresses and this machine are not."""
    hosts = ("llm.example.com", "192.0.2.1", "localhost", "llm.example.com")
    code = f"def test_it(cerebras_mock):\n    list(map(asks, {hosts}))\n    raise ConnectionError\n"
    assert f"{HINT}; it sent requests to llm.example.com" in told(run, ASKED + code)


def test_after_a_request(run):
    """Where the mock was asked, nobody is told of other hosts."""
    code = f"""
def test_it(cerebras_mock, cerebras_client):
    {ANSWERED}
    asks("api.openai.com")
    raise Refused
"""
    assert "api.openai.com" not in "\n".join(told(run, ASKED + code))
