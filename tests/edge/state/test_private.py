"""A store that lives as long as the mock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mockserver.edge.state import private
from mockserver.edge.state.private import NoServerError, private_store

PLAY = """
from mockserver.edge.state.private import private_store
with private_store() as address:
    print(address.path, flush=True)
    input()
"""


def gone(path):
    """Whether a folder disappears within some seconds."""
    for _ in range(1000):
        if not path.parent.exists():
            return True
        time.sleep(0.01)  # noqa: TID251 (other processes end)
    return False


@pytest.mark.usefixtures("redis_server")
def test_ends_with_the_mock():
    """It listens on a socket that only this user reaches, and leaves nothing behind."""
    with private_store() as address:
        path = Path(address.path)
        assert path.is_socket()
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


@pytest.mark.usefixtures("redis_server")
def test_ends_with_a_killed_mock():
    """A mock that is killed takes it along."""
    play = subprocess.Popen(
        [sys.executable, "-c", PLAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    path = Path(play.stdout.readline().strip())
    os.kill(play.pid, signal.SIGKILL)
    play.communicate()
    assert gone(path)


def test_no_server(monkeypatch):
    """Without a server, it says what to install."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoServerError, match="needs redis-server or valkey-server; install"):
        private_store().__enter__()


def test_server_that_does_not_start(monkeypatch, tmp_path):
    """A server that ends at once is one sentence."""
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(private, "_SECONDS", 0.1)
    with pytest.raises(NoServerError, match="the server does not start"):
        private_store().__enter__()
