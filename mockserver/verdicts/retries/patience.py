"""
What clients wait for too long: hours before a retry, and an answer of which nothing comes.

All waits are those of the client's own clock: where a time scale shortens them, a client that would
give up in reality has no reason to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from mockserver.api.contract.routes import COMPLETING
from mockserver.core.units import duration
from mockserver.journal import Exchange
from mockserver.journal.grouping import retries, same_sender, tolerance, tries
from mockserver.plan import Data, EventRun, Head, Plan, Wait
from mockserver.verdicts.verdict import Case, Finding

from .pauses import told

_TOO_LONG = 600.0  # seconds before a retry, for which nobody waits in front of a program
_LATER = 1.1  # times what was told, and
_MARGIN = 5.0  # seconds, are what clients add to it
_GROWTH = 4.0  # times the wait before: a back-off grows so, at most
_SILENCE = 120.0  # seconds with signs of life and nothing else


def slept_for_hours(case: Case) -> Iterator[Finding]:
    """Find calls that went on after a wait which no user sits out."""
    for call in case.calls:
        before = math.inf
        for early, late in retries(call):
            wait = case.paused(early, late)
            if wait > _TOO_LONG and _is_the_same_call(early, late, before, case):
                asked = f"#{early.number} was answered {early.status or 'nothing'}"
                told_so = ", as it was told" if told(early, late) else ""
                came = f"its retry #{late.number} came {duration(wait)} later{told_so}"
                yield Finding(f"{asked}, and {came}: the call waited all that time", (early, late))
                break
            before = wait


def no_overall_deadline(case: Case) -> Iterator[Finding]:
    """Find clients that stayed with an answer while nothing came of it but signs of life."""
    for exchange in case.exchanges:
        if exchange.endpoint not in COMPLETING or exchange.client_left or exchange.finished is None:
            continue
        silence = _silence(exchange.plan) * case.journal.scale
        if silence >= _SILENCE:
            yield Finding(
                f"for {duration(silence)} nothing came of the answer to #{exchange.number} but "
                "signs of life, and the client stayed",
                (exchange,),
            )


def _is_the_same_call(early: Exchange, late: Exchange, before: float, case: Case) -> bool:
    """
    Whether a retry comes from inside of a call, and is no job that is due again.

    Its client says so, or it comes from the same thread or task as it was told, or as a back-off
    grows. ``before`` is the wait before the earlier one.
    """
    if tries(late):
        return True
    if not same_sender(early, late):
        return False
    wait, wanted = case.paused(early, late), (told(early, late) or 0.0) * case.journal.scale
    if wanted:
        return wanted - tolerance(wanted) <= wait <= _LATER * wanted + _MARGIN
    return before < wait <= _GROWTH * before < math.inf


def _silence(plan: Plan) -> float:
    """Return the longest time in which a plan sends signs of life only; 0 where it sends none."""
    longest = passed = 0.0
    lives = False
    for step in plan:
        match step:
            case Wait(seconds) if math.isfinite(seconds):
                passed += seconds
            case Data(data) if _is_sign_of_life(data):
                lives = True
                longest = max(longest, passed)
            case Head() | Data() | EventRun():
                longest = max(longest, passed if lives else 0.0)
                passed, lives = 0.0, False
            case _:
                pass
    return max(longest, passed) if lives else longest


def _is_sign_of_life(data: bytes) -> bool:
    """Whether a piece is a comment of server-sent events, or white space before a document."""
    return all(line.startswith(b":") for line in data.split(b"\n") if line.strip())
