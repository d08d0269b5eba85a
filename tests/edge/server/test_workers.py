"""Several processes behind one port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.edge.server import workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
WINDOW = "name: closing\nport: {refuses: {after: 1s, for: 1s}}\n"
PATIENCE = 20


class Served:
    """A running command: its process, its URL, and those of its workers."""

    def __init__(self, process):
        self.process = process
        self.said = [process.stdout.readline() for _ in range(4)]
        self.url = self.said[0].split(" on ")[1].split()[0]
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        self.workers = [int(number) for number in children.read_text().split()]

    def answers(self):
        """Ask on a new connection."""
        with urlopen(f"{self.url}/v1/tcp_warming") as answer:
            return answer.status == 200

    def end(self, number):
        """Send a signal to the parent, and return its status and all that was logged."""
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, log


@contextmanager
def served(*options):
    command = [sys.executable, "-m", "mockserver", "serve", "--workers", "3", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


def gone(process):
    """Wait until a process is no more, or only waits to be noticed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                continue
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_answer_and_a_signal_ends_them(number):
    """Each worker answers on the port, says which one it is, and ends with its parent."""
    with served() as command:
        assert len(command.workers) == 3
        assert "3 workers, each with limits, schedules and a journal of its own" in command.said[3]
        for _ in range(60):
            assert command.answers()
        status, log = command.end(number)
        assert status == 0
        assert {line.split()[0] for line in log.splitlines()} == {"[1]", "[2]", "[3]"}
        assert all(map(gone, command.workers))


def test_a_worker_that_dies_is_reported():
    """The others go on answering, the end says in its status that one is missing."""
    with served() as command:
        os.kill(command.workers[1], signal.SIGKILL)
        warning = command.process.stderr.readline()
        assert warning == (
            f"warning: worker 2 (process {command.workers[1]}) was ended by SIGKILL\n"
        )
        assert all(command.answers() for _ in range(20))
        assert command.end(signal.SIGTERM)[0] == 1


def test_workers_do_not_outlive_their_parent():
    """When the parent is killed, which it can't tell, they notice."""
    with served() as command:
        command.process.kill()
        assert all(map(gone, command.workers))


def test_the_port_is_ours_alone():
    """A port that somebody listens on is refused, even by those who would share theirs."""
    with served() as command:
        port = command.url.rpartition(":")[2]
        other = CliRunner().invoke(main, ["serve", "--workers", "2", "--port", port])
        assert other.exit_code == 1
        assert f"cannot listen on 127.0.0.1 port {port}: " in other.output
        assert "Traceback" not in other.output


def test_ids_differ():
    """No two workers give the same id to their first answers."""
    seen = set()
    with served("--seed", "5", "--log-level", "error") as command:
        for _ in range(30):
            with socket.create_connection(
                ("127.0.0.1", int(command.url.rpartition(":")[2]))
            ) as one:
                one.sendall(
                    b"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer csk-x\r\n\r\n"
                )
                seen.add(one.recv(65536).partition(b"x-request-id: ")[2].split(b"\r\n")[0])
    assert len(seen) == 30


@pytest.mark.parametrize("count", ["0", "-1", "65", "many"])
def test_wrong_count(count):
    """There is one worker at least and not hundreds."""
    result = CliRunner().invoke(main, ["serve", "--workers", count])
    assert result.exit_code == 2
    assert "--workers" in result.output


def test_a_port_that_closes_by_itself(tmp_path):
    """What has to be done by all at once is refused in a sentence."""
    path = tmp_path / "closing.yaml"
    path.write_text(WINDOW)
    result = CliRunner().invoke(main, ["serve", "--workers", "2", "--scenario", str(path)])
    assert result.exit_code == 2
    assert "--workers can't play 'closing', whose 'port' must change for all" in result.output


def test_other_systems(monkeypatch):
    """Elsewhere the kernel would give all connections to one of them."""
    monkeypatch.setattr(workers.sys, "platform", "darwin")
    result = CliRunner().invoke(main, ["serve", "--workers", "2"])
    assert result.exit_code == 2
    assert "--workers needs Linux" in result.output
