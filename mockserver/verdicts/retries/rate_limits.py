"""Rate limits that a client knew in advance or could have avoided."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockserver.api.contract.quota import PERIODS
from mockserver.core.units import duration
from mockserver.journal import Call, Exchange
from mockserver.journal.grouping import same_sender, tolerance, waited
from mockserver.plan import field_of
from mockserver.verdicts.received import received
from mockserver.verdicts.verdict import Case, Finding, numbers

_KINDS = {"request_quota_exceeded": "requests", "token_quota_exceeded": "tokens"}
_PERIOD = re.compile(r"per (minute|hour|day) limit")
_TOO_LARGE = re.compile(r"limit (\d+) tokens per \w+, requested (\d+)")
_SPARE = 2  # a reservation of less than this many times the need is reasonable


def announced_refusals(case: Case) -> Iterator[Finding]:
    """Find first attempts that ran into a limit that an earlier answer had announced."""
    ran_into: dict[Exchange, list[Exchange]] = {}
    for call in case.calls:
        late = call.exchanges[0]
        early = _last_known(late, case) if _exhausted(late) else None
        if early is not None and waited(early, late) < _pause(early, late, case):
            ran_into.setdefault(early, []).append(late)
    for early, again in ran_into.items():
        wait = _retry_after(early)
        limit = f"that {_exhausted(again[0])} was used up"
        what = limit if wait is None else f"to wait {duration(wait)}"
        said = f"#{early.number} said {what}"
        yield Finding(f"{said}, but {numbers(again)} came too early", (early, *again))


def excessive_reservations(case: Case) -> Iterator[Finding]:
    """Find requests that were refused only because more tokens were reserved than needed."""
    for call in case.calls:
        refused = [one for one in call.exchanges if _needlessly_refused(one, call, case)]
        if refused:
            late = refused[0]
            asked = late.wanted_tokens - late.prompt_tokens
            unset = " without max_completion_tokens" if late.requested_tokens is None else ""
            yield Finding(
                f"#{late.number} was refused because {asked} tokens had to be reserved for its "
                f"answer{unset}; such an answer had {_needed(call, case)}",
                tuple(refused),
            )


def too_large(exchange: Exchange) -> tuple[int, int] | None:
    """
    Return the requested tokens and the limit, if a refused request can never fit.

    The message of such a refusal states both numbers. A request that exceeds the limit but gets
    another message is answered once the limit is entirely unused.
    """
    said = _TOO_LARGE.search(str(exchange.error.get("message")))
    if said is None or exchange.error.get("code") != "token_quota_exceeded":
        return None
    limit, asked = map(int, said.groups())
    return (asked, limit) if limit < asked else None


def takes_all(exchange: Exchange) -> tuple[int, int] | None:
    """
    Return the requested tokens and the limit, if a refused request exceeds the limit.

    The limit is in the header fields. Such a request is answered once the limit is entirely unused.
    """
    limit, asked = int(field(exchange, "limit-tokens-minute") or 0), exchange.wanted_tokens
    of_tokens = exchange.error.get("code") == "token_quota_exceeded"
    return (asked, limit) if of_tokens and 0 < limit < asked else None


def _exhausted(exchange: Exchange) -> str | None:
    """Return the name of the limit for which a request was refused, such as ``requests-minute``."""
    kind = _KINDS.get(str(exchange.error.get("code")))
    period = _PERIOD.search(str(exchange.error.get("message")))
    return f"{kind}-{period[1]}" if kind and period else None


def _last_known(late: Exchange, case: Case) -> Exchange | None:
    """Return the last answer that the sender of a request knew, for the same key and model."""
    known = (
        early
        for early in reversed(case.exchanges)
        if (early.key, early.model) == (late.key, late.model)
        and early.number < late.number
        and (same_sender(early, late) or late.request.sender is None)
        and case.could_know(early, late)
        and received(early)
    )
    return next(known, None)


def _pause(early: Exchange, late: Exchange, case: Case) -> float:
    """Return the seconds that the later request had to wait, according to the earlier answer."""
    wait = _retry_after(early)
    if wait is None:
        wait = _refill(early, late, case) if _remaining(early, _exhausted(late)) == 0 else 0.0
    return wait - tolerance(wait)


def _retry_after(exchange: Exchange) -> float | None:
    """Return the ``Retry-After`` of an answer, if a limit was the reason for the refusal."""
    return exchange.retry_after if _exhausted(exchange) else None


def _refill(early: Exchange, late: Exchange, case: Case) -> float:
    """Return the seconds until an exhausted limit has enough for the later request."""
    name = _exhausted(late) or ""
    kind, _, period = name.partition("-")
    reset = field(early, f"reset-{name}")
    if reset is not None:
        return reset
    seconds = PERIODS[period]
    if case.edition.limits.refill == "window":
        return seconds - early.at % seconds
    needed = 1 if kind == "requests" else late.prompt_tokens
    limit = field(early, f"limit-{name}")
    return needed * seconds / limit if limit else seconds


def _needlessly_refused(late: Exchange, call: Call, case: Case) -> bool:
    name = _exhausted(late) or ""
    left = _remaining(late, name)
    if late.admitted or not received(late) or not name.startswith("tokens") or left is None:
        return False
    needed = _needed(call, case)
    asked = late.wanted_tokens - late.prompt_tokens
    idle = sum(_idle(other) for other in case.exchanges if _is_running(other, late))
    return 0 < _SPARE * needed <= asked and left + idle >= late.prompt_tokens + needed


def _needed(call: Call, case: Case) -> int:
    """
    Return how many tokens the answer to a call needs.

    If the call got no whole answer, this is the length of the model's longest answer.
    """
    same = [one for one in case.exchanges if one.model == call.last.model]
    answers = [one for one in same if case.is_complete(one)]
    own = [one for one in answers if one in call.exchanges]
    return max((one.completion_tokens for one in own or answers), default=0)


def _is_running(other: Exchange, late: Exchange) -> bool:
    """Return whether an exchange still holds its reservation when another request comes."""
    over = other.finished is not None and other.finished <= late.at
    same = (other.key, other.model) == (late.key, late.model)
    return same and other.number < late.number and not over


def _idle(exchange: Exchange) -> int:
    """Return how many tokens were reserved but never used."""
    used = exchange.prompt_tokens + exchange.completion_tokens
    return max(0, exchange.reserved_tokens - used)


def _remaining(exchange: Exchange, name: str | None) -> float | None:
    return field(exchange, f"remaining-{name}")


def field(exchange: Exchange, name: str) -> float | None:
    """Return the number in a header field ``x-ratelimit-...``; None if there is none."""
    value = field_of(exchange.plan, f"x-ratelimit-{name}")
    try:
        return None if value is None else float(value)
    except ValueError:
        return None
