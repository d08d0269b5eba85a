"""How many requests an app may send, and what is said of one that sends more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.core.messages import Sender
from mockserver.edge.budget import Budget, EndlessRequestsError
from mockserver.edge.live import LiveEngine
from mockserver.plan import head_of

UNSEEN = "a process or event loop that can't be inspected"


@pytest.fixture
def asking(ask):
    """Return a function that lets requests come from places of an app; it returns exchanges."""
    live = LiveEngine()

    def send(budget, *places, endpoint="chat"):
        live.budget = budget
        sites = [
            place and (place.partition(":")[0], int(place.partition(":")[2])) for place in places
        ]
        senders = [Sender("a", site=site) if site else None for site in sites]
        requests = [replace(ask(endpoint), sender=sender) for sender in senders]
        return [live.begin(request)[1] for request in requests]

    return send


def statuses(exchanges):
    return [exchange.status for exchange in exchanges]


def test_from_one_place(asking):
    """A place has its own budget; what comes beyond is refused, and marked as the mock's doing."""
    budget = Budget(2, 10)
    sent = asking(budget, "a.py:1", "a.py:2", "a.py:1", "a.py:1", "a.py:2")
    assert statuses(sent) == [200, 200, 200, 400, 200]
    assert [one.intervened for one in sent] == [False, False, False, True, False]
    assert budget.sentence() == (
        f"the app sends requests endlessly; 3 requests came from a.py:1, but a test may send only "
        f""
        f"2 from one line; the last one that was not refused got {sent[2].outcome}. End the "
        f"loop, "
        "or allow more with --cerebras-max-requests"
    )


def test_in_all(asking):
    """All places together have one, and the busiest is named."""
    budget = Budget(10, 3)
    sent = asking(budget, "a.py:1", "a.py:2", "a.py:1", "a.py:3", "a.py:1")
    assert statuses(sent) == [200, 200, 200, 400, 400]
    told = "5 requests came, 3 of them from a.py:1, but a test may send only 3 in all"
    assert told in budget.sentence()


def test_unseen(asking):
    """Those of whom nobody knows the place share one."""
    budget = Budget(2, 10)
    assert statuses(asking(budget, None, None, None)) == [200, 200, 400]
    assert f"3 requests came from {UNSEEN}" in budget.sentence()


def test_within(asking):
    """Who stays within it, or only warms up, hears nothing of it."""
    budget = Budget(2, 10)
    asking(budget, "a.py:1", "a.py:1")
    asking(budget, *["a.py:1"] * 5, endpoint="warming")
    assert budget.sentence() is None
    budget.check()


def test_terminal(asking):
    """The answer is one that no client tries again, and says why."""
    [_, refused] = asking(Budget(1, 1), "a.py:1", "a.py:1")
    head = head_of(refused.plan)
    assert (head.status, head.header("x-should-retry")) == (400, "false")
    assert refused.error["code"] == "request_budget_spent"
    assert "--cerebras-max-requests" in refused.error["message"]


def test_who_goes_on(asking):
    """Who asks on, refused as often as answered, is to be stopped: told once, and from then on."""
    budget, told = Budget(2, 10), []
    budget.ran_away = lambda: told.append(budget.error)
    asking(budget, *["a.py:1"] * 4)
    assert not told
    asking(budget, *["a.py:1"] * 3)
    assert len(told) == 1
    with pytest.raises(EndlessRequestsError, match=r"5 requests came from a\.py:1"):
        budget.check()


def test_without(asking):
    """Without a budget there is no end to it."""
    assert set(statuses(asking(None, *["a.py:1"] * 300))) == {200}


def test_from_elsewhere(ask):
    """What has nothing to do with the test uses up nothing of its budget."""
    live = LiveEngine()
    live.budget = Budget(1, 1)
    live.elsewhere = lambda _: "from a thread"
    assert statuses(live.begin(ask())[1] for _ in range(3)) == [200, 200, 200]
    live.elsewhere = lambda _: ""
    assert statuses(live.begin(ask())[1] for _ in range(2)) == [200, 400]
