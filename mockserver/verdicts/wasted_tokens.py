"""Tokens that were paid for but not used."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.journal import Exchange
from mockserver.journal.grouping import comes_after, retries, same_sender, same_turn, tries
from mockserver.plan import Data, Wait, expand

from .normalize import asked_without
from .received import left
from .verdict import Case, Certainty, Finding, numbers

_SILENCE = 0.5  # seconds on the client's clock; a stream with a shorter pause has not stopped
_INSTANT = 1e-3  # seconds by which a piece may be sent before its time in the plan
# fields that change the form of the answer, not the question
FORM = ("stream", "stream_options", "max_tokens", "max_completion_tokens")


def unread_answers(case: Case) -> Iterator[Finding]:
    """
    Find answers that clients abandoned and requested again, in any form.

    A client that does not ask again may have been stopped, may have had a deadline, or may have
    found the answer elsewhere.
    """
    yield from _wasted(_left_early(case), "left early")
    again = {
        early: early.completion_tokens
        for early, late in asked_again(case)
        if early.request.body != late.request.body
    }
    yield from _wasted(again, "requested again in another form")


def duplicate_requests(case: Case) -> Iterator[Finding]:
    """Find requests that were answered in full and then sent again, byte for byte."""
    copies: dict[Exchange, list[Exchange]] = {}
    for early, late in asked_again(case):
        if early.request.body == late.request.body:
            copies.setdefault(early, []).append(late)
    for first, again in copies.items():
        said = f"#{first.number} was answered in full, and {numbers(again)} asked exactly the same"
        # Another user may ask the same question, and an app does not have to keep answers. But a
        # retry after a full answer is never necessary.
        certainty: Certainty = "certain" if any(map(tries, again)) else "advice"
        yield Finding(said, (first, *again), certainty)


def _wasted(answers: dict[Exchange, int], how: str) -> Iterator[Finding]:
    if answers:
        were = "was" if len(answers) == 1 else "were"
        total = sum(answers.values())
        said = f"{numbers(answers)} {were} {how}: {total} tokens were wasted"
        yield Finding(said, tuple(answers))


def _left_early(case: Case) -> dict[Exchange, int]:
    """Return the abandoned answers whose question was asked again, with their unread tokens."""
    left_early = [one for one in case.exchanges if _lost_patience(one, case)]
    missed = {one: tokens for one in left_early if (tokens := unread_tokens(one))}
    asked: dict[Exchange, list[Exchange]] = {one: _same_again(one, case) for one in missed}
    again = {one for one, same in asked.items() if any(comes_after(one, late) for late in same)}
    return {
        one: tokens
        for one, tokens in missed.items()
        if one in again or not again.isdisjoint(asked[one])
    }


def _same_again(exchange: Exchange, case: Case) -> list[Exchange]:
    """Return the other requests that certainly ask the same question."""
    same = case.same_question(exchange)
    return [one for one in same if case.repeats(exchange, one) or case.repeats(one, exchange)]


def _lost_patience(exchange: Exchange, case: Case) -> bool:
    """
    Return whether the client left before the end because the answer took too long.

    A client that left a stream lost patience only if it left during a silence.
    """
    silence = _silence(exchange) * case.journal.scale
    return left(exchange) and (not exchange.stream or silence >= _SILENCE)


def _silence(exchange: Exchange) -> float:
    """Return the seconds from the last piece that arrived until the client left."""
    stayed = exchange.over - exchange.at
    return stayed - max((at for at, _ in _pieces(exchange) if at <= stayed), default=0.0)


def unread_tokens(exchange: Exchange) -> int:
    """Return how many tokens the plan would have sent after the client left."""
    stayed = exchange.over - exchange.at + _INSTANT
    return sum(tokens for at, tokens in _pieces(exchange) if at > stayed)


def _pieces(exchange: Exchange) -> Iterator[tuple[float, int]]:
    """Yield the seconds since the request, and the tokens, of each piece of an answer."""
    passed = 0.0
    for step in expand(exchange.plan):
        if isinstance(step, Wait):
            passed += step.seconds
        elif isinstance(step, Data):
            yield passed, step.tokens


def asked_again(case: Case) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield pairs: an exchange with a full answer, and a later request for the same answer."""
    for call in case.calls:
        for early, late in retries(call):
            if tries(late) and case.is_complete(early):
                yield early, late
    yield from _asked_anew(case)


def _asked_anew(case: Case) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield pairs of equal requests: the first one with a full answer, and a later one."""
    answered: dict[tuple[object, ...], list[Exchange]] = {}
    for late in case.exchanges:
        if tries(late):
            continue
        same = answered.setdefault(_asked(late), [])
        early = next((one for one in same if _repeats(one, late, case)), None)
        if early is not None:
            yield early, late
        else:
            same.append(late)


def _asked(exchange: Exchange) -> tuple[object, ...]:
    """Return what a request asks, without the fields that change only the form of the answer."""
    return exchange.request.path, exchange.key, asked_without(exchange, FORM)


def _repeats(early: Exchange, late: Exchange, case: Case) -> bool:
    """Return whether a client repeats a request whose only possible answer it already has."""
    same = same_sender(early, late) and same_turn(early, late) and case.could_know(early, late)
    return same and case.is_complete(early) and early.body.get("temperature") == 0
