"""An app that handles some errors of its client and has forgotten others."""

from __future__ import annotations

from pytest_cerebras.search.escapes import Escapes
from pytest_cerebras.search.outcome import Cause, Failure, Outcome, Seen
from pytest_cerebras.search.story import Step, Trouble

ERROR = Failure(Cause("APIConnectionError", "app.py:9"), "Connection error.")
KINDS = {name: Trouble(rank, 0, name, name) for rank, name in enumerate(("server", "connection"))}
KINDS["refused"] = Trouble(7, 0, "refused", "refused")


def story(*families):
    return tuple(Step(at, KINDS[family]) for at, family in enumerate(families, 1))


def outcome(site="app.py:9", *, handled=False, count=1):
    escaped = None if handled else ERROR
    requests = tuple(Seen("a", site, 1) for _ in range(count))
    return Outcome(requests, escaped=escaped, absorbed=handled)


def test_forgotten_kind():
    """In either order, the kind that ends an app that handles another is a bug."""
    for order in (("server", "connection"), ("connection", "server")):
        escapes, found = Escapes(), []
        for family in order:
            found = escapes.learn(story(family), outcome(handled=family == "server"))
        assert found == [(ERROR, story("connection"))]


def test_by_design():
    """An app that passes on all errors of its client has forgotten none."""
    escapes = Escapes()
    assert escapes.learn(story("server"), outcome()) == []
    assert escapes.learn(story("connection"), outcome()) == []


def test_another_line():
    """An app may handle errors of one call and pass on those of another."""
    escapes = Escapes()
    escapes.learn(story("server"), outcome("app.py:1", handled=True))
    assert escapes.learn(story("connection"), outcome("app.py:9")) == []


def test_same_kind():
    """An app that gives up after some failures has not forgotten their kind."""
    escapes = Escapes()
    escapes.learn(story("server"), outcome(handled=True))
    assert escapes.learn(story("server", "server"), outcome(count=2)) == []


def test_retries_used_up():
    """An app that retries its whole job once has not forgotten the kind of the second failure."""
    escapes = Escapes()
    escapes.learn(story("server"), outcome(handled=True))
    assert escapes.learn(story("connection", "connection"), outcome(count=2)) == []
    (found,) = escapes.learn(story("server", "server"), outcome(handled=True, count=2))
    assert found == (ERROR, story("connection", "connection"))


def test_refusals():
    """An app may pass on refusals, which no later attempt can change."""
    escapes = Escapes()
    escapes.learn(story("server"), outcome(handled=True))
    assert escapes.learn(story("refused"), outcome()) == []


def test_mixed():
    """A story of several kinds does not say which of them the app handles."""
    escapes = Escapes()
    escapes.learn(story("server"), outcome(handled=True))
    assert escapes.learn(story("server", "connection"), outcome(count=2)) == []


def fallback(last, *, first="server", handled=False):
    """Return a story of two calls at two lines, and its outcome."""
    requests = (Seen("a", "app.py:1", 1), Seen("b", "app.py:9", 1))
    escaped = None if handled else ERROR
    return story(first, last), Outcome(requests, escaped=escaped, absorbed=handled)


def test_forgotten_in_a_fallback():
    """After the same fault elsewhere, the app must cope with all kinds that end its fallback."""
    escapes = Escapes()
    assert escapes.learn(*fallback("server", handled=True)) == []
    assert escapes.learn(*fallback("connection")) == [(ERROR, story("server", "connection"))]


def test_fallback_after_another_fault():
    """Another fault before may be why the app behaves otherwise."""
    escapes = Escapes()
    escapes.learn(*fallback("server", handled=True))
    assert escapes.learn(*fallback("connection", first="connection")) == []


def test_fallback_by_design():
    """A fallback may pass on what it meets, be it the same kind or not."""
    escapes = Escapes()
    assert escapes.learn(*fallback("server")) == []
    assert escapes.learn(*fallback("connection")) == []
    escapes = Escapes()
    escapes.learn(*fallback("server", handled=True))
    assert escapes.learn(*fallback("refused")) == []


def test_request_that_was_not_sent():
    """A fault for a request that the app did not send shows nothing."""
    escapes = Escapes()
    escapes.learn(story("server"), outcome(handled=True))
    assert escapes.learn(story("connection", "connection"), outcome()) == []
