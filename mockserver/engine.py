"""
Answers a request with a plan.

Five steps: admit (who asks for what, is it allowed), choose (the first rule that fits), answer
(what the real API would say), distort (fold the rule's faults over it), note (into the journal).
No clock and no chance of its own: time is handed in, and every random draw comes from the seed
and the number of the request, so that the same seed gives the same bytes.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

from .api import editions
from .api.limits import Quota, Refusal
from .api.problems import RefusalError
from .api.prompt import parts
from .api.prompt_cache import BLOCK, PromptCache
from .api.reply import Reply
from .faults import Context, name_of
from .honest import Honest
from .inquiry import COMPLETING, Inquiry, read
from .journal import Exchange, Journal, without_key
from .messages import Request
from .plan import Plan, without_body
from .scenario import Run, Scenario, imposed
from .storage import Storage


class Engine:
    """
    One run of a scenario; ``now`` is always in seconds since the epoch.

    Raises UnknownNameError when the scenario's edition or tier does not exist.
    """

    def __init__(self, scenario: Scenario, *, now: float) -> None:
        self.scenario = scenario
        edition = editions.load(scenario.edition or editions.DEFAULT)
        narrower = scenario.context or scenario.tier
        self.edition = (
            edition.narrowed(tier=scenario.tier, context=scenario.context) if narrower else edition
        )
        self.seed = scenario.seed or 0
        self.journal = Journal()
        self._storage = Storage()
        self._tier = self.edition.tier(scenario.tier)
        self.started = now
        self._running = 0
        self._quotas: dict[tuple[str | None, str], Quota] = {}
        self._prompts = PromptCache()
        self._run = Run(scenario.rules, self.seed)

    def handle(self, request: Request, *, now: float) -> Exchange:
        """Return the exchange with the plan that answers the request."""
        inquiry = read(request, self.edition)
        number = 0 if inquiry.endpoint == "warming" else len(self.journal.exchanges) + 1
        model = self.edition.models.get(inquiry.model_id)
        context = Context(
            self.random_of(number),
            now,
            self.edition.headers,
            inquiry.facts(self.edition),
            model.speed if model else None,
            inquiry.limit or None,
        )
        call = self.journal.call_of(inquiry.request)
        attempt = call.attempts + 1
        choice = self._run.choose(inquiry.subject(attempt), now - self.started, call.course)
        quota = self._admit(inquiry, now)
        plan = self._answer(inquiry, choice.reply, quota, context)
        for fault in choice.rule.faults:
            plan = fault.apply(plan, context)
        if request.method == "HEAD":
            plan = without_body(plan)
        exchange = Exchange(
            number,
            now,
            without_key(inquiry.request),
            inquiry.endpoint,
            inquiry.model_id,
            inquiry.stream,
            plan,
            rule=choice.rule.name,
            prompt_tokens=inquiry.prompt,
            requested_tokens=inquiry.requested,
            admitted=quota is not None,
            wanted_tokens=inquiry.reserved,
            reserved_tokens=inquiry.reserved if quota else 0,
            cached_tokens=inquiry.cached,
            key=_identity(request.key),
            attempt=attempt,
            faults=tuple(map(name_of, choice.rule.faults)),
            missed=choice.missed,
        )
        self._storage.settle(refused=exchange.refused)
        self.journal.add(exchange, call)
        return exchange

    def malformed(self, *, now: float) -> Plan:
        """Return the answer to bytes that are no HTTP request; no rule is asked, none is noted."""
        honest = Honest(self.edition, self.seed, now, self.random_of(0))
        return honest.refusal(RefusalError("malformed_request"))

    def random_of(self, number: int) -> Random:
        """Return the randomness of one exchange."""
        return Random(f"{self.seed}/{number}")

    def finish(self, exchange: Exchange, *, now: float, client_left: bool = False) -> None:
        """Note that the plan has been played, and settle what it had reserved."""
        exchange.finished, exchange.client_left = now, client_left
        if exchange.admitted:
            self._running -= 1
            used = exchange.prompt_tokens + exchange.completion_tokens
            cached = exchange.cached_tokens
            if exchange.refused:
                used, cached = 0, 0
            quota = self._quota(exchange.key, exchange.model, now)
            quota.settle(exchange.reserved_tokens, used, now, cached=cached, since=exchange.at)

    def _admit(self, inquiry: Inquiry, now: float) -> Quota | None:
        """Reserve what the request may use; None when it is refused or costs nothing."""
        if inquiry.refusal is not None or inquiry.endpoint not in COMPLETING:
            return None
        quota = self._quota(_identity(inquiry.request.key), inquiry.model_id, now)
        if self.scenario.capacity is not None and self._running >= self.scenario.capacity:
            extra = tuple(self.edition.limits.overload_headers.items())
            inquiry.refusal = RefusalError("queue_exceeded", headers=extra)
            return None
        tokens = inquiry.reserved
        refused = quota.refusal(tokens, now)
        if refused is not None:
            inquiry.refusal = self._too_much(refused, quota, now)
            return None
        quota.reserve(tokens, now)
        self._running += 1
        return quota

    def _too_much(self, refused: Refusal, quota: Quota, now: float) -> RefusalError:
        shown = quota.headers(now, shape=self.edition.headers)
        wait = (
            (("retry-after", str(refused.retry_after)),) if self.edition.limits.retry_after else ()
        )
        return RefusalError(refused.problem, headers=(*wait, *shown))

    def _answer(
        self, inquiry: Inquiry, reply: Reply, quota: Quota | None, context: Context
    ) -> Plan:
        honest = Honest(self.edition, self.seed, context.now, context.random)
        if inquiry.refusal is not None:
            return honest.refusal(inquiry.refusal)
        if quota is not None:
            self._read_cached(inquiry, context.now)
            return honest.completion(inquiry, reply, quota)
        return self._storage.answer(inquiry, honest) or honest.catalogue(inquiry)

    def _read_cached(self, inquiry: Inquiry, now: float) -> None:
        """Note how much of the prompt was read before; the short ones are never cached."""
        if self.edition.prompt_cache and inquiry.prompt > BLOCK:
            account = _identity(inquiry.request.key), inquiry.model_id
            found = parts(inquiry.body, inquiry.size)
            inquiry.cached = self._prompts.read(account, found, now)

    def _quota(self, key: str | None, model: str, now: float) -> Quota:
        account = (key, model)
        if account not in self._quotas:
            refill, enforced = self.edition.limits.refill, self.scenario.tier is not None
            quota = Quota(self._tier.of(model), now, refill, enforced=enforced)
            spent = self.scenario.spent
            quota.spend(requests=spent.requests, tokens=spent.tokens, now=now)
            self._quotas[account] = quota
        quota = self._quotas[account]
        if self.scenario.limits:
            quota.impose(imposed(self.scenario.limits, self.started, now))
        return quota


def _identity(key: str | None) -> str | None:
    """Return what tells keys apart without being one."""
    # A field need not be UTF-8; its other bytes arrive as lone surrogates.
    return key and blake2b(key.encode(errors="surrogatepass"), digest_size=8).hexdigest()
