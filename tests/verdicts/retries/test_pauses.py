"""Each verdict on waits, beside its innocent neighbours."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from mockserver.faults import Error
from mockserver.scenario import Rule, Schedule

BUSY = Error(problem="service_unavailable")
LIMITED = Error(problem="requests_per_minute", retry_after=None)
TOLD = Error(problem="requests_per_minute", retry_after=2.0)


# ---------------------------------------------------------------------- retry-after-ignored


def test_retry_after_ignored(failing):
    """A retry before Retry-After is over."""
    play = failing(3, TOLD)
    play.loop(0.5, 1.0, 2.0)
    assert play.sentence("retry-after-ignored") == (
        "#1 said Retry-After 2, but #2 came after 0.50 s, and 1 more came too early",
        (1, 2, 3),
    )


def test_retry_after_ignored_once(failing):
    """One that came too early is told alone."""
    play = failing(1, TOLD)
    play.loop(0.5)
    assert play.sentence("retry-after-ignored")[0] == (
        "#1 said Retry-After 2, but #2 came after 0.50 s"
    )


def test_retry_after_as_a_date(failing):
    """A date is quoted as it was sent: whoever looks for its digits finds where to look."""
    play = failing(1, Error(problem="requests_per_minute", retry_after_date=30.0))
    play.loop(0.5)
    sentence, _ = play.sentence("retry-after-ignored")
    said, came = sentence.split(" (in ")
    date = parsedate_to_datetime(said.removeprefix("#1 said Retry-After "))
    assert date.utcoffset() == timedelta(0)
    assert re.fullmatch(r"(29|30)[.0-9]* s\), but #2 came after 0\.50 s", came)


@pytest.mark.parametrize("wait", [2.0, 1.95, 9.0])
def test_retry_after_respected(failing, wait):
    """To wait as told, rounded by a client, or longer."""
    play = failing(1, TOLD)
    play.loop(wait)
    assert play.judged() == []


def test_retry_after_of_zero(failing):
    """Who is told to come at once may."""
    play = failing(3, Error(problem="queue_exceeded", retry_after=0.0))
    play.loop(0.0, 0.0, 0.0)
    assert play.judged() == []


def test_retry_after_of_another(failing):
    """Another thread, another question and another key were told nothing."""
    play = failing(1, TOLD)
    play.send(0)
    play.send(0.01, by="thread 2")
    play.send(0.01, max_tokens=9)
    play.send(0.02, headers={"authorization": "Bearer csk-another"})
    play.send(2.1)
    assert play.judged() == []


# --------------------------------------------------------------------------- constant-backoff


def test_constant_backoff(failing):
    """The same wait again and again."""
    play = failing(4, BUSY)
    play.loop(1.0, 1.0, 1.02, 0.99)
    assert play.sentence("constant-backoff") == (
        "the first 4 retries of #1 each came 1.00 s after the failure",
        (1, 2, 3, 4, 5),
    )


@pytest.mark.parametrize(
    ("waits", "changed"),
    [
        ([1.2, 0.8, 1.0, 1.1, 0.9] * 4, "from 1.00 s to 1.00 s"),
        ([0.1, 0.2, 0.15, 0.12, 0.18] * 5, "from 0.15 s to 0.15 s"),
        ([4, 3, 2, 1] + [0.2] * 20, "from 3.00 s to 0.20 s"),
    ],
)
def test_tireless(failing, waits, changed):
    """Twenty retries whose waits do not grow, or become shorter."""
    play = failing(len(waits), BUSY)
    play.loop(*waits)
    assert play.judged() == ["constant-backoff"]
    sentence, _ = play.sentence("constant-backoff")
    tried = f"#1 was retried {len(waits)} times"
    assert sentence == f"{tried}, with waits that did not grow: {changed}"


@pytest.mark.parametrize(
    "waits",
    [
        [1.2, 0.8, 1.0, 1.1] * 4,  # not so many
        [2.2, 2.8, 2.0, 3.1] * 9,  # longer ones
        [0.5, 0.9] + [1.7, 1.5, 1.9] * 9,  # growth up to a cap
        [1 + number / 20 for number in range(20)],  # growth bit by bit
        [1.9, 0.1, 0.8, 1.3, 0.3] * 6,  # full jitter
        [0.5, 4, 0.3, 8, 1] + [1.9, 0.1, 0.8, 1.3, 0.3] * 6,
    ],
)
def test_patience(failing, waits):
    """Long series of waits that grow, that are long, or that chance makes."""
    play = failing(len(waits), BUSY)
    play.loop(*waits)
    assert play.judged() == []


@pytest.mark.parametrize(
    "waits",
    [
        (1, 2, 4, 8, 8, 8, 8),  # growth up to a cap
        (4, 4, 4, 8),  # tenacity's example: wait_exponential(multiplier=1, min=4, max=10)
        (1, 1.5, 0.7, 1.2),  # by chance
        (1, 2, 3, 4),  # by addition
        (60, 60, 60, 60),  # a window at a time
        (1, 1, 1),  # too few to tell
    ],
)
def test_backoff(failing, waits):
    """Growth of any kind, chance, and waits of a minute."""
    play = failing(len(waits), BUSY)
    play.loop(*waits)
    assert play.judged() == []


def test_constant_as_told(failing):
    """Waits that are equal because the server said so."""
    play = failing(5, TOLD)
    play.loop(2, 2, 2, 2, 2)
    assert play.judged() == []


# ---------------------------------------------------------------------------------- no-jitter


def crowd(play, *waits):
    """Let clients fail together and wait so long, each by itself."""
    requests = []
    for client, own in enumerate(waits):
        at = client / 100
        requests.append((at, client))
        for wait in own:
            at += wait
            requests.append((at, client))
    for at, client in sorted(requests):
        play.send(at, by=f"thread {client}", user=f"user {client % 2}")


def test_no_jitter(failing):
    """Five clients that fail together and wait equally long, twice."""
    play = failing(10, BUSY)
    crowd(play, *[(1.0, 2.0)] * 5)
    assert play.sentence("no-jitter") == (
        "5 calls failed together and all waited 1.00 s and then 2.00 s",
        (1, 2, 3, 4, 5),
    )


def test_jitter(failing):
    """The jitter of the SDKs: up to a quarter less."""
    play = failing(10, BUSY)
    crowd(play, (0.4, 0.9), (0.5, 0.8), (0.45, 0.85), (0.38, 1.0), (0.42, 0.95))
    assert play.judged() == []


def test_few_in_step(failing):
    """Four may be in step by chance."""
    play = failing(8, BUSY)
    crowd(play, *[(1.0, 2.0)] * 4)
    assert play.judged() == []


def test_in_step_as_told(failing):
    """A crowd that was told when to come back."""
    play = failing(10, TOLD)
    crowd(play, *[(2.0, 2.0)] * 5)
    assert play.judged() == []


def test_one_after_the_other(stage):
    """Equal waits of calls that fail one after the other."""
    play = stage(Rule(schedule=Schedule(at=(1, 2, 4, 5, 7, 8, 10, 11, 13, 14)), faults=(BUSY,)))
    for call in range(5):
        for at in (0, 1, 3):
            play.send(call * 10 + at, user=str(call))
    assert play.judged() == []


# ------------------------------------------------------------------------------ nested-retries


def test_nested_retries(failing):
    """An SDK's attempts, made again by a loop around it."""
    play = failing(5, BUSY)
    for at, count in enumerate((0, 1, 2, 0, 1, 2)):
        play.send(at, count=count)
    assert play.sentence("nested-retries") == (
        "#1 became 6 requests, because another layer made the client start its 3 attempts 2 times",
        (1, 2, 3, 4, 5, 6),
    )


