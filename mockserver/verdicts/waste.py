"""Tokens that were paid for and that nobody had anything of."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mockserver.api.routes import COMPLETING
from mockserver.attempts import retries, same_sender, tries
from mockserver.journal import Exchange
from mockserver.plan import Data, Wait

from .heard import left
from .verdict import Case, Finding, numbers

_INSTANT = 1e-3  # seconds: by which the clock of who plays may be ahead of the plan
# what changes how an answer comes, not what is asked
_FORM = ("stream", "stream_options", "max_tokens", "max_completion_tokens")


def unread_answers(case: Case) -> Iterator[Finding]:
    """Find answers that clients left, or that they asked for again in another form."""
    missed = {one: _unread_tokens(one) for one in case.exchanges if left(one)}
    yield from _wasted({one: tokens for one, tokens in missed.items() if tokens}, "left early")
    again = {
        early: early.completion_tokens
        for early, late in _asked_again(case)
        if early.request.body != late.request.body
    }
    yield from _wasted(again, "asked for again in another form")


def duplicate_requests(case: Case) -> Iterator[Finding]:
    """Find requests that were sent again, to the byte, after they had been answered in full."""
    copies: dict[Exchange, list[Exchange]] = {}
    for early, late in _asked_again(case):
        if early.request.body == late.request.body:
            copies.setdefault(early, []).append(late)
    for first, again in copies.items():
        said = f"#{first.number} was answered in full"
        yield Finding(f"{said}, and {numbers(again)} asked exactly the same", (first, *again))


def _wasted(answers: dict[Exchange, int], how: str) -> Iterator[Finding]:
    if answers:
        were = "was" if len(answers) == 1 else "were"
        total = sum(answers.values())
        said = f"{numbers(answers)} {were} {how}: {total} tokens were written for nobody"
        yield Finding(said, tuple(answers))


def _unread_tokens(exchange: Exchange) -> int:
    """Count the tokens that came when the client was gone."""
    stayed = exchange.over - exchange.at + _INSTANT
    passed, unread = 0.0, 0
    for step in exchange.plan:
        if isinstance(step, Wait):
            passed += step.seconds
        elif isinstance(step, Data) and passed > stayed:
            unread += step.tokens
    return unread


def _asked_again(case: Case) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield answers in full, with each request that asked the same all the same."""
    for call in case.calls:
        for early, late in retries(call):
            if tries(late) and case.is_complete(early):
                yield early, late
    yield from _asked_anew(case)


def _asked_anew(case: Case) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield the first of equal questions that was answered in full, with each new one after it."""
    answered: dict[tuple[object, ...], list[Exchange]] = {}
    for late in case.exchanges:
        if late.endpoint not in COMPLETING or not case.question(late) or tries(late):
            continue
        same = answered.setdefault(_asked(late), [])
        early = next((one for one in same if _repeats(one, late, case)), None)
        if early is not None:
            yield early, late
        elif not late.failed:
            same.append(late)


def _asked(exchange: Exchange) -> tuple[object, ...]:
    """Return what is asked, without the form of the answer."""
    body = {name: value for name, value in exchange.body.items() if name not in _FORM}
    try:
        asked: object = json.dumps(body, sort_keys=True)
    except RecursionError:  # read with less on the stack than there is now
        asked = exchange.request.body
    return exchange.request.path, exchange.key, asked


def _repeats(early: Exchange, late: Exchange, case: Case) -> bool:
    """Whether one client asks again what it knows, and can get no other answer."""
    knew = same_sender(early, late) and case.could_know(early, late)
    return knew and case.is_complete(early) and early.body.get("temperature") == 0
