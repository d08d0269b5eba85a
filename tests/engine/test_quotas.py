"""What is left of the limits to each key on each model."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.core.errors import UnknownNameError
from mockserver.engine import quotas
from mockserver.engine.quotas import Quotas
from mockserver.scenario import Scenario, Spent

EDITION = editions.load(editions.DEFAULT)
MODEL = "llama3.1-8b"


def opened(**keys):
    return Quotas(Scenario("test", **keys), EDITION, 0.0)


def remaining(quota):
    return dict(quota.headers(0.0))["x-ratelimit-remaining-requests-day"]


def test_one_quota_for_each():
    """Each pair of a key and a model has a quota of its own, and keeps it."""
    found = opened()
    quota = found.open(("a", MODEL), 0.0)
    assert found.open(("a", MODEL), 1.0) is found.find(("a", MODEL), 2.0) is quota
    assert found.open(("b", MODEL), 0.0) is not quota
    assert found.find(("c", MODEL), 0.0) is None


def test_spent():
    """What the scenario has spent is gone at once."""
    fresh, spent = (opened(spent=Spent(requests=n)).open(("a", MODEL), 0.0) for n in (0, 10))
    assert int(remaining(fresh)) - int(remaining(spent)) == 10


def test_oldest_is_forgotten(monkeypatch):
    """There are never more than so many; the one used longest ago goes first."""
    monkeypatch.setattr(quotas, "MOST", 2)
    found = opened()
    first = found.open(("a", MODEL), 0.0)
    found.open(("b", MODEL), 0.0)
    found.open(("a", MODEL), 0.0)
    found.open(("c", MODEL), 0.0)
    assert found.find(("a", MODEL), 0.0) is first
    assert found.find(("b", MODEL), 0.0) is None


def test_unknown_tier():
    """A tier that does not exist is an error of the scenario."""
    with pytest.raises(UnknownNameError):
        opened(tier="gold")
