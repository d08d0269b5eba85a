"""What a failed test shows: the exchanges, what they mean, the verdicts on them, and the fix."""

from __future__ import annotations

import pytest

from mockserver.diagnosis import diagnose
from mockserver.scenario import told

from .judging import failed_by_verdict
from .matrix import replay, scenario_of
from .mock import CerebrasMock

_MOST = 50


def failure_section(mock: CerebrasMock, item: pytest.Item) -> str:
    """Return the exchanges of a test as text, the last ones when there are many."""
    journal = mock.live.journal
    exchanges = journal.exchanges
    lines = [f"scenario {mock.scenario.name!r} at {mock.url}"]
    if not exchanges:
        lines.append("no request reached the mock; does the app read CEREBRAS_BASE_URL?")
    shown = exchanges[-_MOST:]
    if journal.count > len(shown):
        lines.append(f"... {journal.count - len(shown)} earlier requests")
    for exchange in shown:
        lines.append(exchange.line())
        found = diagnose(exchange, mock.live.engine.edition)
        if found is not None:
            lines += [f"    what: {found.what}", f"    fix:  {found.fix}"]
        lines += [f"    {line}" for line in told(exchange.near_misses, most=1)]
    if not failed_by_verdict(item):
        lines += [line for _, verdict in mock.judged() for line in verdict.lines()]
    if scenario_of(item) is not None:
        lines.append(f"replay: {replay(item, mock.live.engine.seed)}")
    return "\n".join(lines)
