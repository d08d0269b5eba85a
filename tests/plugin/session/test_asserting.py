"""The assertions of a mock; each that fails shows the time line of what did happen."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mockserver.api.model.script import Script
from mockserver.core.messages import Sender
from mockserver.faults import Cut, Error, Truncate
from mockserver.journal.side_effects import SideEffect
from mockserver.scenario import Match, Rule, Schedule
from pytest_cerebras.session.asserting import Asserting

ME = Sender("thread 1")


class Played(Asserting):
    """What a test holds when it has played what a journal has."""

    url = "http://127.0.0.1:8080"

    def __init__(self, journal, side_effects=()):
        self.journal = journal
        self.side_effects = side_effects

    @property
    def engine(self):
        """No assertion needs it."""
        raise NotImplementedError

    def _looked_at(self):
        return self.journal


@pytest.fixture
def journal(engine, ask, now):
    """Return a journal: refusals with Retry-After 2, each tried again after so many seconds."""

    def play(*waits, fault=None):
        refuse = fault or Error(problem="requests_per_minute", retry_after=2.0)
        running = engine(Rule(schedule=Schedule(first=max(1, len(waits))), faults=(refuse,)))
        at = now
        for wait in (0, *waits):
            at += wait
            request = replace(ask(), sender=ME)
            running.finish(running.handle(request, now=at), now=at)
        return running.journal

    return play


def fails(match):
    return pytest.raises(AssertionError, match=match)


def test_requests(journal):
    """The number of requests counts retries."""
    Played(journal(2)).assert_requests(2)
    with fails(r"expected 1 request, got 2; what happened:\n +0\.00 s  #1 POST"):
        Played(journal(2)).assert_requests(1)


def test_requests_of_nobody(engine):
    """No request at all is said so."""
    with fails(r"expected 2 requests, got 0; .*\nno request at all"):
        Played(engine().journal).assert_requests(2)


def test_waited_as_told(journal):
    """A retry must not come before its Retry-After."""
    Played(journal(2.0)).assert_waited(None)
    with fails(r"#1 said Retry-After 2, but the retry waited 1\.50 s"):
        Played(journal(1.5)).assert_waited(None)


def test_waited_at_least(journal):
    """With a number, some retry must have waited so long."""
    Played(journal(3)).assert_waited(3)
    with fails(r"at least 4 s, longest was 3\.00 s"):
        Played(journal(3)).assert_waited(4)


def test_waited_without_retry(journal):
    """Nothing retried is nothing waited."""
    with fails("there was no retry"):
        Played(journal()).assert_waited(None)


def test_retry_after_respected(journal):
    """To give up respects it too, and so does a wait that is rounded."""
    for waits in ((2.0,), (1.95, 2.0), ()):
        Played(journal(*waits)).assert_retry_after_respected()
    with fails(
        r"#2 said Retry-After 2, but the retry waited 0\.20 s; what happened:\n"
        r"(.*\n)*.*attempt 3 of #1"
    ):
        Played(journal(2, 0.2)).assert_retry_after_respected()


def test_retry_after_of_another_key(journal):
    """Another key, and who left before the answer, were told nothing: the verdict's own rule."""
    for change in ({"key": "another"}, {"client_left": True}):
        played = journal(0.2)
        first = played.exchanges[0]
        for name, value in change.items():
            setattr(first, name, value)
        Played(played).assert_retry_after_respected()
        Played(played).assert_waited(None)


def test_retry_after_of_nobody(journal):
    """Without such an answer there is nothing to respect."""
    with fails("no answer had this field"):
        Played(journal(2, fault=Error(status=503))).assert_retry_after_respected()


@pytest.mark.parametrize(
    "waits", [(1, 2, 4), (0.75, 1.5, 3), (1.25, 2.5, 5), (8, 16, 30, 30), (1, 1.9, 4)]
)
def test_backed_off(journal, waits):
    """Waits that grow, with some chance in them, and stop at the cap."""
    grown = journal(*waits, fault=Error(status=503))
    Played(grown).assert_backed_off(factor=2, start=1, cap=30, jitter=0.25)


@pytest.mark.parametrize(
    ("waits", "wrong"),
    [
        ((), "there was no retry"),
        ((0.5, 2), r"at least 0\.75 s, but #2 came 0\.50 s after #1"),
        ((1, 1, 1), r"at least 1\.5 s, but #3 came 1\.00 s after #2"),
        ((20, 20, 45), r"at most 37\.5 s, but #4 came 45\.00 s after #3"),
    ],
)
def test_not_backed_off(journal, waits, wrong):
    """Waits that are too short, do not grow, or are over the cap."""
    with fails(wrong):
        flat = journal(*waits, fault=Error(status=503))
        Played(flat).assert_backed_off(factor=2, start=1, cap=30, jitter=0.25)


def test_backed_off_as_told(journal):
    """After a Retry-After that time counts, also over the cap."""
    pace = {"factor": 2, "start": 1, "jitter": 0}
    Played(journal(2, 2, 2)).assert_backed_off(cap=1, **pace)
    with fails(r"at least 2 s, but #2 came 1\.00 s"):
        Played(journal(1)).assert_backed_off(cap=30, **pace)


def test_backed_off_by_the_clock_of_the_client(journal):
    """Where the scenario's seconds take less, what a client waits of its own is not scaled."""
    grown = journal(100, 200, fault=Error(status=503))
    grown.scale = 0.01
    Played(grown).assert_backed_off(factor=2, start=1, cap=30, jitter=0)
    with fails(r"at least 10 s, but #2 came 1\.00 s after #1"):
        Played(grown).assert_backed_off(factor=2, start=10, cap=30, jitter=0)


