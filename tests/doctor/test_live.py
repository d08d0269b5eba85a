"""What is asked of the API, over a socket, and what the answers mean. A mock stands for it."""

from __future__ import annotations

import socket

import pytest

from mockserver.doctor.live import STATUS_PAGE, Examination
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.scenario import parse

SECRET = "4f1dmock" * 6
KEY = f"csk-{SECRET}"
PATIENCE = 20.0  # seconds: a busy machine is no finding
BUSY = "{error: {problem: queue_exceeded}}"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """Let no proxy of this machine stand between."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mock():
    """Return a builder of mocks that play faults on an endpoint."""
    running = []

    def start(endpoint="chat", fault=None):
        rules = (
            f"rules: [{{match: {{endpoint: {endpoint}}}, faults: [{fault}]}}]\n" if fault else ""
        )
        server = ThreadedServer(LiveEngine(parse(f"name: t\n{rules}")))
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.__exit__(None, None, None)


@pytest.fixture
def asked(today):
    """Return a function that examines a URL, and gives the place, rule and text of each finding."""

    def ask(url, *, seconds=PATIENCE, **more):
        environ = {"CEREBRAS_BASE_URL": url, "CEREBRAS_API_KEY": KEY, **more}
        found = Examination.of(environ, today, seconds=seconds).findings()
        assert SECRET[:6] not in repr(found)
        return [(one.place, one.rule, one.text()) for one in found]

    return ask


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_well(mock, asked, path):
    """Two requests, one token, and nothing to say."""
    server = mock()
    assert asked(server.url + path) == []
    models, chat = server.live.journal.exchanges
    assert (models.request.method, models.request.path) == ("GET", "/v1/models")
    assert (chat.request.method, chat.request.path) == ("POST", "/v1/chat/completions")
    assert chat.completion_tokens == 1


@pytest.mark.parametrize("key", ["sk-proj-" + SECRET, SECRET])
def test_wrong_key(mock, asked, key):
    """The table says what is wrong with it; no chat is sent."""
    server = mock()
    ((place, rule, _),) = asked(server.url, CEREBRAS_API_KEY=key)
    assert (place, rule in ("other-vendors-key", "unknown-key")) == ("CEREBRAS_API_KEY", True)
    assert server.live.journal.count == 1


def test_refused_key(mock, asked):
    """One that looks right can be refused all the same."""
    server = mock("models", "{error: {problem: wrong_api_key}}")
    ((place, rule, text),) = asked(server.url)
    assert (place, rule) == ("CEREBRAS_API_KEY", "key-refused")
    assert "401" in text


def test_unknown_model(mock, asked):
    """The account has other models; one of them is asked."""
    server = mock()
    ((place, rule, text),) = asked(server.url, CEREBRAS_MODEL="of-somebody-else")
    assert (place, rule) == ("CEREBRAS_MODEL", "model-refused")
    assert "gpt-oss-120b" in text
    assert server.live.journal.exchanges[-1].status == 200


def test_model_of_the_environment(mock, asked):
    """The chat asks for the model that the app would."""
    server = mock()
    assert asked(server.url, CEREBRAS_CHAT_MODEL="qwen-3.8-27b") == []
    assert server.live.journal.exchanges[-1].model == "qwen-3.8-27b"


@pytest.mark.parametrize(
    ("endpoint", "fault", "rule", "words"),
    [
        ("models", "{error: {status: 503}}", "api-error", "GET /v1/models with 503"),
        ("chat", "{error: {status: 503}}", "api-error", "POST /v1/chat/completions with 503"),
        ("chat", BUSY, "at-its-limit", "429"),
        ("models", "{disconnect: {}}", "unreachable", "it closes the connection"),
    ],
)
def test_troubles(mock, asked, endpoint, fault, rule, words):
    """Each has its own sentence, with the request that met it."""
    ((_, found, text),) = asked(mock(endpoint, fault).url)
    assert found == rule
    assert words in text


def test_stall(mock, asked):
    """An answer that does not come is waited for no longer than was said."""
    ((_, rule, text),) = asked(mock("models", "{stall: {}}").url, seconds=0.5)
    assert rule == "not-in-time"
    assert "GET /v1/models within 0.5 s" in text


def test_nobody_listens(asked):
    """A closed port is told in words of our own."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        ((place, rule, text),) = asked(f"http://127.0.0.1:{port}")
    assert (place, rule) == (f"http://127.0.0.1:{port}", "unreachable")
    assert "refuses the connection" in text


def test_echoed_key(asked):
    """A server that repeats the key, in whatever form, does not get it printed."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self):
            said = f'{{"error": {{"message": "bad {self.headers["Authorization"]} here"}}}}'
            self.send_response(403)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        for_us = asked(f"http://127.0.0.1:{server.server_port}", CEREBRAS_API_KEY=f"x{SECRET}")
    ((_, rule, text),) = for_us
    assert rule == "api-error"
    assert "403 bad Bearer ... here" in text


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({}, "CEREBRAS_API_KEY is not set"),
        (
            {"CEREBRAS_API_KEY": "a\x00b"},
            "CEREBRAS_API_KEY has characters that are not allowed in a header",
        ),
        ({"CEREBRAS_API_KEY": KEY, "CEREBRAS_BASE_URL": "api.cerebras.ai"}, "not the URL"),
        (
            {"CEREBRAS_API_KEY": KEY, "CEREBRAS_BASE_URL": "http://x.test"},
            "send the key unencrypted",
        ),
    ],
)
def test_nothing_sent(today, environ, why):
    """What can't be asked, or would send the key unencrypted, is not sent."""
    examination = Examination.of(environ, today)
    (line,) = examination.announcement()
    assert line.startswith("nothing is sent: ")
    assert why in line
    assert [one.rule for one in examination.findings()] == ["key-unset"] * (not environ)


def test_announcement(today):
    """It says what is sent, where, how much it costs; and never the key."""
    real = Examination.of({"CEREBRAS_API_KEY": KEY}, today)
    (line,) = real.announcement()
    assert line == (
        "sending at most 3 requests: GET https://api.cerebras.ai/v1/models and "
        "POST https://api.cerebras.ai/v1/chat/completions with the key in CEREBRAS_API_KEY, then "
        f"GET {STATUS_PAGE} without the key; together they cost at most 100 tokens"
    )
    assert SECRET not in repr(real)


def test_announcement_of_a_mock(today):
    """Somebody who has forgotten the variable is told that a mock may answer."""
    environ = {"CEREBRAS_API_KEY": KEY, "CEREBRAS_BASE_URL": "http://127.0.0.1:9"}
    first, second = Examination.of(environ, today).announcement()
    assert "a mock may answer" in first
    assert second.startswith("sending at most 2 requests: GET http://127.0.0.1:9/v1/models")
