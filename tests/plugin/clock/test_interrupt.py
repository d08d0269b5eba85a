"""Whatever a test catches or waits for, it ends when time has run away."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time

import pytest

from pytest_cerebras.clock import RunawayError, VirtualClock, interrupt
from pytest_cerebras.clock.interrupt import Interruption
from pytest_cerebras.clock.patches import installed

HANDLER = signal.getsignal(signal.SIGURG)


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Wait no seconds before it begins; afterwards nothing is left of it."""
    monkeypatch.setattr(interrupt, "_PATIENCE", 0.01)
    yield
    assert signal.getsignal(signal.SIGURG) is HANDLER


@pytest.fixture
def clock():
    """Yield a clock that the process lives by."""
    clock = VirtualClock(max_virtual=7200)
    with installed(clock, servers=frozenset()):
        yield clock


def patient():
    while True:
        with contextlib.suppress(Exception):
            time.sleep(3600)


def forgetful():
    """Catch the error once."""
    with contextlib.suppress(RunawayError):
        patient()
    threading.Event().wait()


def in_vain():
    """Wait for a thread that has been stopped."""
    jobs = queue.Queue()
    jobs.put(patient)
    threading.Thread(target=swallowing, args=(jobs,)).start()
    jobs.join()


def swallowing(jobs):
    with contextlib.suppress(RunawayError):  # else pytest warns of the thread
        jobs.get()()


@pytest.mark.parametrize("loop", [patient, forgetful, in_vain])
def test_ended(clock, loop):
    """A test that catches all errors is ended, and so is one that waits after the error."""
    with pytest.raises(RunawayError, match=r"time\.sleep\(3600\)"), Interruption(clock):
        loop()


def test_late(clock):
    """Time may have run away before the block begins."""
    with pytest.raises(RunawayError):
        patient()
    with pytest.raises(RunawayError), Interruption(clock):
        queue.Queue().get()


def test_in_time(clock):
    """A test that ends by itself is not interrupted, then or later."""
    with Interruption(clock), pytest.raises(RunawayError):
        patient()
    end = time.perf_counter() + 0.05
    while time.perf_counter() < end:
        pass


def test_other_thread(clock):
    """Only the main thread can be interrupted; a test in another one runs as it did."""
    seen = []

    def run():
        with Interruption(clock):
            seen.append(signal.getsignal(signal.SIGURG))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [HANDLER]
