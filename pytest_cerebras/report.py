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
    exchanges = mock.requests
    lines = [f"scenario {mock.scenario.name!r} at {mock.url}"]
    if not exchanges:
        lines.append("no request reached the mock; does the app read CEREBRAS_BASE_URL?")
    if len(exchanges) > _MOST:
        lines.append(f"... {len(exchanges) - _MOST} earlier requests")
    for exchange in exchanges[-_MOST:]:
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
