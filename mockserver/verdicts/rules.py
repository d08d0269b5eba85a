"""The table of rules, and ``judge``, which applies them all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mockserver.core.credentials import redacted
from mockserver.core.errors import UnknownNameError
from mockserver.journal import Journal

from .half_answers import half_answers
from .leaked_keys import leaked_keys
from .loops import endless_requests, polled_status_page
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

_MOST = 5  # verdicts for each rule

RULES = (
    Rule(
        "retry-after-ignored",
        "certain",
        "A retry came before the `Retry-After` of the answer had passed.",
        "wait as long as Retry-After says; if that is too long, give up or ask another model",
        ignored_retry_after,
    ),
    Rule(
        "permanent-error-retried",
        "certain",
        "The same request was sent again within a minute of a 400, 401, 402, 403, 404 or another "
        "answer that blames the request, and was answered the same. Or a request for more tokens "
        "than a whole limit was retried four times.",
        "retry only 408, 429 and 5xx; show what the API says is wrong",
        retried_permanent_errors,
    ),
    Rule(
        "hot-retry",
        "certain",
        "A call was retried without a pause: twice in a row, or in its only retry after a 429. Or "
        "one thread or task sent eight such requests in a row that differ only in fields such as "
        "`user` and in times in the system prompt.",
        "wait before each retry: exponential back-off with jitter",
        hot_retries,
    ),
    Rule(
        "constant-backoff",
        "advice",
        "The first four waits of a call are equal and shorter than half a minute, or twenty or "
        "more waits of less than two seconds do not grow.",
        "make the waits grow: double each one, up to a cap",
        constant_waits,
    ),
    Rule(
        "no-jitter",
        "advice",
        "Five or more calls failed together and then waited equally long, twice.",
        "add jitter to each wait, so that clients that fail together do not retry together",
        waits_in_step,
    ),
    Rule(
        "nested-retries",
        "advice",
        "A client used up its attempts, and another layer started it again within a minute, or "
        "within twice the longest wait of the call.",
        "let only one layer retry: set max_retries=0 in the SDK, or remove the loop around it",
        nested_layers,
    ),
    Rule(
        "gave-up-at-once",
        "advice",
        "A completion failed with a transient error (408, 429, 5xx, no answer) and was never tried "
        "again, with this model or another.",
        "retry a few times with growing waits, or fall back to another model",
        gave_up,
    ),
    Rule(
        "no-fallback",
        "advice",
        "Calls failed for good because their model was gone or answered every attempt with 429 or "
        "5xx. Another model would have answered, but was not asked.",
        "name a second model, and ask it when the first is gone or keeps failing",
        no_fallback,
    ),
    Rule(
        "slept-for-hours",
        "advice",
        "A call waited more than ten minutes before a retry, because `Retry-After` said so or "
        "because its back-off grew that far.",
        "limit how long a call may wait; beyond that, report when to try again, queue the request, "
        "or ask another model",
        slept_for_hours,
    ),
    Rule(
        "no-overall-deadline",
        "advice",
        "An answer sent only comments or white space for two minutes or more, and the client "
        "stayed to its end.",
        "limit the whole answer as well as each read, for example with asyncio.timeout(120)",
        no_overall_deadline,
    ),
    Rule(
        "overflow-repeated",
        "certain",
        "A prompt that exceeded the context window was sent again, no shorter.",
        "drop the oldest messages or ask for a shorter completion before trying again",
        repeated_overflows,
    ),
    Rule(
        "half-answer",
        "certain",
        "An answer that was cut off or empty was passed on as a whole one: it appears in a value "
        "of the test, its output, a file or the next request, and nothing marks it as incomplete. "
        "It is advice if the app may have marked it in a way that the judge does not understand.",
        "check finish_reason: only stop and tool_calls end a whole answer; otherwise raise an "
        "error, ask again, or mark the text as partial",
        half_answers,
    ),
    Rule(
        "partial-tool-call",
        "certain",
        "A tool call whose arguments were cut off or are not a JSON object was answered as if they "
        "were whole, or the tool was recorded as run. It is advice if the answer may be a refusal.",
        "run a tool only if its arguments are whole JSON and finish_reason is tool_calls; answer "
        "other calls with an error, or ask again with a larger max_completion_tokens",
        partial_tool_calls,
    ),
    Rule(
        "tool-ran-twice",
        "certain",
        "Within a minute, the app recorded the same side effect with the same arguments more often "
        "than the model had asked for it.",
        "store the result of each call under its id, and run no id twice; or give the tool an "
        "idempotency key",
        tools_run_twice,
    ),
    Rule(
        "unread-answer",
        "advice",
        "The client left an answer before its end (a stream only while it paused) and asked for "
        "the same again. Or it asked for a whole answer again in another form, with a "
        "`temperature` of 0.",
        "make the read time-out longer than an answer takes, stream, or ask for fewer tokens",
        unread_answers,
    ),
    Rule(
        "duplicate-request",
        "certain",
        "A request that had been answered in full was sent again, byte for byte, as a retry by its "
        "`x-stainless-retry-count`. Without that count, but with a `temperature` of 0, it is "
        "advice.",
        "keep the answer; retry only what failed",
        duplicate_requests,
    ),
    Rule(
        "announced-429",
        "advice",
        "A new request ran into a limit that an earlier answer had announced: nothing was "
        "remaining, or its `Retry-After` had not passed.",
        "read x-ratelimit-remaining-* and Retry-After, and hold back all requests until then",
        announced_refusals,
    ),
    Rule(
        "excessive-reservation",
        "advice",
        "A request was refused for lack of tokens that were reserved but not needed: it asked for "
        "at least twice what its answer needed.",
        "set max_completion_tokens to what an answer needs; the limits reserve all of it",
        excessive_reservations,
    ),
    Rule(
        "endless-requests",
        "certain",
        "The app sent more requests than a test may (`--cerebras-max-requests`), from one line or "
        "in all, and the mock refused the rest.",
        "bound the loop: count its rounds, and end it when an answer brings nothing new",
        endless_requests,
    ),
    Rule(
        "status-page-polled",
        "advice",
        "The status page was asked more than ten times within a minute, and more often than "
        "requests had failed.",
        "ask it once after a failure, and then every half minute at most; whatever it says, only "
        "the next request shows whether the API is back",
        polled_status_page,
    ),
    Rule(
        "key-sent-elsewhere",
        "certain",
        "A request went to the real API although the mock is active, or carried the key of "
        "another vendor.",
        "let the app read CEREBRAS_BASE_URL and CEREBRAS_API_KEY, not another vendor's variables",
        leaked_keys,
    ),
)
NAMES = tuple(rule.name for rule in RULES)
NOT_JUDGED = "not-judged"


def judge(case: Case, *, ignore: Collection[str] = ()) -> tuple[Verdict, ...]:
    """
    Return the verdicts on a client, in the order of the rules.

    If the journal has dropped exchanges, the only verdict is ``not-judged``.
    Raises UnknownNameError if ``ignore`` has a name that no rule has.
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
    """Return the line of the app that sent the last exchange of a finding, if it is known."""
    senders = (exchange.request.sender for exchange in reversed(finding.exchanges))
    return next((sender.site for sender in senders if sender and sender.site), finding.site)


def _is_its_own(finding: Finding) -> bool:
    """Whether the client acted freely: what follows an intervention of the mock is not judged."""
    return not any(exchange.intervened for exchange in finding.exchanges)


def _not_judged(journal: Journal) -> Verdict:
    kept = journal.count - journal.dropped
    return Verdict(
        NOT_JUDGED,
        f"the journal kept only the last {kept} of {journal.count} requests, so the client can't "
        "be judged",
        f"keep more requests: pytest --cerebras-journal {journal.count}",
    )


def _first(findings: list[Finding]) -> list[Finding]:
    """Return the first findings of a rule; the last one states how many more there are."""
    more = len(findings) - _MOST
    if more <= 0:
        return findings
    last = findings[_MOST - 1]
    counted = replace(last, sentence=f"{last.sentence}; {more} more like this")
    return [*findings[: _MOST - 1], counted]


def check_names(names: Collection[str]) -> None:
    """Raise UnknownNameError if no rule has one of the names."""
    for name in names:
        if name not in (*NAMES, NOT_JUDGED):
            raise UnknownNameError("verdict", name, (*NAMES, NOT_JUDGED))
