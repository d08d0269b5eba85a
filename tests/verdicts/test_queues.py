"""Queues with equal items, beside clients that retry; the guards have a table of their own."""

from __future__ import annotations

import pytest

from mockserver.faults import Error
from mockserver.verdicts import Case
from mockserver.verdicts.queues import Order

WRONG_KEY = Error(problem="wrong_api_key")


def said(text):
    return [{"role": "user", "content": text}]


@pytest.fixture
def case_of(failing):
    """Return a builder of cases: an app sends texts one after the other, and all fail."""

    def build(*texts, pace=0.01):
        play = failing(99, WRONG_KEY)
        for at, text in enumerate(texts):
            play.send(pace * at, messages=said(text))
        play.finish()
        return Case(play.engine.journal, play.engine.edition)

    return build


@pytest.mark.parametrize(
    ("texts", "calls"),
    [
        ("aa", [[1, 2]]),
        ("aab", [[1, 2], [3]]),
        ("aabc", [[1], [2], [3], [4]]),
        ("aba", [[1], [2], [3]]),
        ("abab", [[1, 3], [2, 4]]),
        ("aaba", [[1], [2], [3], [4]]),
    ],
)
def test_items_apart(case_of, texts, calls):
    """Equal requests are items if another failed, and the app went on to the next one."""
    found = [[one.number for one in call.exchanges] for call in case_of(*texts).calls]
    assert sorted(found) == calls


@pytest.mark.parametrize(("pace", "paused"), [(0.01, False), (0.5, True)])
def test_paused(case_of, pace, paused):
    """A pause tells a client that retries from one that goes on."""
    case = case_of("a", "a", pace=pace)
    assert Order(case.exchanges, case.at_once).paused(*case.exchanges) is paused


def test_another_request_took_the_time(case_of):
    """A pause is measured from the last request, whatever that request was."""
    case = case_of("a", "b", "a", pace=0.07)
    order = Order(case.exchanges, case.at_once)
    early, _, late = case.exchanges
    assert not order.paused(early, late)
    assert order.went_on(early)
    assert not order.went_on(late)
