"""A real Redis or Valkey on a Unix socket, and a client that waits for each reply."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from importlib.resources import files
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import msgpack
import pytest
import trustme

SCRIPT = (files("mockserver.edge.state") / "store.lua").read_text()
SERVERS = [*filter(shutil.which, ("redis-server", "valkey-server"))]
"""The programs that are here; the tests run with each of them."""


class NoTLSError(Exception):
    """The server does not know TLS."""


class Redis:
    """One server; ``path`` is its socket. More ``settings`` are those of its command line."""

    def __init__(self, folder, program=SERVERS[0] if SERVERS else "", *settings):
        self.folder, self.path = folder, folder / "redis.sock"
        self._command = (program, "--port", "0", "--unixsocket", self.path, "--dir", folder)
        self._settings = settings
        self._process = None

    def start(self):
        """Start it, and wait until it answers."""
        kept = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
        self._process = subprocess.Popen(
            [*self._command, *kept, *self._settings], stdout=subprocess.DEVNULL
        )
        for _ in range(1000):
            try:
                if self.command("PING") == b"PONG":
                    return
            except ValueError as error:
                if "NOAUTH" in str(error):
                    return
            except OSError:  # it is not there yet
                if self._process.poll() is not None and "--tls-port" in self._settings:
                    raise NoTLSError from None
            time.sleep(0.01)  # noqa: TID251 (another program starts)
        raise TimeoutError("redis-server did not start")

    def stop(self):
        """End it; its data stay."""
        self._process.terminate()
        self._process.wait()

    def pause(self, *, on):
        """Let it say nothing, or go on."""
        self._process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def forget(self):
        """Delete its data, while it is stopped."""
        shutil.rmtree(self.folder / "appendonlydir")

    @property
    def url(self):
        """What replicas are given."""
        return f"unix://{self.path}"

    def command(self, *words):
        """Send one command on a connection of its own; return the reply."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.path))
            return asked(client.makefile("rwb"), *words)


def asked(stream, *words):
    """Send a command; return the reply. Raises ValueError for an error."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    stream.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
    stream.flush()
    return _reply(stream)


def _reply(stream):
    line = stream.readline().rstrip()
    if line[:1] == b"-":
        raise ValueError(line.decode())
    if line[:1] == b"$":
        size = int(line[1:])
        return None if size < 0 else stream.read(size + 2)[:-2]
    if line[:1] == b"*":
        return [_reply(stream) for _ in range(int(line[1:]))]
    return line[1:]


class Waiting:
    """Calls the script and waits for its reply, at a time that the caller gives."""

    def __init__(self, redis, namespace="test"):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(redis.path))
        self._stream = self._socket.makefile("rwb")
        self._root = f"cerebras-mock:{namespace}"
        self._serial = 0

    def __call__(self, operation, *values, now="", replica="a", again=False, serial=None):
        """Return the reply to a message."""
        self._serial += 1
        message = (operation, replica, serial or self._serial, again, values)
        packed = msgpack.packb(message, use_bin_type=False)
        time = repr(now) if now else ""
        (reply,) = asked(self._stream, "EVAL", SCRIPT, 1, self._root, time, packed)
        return msgpack.unpackb(reply, raw=True)

    def close(self):
        """End the connection."""
        self._stream.close()
        self._socket.close()


def free_port():
    """Return a port of the loopback interface that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@contextmanager
def running(program, *settings):
    """Run a server, which listens on a socket of its own."""
    # not in pytest's folder: the path of a socket has at most about 100 characters
    with TemporaryDirectory() as folder:
        server = Redis(Path(folder), program, *settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session", params=SERVERS or [None])
def program(request):
    """Return the name of a server that is here; a test runs once with each."""
    if request.param is None:
        if os.environ.get("REQUIRE_REDIS"):
            pytest.fail("REQUIRE_REDIS is set, and there is no redis-server or valkey-server")
        pytest.skip("needs redis-server or valkey-server")
    return request.param


@pytest.fixture(scope="session")
def redis_server(program):
    with running(program) as server:
        yield server


@pytest.fixture
def own_redis(program):
    """Yield a server that the test may stop and start."""
    with running(program) as server:
        yield server


@pytest.fixture
def tls_redis(program, tmp_path):
    """Yield the port of a server that speaks TLS as localhost, and who signed its certificate."""
    authority = trustme.CA()
    signed = authority.issue_cert("localhost")
    places = [tmp_path / name for name in ("authority.pem", "chain.pem", "key.pem")]
    authority.cert_pem.write_to_path(places[0])
    signed.cert_chain_pems[0].write_to_path(places[1])
    signed.private_key_pem.write_to_path(places[2])
    port = free_port()
    pem = zip(("--tls-ca-cert-file", "--tls-cert-file", "--tls-key-file"), places, strict=True)
    tls = ("--tls-port", port, "--tls-auth-clients", "no", "--requirepass", "secret")
    try:
        with running(program, *map(str, (*tls, *chain(*pem)))):
            yield port, authority
    except NoTLSError:
        if os.environ.get("REQUIRE_REDIS"):
            raise
        pytest.skip(f"this {program} is built without TLS")


@pytest.fixture
def redis(redis_server):
    redis_server.command("FLUSHALL")
    return redis_server
