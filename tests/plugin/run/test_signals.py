"""Signals on their way to the command; ``test_command`` sends them from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from pytest_cerebras.run import signals
from pytest_cerebras.run.signals import Signals

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs signals"),
    pytest.mark.usefixtures("heeding"),
]
WAITS = (sys.executable, "-c", "input()")


@pytest.fixture
def caught():
    """Handle the signals of this process."""
    found = Signals()
    with found.handled():
        yield found


def test_none(caught):
    """Without a signal there is no status."""
    assert (caught.first, caught.status, caught.name) == (None, 0, "")


def test_before_the_start(caught):
    """A signal to us alone that comes too early is passed on as soon as there is a process."""
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGHUP)
    assert (caught.first, caught.status, caught.name) == (15, 143, "SIGTERM")
    process = subprocess.Popen(WAITS, stdin=subprocess.PIPE)
    with process, caught.passed_on(process):
        assert process.wait() in (-signal.SIGTERM, -signal.SIGHUP)


def test_no_process_left(caught):
    """What comes after the end of the process reaches no other."""
    with subprocess.Popen(WAITS, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with caught.passed_on(process):
            process.wait()
        os.kill(os.getpid(), signal.SIGTERM)
    assert caught.first == signal.SIGTERM


def test_ignored():
    """A signal that is ignored, as after nohup, stays ignored; the others are as before."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    found, others = Signals(), signal.getsignal(signal.SIGTERM)
    try:
        with found.handled():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) == found._take
    finally:
        signal.signal(signal.SIGHUP, before)
    assert found.first is None
    assert signal.getsignal(signal.SIGTERM) == others


@pytest.mark.parametrize(("number", "ended"), [(signal.SIGTERM, True), (signal.SIGINT, False)])
def test_no_witness(monkeypatch, tmp_path, number, ended):
    """Where no witness can be started, SIGINT counts as Ctrl-C, and the rest is passed on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Signals()
    process = subprocess.Popen(WAITS, stdin=subprocess.PIPE)
    with found.handled(), process, found.passed_on(process):
        os.kill(os.getpid(), number)
        assert found.first == number
        if ended:
            assert process.wait() == -number
        else:
            assert process.poll() is None
            process.communicate(b"\n")


def test_lost_witness(monkeypatch):
    """A witness that ended for another reason proves nothing; the next one does."""
    found = Signals()
    with found.handled():
        witness = found._witness
        witness.kill()
        assert not found._reaches_group(signal.SIGTERM)
        assert found._witness is not witness
        found._witness.send_signal(signal.SIGTERM)
        assert found._reaches_group(signal.SIGTERM)
        monkeypatch.setattr(signals, "_PATIENCE", 0.0)
        assert not found._reaches_group(signal.SIGTERM)
