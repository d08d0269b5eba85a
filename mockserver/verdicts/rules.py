"""The table of rules, and the court that asks them all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mockserver.core.credentials import redacted
from mockserver.core.errors import UnknownNameError
from mockserver.journal import Journal

from .half_answers import half_answers
from .leaked_keys import leaked_keys
from .loops import endless_requests
from .retries.errors import gave_up, repeated_overflows, retried_permanent_errors
from .retries.fallback import no_fallback
from .retries.hot_retries import hot_retries
from .retries.patience import no_overall_deadline, slept_for_hours
from .retries.pauses import constant_waits, ignored_retry_after, nested_layers, waits_in_step
from .retries.rate_limits import announced_refusals, excessive_reservations
from .side_effects import tools_run_twice
from .tool_calls import partial_tool_calls
from .verdict import Case, Finding, Rule, Verdict
from .wasted_tokens import duplicate_requests, unread_answers

_MOST = 5  # verdicts of a rule

RULES = (
    Rule(
        "retry-after-ignored",
        "certain",
        "A retry came before the `Retry-After` of the answer was over.",
        "wait as long as Retry-After says; where that is too long, give up or ask another model",
        ignored_retry_after,
    ),
    Rule(
        "permanent-error-retried",
        "certain",
        "The same was asked again, within a minute, after a 400, 401, 402, 403, 404 or another "
        "answer that says that the request is wrong, and got it again; or, four times, what is "
        "larger than a whole limit of tokens.",
        "retry 408, 429 and 5xx only; show what the API says is wrong",
        retried_permanent_errors,
    ),
    Rule(
        "hot-retry",
        "certain",
        "A call came back without a pause: twice in a row, or its only retry after a 429. Or eight "
        "requests of one thread or task followed each other so, and differ in nothing but fields "
        "such as `user` and the times in the system prompt.",
        "wait before each retry: exponential back-off with jitter",
        hot_retries,
    ),
    Rule(
        "constant-backoff",
        "advice",
        "The first four waits of a call are equal and under half a minute, or twenty and more "
        "under two seconds do not grow.",
        "let the waits grow, twice as long each time up to a cap",
        constant_waits,
    ),
    Rule(
        "no-jitter",
        "advice",
        "Five or more calls failed together, and waited equally long, twice.",
        "add jitter to each wait, so that clients that fail together come back apart",
        waits_in_step,
    ),
    Rule(
        "nested-retries",
        "advice",
        "A client had used up its attempts, and another layer made it begin again, within a minute "
        "or twice the longest wait of the call.",
        "let one layer retry: max_retries=0 for the SDK, or no loop around it",
        nested_layers,
    ),
    Rule(
        "gave-up-at-once",
        "advice",
        "A completion failed with an error that passes (408, 429, 5xx, no answer), and that was "
        "the only attempt: nobody asked again, nor another model.",
        "retry a few times with growing waits, or fall back to another model",
        gave_up,
    ),
    Rule(
        "no-fallback",
        "advice",
        "Calls failed for good because their model was gone, or answered 429 or 5xx to each "
        "attempt, and another model that would have answered was not asked.",
        "name a second model, and ask it when the first is gone or keeps failing",
        no_fallback,
    ),
    Rule(
        "slept-for-hours",
        "advice",
        "A retry came more than ten minutes after the failure, from inside of the same call: as "
        "`Retry-After` told, or as the back-off grew.",
        "bound what a call may wait; beyond that say until when, queue it, or ask another model",
        slept_for_hours,
    ),
    Rule(
        "no-overall-deadline",
        "advice",
        "For two minutes and more nothing came of an answer but comments or white space, and the "
        "client stayed to its end.",
        "bound the whole answer as well as each read, such as by asyncio.timeout(120)",
        no_overall_deadline,
    ),
    Rule(
        "overflow-repeated",
        "certain",
        "A prompt that was over the context window was sent again, no shorter.",
        "drop the oldest messages or ask for a shorter completion before asking again",
        repeated_overflows,
    ),
    Rule(
        "half-answer",
        "certain",
        "An answer that was cut, or none at all, was passed on as a whole one: it stands so in a "
        "value of the test, its output, a file, or the next request, and nothing says that it is "
        "not whole. It is advice where the app may have said so in a way that nobody else knows.",
        "look at finish_reason: only stop and tool_calls end a whole answer; raise, ask again, or "
        "mark the part",
        half_answers,
    ),
    Rule(
        "partial-tool-call",
        "certain",
        "A call of a tool whose arguments were cut, or are no JSON object, was answered as if they "
        "had been whole, or the tool was recorded as run. It is advice where the answer may be a "
        "refusal.",
        "run a tool only when its arguments are whole JSON and finish_reason is tool_calls; answer "
        "other calls by an error, or ask again with room for more",
        partial_tool_calls,
    ),
    Rule(
        "tool-ran-twice",
        "certain",
        "The app has recorded the same side effect, with the same arguments, more often than the "
        "model has asked for it, within a minute.",
        "remember by the id of each call that it was run, and its result; or give the tool an "
        "idempotency key",
        tools_run_twice,
    ),
    Rule(
        "unread-answer",
        "advice",
        "The client left an answer before its end, a stream while nothing came, and asked the same "
        "again; or it asked for a whole answer again in another form, with a `temperature` of 0.",
        "raise the read time-out above what an answer takes, stream, or ask for fewer tokens",
        unread_answers,
    ),
    Rule(
        "duplicate-request",
        "certain",
        "A request that had been answered in full was sent again, to the byte, as a retry by its "
        "`x-stainless-retry-count`; or, which is advice, with a `temperature` of 0.",
        "keep the answer; retry only what has failed",
        duplicate_requests,
    ),
    Rule(
        "announced-429",
        "advice",
        "A new request ran into a limit of which an answer before had told: nothing remaining, or "
        "a `Retry-After` that was not over.",
        "read x-ratelimit-remaining-* and Retry-After, and hold all requests back meanwhile",
        announced_refusals,
    ),
    Rule(
        "excessive-reservation",
        "advice",
        "A request was refused for lack of tokens that only had to be reserved: it, or those "
        "running beside it, asked for more than twice what the answer needed.",
        "set max_completion_tokens to what an answer needs; the limits reserve all of it",
        excessive_reservations,
    ),
    Rule(
        "endless-requests",
        "certain",
        "More requests came than a test may send (`--cerebras-max-requests`), from one line of the "
        "app or in all, so that the mock has refused the rest.",
        "bound the loop: count its rounds, and end it when an answer brings nothing new",
        endless_requests,
    ),
    Rule(
        "key-sent-elsewhere",
        "certain",
        "A request went to the real API although the mock is active, or brought the key of "
        "another vendor.",
        "let the app read CEREBRAS_BASE_URL and CEREBRAS_API_KEY, and no other vendor's",
        leaked_keys,
    ),
)
NAMES = tuple(rule.name for rule in RULES)
NOT_JUDGED = "not-judged"


def judge(case: Case, *, ignore: Collection[str] = ()) -> tuple[Verdict, ...]:
    """
    Return the verdicts on a client, in the order of the rules.

    Where the journal does not keep all that happened, nobody can judge, and that is the verdict.
    Raises UnknownNameError when nothing has a name that should be ignored.
    """
    check_names(ignore)
    journal = case.journal
    if journal.dropped:
        return () if NOT_JUDGED in ignore else (_not_judged(journal),)
    return tuple(
        Verdict(
            rule.name,
            redacted(finding.sentence),
            rule.fix,
            tuple(exchange.number for exchange in finding.exchanges),
            tuple(map(case.since_start, finding.exchanges)),
            finding.certainty or rule.certainty,
            _site_of(finding),
        )
        for rule in RULES
        if rule.name not in ignore
        for finding in _first([one for one in rule.find(case) if _is_its_own(one)])
    )


def _site_of(finding: Finding) -> tuple[str, int] | None:
    """Return the line of the app that sent the last of some exchanges."""
    senders = (exchange.request.sender for exchange in reversed(finding.exchanges))
    return next((sender.site for sender in senders if sender and sender.site), None)


def _is_its_own(finding: Finding) -> bool:
    """Whether a client did it without the mock's intervention, after which nobody is accused."""
    return not any(exchange.intervened for exchange in finding.exchanges)


def _not_judged(journal: Journal) -> Verdict:
    kept = journal.count - journal.dropped
    return Verdict(
        NOT_JUDGED,
        f"the journal keeps the last {kept} of {journal.count} requests, so nobody can tell what "
        "the client did wrong",
        f"let the journal keep more: pytest --cerebras-journal {journal.count}",
    )


def _first(findings: list[Finding]) -> list[Finding]:
    """Return the first findings of a rule; the last of them counts those that follow."""
    more = len(findings) - _MOST
    if more <= 0:
        return findings
    last = findings[_MOST - 1]
    counted = replace(last, sentence=f"{last.sentence}; {more} more are like this")
    return [*findings[: _MOST - 1], counted]


def check_names(names: Collection[str]) -> None:
    """Raise UnknownNameError when no rule has one of the names."""
    for name in names:
        if name not in (*NAMES, NOT_JUDGED):
            raise UnknownNameError("verdict", name, (*NAMES, NOT_JUDGED))
