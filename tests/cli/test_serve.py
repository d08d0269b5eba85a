"""The mock in the foreground."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from urllib.request import urlopen

import pytest

from mockserver.cli.serve import _is_loopback, _print_cost
from mockserver.core.messages import Request
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.serving import ending_signals
from mockserver.scenario import Scenario


def test_port_in_use(run):
    """A port that somebody else has is one sentence and status 1."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = run("serve", "--port", port)
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1 port {port}: " in result.output


def test_other_address_warns(run):
    """An address that other machines reach is served only when asked for, with a warning."""
    result = run("serve", "--host", "192.0.2.1")  # documentation's own: nobody has it
    assert result.exit_code == 1
    assert "warning: 192.0.2.1 can be reached from other machines" in result.output


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (UnicodeError("label empty or too long"), "not a valid host name"),
        (OSError("gone"), "gone"),
    ],
)
def test_no_address(run, monkeypatch, error, reason):
    """A host that is no address is one sentence and status 1."""

    def refused(*_, **__):
        raise error

    monkeypatch.setattr("mockserver.edge.server.serving.serve_until_signal", refused)
    result = run("serve", "--host", "localhots")
    assert result.exit_code == 1
    assert f"cannot listen on localhots port 0: {reason}\n" in result.output


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_loopback_does_not_warn(host):
    """All names of the loopback interface are quiet."""
    assert _is_loopback(host)


def _ended(server):
    """Return the output of a server that should end by itself; kill it otherwise."""
    try:
        return server.communicate(timeout=10)
    finally:
        server.kill()


@pytest.mark.usefixtures("heeding")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serve_until_signal(number):
    """It prints the URL and two lines to paste, answers, logs, and a signal ends it with 0."""
    command = [sys.executable, "-m", "mockserver", "serve", "--scenario", "wrong-key"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        first = server.stdout.readline()
        url = first.split(" on ")[1].split()[0]
        pasted = [server.stdout.readline().strip() for _ in range(2)]
        with urlopen(f"{url}/v1/tcp_warming") as answer:
            assert answer.read() == b"null"
        server.send_signal(number)
        rest, log = _ended(server)
    assert server.returncode == 0
    assert rest == ""  # nothing was asked that costs anything
    assert first.startswith("Cerebras mock, scenario 'wrong-key', on http://127.0.0.1:")
    assert pasted == [
        f'Cerebras(base_url="{url}", api_key="csk-mock")',
        f'OpenAI(base_url="{url}/v1", api_key="csk-mock")',
    ]
    assert log == "#0 GET /v1/tcp_warming -> 200\n"


def test_ignored_hang_up():
    """SIGHUP does not end a server that was started so that it outlives its terminal."""
    before = signal.getsignal(signal.SIGHUP)
    try:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert signal.SIGHUP in ending_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert list(ending_signals()) == [signal.SIGINT, signal.SIGTERM]
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heeding")
def test_closed_terminal():
    """A server whose terminal closes ends well, though nobody can read what its requests cost."""
    terminal, output = os.openpty()
    command = [sys.executable, "-m", "mockserver", "serve"]
    with (
        open(terminal, encoding="utf-8", closefd=False) as shown,
        subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, text=True) as server,
    ):
        os.close(output)
        url = shown.readline().split(" on ")[1].split()[0]
        key = shown.readline().split('api_key="')[1].partition('"')[0]
        body = b'{"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}'
        fields = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        with urlopen(urllib.request.Request(f"{url}/v1/chat/completions", body, fields)) as answer:
            assert answer.status == 200
        os.close(terminal)
        server.send_signal(signal.SIGHUP)
        _, log = _ended(server)
    assert server.returncode == 0
    assert log.startswith("#1 POST /v1/chat/completions gpt-oss-120b -> 200")
    assert log.count("\n") == 1


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        ("http://:secret@cache", 2, "--state should begin with redis://"),
        ("unix://:secret@/nowhere/redis.sock", 1, "cannot reach the store at unix:///nowhere"),
    ],
)
def test_no_state(run, state, status, said):
    """A store that is none, or is not there, is one sentence without the password."""
    result = run("serve", "--state", state)
    assert result.exit_code == status
    assert said in result.output
    assert "secret" not in result.output


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [("redis", "it does not answer"), ("rediss", "it does not answer, or not with TLS")],
)
def test_silent_store(run, monkeypatch, scheme, reason):
    """A store that is silent is told as such: the client's own error is empty."""

    async def connect(_):
        raise TimeoutError

    monkeypatch.setattr("mockserver.edge.state.store.Store.connect", connect)
    result = run("serve", "--state", f"{scheme}://127.0.0.1:1")
    assert result.exit_code == 1
    assert result.output.strip().endswith(f"{scheme}://127.0.0.1:1/0: {reason}")


def test_no_client(run, monkeypatch):
    """Without redis-py it says what to install."""
    for module in [name for name in sys.modules if name.startswith("mockserver.edge.state.")]:
        monkeypatch.delitem(sys.modules, module)
    for module in ("redis", "redis.asyncio"):
        monkeypatch.setitem(sys.modules, module, None)
    result = run("serve", "--state", "private")
    assert result.exit_code == 2
    assert "pip install 'pytest-cerebras[cluster]'" in " ".join(result.output.split())


def test_nothing_to_lose(run):
    """What happens without the store is a question only if there is one."""
    result = run("serve", "--state-lost", "alone")
    assert result.exit_code == 2
    assert "--state-lost needs --state" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, for workers")
def test_no_state_for_workers(run):
    """The same is said for workers, once."""
    result = run("serve", "--workers", "2", "--state", "unix:///nowhere/redis.sock")
    assert result.exit_code == 1
    assert result.output.count("cannot reach the store") == 1


def test_tells_the_cost(capsys):
    """In the end it says what the requests would have cost."""
    live = LiveEngine(Scenario("healthy"))
    _print_cost(live)
    assert capsys.readouterr().out == ""
    key = live.engine.edition.keys.sample("mock-0000000000000000")
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    body = b'{"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}'
    live.engine.handle(Request("POST", "/v1/chat/completions", headers, body), now=0.0)
    _print_cost(live)
    assert capsys.readouterr().out.startswith("cost: 1 request, ")
