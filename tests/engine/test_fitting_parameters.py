"""Values with which a scenario acts on what a client sends."""

from __future__ import annotations

import pytest

from mockserver.core.errors import DocumentError
from mockserver.engine import Engine
from mockserver.engine.fitting_parameters import first_model, least, most, suited
from mockserver.engine.rehearsal import sent_in
from mockserver.scenario import Scenario, automatic, load


@pytest.fixture
def sent(key, now):
    """Return a function that tells what a healthy run of some requests has sent."""

    def tell(*requests):
        engine = Engine(Scenario("healthy"), now=now)
        for request in requests:
            engine.finish(engine.handle(request, now=now), now=now)
        return sent_in(engine.journal, now, key)

    return tell


def values(name, sent):
    return suited(automatic(name), lambda given: load(name, given), sent)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("retirement-day", {"model": "gpt-oss-120b", "after": 1}),
        ("billing-stop", {"after": 2}),
        ("one-model-down", {"model": "gpt-oss-120b"}),
        ("burst-rps", {"rate": 1}),
        ("wrong-key", {}),
    ],
)
def test_last_request(sent, ask, name, found):
    """The last request that a scenario is about meets it."""
    asked = (ask(model="gpt-oss-120b"), ask(), ask(model="gpt-oss-120b"), ask("models"))
    assert values(name, sent(*asked)) == found


def test_window(sent, ask):
    """The widest window into which one request does not fit, if the ones before do as they did."""
    long = [{"role": "user", "content": "word " * 2000}]
    requests = sent(ask(max_completion_tokens=9), ask(messages=long, max_completion_tokens=9))
    tokens = values("context-8192", requests)["tokens"]
    assert 2000 < tokens < 2100
    engine = Engine(load("context-8192", {"tokens": tokens + 1}), now=0.0)
    assert not any(engine.handle(one.request, now=0.0).refused for one in requests)


def test_spent(sent, ask):
    """So much is spent that the last request does not fit, even half a second later."""
    requests = sent(ask(model="gpt-oss-120b", max_completion_tokens=900))
    spent = values("minute-window", requests)["spent"]
    for tokens, late, refused in ((spent, 0.0, True), (spent, 0.5, True), (spent - 1, 0.0, False)):
        engine = Engine(load("minute-window", {"spent": tokens}), now=0.0)
        assert engine.handle(requests[0].request, now=late).refused is refused


def test_nothing_suits(sent, ask):
    """Where nothing would let it act, there is no value."""
    lists = sent(ask("models"))
    for name in ("retirement-day", "billing-stop", "minute-window", "context-8192", "burst-rps"):
        assert values(name, lists) == {}
    assert first_model(lists) is None
    assert first_model(sent(ask("models"), ask("completions"))) == "llama3.1-8b"


def test_answers_of_another_length(sent, ask):
    """A window that shortens an earlier answer is none: what comes then is not known."""
    first, second = ask(), ask(messages=[{"role": "user", "content": "word " * 30}])
    requests = sent(first, second)
    tokens = values("context-8192", requests)["tokens"]
    engine = Engine(load("context-8192", {"tokens": tokens}), now=0.0)
    assert engine.handle(first, now=0.0).refused


@pytest.mark.parametrize("edge", [0, 1, 2, 3, 7, 8, 100, 2**20])
def test_searches(edge):
    """Both find the edge, wherever it is."""
    assert most(lambda number: number <= edge) == edge
    assert most(lambda number: 1 <= number <= edge) == (edge or None)
    assert least(lambda number: number >= edge) == edge


def test_searches_in_vain():
    """They end where there is no edge."""
    assert most(lambda _: True) is None
    assert most(lambda _: False) is None
    assert least(lambda _: False) is None


def test_impossible_value(sent, ask):
    """A value that the scenario can't have does not suit."""

    def make(given):
        if given["after"] > 0:
            raise DocumentError("no")
        return load("billing-stop", given)

    assert suited({"after": "most"}, make, sent(ask(), ask())) == {"after": 0}
