"""For how long a thread has been at work."""

from __future__ import annotations

import time

import pytest

from pytest_cerebras.observe import busy_time


def computing(seconds):
    """Compute for so long; return for how long it has worked, and how long it took."""
    begun, worked = time.monotonic(), busy_time.busy_seconds()
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass
    return busy_time.busy_seconds() - worked, time.monotonic() - begun


def test_computing():
    """A thread is busy while it computes, and not afterwards."""
    worked, took = computing(0.005)
    assert 0.005 <= worked <= took + 0.001


def test_waited_for_processor(monkeypatch, tmp_path):
    """The time that the system reports as waiting for a processor counts."""
    told = tmp_path / "schedstat"
    told.write_bytes(b"629817 8720089000 2\n")
    monkeypatch.setattr(busy_time, "_STATISTICS", str(told))
    assert busy_time._waited_for_processor() == 8.720089
    assert busy_time.busy_seconds() >= 8.720089


@pytest.mark.parametrize("told", [None, b"", b"7", b"a b c"])
def test_nothing_told(monkeypatch, tmp_path, told):
    """If the system reports none, or in another form, only the processor time counts."""
    path = tmp_path / "schedstat"
    if told is not None:
        path.write_bytes(told)
    monkeypatch.setattr(busy_time, "_STATISTICS", str(path))
    assert busy_time.busy_seconds() <= time.thread_time()
