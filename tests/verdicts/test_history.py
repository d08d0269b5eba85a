"""Each verdict on parts of answers, beside its innocent neighbours."""

from __future__ import annotations

import pytest

from mockserver.api.model.reply import Reply
from mockserver.faults import Cut, ErrorEvent, Truncate
from mockserver.scenario import Rule, Schedule

TEXT = "one two three four five six"
PART = "one two three"
QUESTION = {"role": "user", "content": "What is the weather?"}


@pytest.fixture
def cut(stage):
    """Return a builder of stages on which the first answer has met some faults."""

    def build(*faults, first=1, **reply):
        script = Reply(**(reply or {"text": TEXT}))
        return stage(Rule(schedule=Schedule(first=first), reply=script, faults=faults))

    return build


def history(text, following="And in winter?"):
    answer = {"role": "assistant", "content": text}
    return [QUESTION, answer, {"role": "user", "content": following}]


# --------------------------------------------------------------------------- truncated-history


@pytest.mark.parametrize(
    ("fault", "stream"),
    [
        (Truncate(3), False),
        (Truncate(3), True),
        (Cut(after_tokens=3), True),
        (ErrorEvent(after_tokens=3), True),
    ],
)
@pytest.mark.parametrize("form", [str, lambda text: [{"type": "text", "text": text}]])
def test_truncated_history(cut, fault, stream, form):
    """The part stands in the history as the answer."""
    play = cut(fault)
    play.send(0, messages=[QUESTION], stream=stream)
    play.send(5, messages=history(form(f"{PART}\n")))
    assert play.judged() == ["truncated-history"]
    assert play.sentence("truncated-history") == (
        "#1 was cut after 3 tokens, and #2 has it in its history as a whole answer",
        (1, 2),
    )


@pytest.mark.parametrize(
    "messages",
    [
        history(PART, "Your answer was cut off. Go on exactly where it stopped."),
        history(PART, "Please continue."),
        history(PART, "More!"),
        history(PART, "And then?"),
        history(PART, "Would you write the remaining words, please?"),
        history(PART, "Bitte schreib weiter, genau ab dem letzten Wort."),
        history(PART, "Suite, s'il te plaît."),
        history(PART, "Suite, s'il te plait."),
        history(PART, "続きを書いてください。"),
        history(PART, "Sigue, por favor, desde la ultima palabra."),
        history(PART)[:2],  # a prefix for the model to go on from
        history(f"{PART} [incomplete]"),
        history(TEXT),
        [QUESTION],
        [{"role": "user", "content": PART}, QUESTION],
    ],
)
def test_part_that_is_called_so(cut, messages):
    """To ask for the rest, to mark the part, and to keep it out of the history."""
    play = cut(Truncate(3))
    play.send(0, messages=[QUESTION])
    play.send(5, messages=messages)
    assert play.judged() == []


def test_whole_answer(cut):
    """An answer that was not cut may be history."""
    play = cut()
    play.send(0, messages=[QUESTION])
    play.send(5, messages=history(TEXT))
    assert play.judged() == []


def test_same_words_in_full(stage):
    """A part that another answer says in full."""
    play = stage(
        Rule(schedule=Schedule(at=(1,)), reply=Reply(text=TEXT), faults=(Truncate(3),)),
        Rule(schedule=Schedule(at=(1,)), reply=Reply(text=PART)),
    )
    for at, asked in enumerate(("a", "b")):
        play.send(at, messages=[{"role": "user", "content": asked}])
    play.send(5, messages=history(PART))
    assert play.judged() == []


def test_cut_on_purpose(cut):
    """An answer of a word or two, for which the client asked."""
    play = cut()
    play.send(0, messages=[QUESTION], max_tokens=3)
    play.send(5, messages=history(PART))
    assert play.judged() == []


def test_stopped_by_the_client(cut):
    """A stream that the user stopped, after its last words."""
    play = cut()
    play.send(0, messages=[QUESTION], stream=True, takes=1, left=True)
    play.send(5, messages=history(PART))
    assert play.judged() == []


def test_nothing_arrived(cut):
    """A stream that was cut before its first word, and an empty answer in the history."""
    play = cut(Cut(after_tokens=0))
    play.send(0, messages=[QUESTION], stream=True)
    play.send(5, messages=history(""))
    assert play.judged() == []
