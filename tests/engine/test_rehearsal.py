"""What a scenario could do to requests that are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.api.model.script import Script
from mockserver.engine import Engine
from mockserver.engine.rehearsal import Sent, could_act, sent_in
from mockserver.faults import Cut, Error
from mockserver.scenario import (
    Limit,
    Match,
    Port,
    Rule,
    Scenario,
    Schedule,
    State,
    Window,
    load,
)

BUSY = Error(status=503)


def of(*rules, **keys):
    return Scenario("ours", rules=rules, **keys)


@pytest.fixture
def sent(ask, key, now):
    """Return a function that tells what a healthy run of some requests has sent."""

    def tell(*requests, every=0.0, known=key):
        engine = Engine(Scenario("healthy"), now=now)
        for at, request in enumerate(requests or (ask(),)):
            exchange = engine.handle(request, now=now + at * every)
            engine.finish(exchange, now=now + at * every + 0.1)
        return sent_in(engine.journal, now, known)

    return tell


CAN = {
    "its turn": of(Rule(faults=(BUSY,), schedule=Schedule(after=1))),
    "a script": of(Rule(reply=Script(text="Yes."))),
    "a script before the fault": of(
        Rule(reply=Script(text="Yes."), schedule=Schedule(first=1)),
        Rule(faults=(BUSY,), match=Match(messages=7)),
    ),
    "too fast": of(limits=(Limit(requests_per_second=1),)),
    "too narrow": of(context=5),
    "shut": of(port=Port(refuses=Window(lasting=1.0))),
}
CANNOT = {
    "healthy": load("healthy"),
    "not its turn": of(Rule(faults=(BUSY,), schedule=Schedule(after=2))),
    "another model": of(Rule(faults=(BUSY,), match=Match(model="qwen*"))),
    "no stream": of(Rule(faults=(BUSY,), match=Match(stream=True))),
    "no tools": of(Rule(faults=(BUSY,), match=Match(tools=True))),
    "too short to cut": of(Rule(faults=(Cut(after_tokens=4000),))),
    "only a state": of(Rule(state=State(sets="down"))),
    "wide enough": of(context=8000),
    "shut later": of(port=Port(refuses=Window(after=60.0, lasting=1.0))),
}


@pytest.mark.parametrize("scenario", CAN.values(), ids=CAN)
def test_can(sent, ask, scenario):
    """Whatever would change one of the answers can act."""
    assert could_act(scenario, sent(ask(), ask()))


@pytest.mark.parametrize("scenario", CANNOT.values(), ids=CANNOT)
def test_cannot(sent, ask, scenario):
    """What changes none of them can't; on no requests nothing can."""
    assert not could_act(scenario, sent(ask(), ask()))
    assert not could_act(scenario, ())


@pytest.mark.parametrize("every", [0.0, 3.0])
def test_times(sent, ask, every):
    """Requests count as they came, and as if they had come at once."""
    requests = sent(ask(), ask(), every=every)
    assert could_act(of(limits=(Limit(requests_per_second=1),)), requests)
    late = of(Rule(faults=(BUSY,), schedule=Schedule(window=Window(after=2.0))))
    assert could_act(late, requests) is bool(every)


def test_at_the_same_time(sent, ask):
    """What was being answered meanwhile fills the service."""
    full = of(capacity=1)
    first, second = sent(ask(), ask(), every=5.0)
    assert not could_act(full, (first, second)) or could_act(full, (first,))
    assert could_act(full, (replace(first, over=9.0), second))


def test_keys(sent, ask):
    """A key that is not known may be any; the mock's own is known."""
    dead = of(Rule(faults=(BUSY,), match=Match(key="csk-dead*")))
    assert not could_act(dead, sent())
    assert could_act(dead, sent(known="csk-another"))
    assert could_act(of(Rule(faults=(BUSY,), match=Match(key="csk-4f1d*"))), sent())
    inner = of(Rule(faults=(BUSY,), match=Match(stream=True, excluded=Match(key="csk-x*"))))
    assert could_act(inner, sent(known="csk-another"))
    field = of(Rule(faults=(BUSY,), match=Match(stream=True, headers={"Authorization": "x*"})))
    assert could_act(field, sent(known="csk-another"))
    assert not could_act(field, sent())
    assert could_act(load("wrong-key"), sent(ask(headers={})))


def test_warm_ups(sent, ask):
    """A rule for the warm-up of the SDK can act on it."""
    warming = of(Rule(faults=(BUSY,), match=Match(endpoint="warming")))
    assert could_act(warming, sent(ask("warming"), ask()))
    assert not could_act(warming, sent(ask()))


def test_sent(sent, ask, key):
    """What is known of a request is all of it, and when it came."""
    (one,) = sent(ask(stream=True))
    assert one == Sent(ask(stream=True), 0.0, pytest.approx(0.1), one.tokens)
    assert one.tokens > 0
    assert one.request.key == key
