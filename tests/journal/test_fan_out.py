"""Which requests come from threads that somebody started together."""

from __future__ import annotations

import pytest

from mockserver.core.messages import Request, Sender
from mockserver.journal import Exchange
from mockserver.journal.fan_out import fan_outs

MAIN = Sender("thread 0")


def life(name, since, over, *, parent=MAIN, beside=()):
    """Return a request of a thread that began and was answered then."""
    sender = Sender(f"thread {name}", since, parent, frozenset(f"thread {one}" for one in beside))
    fields = {"number": 0, "endpoint": "chat", "model": "m", "stream": False, "plan": ()}
    request = Request("POST", "/", sender=sender)
    return Exchange(at=since, request=request, finished=over, **fields)


def found(*lives):
    numbers = fan_outs(lives, 0.05)
    return [numbers.get(one) for one in lives]


def test_one_after_the_other():
    """Threads that are started when the last is over are none, however soon."""
    assert found(life(1, 0, 1), life(2, 1, 2), life(3, 9, 10)) == [None] * 3


@pytest.mark.parametrize("over", [1.1, None])
def test_side_by_side(over):
    """A thread that is started while another waits for its answer, and what follows at once."""
    assert found(life(1, 0, over), life(2, 0.5, 1), life(3, 1.1, 2)) == [0] * 3


def test_not_waited_for():
    """A thread that is started beside another that has had its answer, but is still there."""
    assert found(life(1, 0, 1), life(2, 1, 2, beside=[1])) == [0, 0]
    assert found(life(1, 0, 1), life(2, 1, 2, beside=[3])) == [None, None]


def test_after_a_pause():
    """A crowd after a crowd is another, and what comes alone after a pause is none."""
    first = [life(1, 0, 1), life(2, 0, 1, beside=[1])]
    again = [life(3, 2, 3), life(4, 2, 3, beside=[3])]
    assert found(*first, *again, life(5, 9, 10)) == [0, 0, 2, 2, None]


def test_parents():
    """Children of others, and those whose parent nobody knows, are no crowd."""
    assert found(life(1, 0, 9), life(2, 1, 9, parent=Sender("thread 7"))) == [None, None]
    assert found(life(1, 0, 9, parent=None), life(2, 1, 9, parent=None)) == [None, None]


def test_attempts_of_one():
    """Two requests of one thread are not side by side."""
    assert found(life(1, 0, 3), life(1, 0, 1)) == [None, None]
