"""A real Redis or Valkey on a Unix socket, and a client that waits for each reply."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import msgpack
import pytest

SCRIPT = (files("mockserver.edge.state") / "store.lua").read_text()
SERVER = next(filter(None, map(shutil.which, ("redis-server", "valkey-server"))), None)


class Redis:
    """One server; ``path`` is its socket."""

    def __init__(self, folder):
        self.folder, self.path = folder, folder / "redis.sock"
        self._process = None

    def start(self):
        """Start it, and wait until it answers."""
        kept = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
        self._process = subprocess.Popen(
            [SERVER, "--port", "0", "--unixsocket", self.path, "--dir", self.folder, *kept],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(1000):
            try:
                if self.command("PING") == b"PONG":
                    return
            except (OSError, ValueError):  # it is not there yet, or still reads its data
                pass
            time.sleep(0.01)  # noqa: TID251 (another program starts)
        raise TimeoutError("redis-server did not start")

    def stop(self):
        """End it; its data stay."""
        self._process.terminate()
        self._process.wait()

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
    line = stream.readline().rstrip()
    if line[:1] == b"-":
        raise ValueError(line.decode())
    if line[:1] == b"$":
        size = int(line[1:])
        return None if size < 0 else stream.read(size + 2)[:-2]
    if line[:1] == b"*":
        raise ValueError("an array")
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
        reply = asked(self._stream, "EVAL", SCRIPT, 1, self._root, packed, repr(now) if now else "")
        return msgpack.unpackb(reply, raw=True)

    def close(self):
        """End the connection."""
        self._stream.close()
        self._socket.close()


@contextmanager
def running():
    if SERVER is None:
        if os.environ.get("REQUIRE_REDIS"):
            pytest.fail("REQUIRE_REDIS is set, and there is no redis-server or valkey-server")
        pytest.skip("needs redis-server or valkey-server")
    # not in pytest's folder: the path of a socket has at most about 100 characters
    with TemporaryDirectory() as folder:
        server = Redis(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def redis_server():
    with running() as server:
        yield server


@pytest.fixture
def own_redis():
    """Yield a server that the test may stop and start."""
    with running() as server:
        yield server


@pytest.fixture
def redis(redis_server):
    redis_server.command("FLUSHALL")
    return redis_server
