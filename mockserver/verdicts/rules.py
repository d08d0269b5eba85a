"""The rules, whose texts are in ``rules.yaml``, and ``judge``, which applies all rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from mockserver.core.credentials import redacted
from mockserver.core.documents import shipped
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
from .verdict import Case, Find, Finding, Rule, Verdict
from .wasted_tokens import duplicate_requests, unread_answers

_MOST = 5  # verdicts for each rule

FINDERS: Mapping[str, Find] = {
    "retry-after-ignored": ignored_retry_after,
    "permanent-error-retried": retried_permanent_errors,
    "hot-retry": hot_retries,
    "constant-backoff": constant_waits,
    "no-jitter": waits_in_step,
    "nested-retries": nested_layers,
    "gave-up-at-once": gave_up,
    "no-fallback": no_fallback,
    "slept-for-hours": slept_for_hours,
    "no-overall-deadline": no_overall_deadline,
    "overflow-repeated": repeated_overflows,
    "half-answer": half_answers,
    "partial-tool-call": partial_tool_calls,
    "tool-ran-twice": tools_run_twice,
    "unread-answer": unread_answers,
    "duplicate-request": duplicate_requests,
    "announced-429": announced_refusals,
    "excessive-reservation": excessive_reservations,
    "endless-requests": endless_requests,
    "status-page-polled": polled_status_page,
    "key-sent-elsewhere": leaked_keys,
}
NAMES = tuple(FINDERS)
_TEXTS = shipped(__package__, "rules").data
RULES = tuple(Rule(name, find=find, **_TEXTS[name]) for name, find in FINDERS.items())
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
    """Return the line of the app that sent the last exchange for which this line is known."""
    senders = (exchange.request.sender for exchange in reversed(finding.exchanges))
    return next((sender.site for sender in senders if sender and sender.site), finding.site)


def _is_its_own(finding: Finding) -> bool:
    """Return whether the mock intervened in none of the exchanges, so the client acted freely."""
    return not any(exchange.intervened for exchange in finding.exchanges)


def _not_judged(journal: Journal) -> Verdict:
    kept = journal.count - journal.dropped
    return Verdict(
        NOT_JUDGED,
        f"the journal kept only the last {kept} of {journal.count} requests, so the client can't "
        "be judged",
        f"let the journal keep more requests: pytest --cerebras-journal {journal.count}",
    )


def _first(findings: list[Finding]) -> list[Finding]:
    """Return the first findings of a rule; the last of them states how many more there are."""
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
