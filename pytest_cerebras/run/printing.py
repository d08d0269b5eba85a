"""The output of ``run`` after the end of the command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.core.units import counted
from mockserver.journal.costs import bill

from .mistakes import MOST_REQUESTS, explained, mistakes_of
from .playing import Ended
from .wire import ABOUT_RETRIES

NOT_JUDGED = {
    "half-answer": "the app's use of an answer shows only if a later request repeats the answer",
    "tool-ran-twice": "the tools that an app runs can be observed only in a pytest test",
}
"""The rules that can't be judged without observing the app's process, each with the reason."""
_NO_TIMEOUT = "no-time-out"
_RETRIES = "(certain if these requests are attempts of one call, not requests of several tests)"


def lines(ended: Ended) -> Iterator[str]:
    """Yield the requests under a scenario, the errors of the client, and the fixes."""
    exchanges = ended.case.exchanges
    said = ended.sentence or f"exit status {ended.status}"
    yield f"{ended.scenario}: {said}, {counted(len(exchanges), 'request')}"
    for exchange, sentence in explained(ended.case):
        yield f"  {exchange.line()}"
        if sentence:
            yield f"      {sentence}"
    if len(exchanges) > MOST_REQUESTS:
        yield f"  ... and {len(exchanges) - MOST_REQUESTS} more"
    if not (exchanges or ended.sentence or ended.notes):
        yield "  the app sent no request, so nothing was tested"
    for stalled in ended.stalled:
        yield f"  {_NO_TIMEOUT} (advice): {stalled}"
    for verdict in ended.verdicts:
        yield from (f"  {line}" for line in verdict.lines())
    for note in ended.notes:
        yield f"  not answered: {note}"


def summary(runs: Sequence[Ended]) -> Iterator[str]:
    """Yield the things to fix, the things that were not judged, and the cost."""
    found = dict.fromkeys(verdict.rule for ended in runs for verdict in ended.certain)
    found |= dict.fromkeys(one.name for ended in runs for one in mistakes_of(ended.case))
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
    if cost := bill((ended.case.journal, ended.case.edition) for ended in runs):
        yield cost
