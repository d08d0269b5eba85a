"""Set-ups of refused requests."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import mistakes_in
from mockserver.verdicts.mistakes.setup import setup_of

MODEL = "gpt-oss-120b"


@pytest.fixture(scope="session")
def setup_by(engine, ask, now):
    """Return a function that asks with a body, in an edition, and returns the set-up."""

    def play(body, edition="2026-11", endpoint="chat"):
        running = engine(edition=edition)
        exchange = running.handle(ask(endpoint, **{"model": MODEL, **body}), now=now)
        return setup_of(exchange, editions.load(edition))

    return play


@pytest.fixture(scope="session")
def told(setup_by):
    """Return a function that asks with a body, and returns the first mistake; None if none."""
    return lambda *args, **keys: next(mistakes_in(setup_by(*args, **keys)), None)
