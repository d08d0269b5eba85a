"""Each set-up mistake, made by a real client: the first sentence says what is wrong."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.verdicts.classify import classify
from mockserver.verdicts.mistakes import MISTAKES, mistake_behind
from tests.clients import mistakes

MODULES = [
    import_module(f"{mistakes.__name__}.{one.name}") for one in iter_modules(mistakes.__path__)
]
MADE = {way: make for module in MODULES for way, make in module.MADE.items()}
UNSENT = {way: make for module in MODULES for way, make in getattr(module, "UNSENT", {}).items()}
EDITIONS = {
    way: name for module in MODULES for way, name in getattr(module, "EDITIONS", {}).items()
}
NAMES = {one.name for one in MISTAKES}


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    """Let no client find an address or a key in the environment."""
    for name in os.environ:
        if name.startswith(("ANTHROPIC_", "CEREBRAS_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture
def mock(request):
    """Return a mock, with the edition in which the mistake shows."""
    way = request.node.callspec.params["way"]
    with ThreadedServer(LiveEngine(overrides=Overrides(edition=EDITIONS.get(way)))) as server:
        yield server


@pytest.mark.parametrize("way", MADE)
def test_made(mock, way):
    """The last request is explained by the mistake, as the table says it."""
    try:
        MADE[way](mock.url)
    except ModuleNotFoundError as error:
        if error.name != "langchain_cerebras" or sys.version_info < (3, 13):
            raise
        pytest.skip("langchain-cerebras has no release for this Python")
    exchange = mock.live.journal.exchanges[-1]
    found = mistake_behind(exchange, mock.live.engine.edition)
    assert found is not None, exchange.line()
    assert found.name == way.partition(" ")[0]
    told = classify(exchange, mock.live.engine.edition)
    assert (told.what, told.fix) == (found.what, found.fix)
    assert told.what
    assert told.fix
    assert "https://api.cerebras.ai" not in told.fix  # who does what it says stays at the mock


@pytest.mark.parametrize("way", UNSENT)
def test_unsent(mock, way):
    """No request comes, and the client says something."""
    assert UNSENT[way](mock.url)
    assert mock.live.journal.count == 0


def test_names():
    """What is made is in the table."""
    assert {way.partition(" ")[0] for way in (*MADE, *UNSENT)} <= NAMES
    assert EDITIONS.keys() <= MADE.keys()
