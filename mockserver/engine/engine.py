"""
Answers a request with a plan.

Five steps: admit (who asks for what, is it allowed), choose (the first rule that fits), answer
(what the real API would say), distort (fold the rule's faults over it), note (into the journal).
No clock and no chance of its own: time is handed in, and every random draw comes from the seed
and the number of the request, so that the same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from mockserver.api.contract import editions
from mockserver.api.contract.limits import Quota, Refusal
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.routes import COMPLETING
from mockserver.api.model.prompt_cache import BLOCK, PromptCache
from mockserver.api.reading.prompt import parts
from mockserver.core.credentials import without_key
from mockserver.core.messages import Request
from mockserver.core.seeding import HexStream
from mockserver.faults import Context, Fault, broken, name_of
from mockserver.journal import Exchange, Journal
from mockserver.plan import Compact, Plan, apart, changed_after, without_body
from mockserver.scenario import CallProgress, Decision, RequestView, Rule, Run, Scenario

from .accounts import Accounts
from .honest import Honest
from .inquiry import Inquiry, Reader
from .other_models import other_model
from .storage import Storage


class Engine:
    """
    One run of a scenario; ``now`` is always in seconds since the epoch.

    It notes what happens in a ``journal`` of its own, unless it shares that of another run.
    Raises UnknownNameError when the scenario's edition or tier does not exist.
    """

    def __init__(self, scenario: Scenario, *, now: float, journal: Journal | None = None) -> None:
        self.scenario = scenario
        edition = editions.load(scenario.edition or editions.DEFAULT)
        narrower = scenario.context or scenario.tier
        self.edition = (
            edition.narrowed(tier=scenario.tier, context=scenario.context) if narrower else edition
        )
        self.seed = scenario.seed or 0
        self.journal = Journal() if journal is None else journal
        self._reader = Reader(self.edition)
        self._storage = Storage()
        self.started = now
        self._running = 0
        self._accounts = Accounts(scenario, self.edition, now)
        self._prompts = PromptCache()
        self._run = Run(scenario.rules, self.seed)

    def inject(self, rule: Rule) -> None:
        """Ask this rule before all others from now on."""
        self._run.inject(rule)

    def handle(self, request: Request, *, now: float, rule: Rule | None = None) -> Exchange:
        """Return the exchange that answers the request; a ``rule`` acts in the scenario's place."""
        inquiry = self._reader.read(request)
        noted = without_key(request, inquiry.shown)
        number = 0 if inquiry.endpoint == "warming" else self.journal.count + 1
        honest = Honest(self.edition, self.seed, now, self._digits(number))
        call = self.journal.call_of(noted)
        view = inquiry.view(request, call.attempts + 1)
        decision = self._choose(view, now, call.progress, self._drawn(rule, number))
        quota = self._admit(inquiry, now)
        cached = self._read_cached(inquiry, now) if isinstance(quota, Quota) else 0
        if isinstance(quota, RefusalError):
            plan: Compact = honest.refusal(quota)
        elif quota is not None:
            plan = honest.completion(inquiry, decision.action.reply, quota, cached)
        else:
            plan = self._storage.answer(inquiry, honest) or honest.catalogue(inquiry)
        faults, felt = decision.action.faults, None
        if faults:
            plan, felt = self._broken(plan, faults, inquiry, number, now)
        if request.method == "HEAD":
            plan = without_body(apart(plan))
        admitted = isinstance(quota, Quota)
        exchange = Exchange(
            number,
            now,
            noted,
            inquiry.endpoint,
            inquiry.shown_model,
            inquiry.stream,
            plan,
            rule=decision.rule.name,
            prompt_tokens=inquiry.prompt,
            requested_tokens=inquiry.requested,
            admitted=admitted,
            wanted_tokens=inquiry.reserved,
            reserved_tokens=inquiry.reserved if admitted else 0,
            cached_tokens=cached,
            key=inquiry.account,
            attempt=view.attempt,
            faults=tuple(map(name_of, faults)) if faults else (),
            no_match=decision.no_match,
            taken_by=None if decision.no_match else decision.rule,
            changed_after=felt,
            restricted=isinstance(quota, RefusalError) and self._restricts(inquiry, request),
        )
        if quota is None:
            self._storage.settle(refused=exchange.refused)
        self.journal.add(exchange, call)
        return exchange

    def other_model(self, exchange: Exchange) -> str | None:
        """Return a model that would have answered a refused completion; None: nobody can tell."""
        return other_model(exchange, self.scenario, self.edition, self._run)

    def _drawn(self, rule: Rule | None, number: int) -> Rule | None:
        """Return a rule in the scenario's place, unless its probability says no."""
        probability = None if rule is None else rule.schedule.probability
        if probability is None or Random(f"{self.seed}/asked/{number}").random() < probability:
            return rule
        return None

    def _choose(
        self, view: RequestView, now: float, progress: CallProgress, rule: Rule | None
    ) -> Decision:
        if rule is not None and view.endpoint != "warming":
            return Decision(rule, rule.actions[0])
        return self._run.choose(view, now - self.started, progress)

    def _broken(
        self, plan: Compact, faults: Sequence[Fault], inquiry: Inquiry, number: int, now: float
    ) -> tuple[Compact, float | None]:
        """Return the plan with faults in it, and the second from which on they are felt."""
        distorted = broken(plan, faults, self._context(inquiry, number, now))
        return distorted, changed_after(plan, distorted)

    def malformed(self, *, now: float) -> Plan:
        """Return the answer to bytes that are no HTTP request; no rule is asked, none is noted."""
        honest = Honest(self.edition, self.seed, now, self._digits(0))
        return honest.refusal(RefusalError("malformed_request"))

    def _digits(self, number: int) -> HexStream:
        """Return the bits of one exchange, for ids."""
        return HexStream(f"{self.seed}/{number}")

    def _context(self, inquiry: Inquiry, number: int, now: float) -> Context:
        """Return what the faults of one exchange may depend on."""
        model = self.edition.models.get(inquiry.model_id)
        return Context(
            Random(f"{self.seed}/{number}"),
            now,
            self.edition.headers,
            inquiry.facts(self.edition),
            model.speed if model else None,
            inquiry.limit or None,
            self.edition.limits.retry_after,
        )

    def finish(self, exchange: Exchange, *, now: float, client_left: bool = False) -> None:
        """Note that the plan has been played, and settle what it had reserved."""
        exchange.finished, exchange.client_left = now, client_left
        if exchange.admitted:
            self._running -= 1
            used = exchange.prompt_tokens + exchange.completion_tokens
            cached = exchange.cached_tokens
            if exchange.refused:
                used, cached = 0, 0
            quota = self._accounts.find(exchange.key, exchange.model, now)
            if quota is not None:
                quota.settle(exchange.reserved_tokens, used, now, cached=cached, since=exchange.at)
        self.journal.finish(exchange)

    def _admit(self, inquiry: Inquiry, now: float) -> Quota | RefusalError | None:
        """Reserve what the request may use; None when it costs nothing."""
        if inquiry.refusal is not None:
            return inquiry.refusal
        if inquiry.endpoint not in COMPLETING:
            return None
        quota = self._accounts.open(inquiry.account, inquiry.model_id, now)
        if self.scenario.capacity is not None and self._running >= self.scenario.capacity:
            extra = tuple(self.edition.limits.overload_headers.items())
            return RefusalError("queue_exceeded", headers=extra)
        refused = quota.refusal(inquiry.reserved, now)
        if refused is not None:
            return self._too_much(refused, quota, now)
        quota.reserve(inquiry.reserved, now)
        self._running += 1
        return quota

    def _restricts(self, inquiry: Inquiry, request: Request) -> bool:
        """Return whether what was refused is a limit's doing, or a check that others waive."""
        if inquiry.refusal is None:
            return True
        if self.scenario.edition is None and self.scenario.context is None:
            return False
        return Reader(editions.load(editions.DEFAULT)).read(request).refusal is None

    def _too_much(self, refused: Refusal, quota: Quota, now: float) -> RefusalError:
        shown = quota.headers(now)
        wait = (
            (("retry-after", str(refused.retry_after)),) if self.edition.limits.retry_after else ()
        )
        return RefusalError(refused.problem, headers=(*wait, *shown))

    def _read_cached(self, inquiry: Inquiry, now: float) -> int:
        """Return how much of the prompt was read before; the short ones are never cached."""
        if not self.edition.prompt_cache or inquiry.prompt <= BLOCK:
            return 0
        account = inquiry.account, inquiry.model_id
        return self._prompts.read(account, parts(inquiry.body, inquiry.size), now)
