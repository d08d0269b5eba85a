"""What an exchange that went wrong means, and what to do: the troubleshooting guide as a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import get_args

from mockserver.api.contract import editions
from mockserver.api.contract.edition import Edition
from mockserver.api.contract.routes import meant
from mockserver.api.contract.shapes import LimitName
from mockserver.core.units import duration
from mockserver.journal import Exchange, Journal

from .puzzles import explained
from .retries.errors import passing
from .retries.limits import field, takes_all, too_large

_HOUR = 3600.0  # seconds
_PERIOD = re.compile(r"per (second|minute|hour|day) limit")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened, in a sentence, and the fix, in another."""

    what: str
    fix: str


def diagnose(exchange: Exchange, edition: Edition) -> Diagnosis | None:
    """Return what went wrong; None when nothing did."""
    explain = _EXPLANATIONS.get(str(exchange.error.get("code", "")))
    if explain is not None:
        return explain(exchange, edition)
    if exchange.stalled:
        return _stalled(exchange)
    if exchange.refused:
        return _refused(exchange)
    if exchange.broken_off:
        return _broken_off(exchange)
    if exchange.interrupted or exchange.unfinished:
        return _cut_off(exchange)
    return _completed(exchange, edition)


def retirements(journal: Journal, edition: Edition) -> list[str]:
    """Return a sentence for each model that has answered, and that the API has retired."""
    answered = {one.model for one in journal.exchanges if one.status == HTTPStatus.OK}
    known = {name: edition.models[name] for name in answered & edition.models.keys()}
    retired = {name: one.retired for name, one in known.items() if edition.is_retired(one)}
    return [
        f"{name} answers here, but {_by_whom(edition)} retired it on {retired[name]}"
        for name in sorted(retired)
    ]


def _by_whom(edition: Edition) -> str:
    shipped = edition.name in editions.names()
    return "the live API" if shipped else f"by edition {edition.name!r} the API"


def _wrong_key(exchange: Exchange, edition: Edition) -> Diagnosis:
    shown = exchange.request.headers.get("authorization", "")
    prefix = edition.keys.prefix
    if not shown:
        return Diagnosis("the request had no Authorization header", "set CEREBRAS_API_KEY")
    if prefix and not shown.startswith(f"Bearer {prefix}"):
        return Diagnosis(
            f"the key was sent as {shown!r}; Cerebras keys begin with {prefix!r}",
            f"set CEREBRAS_API_KEY to a key that begins with {prefix!r}",
        )
    return Diagnosis("the key was refused", "renew CEREBRAS_API_KEY; trying again can't succeed")


def _unknown_model(exchange: Exchange, edition: Edition) -> Diagnosis:
    others = [name for name in _current(edition) if name != exchange.model]
    near = get_close_matches(exchange.model, others, n=1, cutoff=0.0)
    gone = "was withdrawn by the scenario" if edition.serves(exchange.model) else "is not served"
    return Diagnosis(
        f"{exchange.model!r} {gone}",
        f"use one of {', '.join(others)} (nearest: {near[0]!r})"
        if near
        else "ask GET /v1/models what is served",
    )


def _current(edition: Edition) -> list[str]:
    """Return the models that answer here and that the API has not retired."""
    return [
        name
        for name, model in edition.models.items()
        if edition.serves(name) and not edition.is_retired(model)
    ]


def _quota(exchange: Exchange, _: Edition) -> Diagnosis:
    said = _said(exchange).partition(" - ")[0]
    excess = too_large(exchange)
    if excess is not None:
        asked, limit = excess
        return Diagnosis(
            f"the request asks for {asked} tokens, and the limit is {limit}: it can never fit",
            "send a shorter prompt or set a smaller max_completion_tokens; waiting never helps",
        )
    whole = takes_all(exchange)
    if whole is not None:
        asked, limit = whole
        return Diagnosis(
            f"the request asks for {asked} tokens, and the limit is {limit}: it is answered only "
            "when nothing of the limit is in use",
            "set max_completion_tokens to what the answer needs, or send a shorter prompt",
        )
    wait = exchange.retry_after
    if wait is not None:
        fix = "wait as long as Retry-After says, add jitter, and send less at once"
        if wait >= _HOUR:
            fix = "give up or ask another model: no user waits as long as Retry-After says"
        return Diagnosis(f"{said}; the next one is admitted in {duration(wait)}", fix)
    return Diagnosis(f"{said}; there is no Retry-After", _without_retry_after(exchange, said))


def _without_retry_after(exchange: Exchange, said: str) -> str:
    """Return how long to wait: until what is used up comes back, or as the period says."""
    for limit in get_args(LimitName):
        reset = field(exchange, f"reset-{limit}")
        if reset is not None and field(exchange, f"remaining-{limit}") == 0:
            return (
                f"wait for the limit that is used up: x-ratelimit-reset-{limit} says "
                f"{duration(reset)}; add jitter"
            )
    period = _PERIOD.search(said)
    if period and period[1] in ("hour", "day"):
        return f"give up or ask another model: a quota of the {period[1]} is not back soon"
    lasting = f" until the {period[1]} is over" if period else ""
    return f"back off exponentially with jitter{lasting}, and send less at once"


