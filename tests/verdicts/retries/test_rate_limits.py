"""Each verdict on rate limits, beside its innocent neighbours."""

from __future__ import annotations

import pytest

from mockserver.api.model.script import Script
from mockserver.core.messages import Sender
from mockserver.faults import Error, Truncate
from mockserver.scenario import Rule, Schedule, Spent

ONE_LEFT = {"tier": "free", "spent": Spent(requests=29)}
MODEL = "gpt-oss-120b"


def said(text):
    return [{"role": "user", "content": text}]


# ------------------------------------------------------------------------------ announced-429


def test_announced_429(stage):
    """The answer before said that nothing was left, and the next request came too soon."""
    play = stage(**ONE_LEFT)
    play.send(0)
    play.send(1, messages=said("And now?"))
    play.send(3.5, messages=said("And now?"))
    assert play.judged() == ["announced-429"]
    assert play.sentence("announced-429") == (
        "#1 said that requests-minute was used up, but #2 came too early",
        (1, 2),
    )


def test_refill(stage):
    """Who waits until a request is back may send one; that others took it is no fault."""
    play = stage(**ONE_LEFT)
    play.send(0)
    play.send(2, messages=said("And now?"))
    play.send(4, messages=said("Another's"), by="thread 2")
    play.send(4.01, messages=said("And then?"))
    assert [exchange.status for exchange in play.engine.journal] == [200, 200, 200, 429]
    play.send(9, messages=said("And then?"))
    assert play.judged() == []


@pytest.mark.parametrize("by", ["thread 2", Sender("task 9", since=1e12), None])
def test_told_to_others(stage, by):
    """What one thread was told the others do not know."""
    play = stage(**ONE_LEFT)
    play.send(0)
    play.send(0.5, messages=said("And now?"), by=by)
    play.send(9, messages=said("And now?"), by=by)
    assert play.judged() == ([] if by is not None else ["announced-429"])


def test_burst_of_another_process(stage):
    """A process that sends much at once has not read the answers yet."""
    play = stage(**ONE_LEFT)
    for number in range(3):
        play.send(number / 1000, messages=said(f"Question {number}"), by=None)
    for number in range(3):
        play.send(9 + 3 * number, messages=said(f"Question {number}"), by=None)
    assert play.judged() == []


def test_told_when_to_come_back(stage):
    """After a Retry-After other questions must wait as well."""
    play = stage(tier="free", spent=Spent(requests=30))
    play.send(0)
    play.send(0.2, messages=said("And now?"))
    play.send(0.3, messages=said("And then?"))
    for at, text in ((5, "Say something."), (10, "And now?"), (15, "And then?")):
        play.send(at, messages=said(text))
    assert play.judged() == ["announced-429", "announced-429"]
    sentences = [verdict.sentence for verdict in play.verdicts()]
    assert sentences[0] == "#1 said to wait 2 s, but #2 came too early"


def test_told_nothing(stage):
    """Another key has limits of its own; and enough was left when this thread last looked."""
    play = stage(**ONE_LEFT)
    play.send(0)
    play.send(0.1, headers={"authorization": "Bearer csk-another"})
    play.send(0.2, headers={"authorization": "Bearer csk-another"}, messages=said("And now?"))
    assert [exchange.status for exchange in play.engine.journal] == [200, 200, 429]
    found = play.sentence("announced-429")
    assert found[1] == (2, 3)
    play = stage(tier="free", spent=Spent(requests=28))
    play.send(0)
    play.send(0.1, messages=said("And now?"))
    play.send(0.2, messages=said("And then?"), by="thread 2")
    play.send(9, messages=said("And then?"))
    assert play.judged() == []


@pytest.fixture
def windows(tmp_path):
    """Return a builder of editions: one request in each window, and other settings."""

    def build(*, resets=False, **limits):
        path = tmp_path / "small.yaml"
        amounts = "{minute: 600000, hour: 10000000, day: 10000000}"
        path.write_text(
            f"extends: guide\nlimits: {limits}\ndefault_tier: small\n"
            f"headers: {{resets: {resets}}}\n"
            f"tiers: {{small: {{requests: {{minute: 1, hour: 9, day: 99}}, tokens: {amounts}}}}}\n"
        )
        return str(path)

    return build


@pytest.mark.parametrize(
    ("limits", "at", "guilty"),
    [
        ({"refill": "window", "resets": True}, 10, True),
        ({"refill": "window", "resets": True}, 59.9, False),
        ({"refill": "window"}, 10, True),
        ({"refill": "window"}, 59.9, False),
        ({"refill": "continuous", "retry_after": False}, 30, True),
        ({"refill": "continuous", "retry_after": False}, 59.8, False),
    ],
)
def test_windows(stage, windows, now, limits, at, guilty):
    """When there is something again the reset tells, or the edition's kind of window."""
    play = stage(edition=windows(**limits), tier="small")
    begin = 60 - now % 60 + 0.01
    play.send(begin)
    play.send(begin + at, messages=said("And now?"))
    play.send(begin + 130, messages=said("And now?"))
    assert play.judged() == (["announced-429"] if guilty else [])


