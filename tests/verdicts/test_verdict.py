"""The nouns of a trial."""

from __future__ import annotations

import pytest

from mockserver.verdicts import Case, Verdict


def test_lines():
    """A verdict as text has its rule, its sentence, the evidence and the fix."""
    verdict = Verdict("hot-retry", "1 retry.", "wait", (1, 3), (0.0, 1.255))
    assert verdict.lines() == [
        "hot-retry: 1 retry.",
        "    seen: #1 at 0.00 s, #3 at 1.25 s",
        "    fix:  wait",
    ]


def test_lines_without_exchanges():
    """Where no exchange shows it, none is named."""
    assert Verdict("key-sent-elsewhere", "Stopped.", "mend it").lines() == [
        "key-sent-elsewhere: Stopped.",
        "    fix:  mend it",
    ]


def test_evidence_of_many():
    """Of many exchanges the first are named."""
    verdict = Verdict("x", "y", "z", tuple(range(1, 51)), (0.0,) * 50)
    assert verdict.evidence.endswith("#8 at 0.00 s and 42 more")


def test_case(stage):
    """A case knows its calls, what was asked and arrived in full, and when each exchange was."""
    play = stage()
    play.loop(1.5)
    play.finish()
    case = Case(play.engine.journal, play.engine.edition)
    assert [call.attempts for call in case.calls] == [1, 1]
    assert all(map(case.is_complete, case.exchanges))
    assert case.asking == {"Say something.": case.exchanges}
    first, second = case.exchanges
    assert [case.since_start(exchange) for exchange in case.exchanges] == [0.0, 1.5]
    assert case.could_know(first, second)
    play.engine.journal.scale = 0.1
    assert case.paused(first, second) == pytest.approx(0.15)
