"""One run of a command, and what is seen of its client."""

from __future__ import annotations

import sys

import pytest

from mockserver.edge.live import Overrides
from mockserver.edge.server.redirected import Redirect
from mockserver.scenario import load
from pytest_cerebras.run import playing
from pytest_cerebras.run.playing import played
from pytest_cerebras.run.printing import lines, summary
from pytest_cerebras.run.signals import Signals
from pytest_cerebras.run.starting import Command

STALLED = """
import http.client, json, os, ssl

connection = http.client.HTTPSConnection("api.cerebras.ai")
body = {"model": "gpt-oss-120b", "stream": True, "messages": [{"role": "user", "content": "a"}]}
fields = {"authorization": "Bearer " + os.environ["CEREBRAS_API_KEY"]}
fields |= {"content-type": "application/json", "x-stainless-lang": "python"}
fields["x-stainless-package-version"] = "1.99"  # of those that tell a time-out if they have one
connection.request("POST", "/v1/chat/completions", json.dumps(body), fields)
try:
    connection.getresponse().read()
except http.client.IncompleteRead:
    print("hung up")
"""
ESCAPING = """
import socket
try:
    socket.gethostbyname("api.cerebras.ai")
except OSError as error:
    print(error)
"""
DISTRUSTING = """
import os, ssl, socket
port = int(os.environ["HTTPS_PROXY"].rpartition(":")[2])
with socket.create_connection(("127.0.0.1", port)) as one:
    one.sendall(b"CONNECT api.cerebras.ai:443 HTTP/1.1\\r\\n\\r\\n")
    one.recv(100)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.wrap_socket(one, server_hostname="api.cerebras.ai")
    except ssl.SSLError:
        pass
"""


@pytest.fixture
def play():
    """Return a function that runs Python code under a scenario."""

    def do(scenario, code, *, blocks=False):
        return played(
            Command((sys.executable, "-c", code), Signals()),
            load(scenario),
            overrides=Overrides(),
            redirect=Redirect(blocks=blocks),
        )

    return do


def test_stall(play, monkeypatch):
    """A client without a time-out does not hold the run for ever, and is told of it."""
    monkeypatch.setattr(playing, "_STALL", 0.2)
    ended = play("stall-mid-stream", STALLED)
    assert (ended.status, len(ended.stalled), ended.is_guilty) == (0, 1, False)
    said = "\n".join([*lines(ended), *summary([ended])])
    assert "no-time-out (advice): the scenario 'stall-mid-stream' stalls" in said
    assert "advice: no-time-out" in said


def test_escape(play, capfd):
    """What can't be turned to the mock is stopped, and told with the way out."""
    ended = play("healthy", ESCAPING)
    assert "cerebras-mock run --sealed" in capfd.readouterr().out
    (note,) = ended.notes
    assert note.startswith("a request to api.cerebras.ai was stopped")
    assert ended.case.exchanges == []
    assert any("not answered: a request to api.cerebras.ai" in line for line in lines(ended))


def test_distrust(play):
    """A client that does not accept the certificate is told what to trust."""
    ended = play("healthy", DISTRUSTING)
    (note,) = ended.notes
    assert note.startswith("api.cerebras.ai: 1 x the client rejected the mock's certificate")


BY_PROXY = """
import os, socket
port = int(os.environ["HTTPS_PROXY"].rpartition(":")[2])
with socket.create_connection(("127.0.0.1", port)) as one:
    one.sendall(b"CONNECT api.groq.com:443 HTTP/1.1\\r\\n\\r\\n")
    one.recv(100)
"""
BY_NAME = 'import sys; sys.audit("socket.getaddrinfo", "api.groq.com", 443, 0, 0, 0)'
ASKS_US_TOO = """
import os, urllib.request
urllib.request.urlopen(os.environ["CEREBRAS_BASE_URL"] + "public/v1/models").read()
"""


@pytest.mark.parametrize(("code", "blocks"), [(BY_PROXY, True), (BY_NAME, False)])
def test_another_vendor(play, code, blocks):
    """An app that asks another vendor only is told whom it asked, and what to set."""
    note = play("healthy", code, blocks=blocks).notes[-1]
    sentence = "api.groq.com: the app sent requests to the API of Groq, but none to this API; "
    assert note.startswith(sentence)
    assert "CEREBRAS_BASE_URL" in note


def test_another_vendor_as_well(play):
    """One that asks this API too may ask whom it likes."""
    assert play("healthy", f"{BY_NAME}\n{ASKS_US_TOO}").notes == ()


def test_killed(play):
    """A command that a signal has ended has the status of a shell."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert play("healthy", code).status == 128 + 9
