"""
The memory of an engine that shares its memory with other engines through a store.

``asks`` returns what a request needs from the store, as plain values. ``taken`` reads what the
request got. The store cannot compute in which trials a rule acts, so it asks the engine about whole
blocks of trials. The engine answers with one bit for each trial, which is 1 if the rule acts in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.quota import LIMIT_KINDS, SECONDS, LimitKey, Quota, Temporary
from mockserver.core.seeding import BLOCK
from mockserver.journal import Exchange, Journal, Ongoing, asked_of
from mockserver.scenario import CallProgress, Decision, Match, Scenario, Window
from mockserver.scenario.predicate import first_failing
from mockserver.scenario.run import CompiledRule

from .memory import Memory, overrides
from .needs import OVERLOAD, Needs, Taken
from .quotas import MOST, Account

Plain: TypeAlias = Sequence[Any]
"""Values that msgpack can encode; False stands for a missing value."""
_OVERRIDE = "asked"
_PERIODS = {seconds: name for name, seconds in SECONDS.items()}


class Given(NamedTuple):
    """
    What the store has given to a request.

    ``state`` is the state of the rules before the request, and ``begun`` is the state in which the
    request's call began. Each trial has the number of its rule, its own number, how often the rule
    has acted, and the time since ``started``. ``levels`` are the levels of the quota's buckets, and
    ``imposed`` are the quota's temporary limits.
    """

    number: int
    now: float
    started: float
    attempt: int
    state: str
    begun: str
    trials: Sequence[tuple[int, int, int, float]]
    outcome: int
    levels: Sequence[float]
    imposed: Sequence[tuple[int, float, int, float, float, float, float]]

    @classmethod
    def read(cls, values: Sequence[Any]) -> Given:
        """Return an instance from plain values, in which texts are bytes."""
        number, now, started, attempt, state, begun, *rest = values
        return cls(
            number, float(now), float(started), attempt, state.decode(), begun.decode(), *rest
        )


_OVER_LIMIT, _OVER_CAPACITY = 2, 3


class Mirror(Memory):
    """
    A memory that is kept in a store; this object only remembers what the last request got.

    ``scope`` distinguishes this memory from those of scenarios that requests have named. ``epoch``
    distinguishes this run of the scenario from earlier ones.
    """

    def __init__(self, scenario: Scenario, edition: Edition, journal: Journal, now: float) -> None:
        super().__init__(scenario, edition, journal, now)
        self.scope, self.epoch = "", 0
        self._scenario = scenario
        self._windowed = edition.limits.refill == "window"
        self._limits = [_limit(limit.window, limit.amounts) for limit in scenario.limits]
        self._looked_at, self._guesses = 0, False
        self._specs: dict[int, Plain] = {}
        self._buckets: dict[str, Plain] = {}

    def settle(self, exchange: Exchange, now: float) -> None:
        """Do nothing, since ``settles`` returns what the store has to release."""

    def asks(self, needs: Needs, attempt: int = 1) -> Plain:
        """Return what the request needs from the store if it is attempt ``attempt`` of its call."""
        needs.view.attempt = attempt
        rule = needs.rule
        own: str | bool = rule is not None
        if rule is not None and (chance := rule.schedule.probability) is not None:
            own = f"{_OVERRIDE}:{chance!r}"
        rules = () if own is True and needs.counts else self._matching(needs)
        tries = needs.noted.headers.get("x-stainless-retry-count", "")
        tries = tries if tries in ("", "0") else "more"
        quota = self._quota(needs)
        asked = _digest(needs.noted.path, needs.noted.body)
        capacity = self._scenario.capacity or False
        return (needs.counts, asked, tries, self._guess(attempt), own, rules, quota, capacity)

    def taken(self, needs: Needs, given: Given) -> Taken:
        """Return what the request got, and set its quota to the levels in the store."""
        needs.view.attempt = given.attempt
        call = Ongoing(asked_of(needs.noted), given.attempt - 1)
        decision = self._decision(needs, given)
        if not given.outcome:
            return Taken(given.number, call, decision)
        if given.outcome == _OVER_CAPACITY:
            return Taken(given.number, call, decision, None, OVERLOAD)
        quota = self._quotas.kept(needs.account, given.now)
        quota.restore(given.levels, _imposed(given.imposed), given.now)
        over = given.outcome == _OVER_LIMIT
        refused = quota.refusal(needs.parsed.reserved, given.now) if over else None
        return Taken(given.number, call, decision, quota, refused)

    def block(self, field: str, block: int, elapsed: float) -> bytes:
        """
        Return one bit for each trial of a block, the lowest bit first: 1 if the rule acts in it.

        ``elapsed`` is a time since the start of the run. The result is also valid for every other
        time at which the same windows of the rule are open.
        """
        name, rest = field.split(":", 1)
        numbers = range(block * BLOCK + 1, (block + 1) * BLOCK + 1)
        if name == _OVERRIDE:
            chance = float(rest.rsplit(":", 1)[0])
            acting = [overrides(chance, self._seed, number) for number in numbers]
        else:
            trials = self._candidate(int(name)).trials
            acting = [trials.tried(number, elapsed).refused is None for number in numbers]
        return sum(1 << at for at, acts in enumerate(acting) if acts).to_bytes(BLOCK // 8, "little")

    def settles(self, exchange: Exchange) -> Plain:
        """Return the quota of an exchange that is over, and the tokens that it has used."""
        used, cached = 0, 0
        account = exchange.key, exchange.model
        quota = self._quotas.kept(account, exchange.at)
        if not exchange.refused:
            used = exchange.prompt_tokens + exchange.completion_tokens
            cached = exchange.cached_tokens if quota.counts_twice else 0
        spec = self._spec(account, exchange.reserved_tokens, quota)
        return (spec, used, cached, exchange.at)

    def _decision(self, needs: Needs, given: Given) -> Decision:
        """Return the decision; the store has already counted the trials behind the decision."""
        rule = needs.rule
        if rule is not None and given.number:
            chance = rule.schedule.probability
            if overrides(chance, self._seed, given.number):
                return Decision(rule, rule.actions[0])
        trials = {
            at: self._candidate(at).again(number, acted, elapsed)
            for at, number, acted, elapsed in given.trials
        }
        self.run.state = given.state
        elapsed = given.now - given.started
        return self.run.choose(needs.view, elapsed, CallProgress(given.begun, trials))

    def _guess(self, attempt: int) -> int:
        """Return the number of the attempt if any rule depends on it, otherwise 0."""
        known = self.run.candidates
        if len(known) != self._looked_at:
            self._looked_at = len(known)
            self._guesses = any(_counts_attempts(one.rule.match) for one in known)
        return attempt if self._guesses else 0

    def _matching(self, needs: Needs) -> Plain:
        """Return the rules that match, up to the first that certainly acts."""
        found = []
        for candidate in self.run.candidates:
            if first_failing(candidate.predicates, needs.view) is None:
                spec = self._specs.get(candidate.number) or self._rule(candidate)
                found.append(spec)
                if candidate.requires is None and spec[4]:
                    break
        return found

    def _rule(self, candidate: CompiledRule) -> Plain:
        rule, actions = candidate.rule, candidate.rule.actions
        drawn = candidate.trials.decide
        sequence: Plain | bool = bool(rule.sequence)
        if sequence:
            passing = [action.passes for action in actions]
            sequence = (len(actions), rule.then == "pass", rule.then == "repeat", passing)
        plain = not (drawn or sequence or candidate.by_call)
        windows = [_window(window) for window in rule.schedule.windows]
        requires, sets = candidate.requires or False, rule.state.sets or False
        spec = (
            candidate.number, requires, sets, candidate.by_call, plain, windows, drawn, sequence
        )  # fmt: skip
        self._specs[candidate.number] = spec
        return spec

    def _candidate(self, number: int) -> CompiledRule:
        return next(one for one in self.run.candidates if one.number == number)

    def _quota(self, needs: Needs) -> Plain | bool:
        if not needs.costs:
            return False
        quota = self._quotas.kept(needs.account, self._started)
        return self._spec(needs.account, needs.parsed.reserved, quota)

    def _spec(self, account: Account, tokens: int, quota: Quota) -> Plain:
        model = account[1]
        buckets = self._buckets.get(model)
        if buckets is None:
            buckets = self._buckets[model] = [
                (LIMIT_KINDS.index(kind), bucket.capacity, bucket.period)
                for kind, bucket in zip(quota.kinds, quota.buckets, strict=True)
            ]
        spent = self._scenario.spent.requests, self._scenario.spent.tokens
        enforced = self._scenario.tier is not None
        return (
            _named(account),
            tokens,
            buckets,
            self._windowed,
            enforced,
            spent,
            self._limits,
            MOST,
        )


@lru_cache
def _named(account: Account) -> str:
    key, model = account
    return f"{key} {model}"


def _digest(path: str, body: bytes) -> bytes:
    """Return a digest of the path and body, which all attempts of a call have in common."""
    return blake2b(b"%s %s" % (path.encode(errors="surrogatepass"), body), digest_size=16).digest()


def _counts_attempts(match: Match) -> bool:
    excluded = match.excluded
    return match.attempt is not None or (excluded is not None and _counts_attempts(excluded))


def _window(window: Window) -> Plain:
    return (window.after, window.lasting, window.repeat or False)


def _limit(window: Window, amounts: Mapping[LimitKey, int]) -> Plain:
    places = [
        (LIMIT_KINDS.index(kind), SECONDS[period], amount)
        for (kind, period), amount in amounts.items()
    ]
    return (_window(window), places)


def _imposed(
    limits: Sequence[tuple[int, float, int, float, float, float, float]],
) -> dict[LimitKey, tuple[Temporary, float]]:
    return {
        (LIMIT_KINDS[kind], _PERIODS[period]): (Temporary(amount, since, until), level)
        for kind, period, amount, since, until, level, _ in limits
    }
