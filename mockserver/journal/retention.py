"""How many exchanges a journal keeps, and how it shortens long bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockserver.plan import Data, EventRun, Plan, Raw, Step, Wait, duration_of

EXCHANGES = 10_000


@dataclass(frozen=True, slots=True)
class Retention:
    """
    How many of the last exchanges a journal keeps.

    ``body`` is how many bytes of each body the journal keeps; None keeps all.
    """

    exchanges: int = EXCHANGES
    body: int | None = None


def size_of(plan: Plan) -> int:
    """Return how many bytes a plan sends."""
    return sum(map(_size, plan))


def cut(body: bytes, most: int) -> bytes:
    """
    Return the beginning of a body, with a note on how much is left out.

    >>> cut(b"abcdefgh", 3), cut(b"abc", 3)
    (b'abc[... 5 bytes left out]', b'abc')
    """
    return body if len(body) <= most else body[:most] + _mark(len(body) - most)


def cut_plan(plan: Plan, most: int) -> Plan:
    """
    Return the plan with its body shortened, and with a note on how much is left out.

    The plan's beginning, end, duration and number of tokens stay the same.
    """
    kept: list[Step] = []
    room = most
    for at, step in enumerate(plan):
        if _size(step) > room:
            begun = _beginning(step, room)
            sent = most - room + sum(map(_size, begun))
            return (*kept, *begun, *_rest(plan[at:], sent, plan, waited=duration_of(begun)))
        room -= _size(step)
        kept.append(step)
    return plan


def _rest(left: Plan, sent: int, plan: Plan, *, waited: float) -> Iterable[Step]:
    """
    Yield the steps that replace ``left``, the rest of the plan.

    ``sent`` is how many bytes of the plan were kept, and ``waited`` is the duration, in seconds, of
    the kept part of the first step in ``left``.
    """
    tokens = sum(step.tokens for step in left if isinstance(step, Data | EventRun))
    yield Data(_mark(size_of(plan) - sent), tokens)
    if seconds := duration_of(left) - waited:
        yield Wait(seconds)
    yield from (step for step in left[-1:] if not isinstance(step, Data | EventRun | Raw | Wait))


def _beginning(step: Step, room: int) -> Plan:
    """Return as much of a step as fits, without its tokens; the note gets the tokens."""
    match step:
        case Data(data):
            return (Data(data[:room]),)
        case Raw(data):
            return (Raw(data[:room]),)
        case EventRun(before, middles, after):
            each = len(before) + len(after)
            count = 0
            while each + len(middles[count]) <= room:
                room -= each + len(middles[count])
                count += 1
            shown = EventRun(before, middles[:count], after, (0,) * count, step.waits[:count])
            return (shown,) if count else ()
        case _:
            return ()


def _size(step: Step) -> int:
    match step:
        case Data(data) | Raw(data):
            return len(data)
        case EventRun(before, middles, after):
            return len(middles) * (len(before) + len(after)) + sum(map(len, middles))
        case _:
            return 0


def _mark(count: int) -> bytes:
    return b"[... %d bytes left out]" % count
