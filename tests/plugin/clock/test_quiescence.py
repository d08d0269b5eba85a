"""Whether everybody waits."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from pytest_cerebras.clock import quiescence
from pytest_cerebras.clock.quiescence import is_quiet

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells about threads")


@pytest.fixture
def thread():
    """Return a function that runs another one in a thread, and joins it at the end."""
    started = []

    def start(target):
        started.append(threading.Thread(target=target))
        started[-1].start()

    yield start
    for each in started:
        each.join()


@linux
def test_threads_that_wait(thread):
    """Threads that wait for a lock are quiet."""
    released = threading.Event()
    thread(released.wait)
    try:
        assert any(is_quiet(int) for _ in range(100))
    finally:
        released.set()


@linux
def test_thread_that_works(thread):
    """A thread that computes is not, however often one asks."""
    over = threading.Event()

    def compute():
        while not over.is_set():
            pass

    thread(compute)
    try:
        assert not any(is_quiet(int) for _ in range(20))
    finally:
        over.set()


@linux
def test_states_of_threads(thread, monkeypatch):
    """A thread that is ready to run is not quiet, nor one that waits for a disk."""
    released = threading.Event()
    thread(released.wait)
    for state, quiet in ((b"S", True), (b"R", False), (b"D", False)):
        stat = b"1 (a) b) " + state + b" 0"
        monkeypatch.setattr("pathlib.Path.read_bytes", lambda _, stat=stat: stat)
        assert any(is_quiet(int) for _ in range(100)) is quiet
    released.set()


@linux
def test_thread_that_starts(monkeypatch):
    """A thread that is about to begin counts as working."""
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.Thread()])
    assert not is_quiet(int)


def test_activity(monkeypatch):
    """Without the kernel's help, a process is quiet if it has asked the clock for nothing."""
    monkeypatch.setattr(quiescence, "_SHOWS_THREADS", False)
    asked = iter([1, 1, 2, 3])
    begun = time.monotonic()
    assert is_quiet(lambda: next(asked))
    assert not is_quiet(lambda: next(asked))
    assert time.monotonic() - begun >= 0.1


def test_system():
    """Linux shows the state of threads, other systems don't."""
    assert quiescence._SHOWS_THREADS is (sys.platform == "linux")
