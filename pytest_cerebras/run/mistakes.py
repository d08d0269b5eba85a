"""The mistakes in a client's set-up, for the output and the reports of ``run``."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.journal import Exchange
from mockserver.verdicts import Case
from mockserver.verdicts.classify import own_mistake
from mockserver.verdicts.mistakes import Explanation, mistake_behind

MOST_REQUESTS = 20
"""The maximum number of requests of a run that are shown."""


def explained(case: Case) -> Iterator[tuple[Exchange, str]]:
    """Yield the first requests, each with the client's mistake and the fix, or an empty text."""
    told = ""
    for exchange in case.exchanges[:MOST_REQUESTS]:
        found = own_mistake(exchange, case.edition)
        sentence = f"{found.what}; {found.fix}" if found else ""
        yield exchange, "" if sentence == told else sentence  # a retry repeats the mistake
        told = sentence


def mistakes_of(case: Case) -> list[Explanation]:
    """Return the mistakes in the client's set-up, each once."""
    found = (mistake_behind(exchange, case.edition) for exchange in case.exchanges)
    by_name: dict[str, Explanation] = {}
    for one in found:
        if one is not None:
            by_name.setdefault(one.name, one)
    return list(by_name.values())
