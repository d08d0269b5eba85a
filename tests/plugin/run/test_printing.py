"""What is printed in the end."""

from __future__ import annotations

from mockserver.api.contract import editions
from mockserver.journal import Journal
from mockserver.verdicts import RULES, Case, Verdict
from pytest_cerebras.run.playing import Ended
from pytest_cerebras.run.printing import NOT_JUDGED, lines, summary
from pytest_cerebras.run.wire import ABOUT_RETRIES


def ended(*verdicts, status=0, **more):
    case = Case(Journal(), editions.load("guide"))
    return Ended("x", status, 1.0, case, 0, verdicts=verdicts, **more)


def test_names():
    """Rules that are told of by name are there."""
    names = {rule.name for rule in RULES}
    assert names >= ABOUT_RETRIES
    assert NOT_JUDGED.keys() <= names


def test_certain_and_advice():
    """What is certain is to be fixed; of advice on retries it is said when it would be."""
    certain = Verdict("key-sent-elsewhere", "it was.", "fix it")
    likely = Verdict("hot-retry", "it was.", "wait", certainty="advice")
    said = list(summary([ended(certain), ended(likely)]))
    assert said[:2] == ["to fix: key-sent-elsewhere", "advice: hot-retry"]
    assert said[2].strip().startswith("(certain if these requests are attempts of one call")
    assert "  hot-retry (advice): it was." in list(lines(ended(likely)))


def test_nothing():
    """Where nothing was asked or found, that is said."""
    assert next(summary([ended()])) == "to fix: nothing that the wire shows"
    assert next(iter(lines(ended(status=3)))) == "x: exit status 3, 0 requests"
    assert next(iter(lines(ended(sentence="a: no")))) == "x: a: no, 0 requests"


def test_own_mistakes(engine, ask, now):
    """A mistake in the set-up stands below its request, once for all retries."""
    running = engine()
    for path in ("/chat/completions", "/chat/completions", "chat", "/v1/nowhere"):
        running.handle(ask(path, method="POST"), now=now)
    made = Ended("x", 1, 1.0, Case(running.journal, running.edition), 0)
    said = list(lines(made))
    assert [line.split()[0] for line in said[1:]] == ["#1", "the", "#2", "#3", "#4"]
    assert said[2].strip().startswith("the path has no /v1: /chat/completions; add /v1 to")
    assert next(summary([made])) == "to fix: no-v1"


def test_cost(engine, ask, now):
    """The last line has what all runs together would cost."""
    running = engine()
    running.finish(running.handle(ask(), now=now), now=now)
    one = Ended("x", 0, 1.0, Case(running.journal, running.edition), 0)
    *_, last = summary([one, one])
    assert last.startswith("cost: 2 requests, ")
    assert not any("cost:" in line for line in summary([ended()]))
