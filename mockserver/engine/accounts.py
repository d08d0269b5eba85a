"""What is left of the limits to each key on each model."""

from __future__ import annotations

from collections import OrderedDict

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.limits import Quota
from mockserver.scenario import Scenario, active_limits

MOST = 10_000
"""Pairs of a key and a model that are known; the one used longest ago is forgotten first."""


class Accounts:
    """
    The quotas of one run of a scenario, which started at ``now``, in seconds since the epoch.

    A key comes in a form that tells it apart without being one. Whoever has been forgotten begins
    anew. Raises UnknownNameError when the scenario's tier does not exist.
    """

    def __init__(self, scenario: Scenario, edition: Edition, now: float) -> None:
        self._scenario = scenario
        self._edition = edition
        self._started = now
        self._tier = edition.tier(scenario.tier)
        self._quotas: OrderedDict[tuple[str | None, str], Quota] = OrderedDict()

    def open(self, key: str | None, model: str, now: float) -> Quota:
        """Return the quota, with what the scenario imposes now; a new one where there is none."""
        quota = self.find(key, model, now)
        if quota is None:
            quota = self._imposed(self._new(model, now), now)
            self._quotas[key, model] = quota
            if len(self._quotas) > MOST:
                self._quotas.popitem(last=False)
        return quota

    def find(self, key: str | None, model: str, now: float) -> Quota | None:
        """Return the quota, with what the scenario imposes now; None where it is not known."""
        quota = self._quotas.get((key, model))
        if quota is None:
            return None
        self._quotas.move_to_end((key, model))
        return self._imposed(quota, now) if self._scenario.limits else quota

    def _new(self, model: str, now: float) -> Quota:
        limits, shape = self._edition.limits, self._edition.headers
        enforced = self._scenario.tier is not None
        quota = Quota(self._tier.of(model), now, limits.refill, enforced=enforced, shape=shape)
        spent = self._scenario.spent
        quota.spend(requests=spent.requests, tokens=spent.tokens, now=now)
        return quota

    def _imposed(self, quota: Quota, now: float) -> Quota:
        if self._scenario.limits:
            quota.impose(active_limits(self._scenario.limits, self._started, now))
        return quota