@pytest.fixture
def models(engine, ask, now):
    """Return a journal in which some models fail, and others are asked after them."""

    def play(*asked, down="gpt-oss-*", question="hi"):
        running = engine(Rule(match=Match(model=down), faults=(Error(status=503),)))
        for model in asked:
            says = "something else" if model.startswith("other/") else question
            messages = [{"role": "user", "content": says}]
            request = ask(model=model.removeprefix("other/"), messages=messages)
            running.finish(running.handle(request, now=now), now=now)
        return running.journal

    return play


def test_fell_back(models):
    """The same question to another model, which answers."""
    Played(models("gpt-oss-120b", "llama3.1-8b")).assert_fell_back("llama3.1-8b")


@pytest.mark.parametrize(
    ("asked", "down", "wrong"),
    [
        (["llama3.1-8b"], "gpt*", "but no request to another model failed"),
        (["gpt-oss-120b"], "gpt*", "but after #1 no request to it was sent"),
        (["llama3.1-8b", "gpt-oss-120b"], "gpt*", "but after #2 no request to it was sent"),
        (["gpt-oss-120b", "other/llama3.1-8b"], "gpt*", "but after #1 no request to it was sent"),
        (["gpt-oss-120b", "llama3.1-8b"], "*", "but #2 to it failed as well"),
    ],
)
def test_did_not_fall_back(models, asked, down, wrong):
    """No failure, no request, one before, another question, and one that fails are no fall-back."""
    with fails(f"expected a fall-back to 'llama3.1-8b', {wrong}"):
        Played(models(*asked, down=down)).assert_fell_back("llama3.1-8b")


@pytest.mark.parametrize(
    ("faults", "stream"), [((Truncate(3),), False), ((Truncate(3),), True), ((Cut(3),), True)]
)
def test_truncation_noticed(engine, ask, now, faults, stream):
    """What arrived may be handed out only with a mark."""
    running = engine(Rule(reply=Script(text="one two three four five"), faults=faults))
    running.finish(running.handle(ask(stream=stream), now=now), now=now)
    Played(running.journal).assert_truncation_noticed("one two three [cut]")
    with fails("#1 was cut off, but its 3 tokens are presented as a whole answer"):
        Played(running.journal).assert_truncation_noticed("one two three")


def test_no_truncation(journal):
    """Where nothing was cut there is nothing to notice."""
    with fails("no answer was truncated"):
        Played(journal(2)).assert_truncation_noticed("")


def test_peak_rpm(engine, ask, now):
    """A minute may begin anywhere, and its end belongs to the next one."""
    running = engine()
    for at in (0, 50, 60, 109.9, 110, 200):
        running.handle(ask("models"), now=now + at)
    Played(running.journal).assert_peak_rpm(3)
    Played(engine().journal).assert_peak_rpm(0)
    with fails(r"at most 2 requests in any minute, got 3 in the minute that began at 50\.00 s"):
        Played(running.journal).assert_peak_rpm(2)


def test_tokens_spent(engine, ask, now):
    """Prompts and completions count, of what was answered."""
    running = engine(Rule(schedule=Schedule(at=[2]), faults=(Error(status=503),)))
    for _ in range(3):
        running.finish(running.handle(ask(max_tokens=7), now=now), now=now)
    first, _, third = running.journal
    usage = json.loads(first.plan[1].data)["usage"]
    total = 2 * usage["total_tokens"]
    assert third.completion_tokens == 7
    Played(running.journal).assert_tokens_spent(total)
    prompts = 2 * usage["prompt_tokens"]
    with fails(rf"got {total} \(prompts {prompts}, completions 14\)"):
        Played(running.journal).assert_tokens_spent(total - 1)


def test_not_retried(journal):
    """A second attempt is a retry."""
    Played(journal()).assert_not_retried()
    with fails("expected no retry, but #1 took 2 attempts"):
        Played(journal(2)).assert_not_retried()


@pytest.mark.parametrize("fault", [Error(status=500), Cut()])
def test_no_errors(journal, engine, fault):
    """A refusal and a lost connection are errors."""
    Played(engine().journal).assert_no_errors()
    with fails("expected no errors, but 1 request failed"):
        Played(journal(2, fault=fault)).assert_no_errors()


def test_side_effects(journal, now):
    """They are asserted in their order, and shown between the requests."""
    ran = [SideEffect("pay", {"cents": 5}, now + 1), SideEffect("mail", {}, now + 3)]
    Played(journal(2), ran).assert_side_effects("pay", "mail")
    Played(journal(2)).assert_side_effects()
    with fails("expected the side effects mail, pay, got the side effects pay, mail; ") as caught:
        Played(journal(2), ran).assert_side_effects("mail", "pay")
    shown = [line[:28] for line in str(caught.value).splitlines()[1:]]
    assert shown == [
        "     0.00 s  #1 POST /v1/cha",
        "     1.00 s  side effect: pa",
        "     2.00 s  #2 POST /v1/cha",
        "     3.00 s  side effect: ma",
    ]
    with fails("expected no side effects, got the side effects pay, mail"):
        Played(journal(2), ran).assert_side_effects()
    with fails("expected the side effects pay, got no side effects"):
        Played(journal(2)).assert_side_effects("pay")
