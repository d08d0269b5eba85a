"""A stage on which a client plays its part, second by second, and is judged."""

from __future__ import annotations

import math
from dataclasses import replace
from operator import itemgetter

import pytest

from mockserver.core.messages import Request, Sender
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts import Case, judge


class Stage:
    """An engine, and a client that asks it whatever a test wants at whatever time."""

    def __init__(self, engine, ask, now):
        self.engine = engine
        self.ask = ask
        self.now = now
        self.escapes = []
        self.side_effects = []
        self.evidence = None
        self.running = []

    def send(self, at, *, by="thread 1", count=None, takes=0.0, left=False, **body):
        """Ask at a time; the answer is over after so many seconds, or never (None)."""
        request = self.ask(**body)
        headers = dict(request.headers)
        if count is not None:
            headers["x-stainless-retry-count"] = str(count)
        sender = Sender(by) if isinstance(by, str) else by
        request = replace(request, headers=headers, sender=sender)
        self.finish(self.now + at)
        exchange = self.engine.handle(request, now=self.now + at)
        if takes is not None:
            self.running.append((self.now + at + takes, exchange, left))
            self.finish(self.now + at)
        return exchange

    def look(self, at, *, by="thread 1", path="/status"):
        """Look at the status page."""
        sender = Sender(by) if isinstance(by, str) else by
        request = Request("GET", path, sender=sender)
        self.engine.journal.look_at_status(request, self.now + at)

    def finish(self, now=math.inf):
        """Finish all answers that are over by then."""
        for one in sorted(self.running, key=itemgetter(0)):
            over, exchange, left = one
            if over <= now:
                self.engine.finish(exchange, now=over, client_left=left)
                self.running.remove(one)

    def loop(self, *waits, **body):
        """Ask the same again after each wait; return the exchanges."""
        at, sent = 0.0, [self.send(0.0, **body)]
        for wait in waits:
            at += wait
            sent.append(self.send(at, **body))
        return sent

    def verdicts(self):
        """Return all verdicts when all is over."""
        self.finish()
        journal, edition = self.engine.journal, self.engine.edition
        evidence = self.evidence
        return judge(
            Case(
                journal,
                edition,
                self.escapes,
                self.side_effects,
                evidence=lambda: evidence,
                other_model=self.engine.other_model,
            )
        )

    def judged(self):
        """Return the names of the rules that were broken."""
        return [verdict.rule for verdict in self.verdicts()]

    def sentence(self, rule):
        """Return the one sentence of a rule, and its exchanges."""
        (found,) = [verdict for verdict in self.verdicts() if verdict.rule == rule]
        return found.sentence, found.exchanges


@pytest.fixture
def stage(engine, ask, now):
    """Return a builder of stages: rules, then keys of the scenario."""

    def build(*rules, **scenario):
        return Stage(engine(*rules, **scenario), ask, now)

    return build


@pytest.fixture
def failing(stage):
    """Return a builder of stages on which the first so many requests meet a fault."""

    def build(first, fault):
        return stage(Rule(schedule=Schedule(first=first), faults=(fault,)))

    return build
