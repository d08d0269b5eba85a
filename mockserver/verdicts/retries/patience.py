"""
Clients that wait too long: hours before a retry, or for an answer that makes no progress.

All waits are measured on the client's own clock. If a time scale shortens the waits, a client may
keep waiting where it would give up in reality.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from mockserver.api.contract.routes import COMPLETING
from mockserver.core.units import duration
from mockserver.journal import Exchange
from mockserver.journal.grouping import retries, same_sender, tolerance, tries
from mockserver.plan import Data, EventRun, Head, Plan, Wait
from mockserver.verdicts.received import received
from mockserver.verdicts.verdict import Case, Finding

from .pauses import told

_TOO_LONG = 600.0  # seconds before a retry; no user of a program waits longer
_LATER = 1.1  # a client waits at most this many times as long as Retry-After says
_MARGIN = 5.0  # seconds that a client may wait beyond that
_GROWTH = 4.0  # the largest factor by which a back-off grows
_SILENCE = 120.0  # seconds with nothing but signs of life


def slept_for_hours(case: Case) -> Iterator[Finding]:
    """Find calls that were retried after a wait longer than any user accepts."""
    for call in case.calls:
        before = math.inf
        for early, late in retries(call):
            wait = case.paused(early, late)
            if wait > _TOO_LONG and _is_the_same_call(early, late, before, case):
                status = early.status if received(early) else None
                got = f"#{early.number} got {status or 'no answer'}"
                reason = ", as Retry-After said" if told(early, late) else ""
                came = f"its retry #{late.number} came {duration(wait)} later{reason}"
                yield Finding(f"{got}, and {came}, so the call waited all that time", (early, late))
                break
            before = wait


def no_overall_deadline(case: Case) -> Iterator[Finding]:
    """Find clients that kept waiting for an answer while only signs of life came."""
    for exchange in case.exchanges:
        if exchange.endpoint not in COMPLETING or not received(exchange):
            continue
        silence = _silence(exchange.plan) * case.journal.scale
        if silence >= _SILENCE:
            yield Finding(
                f"the answer to #{exchange.number} sent nothing but signs of life for "
                f"{duration(silence)}, and the client stayed",
                (exchange,),
            )


def _is_the_same_call(early: Exchange, late: Exchange, before: float, case: Case) -> bool:
    """
    Return whether a retry belongs to the call, and not to a new run of a periodic job.

    A retry belongs to the call if the client counts its attempts, or if the same thread or task
    waited as ``Retry-After`` says or as a growing back-off does. ``before`` is the wait before the
    previous retry.
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
    """Return the longest time in which a plan sends only signs of life; 0 if there are none."""
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
    """Return whether a piece has only comments of server-sent events, or only white space."""
    return all(line.startswith(b":") for line in data.split(b"\n") if line.strip())
