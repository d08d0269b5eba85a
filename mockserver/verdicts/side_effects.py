"""
Side effects that an app ran more often than the model requested.

The app itself records its side effects; the journal has the tool calls that the model made. An app
may repeat a side effect that raised an exception or has an idempotency key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from mockserver.api.contract.routes import COMPLETING
from mockserver.core.messages import dicts, json_object
from mockserver.core.units import counted
from mockserver.journal import Exchange, ServedCall
from mockserver.journal.side_effects import SideEffect

from .verdict import USER, Case, Finding

# names of arguments by which the receiver can recognize a repetition
_KNOWN_AGAIN = re.compile(r"idempot|dedup|nonce|client_?token", re.IGNORECASE)


class _Asked(NamedTuple):
    """A tool call: its exchange, the side effect that it would have, and whether it is whole."""

    exchange: Exchange
    would_be: SideEffect
    whole: bool


def tools_run_twice(case: Case) -> Iterator[Finding]:
    """Find side effects that were recorded more often than the model requested."""
    runs = [one for one in case.side_effects if _counts(one)]
    by_name: dict[str, list[SideEffect]] = {}
    for one in runs:
        by_name.setdefault(one.name, []).append(one)
    if len(by_name) == len(runs):
        return  # no name twice: the usual case, handled here because parsing takes time
    asked = list(_asked(case))
    for name, of_name in by_name.items():
        calls = [call for call in asked if call.would_be.name == name]
        by_arguments: dict[str, list[SideEffect]] = {}
        for one in sorted(of_name, key=attrgetter("at")):
            by_arguments.setdefault(one.fingerprint, []).append(one)
        for same in by_arguments.values():
            others = [one for one in of_name if one.fingerprint != same[0].fingerprint]
            yield from _too_many(case, same, calls, others)


def _counts(one: SideEffect) -> bool:
    """Return whether a side effect certainly must not happen twice."""
    return one.exact and not one.failed and not any(map(_KNOWN_AGAIN.search, one.arguments))


def _too_many(
    case: Case, runs: Sequence[SideEffect], calls: Sequence[_Asked], others: Sequence[SideEffect]
) -> Iterator[Finding]:
    """Find the first of several equal runs for which no tool call is left."""
    sure = [call for call in calls if _asks_for(call, runs[0])]
    # a call that explains none of the ``others`` may have caused these runs, even if its arguments
    # differ from theirs
    possible = [call for call in calls if not any(_asks_for(call, other) for other in others)]
    for count, (early, late) in enumerate(pairwise(runs), start=2):
        so_far = [call for call in possible if call.exchange.at <= late.at]
        by_a_user = (late.at - early.at) * case.journal.scale > USER
        if sure and len(so_far) < count and not by_a_user:
            yield Finding(
                f"{late.name!r} ran {count} times with the same arguments, but the model asked "
                f"for it {counted(len(so_far), 'time')}",
                tuple(dict.fromkeys(call.exchange for call in sure)),
            )
            return


def _asks_for(call: _Asked, run: SideEffect) -> bool:
    """Return whether a side effect has all arguments of a tool call; it may have more."""
    return call.whole and run.has(call.would_be.arguments)


def _asked(case: Case) -> Iterator[_Asked]:
    """Yield the tool calls in the mock's answers, then others in the history that the app sends."""
    known: set[str] = set()
    completions = [one for one in case.exchanges if one.endpoint in COMPLETING]
    for exchange in completions:
        for choice in exchange.choices:
            for call in choice.calls:
                known.add(call.id)
                yield _read(exchange, call)
    for exchange in completions:
        for call in _history(exchange):
            if call.id not in known:
                known.add(call.id)
                yield _read(exchange, call)


def _read(exchange: Exchange, call: ServedCall) -> _Asked:
    would_be = SideEffect.of(call.name, json_object(call.arguments), at=exchange.at)
    return _Asked(exchange, would_be, call.whole)


def _history(exchange: Exchange) -> Iterator[ServedCall]:
    for message in dicts(exchange.body.get("messages")):
        for call in dicts(message.get("tool_calls")):
            function = call.get("function")
            said = function if isinstance(function, dict) else {}
            yield ServedCall(str(call.get("id")), str(said.get("name")), str(said.get("arguments")))
