"""Python processes that are turned to the mock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.redirected import Redirect
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.egress.child import cerebras_redirect

FOLDER = Path(cerebras_redirect.__file__).parent
ASKING = """
import http.client, {imports}
connection = http.client.HTTP{kind}Connection("{host}", timeout=10)
connection.request("GET", "/public/v1/models")
print(connection.getresponse().status)
"""


@pytest.fixture
def turned(tmp_path):
    """Return a function that runs code in a process that is turned."""
    redirect = Redirect()
    live = LiveEngine()
    with ThreadedServer(live, redirect) as server:
        trust = redirect.authority.write(tmp_path)
        told = f"api.cerebras.ai,{redirect.tls_port},{server.port},{trust.ca}"

        def run(code, *options):
            environment = {
                **os.environ,
                "PYTHONPATH": str(FOLDER),
                cerebras_redirect.VARIABLE: told,
            }
            return subprocess.run(
                [sys.executable, *options, "-c", code],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )

        yield run


@pytest.mark.parametrize("host", ["api.cerebras.ai", "API.Cerebras.ai"])
@pytest.mark.parametrize("kind", ["S", ""])
@pytest.mark.parametrize("imports", ["socket", "ssl, socket", "asyncio"])
def test_turned(turned, host, kind, imports):
    """The real host is the mock's, by TLS and without, whatever was imported first."""
    ended = turned(ASKING.format(host=host, kind=kind, imports=imports))
    assert ended.stdout == "200\n", ended.stderr


def test_asyncio(turned):
    """So it is for an event loop."""
    code = """
import asyncio

async def main():
    reader, writer = await asyncio.open_connection("api.cerebras.ai", 443, ssl=True)
    writer.write(b"GET /public/v1/models HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n")
    print((await reader.readline()).decode().strip())
    writer.close()

asyncio.run(main())
"""
    assert turned(code).stdout == "HTTP/1.1 200 OK\n"


def test_roots_of_ones_own(turned):
    """A context with other roots trusts the mock as well."""
    code = """
import certifi, socket, ssl
context = ssl.create_default_context(cafile=certifi.where())
with socket.create_connection(("api.cerebras.ai", 443)) as plain:
    with context.wrap_socket(plain, server_hostname="api.cerebras.ai"):
        print("trusted")
"""
    assert turned(code).stdout == "trusted\n"


def test_others(turned):
    """Names of others, and what is no name, are resolved as ever."""
    code = """
import socket
assert socket.getaddrinfo("127.0.0.1", 80)[0][4] == ("127.0.0.1", 80)
assert socket.getaddrinfo(b"localhost", "http", socket.AF_INET)[0][4] == ("127.0.0.1", 80)
assert socket.getaddrinfo(None, 80)
"""
    assert turned(code).returncode == 0


def test_imports_nothing_itself(turned):
    """A process that uses neither module does not pay for them."""
    code = "import sys; print({'ssl', 'socket'} & sys.modules.keys())"
    assert turned(code).stdout == "set()\n"
