"""The quota of each API key on each model."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.quota import Quota, Refusal
from mockserver.journal import Exchange
from mockserver.scenario import Scenario, active_limits

Account: TypeAlias = tuple[str | None, str]
"""The digest of an API key, and the id of a model."""
MOST = 10_000
"""How many accounts are kept; the least recently used is forgotten first."""


class Quotas:
    """
    The quotas of one run of a scenario, which started at ``now``, in seconds since the epoch.

    A forgotten account starts with a full quota. Raises UnknownNameError when the scenario's tier
    does not exist.
    """

    def __init__(self, scenario: Scenario, edition: Edition, now: float) -> None:
        self._scenario = scenario
        self._edition = edition
        self._started = now
        self._tier = edition.tier(scenario.tier)
        self._quotas: OrderedDict[Account, Quota] = OrderedDict()

    def admit(self, account: Account, tokens: int, now: float) -> tuple[Quota, Refusal | None]:
        """Reserve a request and its tokens; return the quota, and its refusal (None: admitted)."""
        quota = self.open(account, now)
        refused = quota.refusal(tokens, now)
        if refused is None:
            quota.reserve(tokens, now)
        return quota, refused

    def settle(self, exchange: Exchange, now: float) -> None:
        """Release what an exchange has reserved and not used."""
        quota = self.find((exchange.key, exchange.model), now)
        if quota is None:
            return
        used, cached = 0, 0
        if not exchange.refused:
            used = exchange.prompt_tokens + exchange.completion_tokens
            cached = exchange.cached_tokens
        quota.settle(exchange.reserved_tokens, used, now, cached=cached, since=exchange.at)

    def open(self, account: Account, now: float) -> Quota:
        """Return an account's quota, or a new one, with the scenario's current ``limits``."""
        return self._imposed(self.kept(account, now), now)

    def kept(self, account: Account, now: float) -> Quota:
        """Return an account's quota, or a new one, without the scenario's ``limits``."""
        quota = self._quotas.get(account)
        if quota is not None:
            self._quotas.move_to_end(account)
            return quota
        quota = self._quotas[account] = self._new(account[1], now)
        if len(self._quotas) > MOST:
            self._quotas.popitem(last=False)
        return quota

    def find(self, account: Account, now: float) -> Quota | None:
        """Return an account's quota, if any, with the scenario's current ``limits``."""
        quota = self._quotas.get(account)
        if quota is None:
            return None
        self._quotas.move_to_end(account)
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
