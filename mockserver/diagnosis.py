"""What an exchange that went wrong means, and what to do: the troubleshooting guide as a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from .api.edition import Edition
from .journal import Exchange, Journal


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
    return _truncated(exchange, edition) if exchange.finish_reason == "length" else None


def retirements(journal: Journal, edition: Edition) -> list[str]:
    """Return a sentence for each model that was used, as is known, and that the API has retired."""
    asked = {exchange.model for exchange in journal.exchanges}
    used = sorted(asked & edition.models.keys())
    return [
        f"{name} answers here, but the live API retired it on {edition.models[name].retired}"
        for name in used
        if edition.is_retired(edition.models[name])
    ]


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
    served = [name for name in edition.models if edition.serves(name)]
    near = get_close_matches(exchange.model, served, n=1, cutoff=0.0)
    return Diagnosis(
        f"{exchange.model!r} is not served"
        if exchange.model not in served
        else f"{exchange.model!r} was withdrawn by the scenario",
        f"use one of {', '.join(served)}"
        + (f" (nearest: {near[0]!r})" if near and near[0] != exchange.model else ""),
    )


def _quota(exchange: Exchange, _: Edition) -> Diagnosis:
    wait = exchange.retry_after
    reset = "" if wait is None else f"; the next one is admitted in {wait:g} s"
    return Diagnosis(
        f"{_said(exchange).partition(' - ')[0]}{reset}",
        "wait as long as Retry-After says, add jitter, and send less at once",
    )


def _overloaded(_: Exchange, __: Edition) -> Diagnosis:
    return Diagnosis("the service is overloaded", "try again with exponential back-off and jitter")


def _overflow(exchange: Exchange, edition: Edition) -> Diagnosis:
    found = re.search(r"length is (\d+) while limit is (\d+)", _said(exchange))
    length, limit = map(int, found.groups()) if found else (0, 0)
    wider = [name for name, model in edition.models.items() if model.context >= length]
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
    said = _said(exchange)
    if exchange.status >= 500:  # noqa: PLR2004 (RFC 9110, 15.6: server errors)
        return Diagnosis(f"{exchange.status}: {said}", "try again with exponential back-off")
    return Diagnosis(f"{exchange.status}: {said}", "mend the request; trying again can't succeed")


def _said(exchange: Exchange) -> str:
    return str(exchange.error.get("message") or exchange.error.get("detail") or "no explanation")


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


def _truncated(exchange: Exchange, edition: Edition) -> Diagnosis:
    model = edition.models.get(exchange.model)
    default = model.default_output if model else None
    asked = exchange.requested_tokens
    why = f"the {asked} it asked for" if asked else f"the default of {default}" if default else ""
    return Diagnosis(
        f"the answer stopped at {exchange.completion_tokens} tokens" + (f", {why}" if why else ""),
        "set max_completion_tokens, and treat finish_reason 'length' as an unfinished answer",
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
}
