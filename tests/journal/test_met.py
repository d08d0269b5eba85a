"""Whether anything of a scenario has happened to a client, and why not."""

from __future__ import annotations

import math

import pytest

from mockserver.api.model.script import Script
from mockserver.engine import Engine
from mockserver.faults import Cut, Error, HeaderChanges, Latency, Stall, Truncate
from mockserver.journal import Retention
from mockserver.journal.journal import Journal
from mockserver.journal.met import can_be_met, felt, met, why_unmet
from mockserver.scenario import (
    Limit,
    Match,
    Port,
    Rule,
    RuleAction,
    Scenario,
    Schedule,
    State,
    Window,
    load,
    names,
)

BUSY = Error(status=503)
LONG = [{"role": "user", "content": "word " * 400}]
SHUT = Scenario("shut", port=Port(refuses=Window(lasting=5.0)))


@pytest.fixture
def after(ask, now):
    """Return a function that lets requests meet a scenario, and returns its journal."""

    def journal(scenario, *requests, **kept):
        engine = Engine(scenario, now=now, journal=Journal(**kept))
        for request in requests or (ask(stream=True),):
            engine.finish(engine.handle(request, now=now), now=now)
        return engine.journal

    return journal


def of(*rules, **keys):
    return Scenario("ours", rules=rules, **keys)


UNMET_RULES = {
    "not its turn": Rule(faults=(BUSY,), schedule=Schedule(after=3)),
    "another model": Rule(faults=(BUSY,), match=Match(model="qwen*")),
    "answer too short": Rule(reply=Script(tokens=20), faults=(Cut(after_tokens=40),)),
    "nothing to cut off": Rule(reply=Script(tokens=5), faults=(Truncate(5),)),
    "nothing but a state": Rule(state=State(sets="down")),
}
MET_RULES = {
    "refused": Rule(faults=(BUSY,)),
    "cut": Rule(reply=Script(tokens=50), faults=(Cut(after_tokens=40),)),
    "late": Rule(faults=(Latency(delay=1.0),)),
    "only a header": Rule(faults=(HeaderChanges(set={"x-odd": "1"}),)),
    "scripted": Rule(reply=Script(text="Yes.")),
    "one of several": Rule(
        sequence=(RuleAction(Script(text="Yes.")), RuleAction(Script(text="No.")))
    ),
}


@pytest.mark.parametrize("rule", UNMET_RULES.values(), ids=UNMET_RULES)
def test_unmet(after, rule):
    """A rule that took nothing, or changed nothing, has not acted."""
    scenario = of(rule)
    assert not met(scenario, after(scenario))


@pytest.mark.parametrize("rule", MET_RULES.values(), ids=MET_RULES)
def test_met(after, rule):
    """A fault that changed the answer has acted; without faults, a reply that was given."""
    scenario = of(rule)
    assert met(scenario, after(scenario))


def test_reply_beside_faults(after):
    """Where a scenario breaks answers, one that was only scripted is not what it is about."""
    scenario = of(
        Rule(reply=Script(text="Yes."), match=Match(stream=True)),
        Rule(faults=(BUSY,), match=Match(stream=False)),
    )
    assert not met(scenario, after(scenario))


def test_reply_of_a_refused_request(after, ask):
    """A reply that the API has not come to give was not met."""
    scenario = of(Rule(reply=Script(text="Yes.")))
    assert not met(scenario, after(scenario, ask(model="gone")))


def test_rules_of_others(ask, now):
    """What a rule from elsewhere has broken is nothing of the scenario."""
    scenario = of(Rule(faults=(BUSY,), schedule=Schedule(after=3)))
    engine = Engine(scenario, now=now)
    engine.inject(Rule("injected", faults=(BUSY,)))
    engine.handle(ask(), now=now)
    assert not met(scenario, engine.journal)


def test_restrictions(after, ask):
    """A refusal by a window, a limit or an edition counts; one by the honest API does not."""
    narrow = of(context=300)
    assert met(narrow, after(narrow, ask(messages=LONG)))
    slow = of(limits=(Limit(requests_per_second=1),))
    assert met(slow, after(slow, ask(), ask()))
    today = of(edition="2026-11")
    for scenario in (narrow, slow, today):
        assert not met(scenario, after(scenario, ask(model="gone")))
        assert not met(scenario, after(scenario, ask(model="gpt-oss-120b")))
    assert met(today, after(today, ask(model="llama3.1-8b")))


def test_refused_all_the_same(after, ask):
    """What the honest API refuses too, no edition or window of the scenario has refused."""
    scenario = of(context=300)
    assert not met(scenario, after(scenario, ask(model="gone", messages=LONG)))


def test_shut_port(after):
    """A port that is shut is met by who was unreachable, and by nobody else."""
    assert met(SHUT, after(SHUT), unreachable=True)
    assert not met(SHUT, after(SHUT))
    other = of(Rule(faults=(BUSY,), schedule=Schedule(after=3)))
    assert not met(other, after(other), unreachable=True)


def test_left_before(ask, now):
    """A fault behind which the client was gone has not acted; one that it has waited for has."""
    scenario = of(Rule(faults=(Latency(delay=2.0), Stall(after_tokens=3))))
    late = of(Rule(reply=Script(tokens=9), faults=(Cut(after_tokens=3), Latency(delay=2.0))))
    for rules, left, acted in ((scenario, 1.0, True), (late, 1.0, True)):
        engine = Engine(rules, now=now)
        exchange = engine.handle(ask(stream=True), now=now)
        engine.finish(exchange, now=now + left, client_left=True)
        assert felt(exchange) is acted
    exchange.changed_after = 1.5
    assert not felt(exchange)
    assert not met(late, engine.journal)
    assert "the client left before" in why_unmet(late, engine.journal)
    exchange.client_left = False
    assert felt(exchange)


def test_dropped(after, ask):
    """Where not all is known, nothing is denied."""
    scenario = of(Rule(faults=(BUSY,), schedule=Schedule(first=1)))
    requests = [ask()] * 3
    assert met(scenario, after(scenario, *requests, retention=Retention(1)))
    assert not met(of(UNMET_RULES["another model"]), after(of(), *requests))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (
            Rule("late", faults=(BUSY,), schedule=Schedule(after=3)),
            "#2 was not taken by rule 'late': counted as request 2, but the schedule has after: 3",
        ),
        (
            Rule("short", reply=Script(tokens=9), faults=(Cut(after_tokens=40),)),
            "#2 was taken by rule 'short', but cut changed nothing in its answer",
        ),
        (
            Rule(reply=Script(tokens=9), faults=(Cut(after_tokens=40),)),
            "#2 was taken by a rule, but cut changed nothing in its answer",
        ),
    ],
)
def test_why(after, ask, rule, why):
    """The last request is the nearest."""
    scenario = of(rule)
    assert why_unmet(scenario, after(scenario, *[ask(stream=True)] * 2)) == why


def test_why_without_rules(after, now):
    """Without a rule there is a reason as well."""
    scenario = of(context=8192)
    assert why_unmet(scenario, after(scenario)) == (
        "none of its limits, windows or checks has refused a request"
    )
    assert why_unmet(scenario, Engine(scenario, now=now).journal) == "no request reached the mock"


def test_what_can_be_met():
    """There is something in all shipped scenarios but one."""
    assert [name for name in names() if not can_be_met(load(name))] == ["healthy"]
    assert not can_be_met(of(Rule(state=State(sets="down"))))
    assert can_be_met(of(port=Port(refuses=Window(after=5.0, lasting=math.inf))))
