"""Models that answer here, and that the API has retired."""

from __future__ import annotations

from dataclasses import replace

from mockserver.faults import Error
from mockserver.journal.retired_models import retirements
from mockserver.scenario import Rule


def test_no_retirements(engine, ask, now):
    """A model that was asked in vain is not said to answer."""
    for running in (engine(edition="2026-11"), engine(Rule("down", faults=(Error(status=503),)))):
        exchange = running.handle(ask(model="llama3.1-8b"), now=now)
        assert exchange.status in (404, 503)
        assert retirements(running.journal, running.edition) == []


def test_retirements_of_ours(engine, ask, now):
    """What only the user's own edition says is told as its word."""
    running = engine()
    ours = replace(running.edition, name="ours")
    running.handle(ask(model="llama3.1-8b"), now=now)
    assert retirements(running.journal, ours) == [
        (
            "llama3.1-8b answers in this mock, "
            "but according to edition 'ours' the API retired it on 2026-05-27"
        )
    ]


def test_retirements(engine, ask, now):
    """Each retired model that has answered is named once, with its date."""
    running = engine()
    for model in ("llama3.1-8b", "llama3.1-8b", "gpt-oss-120b", "gpt-4o"):
        running.handle(ask(model=model), now=now)
    assert retirements(running.journal, running.edition) == [
        "llama3.1-8b answers in this mock, but the live API retired it on 2026-05-27"
    ]
