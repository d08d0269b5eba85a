"""Each verdict on how errors are taken, beside its innocent neighbours."""

from __future__ import annotations

import json
import math

import pytest

from mockserver.core.messages import Sender
from mockserver.faults import Cut, Error, Latency
from mockserver.plan import Close
from mockserver.scenario import Match, Rule, Schedule

BUSY = Error(problem="service_unavailable")
SMALL, LARGE = "llama3.1-8b", "gpt-oss-120b"


def said(text):
    return [{"role": "user", "content": text}]


@pytest.fixture
def failing(stage):
    """Return a builder of stages on which the first so many requests meet a fault."""

    def build(first, fault):
        return stage(Rule(schedule=Schedule(first=first), faults=(fault,)))

    return build


# --------------------------------------------------------------------- permanent-error-retried


@pytest.mark.parametrize(
    ("problem", "named"),
    [
        ("wrong_api_format", "400 wrong_api_format"),
        ("wrong_api_key", "401 wrong_api_key"),
        ("payment_required", "402 payment_required"),
        ("edge_block", "403"),
        ("model_not_found", "404 model_not_found"),
        ("content_too_large", "413"),
        ("schema_timeout", "422 wrong_api_format"),
    ],
)
def test_permanent_error_retried(failing, problem, named):
    """The same again, after an answer that says that it is wrong."""
    play = failing(3, Error(problem=problem))
    play.loop(1, 2)
    assert play.judged() == ["permanent-error-retried"]
    assert play.sentence("permanent-error-retried") == (
        f"#1 got {named}, which no retry can fix, but #2, #3 asked the same",
        (1, 2, 3),
    )


@pytest.mark.parametrize(
    "fault",
    [
        Error(problem="request_timeout"),
        Error(problem="server_error", status=400),
        Error(problem="tool_generation"),
        Error(status=400, headers={"x-should-retry": "true"}),
        Error(status=500),
    ],
)
def test_passing_error_retried(failing, fault):
    """What may pass, as its status, its type or a header says."""
    play = failing(1, fault)
    play.loop(1)
    assert play.judged() == []


def test_permanent_error_mended(failing):
    """Another key, another model, another body; and another thread."""
    play = failing(1, Error(problem="wrong_api_key"))
    play.send(0)
    play.send(1, headers={"authorization": "Bearer csk-another"})
    play.send(1, model=LARGE)
    play.send(1, max_tokens=50)
    play.send(2, by="thread 2")
    assert play.judged() == []


@pytest.mark.parametrize(("later", "verdicts"), [(61, []), (59, ["permanent-error-retried"])])
def test_user_who_pays(failing, later, verdicts):
    """Who asks again more than a minute later is a user who has done something about it."""
    play = failing(2, Error(problem="payment_required"))
    play.loop(later)
    assert play.judged() == verdicts


@pytest.mark.parametrize("then", [None, Error(status=429, headers={"retry-after": "1"})])
def test_mended_from_outside(stage, then):
    """What is answered otherwise at once has been put right: paid for, or allowed."""
    play = stage(
        Rule(schedule=Schedule(first=1), faults=(Error(problem="payment_required"),)),
        Rule(schedule=Schedule(first=1), faults=(then,) if then else ()),
    )
    play.loop(0.1)
    assert play.judged() == []


def test_permanent_error_after_one_that_was_left(failing):
    """A client that was not answered at first knows from the second answer."""
    play = failing(3, Error(problem="wrong_api_key"))
    play.send(0, left=True)
    play.send(1)
    play.send(2)
    assert play.sentence("permanent-error-retried")[1] == (2, 3)


@pytest.mark.parametrize(("retries", "verdicts"), [(3, []), (4, ["permanent-error-retried"])])
def test_never_fits(failing, retries, verdicts):
    """What is larger than the whole limit, again and again; the few attempts of SDKs are let go."""
    said = "limit 8000 tokens per minute, requested 42084."
    play = failing(9, Error(problem="tokens_per_minute", message=said, retry_after=1.0))
    play.loop(*[1.5] * retries)
    assert play.judged() == verdicts
    if verdicts:
        sentence, shown = play.sentence("permanent-error-retried")
        assert sentence.startswith("#1 asked for 42084 tokens with a limit of 8000, which no retry")
        assert shown == (1, 2, 3, 4, 5)


def test_polling(stage):
    """To look for what is not there yet, again and again."""
    play = stage()
    for at in range(3):
        play.send(at, endpoint="/v1/files/file-1")
    assert {exchange.status for exchange in play.engine.journal} == {404}
    assert play.judged() == []


