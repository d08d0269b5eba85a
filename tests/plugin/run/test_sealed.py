"""Runs that nothing can leave."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

import pytest

from pytest_cerebras.run import sealed
from pytest_cerebras.run.sealed import SealError


def can_seal():
    try:
        sealed._check()
    except SealError:
        return False
    return True


needs_namespaces = pytest.mark.skipif(
    not can_seal() and not os.environ.get("REQUIRE_SEALED"), reason="needs namespaces of Linux"
)


@needs_namespaces
def test_answered(run, app):
    """An app with the real host in it is answered, with no help but names and certificates."""
    code = """
import os, runpy, sys
for name in [name for name in os.environ if "proxy" in name.lower() or "MOCK" in name]:
    del os.environ[name]
os.execve(sys.executable, [sys.executable, "-I", "-S", sys.argv[1]], dict(os.environ))
"""
    _, file = app()
    ended = run("--sealed", "--", sys.executable, "-c", code, file)
    assert (ended.returncode, ended.stdout) == (0, "200\n"), ended.stderr


@needs_namespaces
def test_roots_of_the_system(run):
    """A client that reads no variable at all trusts the mock, under each scenario."""
    asking = ("env", "-i", "curl", "-sS", "https://api.cerebras.ai/public/v1/models")
    ended = run("--sealed", "--chaos", "healthy,stream-cut", "--", *asking)
    assert ended.stdout.count('{"object":"list"') == 2, ended.stderr
    assert ended.returncode == 0


@needs_namespaces
def test_no_way_out(run):
    """There is one interface, which leads nowhere, and names of others are not known."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        code = f"""
import socket
print(sorted(name for _, name in socket.if_nameindex()))
for host in ("127.0.0.1", "192.0.2.1", "2001:db8::1", "a.example"):
    try:
        socket.create_connection((host, {port}), 5)
    except OSError as error:
        print(host, "no")
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))
except OSError:
    print("no datagram")
"""
        ended = run("--sealed", "--", sys.executable, "-I", "-c", code)
        outside.settimeout(0)
        with pytest.raises(BlockingIOError):
            outside.accept()
    assert ended.stdout.splitlines() == [
        "['lo']",
        *(f"{host} no" for host in ("127.0.0.1", "192.0.2.1", "2001:db8::1", "a.example")),
        "no datagram",
    ]


@needs_namespaces
def test_allowed_port(run):
    """A service of the machine is reached by the port that is handed through."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = str(outside.getsockname()[1])
        code = f"""
import socket
with socket.create_connection(("127.0.0.1", {port}), 5) as one:
    one.sendall(b"hello")
    one.shutdown(socket.SHUT_WR)
"""
        ended = run("--sealed", "--allow", port, "--", sys.executable, "-c", code)
        assert ended.returncode == 0, ended.stderr
        outside.settimeout(5)
        accepted, _ = outside.accept()
        with accepted:
            assert accepted.recv(10) == b"hello"


@needs_namespaces
def test_outside_is_as_before(run):
    """Nothing is written into the system."""
    before = sealed._HOSTS.read_bytes()
    ended = run("--sealed", "--", "cat", "/etc/hosts")
    assert "127.0.0.1 localhost api.cerebras.ai status.cerebras.ai\n" in ended.stdout
    assert sealed._HOSTS.read_bytes() == before


@needs_namespaces
def test_status_and_report(run, app, tmp_path):
    """Status, verdicts and reports are those of any other run."""
    ended = run("--sealed", "--strict", "--report", "r.xml", "--", *app('"sk-proj-" + "a" * 40'))
    assert ended.returncode == 10
    assert "to fix: key-sent-elsewhere" in ended.stderr
    assert (tmp_path / "r.xml").exists()
    assert run("--sealed", "--scenario", "x", "--", "true").returncode == 2


@needs_namespaces
def test_the_same_user(tmp_path):
    """The user inside is the user outside, also one that is not root."""
    code = "import os; print(os.getuid(), os.getgid()); open('made', 'w')"
    sealed_run = (sys.executable, "-m", "pytest_cerebras.run", "--sealed", "--")
    ended = subprocess.run(
        ["unshare", "--map-user=1234", "--map-group=1234", *sealed_run, sys.executable, "-c", code],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout == "1234 1234\n", ended.stderr
    assert (tmp_path / "made").stat().st_uid == os.getuid()


def test_no_namespaces(monkeypatch, tmp_path):
    """Where the system forbids them, a sentence has its reason and the way out."""
    fake = tmp_path / "unshare"
    fake.write_text("#!/bin/sh\necho 'unshare: unshare failed: not permitted' >&2; exit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(
        SealError, match=r"\(unshare failed: not permitted\); run the command as root"
    ):
        sealed.run_sealed(["--", "true"], ())


def test_other_systems(monkeypatch):
    """Elsewhere there are none."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SealError, match="needs Linux and unshare"):
        sealed.run_sealed([], ())
