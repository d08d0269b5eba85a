"""Assertions over a journal; each that fails shows what did happen."""

from __future__ import annotations

import pytest

from mockserver.faults import Cut, Error
from mockserver.scenario import Rule, Schedule
from pytest_cerebras import assertions


@pytest.fixture
def journal(engine, ask, now):
    """Return a journal: one call refused with Retry-After 2, tried again after ``wait`` seconds."""

    def play(wait=None, fault=None):
        refuse = fault or Error(problem="requests_per_minute", retry_after=2.0)
        running = engine(Rule(schedule=Schedule(first=1), faults=(refuse,)))
        for at in (now,) if wait is None else (now, now + wait):
            running.finish(running.handle(ask(), now=at), now=at)
        return running.journal

    return play


def test_requests(journal):
    """The number of requests counts retries."""
    assertions.requests(journal(2), 2)
    with pytest.raises(
        AssertionError, match="expected 1 request, got 2; what happened:\n  #1 POST"
    ):
        assertions.requests(journal(2), 1)


def test_requests_of_nobody(engine):
    """No request at all is said so."""
    with pytest.raises(
        AssertionError, match=r"expected 2 requests, got 0; .*\n  no request at all"
    ):
        assertions.requests(engine().journal, 2)


def test_waited_as_told(journal):
    """A retry must not come before its Retry-After."""
    assertions.waited(journal(2.0), None)
    with pytest.raises(AssertionError, match=r"#1 said Retry-After 2, waited 1\.50 s"):
        assertions.waited(journal(1.5), None)


def test_waited_at_least(journal):
    """With a number, some retry must have waited so long."""
    assertions.waited(journal(3), 3)
    with pytest.raises(AssertionError, match=r"at least 4 s, longest was 3\.00 s"):
        assertions.waited(journal(3), 4)


def test_waited_without_retry(journal):
    """Nothing retried is nothing waited."""
    with pytest.raises(AssertionError, match="nothing was retried"):
        assertions.waited(journal(), None)


def test_not_retried(journal):
    """A second attempt is a retry."""
    assertions.not_retried(journal())
    with pytest.raises(AssertionError, match="expected no retry, but #1 took 2 attempts"):
        assertions.not_retried(journal(2))


@pytest.mark.parametrize("fault", [Error(status=500), Cut()])
def test_no_errors(journal, engine, fault):
    """A refusal and a lost connection are errors."""
    assertions.no_errors(engine().journal)
    with pytest.raises(AssertionError, match="expected no errors, but 1 request failed"):
        assertions.no_errors(journal(2, fault))
