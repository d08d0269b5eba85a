"""What ``run`` prints when the command has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.core.units import counted
from mockserver.verdicts.classify import own_mistake
from mockserver.verdicts.mistakes import mistake_behind

from .playing import Ended
from .wire import ABOUT_RETRIES

NOT_JUDGED = {
    "half-answer": "what the app does with an answer is seen only where it sends it on",
    "tool-ran-twice": "the tools that an app runs are seen only in a test of pytest",
}
"""The rules that need a look into the app's process, and what can't be seen without it."""
_MOST_REQUESTS = 20
_NO_TIMEOUT = "no-time-out"
_RETRIES = "(certain if these requests are attempts of one call, and not those of several tests)"


def lines(ended: Ended) -> Iterator[str]:
    """Yield what happened under a scenario, what the client did wrong, and the fix."""
    exchanges = ended.case.exchanges
    said = ended.sentence or f"exit status {ended.status}"
    yield f"{ended.scenario}: {said}, {counted(len(exchanges), 'request')}"
    told = ""
    for exchange in exchanges[:_MOST_REQUESTS]:
        yield f"  {exchange.line()}"
        found = own_mistake(exchange, ended.case.edition)
        sentence = f"{found.what}; {found.fix}" if found else ""
        if sentence not in ("", told):  # a retry makes the same mistake again
            yield f"      {sentence}"
        told = sentence
    if len(exchanges) > _MOST_REQUESTS:
        yield f"  ... and {len(exchanges) - _MOST_REQUESTS} more"
    if not (exchanges or ended.sentence or ended.notes):
        yield "  the app has asked nothing, so nothing was tried"
    for stalled in ended.stalled:
        yield f"  {_NO_TIMEOUT} (advice): {stalled}"
    for verdict in ended.verdicts:
        yield from (f"  {line}" for line in verdict.lines())
    for note in ended.notes:
        yield f"  not answered: {note}"


def _mistakes(ended: Ended) -> Iterator[str]:
    """Yield the names of the mistakes in the client's set-up."""
    for exchange in ended.case.exchanges:
        if found := mistake_behind(exchange, ended.case.edition):
            yield found.name


def summary(runs: Sequence[Ended]) -> Iterator[str]:
    """Yield what there is to fix, and what was not judged."""
    found = dict.fromkeys(verdict.rule for ended in runs for verdict in ended.certain)
    found |= dict.fromkeys(name for ended in runs for name in _mistakes(ended))
    likely = dict.fromkeys(
        verdict.rule for ended in runs for verdict in ended.verdicts if verdict.rule not in found
    )
    if any(ended.stalled for ended in runs):
        likely[_NO_TIMEOUT] = None
    nothing = "nothing for certain" if likely else "nothing that the wire shows"
    yield f"to fix: {', '.join(found) or nothing}"
    if likely:
        yield f"advice: {', '.join(likely)}"
    if not ABOUT_RETRIES.isdisjoint(likely):
        yield f"        {_RETRIES}"
    for rule, why in NOT_JUDGED.items():
        if rule not in (*found, *likely):
            yield f"not judged: {rule} ({why})"