@pytest.mark.parametrize(
    ("again", "verdicts"),
    [(61, []), (60, ["nested-retries"]), (300, [])],
)
def test_asked_again_by_the_user(failing, again, verdicts):
    """Who asks the same long after an SDK has given up is no layer around it."""
    play = failing(3, BUSY)
    for at, count in ((0, 0), (1, 1), (3, 2), (3 + again, 0)):
        play.send(at, count=count)
    assert play.judged() == verdicts


def test_patient_layers(failing):
    """Layers that wait for minutes are layers all the same; who comes back later is none."""
    play = failing(6, BUSY)
    for at, count in ((0, 0), (60, 1), (180, 0), (240, 1), (900, 0), (901, 1)):
        play.send(at, count=count)
    assert play.sentence("nested-retries") == (
        "#1 became 4 requests, because another layer made the client start its 2 attempts 2 times",
        (1, 2, 3, 4),
    )


def test_long_wait_of_a_layer(failing):
    """A layer may wait for more than a minute itself: only who begins again may be a user."""
    play = failing(9, BUSY)
    for at, count in ((0, 0), (70, 1), (100, 0)):
        play.send(at, count=count)
    assert play.sentence("nested-retries")[1] == (1, 2, 3)


@pytest.mark.parametrize("counts", [(0, 1, 2), (0, 0, 0), (None, None, None)])
def test_one_layer(failing, counts):
    """The SDK alone, and a loop around an SDK that does not retry."""
    play = failing(2, BUSY)
    for at, count in zip((0, 0.5, 2), counts, strict=True):
        play.send(at, count=count)
    assert play.judged() == []


def test_one_layer_of_two_threads(failing):
    """An SDK begins in one thread while it tries again in another."""
    play = failing(3, BUSY)
    play.send(0, count=0)
    play.send(0.5, count=1)
    play.send(0.7, count=0, by="thread 2")
    play.send(1.5, count=2)
    play.send(1.6, count=1, by="thread 2")
    assert play.judged() == []
