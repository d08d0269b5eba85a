"""Limits and schedules of three replicas with two workers each, under load and through losses."""

from __future__ import annotations

import sys

import pytest

from .load import FIRST, LIMIT, loaded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, for workers")


def test_store_starts_again(own_redis, tmp_path):
    """The store is away for a moment: as many get through as one process would let through."""
    seen, logs = loaded(own_redis, tmp_path, 2000, kill=False)
    assert {outcome for _, outcome in seen} <= {200, 418, 429, "lost"}
    assert seen["chat", 200] == LIMIT
    assert seen["models", 418] == FIRST
    assert all("is back" in log for log in logs)


@pytest.mark.parametrize("count", [5000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_replica_is_killed(own_redis, tmp_path, count):
    """What is missing was taken by the killed replica, whose clients lost their connections."""
    seen, _ = loaded(own_redis, tmp_path, count, kill=True)
    assert {outcome for _, outcome in seen} <= {200, 418, 429, "broken", "lost"}
    assert LIMIT - seen["chat", "broken"] <= seen["chat", 200] <= LIMIT
    assert FIRST - seen["models", "broken"] <= seen["models", 418] <= FIRST
