"""Which tokens of an exchange are billed."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from mockserver.api.contract import editions
from mockserver.api.model.script import Script
from mockserver.engine import Engine
from mockserver.faults import (
    Cut,
    Disconnect,
    EmptyAnswer,
    Error,
    ErrorEvent,
    Latency,
    NoCompletion,
    Stall,
    Truncate,
)
from mockserver.journal import Journal, Retention, costs
from mockserver.journal.costs import Usage, billed, cost_of
from mockserver.plan import inspection
from mockserver.scenario import Rule, Scenario

TEXT = "one two three four five six"  # six tokens


@pytest.fixture
def bill(engine, ask, now):
    """Return a player of one request that meets some faults; it returns what is billed for it."""

    def play(*faults, left=False, **body):
        begun = engine(Rule(reply=Script(text=TEXT), faults=faults))
        exchange = begun.handle(ask(**body), now=now)
        begun.finish(exchange, now=now + 1, client_left=left)
        return billed(exchange), exchange

    return play


def test_document(bill):
    """A whole answer costs what its usage says."""
    usage, exchange = bill()
    said = json.loads(inspection.sent_body(exchange.plan))["usage"]
    assert usage == Usage(said["prompt_tokens"], said["completion_tokens"])
    assert usage.tokens == said["total_tokens"]


def test_stream(bill):
    """A stream costs as much as a document."""
    assert bill(stream=True)[0] == bill()[0]


@pytest.mark.parametrize(
    "fault",
    [
        Error(status=503),
        Error(status=429),
        Disconnect(),
        Stall(),
        NoCompletion("page"),
        NoCompletion("error"),
    ],
    ids=str,
)
def test_no_answer(bill, fault):
    """An error, in whatever form, and an answer that never comes cost nothing."""
    assert bill(fault)[0] is None
    assert bill(fault, stream=True)[0] is None


def test_refused_by_the_api(bill, engine, ask, now):
    """A request that the API refuses, and one that generates nothing, cost nothing."""
    assert bill(model="no-such-model")[0] is None
    assert bill(temperature="hot")[0] is None
    assert billed(engine().handle(ask("models"), now=now)) is None


def test_document_that_is_cut(bill):
    """A document is generated before it is sent: it costs all of it, cut or silent."""
    whole, _ = bill()
    for fault in (Cut(after_tokens=2), Cut(after_tokens=0), Stall(after_tokens=2)):
        assert bill(fault)[0] == whole


def test_stream_that_is_cut(bill):
    """A stream costs what was sent of it, its prompt always."""
    whole, _ = bill(stream=True)
    for fault in (Cut(after_tokens=2), Stall(after_tokens=2), ErrorEvent("server_error", 2)):
        assert bill(fault, stream=True)[0] == Usage(whole.prompt, 2)
    assert bill(Cut(after_tokens=0), stream=True)[0] == Usage(whole.prompt, 0)


@pytest.mark.parametrize("stream", [False, True])
def test_client_left(bill, stream):
    """Who leaves pays for the whole answer."""
    whole, _ = bill(stream=stream)
    assert bill(Latency(60.0), stream=stream, left=True)[0] == whole


@pytest.mark.parametrize("stream", [False, True])
def test_short_answers(bill, stream):
    """What the model ends early costs what its usage says, even if nothing of it is to be seen."""
    whole, _ = bill(stream=stream)
    assert bill(Truncate(2), stream=stream)[0] == Usage(whole.prompt, 2)
    assert bill(EmptyAnswer(tokens=4), stream=stream)[0] == Usage(whole.prompt, 4)
    assert bill(EmptyAnswer(), stream=stream)[0] == Usage(whole.prompt, 0)


def test_cached(engine, ask, now):
    """Tokens from the prompt cache are known, whatever they cost."""
    begun = engine()
    asked = ask(messages=[{"role": "user", "content": "word " * 400}])
    for exchange in (begun.handle(asked, now=now), begun.handle(asked, now=now + 1)):
        begun.finish(exchange, now=now + 2)
    usage = billed(exchange)
    assert 0 < usage.cached < usage.prompt
    models = editions.parse(
        "extends: guide\nmodels: {llama3.1-8b: {price: {prompt: 1, cached: 0, completion: 0}}}"
    )
    fresh = usage.prompt - usage.cached
    assert cost_of(usage, "llama3.1-8b", models) == pytest.approx(fresh / 1e6)
    standard = cost_of(usage, "llama3.1-8b", editions.load("guide"))
    assert standard == pytest.approx(usage.tokens * 0.1 / 1e6)


def test_unknown_price():
    """Without a price the cost is unknown, not 0."""
    thinking = "qwen-3-235b-a22b-thinking-2507"
    assert cost_of(Usage(1, 1), thinking, editions.load("guide")) is None
    assert cost_of(Usage(1, 1), "no-such-model", editions.load("guide")) is None


def test_shortened(engine, ask, now):
    """A journal that keeps short bodies knows the cost all the same."""
    begun = engine(Rule(reply=Script(text=TEXT)))
    exchange = begun.handle(ask(), now=now)
    before = billed(exchange)
    exchange.shorten(10)
    assert billed(exchange) == before


@pytest.mark.parametrize(
    ("kept", "priced", "told"),
    [
        (9, True, r"cost: 3 requests, \d\d+ tokens, \$0\.0+\d+"),
        (2, True, r"cost: the latest 2 requests, \d\d+ tokens, \$0\.0+\d+"),
        (9, False, r"cost: 3 requests, \d\d+ tokens, \$0\.00 \(no price for llama3.1-8b\)"),
    ],
    ids=["all", "the latest", "no price"],
)
def test_bill(ask, now, kept, priced, told):
    """One line sums up what a journal has, and says what it does not know."""
    scenario = Scenario("said", rules=(Rule(reply=Script(text=TEXT)),))
    begun = Engine(scenario, now=now, journal=Journal(retention=Retention(kept)))
    for _ in range(3):
        begun.finish(begun.handle(ask(), now=now), now=now + 1)
    edition = begun.edition
    if not priced:
        models = {name: replace(one, price=None) for name, one in edition.models.items()}
        edition = replace(edition, models=models)
    assert re.fullmatch(told, costs.bill([(begun.journal, edition)]))


def test_no_bill(engine):
    """Without a request there is nothing to say."""
    begun = engine()
    assert costs.bill([(begun.journal, begun.edition)]) == ""