def _overloaded(_: Exchange, __: Edition) -> Diagnosis:
    return Diagnosis("the service is overloaded", "try again with exponential back-off and jitter")


def _overflow(exchange: Exchange, edition: Edition) -> Diagnosis:
    found = re.search(r"length is (\d+) while limit is (\d+)", _said(exchange))
    length, limit = map(int, found.groups()) if found else (0, 0)
    wider = [name for name in _current(edition) if edition.models[name].context >= length]
    fits = f", or use a model with a wider window: {', '.join(wider)}" if wider and length else ""
    return Diagnosis(
        f"the request needs {length} tokens, {length - limit} more than the window of {limit}",
        f"drop the oldest messages or ask for a shorter completion{fits}",
    )


def _wrong_format(exchange: Exchange, _: Edition) -> Diagnosis:
    reason = _said(exchange).replace("\n", "; ")
    return Diagnosis(f"the API refuses the body: {reason}", "send only what the API documents")


def _refused(exchange: Exchange) -> Diagnosis:
    if exchange.status is None:
        return Diagnosis("the connection was lost before any answer", "try again with back-off")
    what = f"{exchange.status}: {_said(exchange)}"
    if passing(exchange):
        return Diagnosis(what, "try again with exponential back-off")
    if exchange.status == HTTPStatus.PAYMENT_REQUIRED:
        return Diagnosis(what, "add credit to the account; trying again can't succeed")
    if exchange.status == HTTPStatus.FORBIDDEN and not exchange.error:
        return Diagnosis(
            "403: the edge blocks the client, before the API sees its key",
            "look at the network, its proxy and the User-Agent, not at the key; show no page",
        )
    path = exchange.request.path
    if exchange.status == HTTPStatus.NOT_FOUND and (right := meant(path)) != path:
        how = "leave /v1 out of" if len(right) < len(path) else "add /v1 to"
        return Diagnosis(f"404: the API has {right}, and no {path}", f"{how} the base URL")
    return Diagnosis(what, "mend the request; trying again can't succeed")


def _said(exchange: Exchange) -> str:
    error = exchange.error
    return str(error.get("message") or error.get("detail") or "no explanation")


def _stalled(exchange: Exchange) -> Diagnosis:
    after = (
        f"after {exchange.completion_tokens} tokens of the answer" if exchange.status else "ever"
    )
    return Diagnosis(
        f"nothing came {after}, and the connection stayed open",
        "set a read time-out, and a deadline for the whole answer",
    )


def _broken_off(exchange: Exchange) -> Diagnosis:
    return Diagnosis(
        f"an error broke the stream off after {exchange.completion_tokens} tokens of the answer: "
        f"{exchange.error.get('message')}",
        "expect errors while reading a stream too, and throw the part away",
    )


def _cut_off(exchange: Exchange) -> Diagnosis:
    if exchange.interrupted:
        return Diagnosis(
            f"the connection was lost after {exchange.completion_tokens} tokens of the answer",
            "catch the transport's own exceptions as well as the SDK's, and throw the part away",
        )
    return Diagnosis(
        f"the stream ended after {exchange.completion_tokens} tokens without a finish_reason",
        "take a stream without finish_reason for cut off; clients raise no error for it",
    )


def _completed(exchange: Exchange, edition: Edition) -> Diagnosis | None:
    """Explain an answer that came to its end."""
    odd = explained(exchange)
    if odd is not None:
        return Diagnosis(*odd)
    return _truncated(exchange, edition) if exchange.finish_reason == "length" else None


def _truncated(exchange: Exchange, edition: Edition) -> Diagnosis:
    model = edition.models.get(exchange.model)
    default = model.default_output if model else None
    asked = exchange.requested_tokens
    why = f"the {asked} it asked for" if asked else f"the default of {default}" if default else ""
    return Diagnosis(
        f"the answer stopped at {exchange.completion_tokens} tokens" + (f", {why}" if why else ""),
        "set max_completion_tokens, and treat finish_reason 'length' as an unfinished answer",
    )


def _too_many(exchange: Exchange, _: Edition) -> Diagnosis:
    return Diagnosis(
        f"{exchange.request.place} has asked more often than a test may",
        "end the loop, or allow more with --cerebras-max-requests",
    )


_EXPLANATIONS: Mapping[str, Callable[[Exchange, Edition], Diagnosis]] = {
    "wrong_api_key": _wrong_key,
    "model_not_found": _unknown_model,
    "model_archived": _unknown_model,
    "request_quota_exceeded": _quota,
    "token_quota_exceeded": _quota,
    "queue_exceeded": _overloaded,
    "service_unavailable": _overloaded,
    "context_length_exceeded": _overflow,
    "wrong_api_format": _wrong_format,
    "request_budget_spent": _too_many,
}
