"""Each verdict on answers that were not whole, beside its innocent neighbours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.api.model.script import Script
from mockserver.faults import Cut, ErrorEvent, NoCompletion, NoFinish, Truncate, WrongShape
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts.evidence import Evidence, Held

TEXT = "Once upon a time there was a compiler that never came to its end"
PART = "Once upon a time there was"
TOKENS = 6
QUESTION = {"role": "user", "content": "Tell me a story."}
PLAIN = Evidence(held=(Held("`answer`", PART, is_all=True),), is_bare=True)


@pytest.fixture
def cut(stage):
    """Return a builder of stages on which the first answer has met some faults."""

    def build(*faults, text=TEXT):
        faults = faults or (Truncate(TOKENS),)
        return stage(Rule(schedule=Schedule(first=1), reply=Script(text=text), faults=faults))

    return build


def test_two_documents(cut):
    """The same question about another document does not ask for the first answer again."""
    play = cut(text=TEXT)
    for at, text in enumerate(("one two three", "alpha beta gamma")):
        play.send(at, messages=[{"role": "system", "content": text}, QUESTION])
    play.evidence = PLAIN
    assert play.sentence("half-answer")[1] == (1,)


def history(text, following="And in winter?"):
    answer = {"role": "assistant", "content": text}
    return [QUESTION, answer, {"role": "user", "content": following}]


@pytest.mark.parametrize(
    ("fault", "stream", "title"),
    [
        (Truncate(TOKENS), False, "half-answer"),
        (Truncate(TOKENS), True, "half-answer"),
        (Cut(after_tokens=TOKENS, by="eof"), True, "half-answer"),
        (NoFinish(), True, "half-answer"),
        (Cut(after_tokens=TOKENS), True, "half-answer (advice)"),
        (ErrorEvent(after_tokens=TOKENS), True, "half-answer (advice)"),
        (ErrorEvent(after_tokens=TOKENS, form="flat"), True, "half-answer (advice)"),
    ],
)
def test_passed_on(cut, fault, stream, title):
    """It is certain where no client is told by an exception, and the app can't have told either."""
    play = cut(fault)
    exchange = play.send(0, messages=[QUESTION], stream=stream)
    play.evidence = replace(PLAIN, held=(Held("`answer`", exchange.text, is_all=True),))
    (found,) = play.verdicts()
    assert found.title == title
    tokens = exchange.completion_tokens
    said = f"#1 was cut off after {tokens} tokens, and `answer` holds it as a whole answer"
    assert found.sentence == said


@pytest.mark.parametrize("form", ["Bot: {}\n", '"{}"', "<p>{}</p>", "{}\n\n", "| {} |"])
@pytest.mark.parametrize("place", ["held", "written", "kept"])
def test_within_a_text(cut, form, place):
    """What stands around the part may say something of it, in whatever language."""
    play = cut()
    play.send(0)
    play.evidence = Evidence(**{place: (Held("its output", form.format(PART)),)}, is_bare=True)
    assert [verdict.title for verdict in play.verdicts()] == ["half-answer (advice)"]


@pytest.mark.parametrize(
    "changes",
    [
        {"looked": True},
        {"is_bare": False},
        {"held": (Held("`answer`", PART, (("vollstaendig", False),)),)},
        {"held": (Held("its output", f"{PART}\nDone in 2.1 s.\n"),)},
        {"held": (Held("its output", PART.replace(" ", "\n") + "\nDone."),)},
    ],
)
def test_may_be_called_so(cut, changes):
    """Where the app may have said it in a way that nobody sees, there is advice."""
    play = cut()
    play.send(0)
    play.evidence = replace(PLAIN, **changes)
    assert [verdict.title for verdict in play.verdicts()] == ["half-answer (advice)"]


def test_page(stage):
    """A page, handed on as an answer."""
    play = stage(Rule(faults=(NoCompletion("page"),)))
    page = play.send(0).plan[1].data.decode()
    play.evidence = Evidence(held=(Held("`answer`", page, is_all=True),), is_bare=True)
    assert play.sentence("half-answer") == (
        "#1 was an HTML page, not a completion, and `answer` holds it as a whole answer",
        (1,),
    )


@pytest.mark.parametrize(
    "text",
    ["None", "null", ""],
)
def test_nothing(stage, text):
    """An answer that said nothing, handed on as a text."""
    play = stage(Rule(faults=(WrongShape("null_content"),)))
    play.send(0)
    play.evidence = Evidence(held=(Held("`answer`", text),))
    (found,) = play.verdicts()
    assert found.title == "half-answer (advice)"
    assert found.sentence == "#1 was empty, and `answer` holds it as an answer"


def test_nothing_left_of_it(cut):
    """An empty text, for an answer of which a part had come."""
    play = cut()
    play.send(0)
    play.evidence = Evidence(held=(Held("`answer`", ""),))
    (found,) = play.verdicts()
    assert found.title == "half-answer (advice)"
    assert found.sentence == f"#1 was cut off after {TOKENS} tokens, and `answer` lacks the text"


@pytest.mark.parametrize("content", ["", None, "null"])
def test_nothing_stored(stage, content):
    """An empty turn in the history."""
    play = stage(Rule(schedule=Schedule(first=1), faults=(WrongShape("null_content"),)))
    play.send(0, messages=[QUESTION])
    play.send(5, messages=history(content))
    play.evidence = Evidence()
    assert [verdict.title for verdict in play.verdicts()] == ["half-answer (advice)"]


@pytest.mark.parametrize("form", [str, lambda text: [{"type": "text", "text": text}]])
def test_sent_on(cut, form):
    """The part stands in the history, and the app has never looked."""
    play = cut()
    play.send(0, messages=[QUESTION])
    play.send(5, messages=history(form(f"{PART}\n")))
    play.evidence = Evidence()
    assert [verdict.title for verdict in play.verdicts()] == ["half-answer (advice)"]
    said = f"#1 was cut off after {TOKENS} tokens, and #2 sends it on as a whole answer"
    assert play.sentence("half-answer") == (said, (1, 2))


def test_shortened(cut):
    """Of an answer that the journal has not kept whole nobody knows what was passed on."""
    play = cut()
    play.send(0).shorten(10)
    play.evidence = PLAIN
    assert play.judged() == []


def test_nobody_knows(cut):
    """Of a test that was never seen nothing is known."""
    play = cut()
    play.send(0, messages=[QUESTION])
    play.send(5, messages=history(PART))
    assert play.judged() == []
