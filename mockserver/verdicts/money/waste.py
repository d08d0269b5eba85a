"""
Finds the answers for which a client paid in vain.

Answers that an app may have used or wanted are left out: a stream that broke off and was not
requested again, an answer that ended at its limit, and equal questions whose answers may differ.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from mockserver.journal import Exchange
from mockserver.journal.grouping import comes_after, retries
from mockserver.plan import inspection
from mockserver.verdicts.normalize import asked_without
from mockserver.verdicts.received import left
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wasted_tokens import FORM, asked_again, unread_tokens

Why: TypeAlias = Literal["asked again", "left early", "lost", "repeated"]
"""
Why an answer was paid for in vain.

``asked again``: the answer was broken, abandoned or of no use, and the client asked the same
question again. ``left early``: the client abandoned the answer. ``lost``: the answer was a document
that broke off. ``repeated``: the client already had the whole answer.
"""
_QUESTION = (*FORM, "model")  # fields in which two attempts at one question may differ


def waste(case: Case, paid: Collection[Exchange]) -> dict[Exchange, Why]:
    """
    Return which of the ``paid`` answers were in vain, and why.

    Raises DroppedError if the journal has dropped exchanges.
    """
    found: dict[Exchange, Why] = {}
    for early, late in asked_again(case):
        if early.request.body == late.request.body:
            found[late] = "repeated"
        else:
            found[early] = "asked again"
    spoiled = [one for one in paid if one not in found and _is_spoiled(one, case)]
    again = _asked_again(case, spoiled) if spoiled else set()
    for one in spoiled:
        if one in again:
            found[one] = "asked again"
        elif _is_left(one):
            found[one] = "left early"
        elif one.failed and not inspection.streams(one.plan):
            found[one] = "lost"
    return found


def _is_left(exchange: Exchange) -> bool:
    """Return whether the client abandoned the answer before the last tokens arrived."""
    return left(exchange) and unread_tokens(exchange) > 0


def _is_spoiled(exchange: Exchange, case: Case) -> bool:
    """Return whether an answer was of no use; one that ended at its limit may be of use."""
    if exchange.failed or _is_left(exchange):
        return True
    if exchange.client_left or case.is_complete(exchange):
        return False
    choices = exchange.choices
    return not choices or any(one.finish != "length" and not one.whole for one in choices)


def _asked_again(case: Case, spoiled: Sequence[Exchange]) -> set[Exchange]:
    """Return the exchanges whose question was asked again, in any form and to any model."""
    found = {early for call in case.calls for early, _ in retries(call)}
    same: dict[object, list[Exchange]] = {}
    for one in case.exchanges:
        same.setdefault(_question(one), []).append(one)
    found |= {one for one in spoiled if any(comes_after(one, late) for late in _later(one, same))}
    return found


def _later(exchange: Exchange, same: dict[object, list[Exchange]]) -> Sequence[Exchange]:
    """Return the exchanges with the same question, newest first, to find a later one fast."""
    return same[_question(exchange)][::-1]


def _question(exchange: Exchange) -> tuple[object, ...]:
    return exchange.request.path, exchange.part, asked_without(exchange, _QUESTION)
