"""
Answers a request with a plan.

The engine takes five steps: admit (read the request, check the API key and the limits), choose (the
first rule that matches), answer (as the real API would), distort (apply the rule's faults in turn),
note (add the exchange to the journal). The engine reads no clock and no global random generator.
Callers pass the time, and every random draw depends only on the seed and the number of the request,
so the same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from random import Random

from mockserver.api.contract import editions
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.quota import Quota
from mockserver.api.model.prompt_cache import BLOCK, PromptCache
from mockserver.api.reading.prompt import parts
from mockserver.core.credentials import without_key
from mockserver.core.messages import Request
from mockserver.core.seeding import HexStream
from mockserver.faults import Context, Fault, broken, name_of
from mockserver.journal import Exchange, Journal
from mockserver.plan import Plan, changed_after, tokens_of, without_body
from mockserver.scenario import Rule, Scenario
from mockserver.scenario.status_page import answering
from mockserver.scenario.status_page.documents import Page
from mockserver.scenario.status_page.outages import Outages

from . import answers
from .memory import Memory
from .needs import OVERLOAD, Needs, NotTaken, Taken
from .other_models import other_model
from .parsing import ParsedRequest, RequestParser
from .responder import Responder
from .storage import Storage


class Engine:
    """
    One run of a scenario; ``now`` is always in seconds since the epoch.

    Exchanges are added to ``journal``, or to a new journal by default. ``memory`` is the class that
    keeps counters, limits and states between requests. Raises UnknownNameError when the scenario's
    edition or tier does not exist.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        now: float,
        journal: Journal | None = None,
        memory: type[Memory] = Memory,
    ) -> None:
        self.scenario = scenario
        edition = editions.load(scenario.edition or editions.DEFAULT)
        narrower = scenario.context or scenario.tier
        self.edition = (
            edition.narrowed(tier=scenario.tier, context=scenario.context) if narrower else edition
        )
        self.seed = scenario.seed or 0
        self.journal = Journal() if journal is None else journal
        self._parser = RequestParser(self.edition)
        self._storage = Storage()
        self.started = now
        self._prompts = PromptCache()
        self.memory = memory(scenario, self.edition, self.journal, now)

    def inject(self, rule: Rule) -> None:
        """Try this rule before all others from now on."""
        self.memory.run.inject(rule)

    def handle(self, request: Request, *, now: float, rule: Rule | None = None) -> Exchange:
        """Return the exchange that answers a request; ``rule`` overrides the scenario's rules."""
        needs = self.needs(request, rule)
        return self.decide(needs, self.memory.take(needs, now), now=now)

    def needs(self, request: Request, rule: Rule | None = None) -> Needs:
        """Return what the request needs from the memory before it can be answered."""
        parsed = self._parser.read(request)
        account = parsed.account, parsed.model_id
        return Needs(
            request,
            parsed,
            parsed.view(request),
            without_key(request, parsed.shown),
            rule,
            account,
            counts=parsed.row.name != "warming",
            costs=parsed.refusal is None and parsed.row.cost != "free",
        )

    def decide(self, needs: Needs, taken: Taken, *, now: float) -> Exchange:
        """Return the exchange that answers a request; ``taken`` is what the memory gave to it."""
        request, parsed, decision = needs.request, needs.parsed, taken.decision
        number, quota = taken.number, taken.quota
        responder = self._responder(number, now)
        refusal = parsed.refusal
        if taken.refused is not None:
            refusal, quota = self._not_taken(taken.refused, quota, now), None
        if refusal is not None:
            plan: Plan = responder.refusal(refusal)
        else:
            responder.quota, responder.script = quota, decision.action.reply
            if quota is not None and parsed.prompt > BLOCK:
                responder.cached = self._read_cached(parsed, now)
            plan = answers.answer(self._storage, parsed, responder)
        faults = decision.action.faults
        generated = tokens_of(plan) if faults else 0
        plan, felt = self._broken(plan, faults, parsed, number, now) if faults else (plan, None)
        plan = without_body(plan) if request.method == "HEAD" else plan
        admitted = quota is not None
        exchange = Exchange(
            number,
            now,
            needs.noted,
            parsed.endpoint,
            parsed.shown_model,
            parsed.stream,
            plan,
            rule=decision.rule.name,
            prompt_tokens=parsed.prompt,
            requested_tokens=parsed.requested,
            admitted=admitted,
            wanted_tokens=parsed.reserved,
            reserved_tokens=parsed.reserved if admitted else 0,
            cached_tokens=responder.cached,
            key=parsed.account,
            attempt=needs.view.attempt,
            faults=tuple(map(name_of, faults)) if faults else (),
            no_match=decision.no_match,
            taken_by=None if decision.no_match else decision.rule,
            changed_after=felt,
            restricted=refusal is not None and self._restricts(parsed, request),
            generated_tokens=generated,
        )
        if quota is None:
            self._storage.settle(refused=exchange.refused)
        self.journal.add(exchange, taken.call)
        return exchange

    @cached_property
    def _outages(self) -> Outages:
        served = [name for name in self.edition.models if self.edition.serves(name)]
        return Outages(self.scenario, served)

    def status_page(self, request: Request, *, now: float, url: str) -> Plan:
        """Return the answer of the status page at ``url``, regardless of rules and limits."""
        shown = self._outages.shown(now - self.started)
        return answering.answer(request, Page(shown, self.started, url))

    def other_model(self, exchange: Exchange) -> str | None:
        """Return a model that would certainly have answered a refused completion, or None."""
        return other_model(exchange, self.scenario, self.edition, self.memory.run)

    def _broken(
        self, plan: Plan, faults: Sequence[Fault], parsed: ParsedRequest, number: int, now: float
    ) -> tuple[Plan, float | None]:
        """Return the plan with the faults, and after how many seconds they show, None if never."""
        distorted = broken(plan, faults, self._context(parsed, number, now))
        return distorted, changed_after(plan, distorted)

    def malformed(self, *, now: float) -> Plan:
        """Return the answer to bytes that are not an HTTP request; no rule applies to them."""
        return self._responder(0, now).refusal(RefusalError("malformed_request"))

    def _responder(self, number: int, now: float) -> Responder:
        """Return the responder for one exchange, with random bits that only this exchange uses."""
        return Responder(self.edition, self.seed, now, HexStream(f"{self.seed}/{number}"))

    def _context(self, parsed: ParsedRequest, number: int, now: float) -> Context:
        """Return the context for the faults of one exchange."""
        model = self.edition.models.get(parsed.model_id)
        return Context(
            Random(f"{self.seed}/{number}"),
            now,
            self.edition.headers,
            parsed.facts(self.edition),
            model.speed if model else None,
            parsed.limit or None,
            self.edition.limits.retry_after,
            parsed.tools,
        )

    def finish(self, exchange: Exchange, *, now: float, client_left: bool = False) -> None:
        """Record that the plan has been played, and release reserved tokens that were not used."""
        exchange.finished, exchange.client_left = now, client_left
        if exchange.admitted:
            self.memory.settle(exchange, now)
        self.journal.finish(exchange)

    def _not_taken(self, why: NotTaken, quota: Quota | None, now: float) -> RefusalError:
        """Return the refusal of a request that the memory has not admitted."""
        if isinstance(why, RefusalError):
            return why
        limits = self.edition.limits
        if why == OVERLOAD or quota is None:
            return RefusalError("queue_exceeded", headers=tuple(limits.overload_headers.items()))
        wait = (("retry-after", str(why.retry_after)),) if limits.retry_after else ()
        return RefusalError(why.problem, headers=(*wait, *quota.headers(now)))

    def _restricts(self, parsed: ParsedRequest, request: Request) -> bool:
        """Return whether a limit or a check that the default edition lacks refused the request."""
        if parsed.refusal is None:
            return True
        if self.scenario.edition is None and self.scenario.context is None:
            return False
        return RequestParser(editions.load(editions.DEFAULT)).read(request).refusal is None

    def _read_cached(self, parsed: ParsedRequest, now: float) -> int:
        """Return how many tokens of the prompt the cache already holds."""
        if not self.edition.prompt_cache or parsed.row.cost != "completion":
            return 0
        account = parsed.account, parsed.model_id
        return self._prompts.read(account, parts(parsed.body, parsed.row.text, parsed.size), now)