# ----------------------------------------------------------------------------- gave-up-at-once


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (BUSY, "503 service_unavailable"),
        (Error(problem="queue_exceeded", retry_after=2.0), "429 queue_exceeded"),
        (Error(problem="bad_gateway"), "502"),
    ],
)
def test_gave_up(failing, fault, named):
    """One error that passes, and nobody comes back."""
    play = failing(1, fault)
    play.send(0)
    assert play.sentence("gave-up-at-once") == (
        f"#1 got {named}, and the app did not try again",
        (1,),
    )


def test_gave_up_without_an_answer(stage):
    """A connection that is lost before any answer is an error that passes, too."""
    play = stage()
    play.send(0).plan = (Close(),)
    sentence, _ = play.sentence("gave-up-at-once")
    assert sentence.startswith("#1 got no answer, the connection was lost")


def test_last_attempt(failing):
    """The last attempt of a budget is no giving up at once; nor is one that counts others."""
    play = failing(9, BUSY)
    play.loop(1, 2)
    play.send(9, count=2, max_tokens=9)
    assert play.judged() == []


@pytest.mark.parametrize(
    "later",
    [
        {"model": LARGE},
        {"stream": True},
        {"by": "thread 2"},
        {"messages": [{"role": "system", "content": "Be brief."}, *said("Say something.")]},
    ],
)
def test_asked_otherwise(failing, later):
    """The same question to another model, in another form, from another thread, in other words."""
    play = failing(1, BUSY)
    play.send(0)
    play.send(5, **later)
    assert play.judged() == []


def test_chain_of_models(failing):
    """The last model of a chain, after one attempt at each, or after a few at the first."""
    for tries in (1, 3):
        play = failing(9, BUSY)
        play.loop(*[2**at for at in range(tries - 1)])
        play.send(9, model=LARGE)
        play.send(10, model="qwen-3-32b")
        assert play.judged() == []


@pytest.mark.parametrize(
    "changing",
    [
        {"user": "{}"},
        {"messages": [{"role": "system", "content": "It is {}."}, *said("Ping.")]},
        {"messages": said("It is {}. Ping.")},
    ],
)
@pytest.mark.parametrize(
    "moment", ["1795256430.{}5", "2026-11-21T10:20:3{}Z", "6a7e1b9c-52b7-4c1e-9a3d-0f5b8c6d7e1{}"]
)
def test_attempts_that_differ_in_an_id(failing, changing, moment):
    """Growing waits between attempts that have the time or an id in them."""
    play = failing(9, BUSY)
    for number, at in enumerate((0, 1, 3)):
        body = json.dumps(changing).replace("{}", moment.format(number))
        play.send(at, **json.loads(body))
    assert play.judged() == []


def test_gave_up_on_a_second_question(failing):
    """An answer to the same question before is no attempt at this one."""
    play = failing(1, BUSY)
    play.engine.inject(Rule(schedule=Schedule(first=1)))
    play.loop(5)
    assert play.judged() == ["gave-up-at-once"]


def test_gave_up_on_two_documents(failing):
    """The same question about another document is no second attempt; each has one."""
    play = failing(2, BUSY)
    for at, text in enumerate(("one two three", "alpha beta gamma")):
        play.send(at, messages=[{"role": "system", "content": text}, *said("Sum up the above.")])
    assert [one.exchanges for one in play.verdicts()] == [(1,), (2,)]
    assert set(play.judged()) == {"gave-up-at-once"}


@pytest.mark.parametrize(
    "again",
    [
        [{"role": "system", "content": "Attempt 2 of 3. You are a kind poet."}, *said("And now?")],
        [{"role": "system", "content": "Attempt 1 of 3. You are a kind poet."}, *said("And now?")],
        [*said("Hi!"), {"role": "assistant", "content": "Hello."}, *said("And now?")],
        said("And now?"),
    ],
)
def test_asked_with_another_history(failing, again):
    """A counted attempt, a shorter history or none: it is still the same question."""
    play = failing(1, BUSY)
    poet = {"role": "system", "content": "Attempt 1 of 3. You are a kind poet."}
    greeting = [*said("Hi!"), {"role": "assistant", "content": "Hello."}]
    play.send(0, messages=[poet, *greeting, *said("And now?")])
    play.send(2, messages=again)
    assert play.judged() == []