def test_end_of_a_window(stage, windows, now):
    """When a window is over there is something again, which others may have taken."""
    play = stage(edition=windows(refill="window"), tier="small")
    begin = 60 - now % 60 + 40  # 20 seconds before the end of a window
    play.send(begin)
    play.send(begin + 21, messages=said("Another's"), by="thread 2")
    play.send(begin + 21.1, messages=said("And now?"))
    assert [exchange.status for exchange in play.engine.journal] == [200, 200, 429]
    play.send(begin + 130, messages=said("And now?"))
    assert play.judged() == []


# ---------------------------------------------------------------------- excessive-reservation


@pytest.fixture
def tokens(stage):
    """Return a stage with a limit of 60,000 tokens a minute, of which some are spent."""

    def build(spent=0):
        rule = Rule(reply=Script(text="one two three"))
        return stage(rule, tier="free", spent=Spent(tokens=spent))

    return build


def test_excessive_reservation(tokens):
    """Without max_completion_tokens 40,960 tokens are reserved, for three."""
    play = tokens(30_000)
    play.send(0, model=MODEL)
    play.send(12, model=MODEL)
    assert play.judged() == ["excessive-reservation"]
    sentence, shown = play.sentence("excessive-reservation")
    assert shown == (1,)
    assert sentence == (
        "#1 was refused because 40960 tokens had to be reserved for its answer without "
        "max_completion_tokens; such an answer had 3"
    )


@pytest.mark.parametrize(("again", "enough"), [(True, 3), (False, 5)])
def test_what_is_enough(stage, again, enough):
    """What its own answer needed; where there is none, what the longest of the model did."""
    longer = Rule(schedule=Schedule(first=2), reply=Script(text="one two three four five"))
    cut = Rule(schedule=Schedule(first=1), reply=Script(tokens=40), faults=(Truncate(9),))
    own = Rule(reply=Script(text="one two three"))
    play = stage(longer, cut, own, tier="free", spent=Spent(tokens=30_000))
    play.send(0, model=MODEL)
    for at in (0.1, 0.2):
        play.send(at, model=MODEL, max_completion_tokens=50, messages=said(f"Count to {at}"))
    if again:
        play.send(30, model=MODEL)
    assert play.sentence("excessive-reservation")[0].endswith(f"; such an answer had {enough}")


def test_excessive_reservations_side_by_side(tokens):
    """Two that run at the same time reserve for each other."""
    play = tokens()
    play.send(0, model=MODEL, max_completion_tokens=35_000, takes=9)
    play.send(1, model=MODEL, max_completion_tokens=30_000, by="thread 2")
    play.send(30, model=MODEL, max_completion_tokens=30_000, by="thread 2")
    assert play.judged() == ["excessive-reservation"]
    sentence, _ = play.sentence("excessive-reservation")
    assert sentence == (
        "#2 was refused because 30000 tokens had to be reserved for its answer; such an "
        "answer had 3"
    )


def test_used_up(tokens):
    """Where the tokens are really gone, no reservation is to blame."""
    play = tokens(60_000)
    play.send(0, model=MODEL)
    play.send(45, model=MODEL)
    assert play.judged() == []


@pytest.mark.parametrize(
    "other", [{"headers": {"authorization": "Bearer csk-another"}, "takes": 9}, {"takes": 0.5}]
)
def test_reserved_by_another(tokens, other):
    """What another key has reserved, or this one before, is no reason for a refusal."""
    play = tokens()
    long = [{"role": "user", "content": "word " * 50_000}]
    asked = {"model": MODEL, "max_completion_tokens": 50}
    play.send(0, model=MODEL, max_completion_tokens=35_000, by="thread 2", **other)
    used = play.send(1, messages=long, **asked)
    late = play.send(2, messages=[{"role": "user", "content": "word " * 20_000}], **asked)
    assert (used.status, late.status) == (200, 429)
    play.send(60, messages=[{"role": "user", "content": "word " * 20_000}], **asked)
    assert play.judged() == []


def test_modest_reservation(tokens):
    """Who asks for no more than twice of what the answer needs has done enough."""
    play = tokens(59_930)
    play.send(0, model=MODEL, max_completion_tokens=5)
    play.send(30, model=MODEL, max_completion_tokens=5)
    assert [exchange.status for exchange in play.engine.journal] == [429, 200]
    assert play.judged() == []


def test_refused_by_the_scenario(stage):
    """What the limits have admitted was refused for something else than a reservation."""
    refusal = Error(
        problem="tokens_per_minute",
        retry_after=None,
        headers={"x-ratelimit-remaining-tokens-minute": "50000"},
    )
    rule = Rule(schedule=Schedule(first=1), faults=(refusal,))
    play = stage(rule, Rule(reply=Script(text="one two three")), tier="free")
    play.send(0, model=MODEL)
    play.send(12, model=MODEL)
    assert [exchange.status for exchange in play.engine.journal] == [429, 200]
    assert play.judged() == []


def test_answer_that_nobody_knows(tokens):
    """Without any answer of the model nobody can say what would have been enough."""
    play = tokens(30_000)
    play.send(0, model=MODEL)
    assert play.judged() == []