def test_hedged_in_vain(stage):
    """Two models that are asked at the same time, and both fail."""
    play = stage(Rule(faults=(BUSY,)))
    play.send(0, takes=1)
    play.send(0, takes=1, model=LARGE, by="thread 2")
    assert play.judged() == []


def test_no_time_left(failing):
    """A failure that took longer than many a deadline."""
    play = failing(1, Error(problem="gateway_timeout"))
    play.send(0, takes=60)
    assert play.judged() == []


def test_hedged(stage):
    """A second request for the same question that had an answer after all."""
    play = stage(Rule(match=Match(model=LARGE), faults=(BUSY,)))
    play.send(0, takes=3)
    play.send(1, model=LARGE, by="thread 2")
    assert play.judged() == []


def test_another_question(failing):
    """Another question later is no retry."""
    play = failing(1, BUSY)
    play.send(0)
    play.send(5, messages=said("And now?"))
    assert play.judged() == ["gave-up-at-once"]


@pytest.mark.parametrize(
    "fault",
    [
        Error(problem="requests_per_minute", retry_after=3.0),
        Error(problem="tokens_per_day", retry_after=None),
        Error(problem="requests_per_hour", retry_after=None),
        Error(
            problem="tokens_per_minute", message="limit 8000 tokens per minute, requested 42084."
        ),
        Error(problem="tokens_per_minute", headers={"x-ratelimit-limit-tokens-minute": "5"}),
        Error(status=503, headers={"x-should-retry": "false"}),
        Error(problem="wrong_api_key"),
        Cut(after_tokens=3),
    ],
)
def test_right_to_give_up(failing, fault):
    """Long waits, what never fits, a server that says so, errors that stay, half an answer."""
    play = failing(1, fault)
    play.send(0, stream=True)
    assert play.judged() == []


def test_nobody_there(stage):
    """A client that had left, and an endpoint that is no completion."""
    play = stage(Rule(faults=(Latency(math.inf),)))
    play.send(0, takes=60, left=True)
    play = stage(Rule(faults=(BUSY,)))
    play.send(0, endpoint="models")
    assert play.judged() == []


# --------------------------------------------------------------------------- overflow-repeated


def long(words, *, question="And now?"):
    return [{"role": "user", "content": "word " * words}, *said(question)]


def test_overflow_repeated(stage):
    """The same overflow, and one that has grown."""
    play = stage()
    first = play.send(0, messages=long(9000))
    play.send(1, messages=long(9000))
    play.send(2, messages=long(9500))
    size = first.prompt_tokens
    assert play.judged() == ["overflow-repeated"]
    assert play.sentence("overflow-repeated") == (
        f"#1 was too long with {size} tokens, but #2, #3 sent {size} or more",
        (1, 2, 3),
    )


@pytest.mark.parametrize(("left", "shown"), [(1, (2, 3)), (2, (1, 2, 3)), (3, (1, 2, 3))])
def test_overflow_beside_one_that_was_left(stage, left, shown):
    """A client knows from each answer that it got, also from one before the last."""
    play = stage()
    for number in (1, 2, 3):
        play.send(number, messages=long(9000), left=number == left)
    assert play.sentence("overflow-repeated")[1] == shown


def test_overflow_of_a_history_that_has_grown(stage):
    """An agent that adds what it has learned, and drops nothing."""
    play = stage()
    asked = long(9000)
    play.send(0, messages=asked)
    more = [
        {"role": "assistant", "content": "Let me see."},
        {"role": "system", "content": "Go on."},
    ]
    play.send(1, messages=[{"role": "system", "content": "Be brief."}, *asked, *more])
    assert play.judged() == ["overflow-repeated"]


def test_overflow_mended(stage):
    """Fewer words, however many still; fewer tokens to answer; a wider model; another question."""
    play = stage()
    play.send(0, messages=long(9500))
    play.send(1, messages=long(9000))
    play.send(2, messages=long(7000), max_tokens=1900)
    play.send(3, messages=long(7000), max_tokens=1500)
    play.send(4, messages=long(8190))
    play.send(5, messages=long(9500), model=LARGE)
    play.send(6, messages=long(9500, question="And then?"))
    assert play.judged() == []


def test_overflows_of_others(stage):
    """Two threads, and two tasks at the same time, that overflow alike."""
    play = stage()
    for sender in ("thread 1", "thread 2", Sender("task 3"), Sender("task 4")):
        play.send(0, messages=long(9000), by=sender)
    assert play.judged() == []
