"""Answers that were not wasted, and keys that belong here: rows for the rules on them."""

from __future__ import annotations

from mockserver.api.model.script import Script
from mockserver.core.messages import Sender
from mockserver.faults import (
    EventFormat,
    Latency,
    NoCompletion,
    NoFinish,
    Pace,
    Stall,
    Truncate,
    WrongShape,
)

from .row import ANOTHER_KEY, LARGE, Play, Row, but, each, first, loop, meets, said, without

UNREAD, TWICE = "unread-answer (advice)", "duplicate-request (advice)"
TWICE_FOR_CERTAIN, STRAYED = "duplicate-request", "key-sent-elsewhere"
LEAVING, SAMPLES, OTHERS = "Leaving", "Samples", "Other clients with the same request"
ODD = "Answers that some clients can't read"
REPLY = Script(text="one two three four")


def answers(*faults):
    return first(9, *faults, reply=REPLY)


def about(text):
    return [{"role": "system", "content": text}, *said("Sum up the text above.")]


LEFT = Play(
    ({"at": 0, "takes": 0.3, "left": True}, {"at": 2, "takes": 9}), (answers(Latency(5.0)),)
)
LEFT_TWICE = Play(
    tuple({"at": at, "takes": 0.3, "left": True} for at in (0, 2)), (answers(Latency(5.0)),)
)
SILENT = Play(
    ({"at": 0, "takes": 1.9, "left": True, "stream": True}, {"at": 2, "takes": 9, "stream": True}),
    (answers(Pace(tokens_per_second=1.0)),),
)
REFORMED = Play(
    ({"at": 0, "stream": True, "temperature": 0}, {"at": 1, "temperature": 0}), (answers(),)
)
REPEATED = Play(loop(1, stream=True, temperature=0), (answers(),))
COUNTED = Play(({"at": 0, "count": 0}, {"at": 1, "count": 1}), (answers(),))
STRAY = Play(({"at": 0, "headers": {"authorization": "Bearer sk-proj-abc"}},))

ROWS = (
    # ----------------------------------------------------------------------- unread-answer
    Row(LEAVING, UNREAD, LEFT, "nobody asks again", without(2)),
    Row(LEAVING, UNREAD, LEFT, "it asks something else", but(2, messages=said("And now?"))),
    Row(
        "Other documents",
        UNREAD,
        Play(tuple({**ask, "messages": about("one two three")} for ask in LEFT.asks), LEFT.rules),
        "it asks about another document with most of the words",
        but(2, messages=about("one two four")),
    ),
    Row(LEAVING, UNREAD, LEFT, "it had taken the first of two", but(2, at=0.2, by="thread 2")),
    Row(LEAVING, UNREAD, LEFT, "it was read to its end", but(1, left=False)),
    Row(LEAVING, UNREAD, LEFT, "it would never have come", meets(answers(Latency(9e99), Stall()))),
    Row(LEAVING, UNREAD, LEFT, "all of it was there", meets(answers(Latency(0.3)))),
    Row(
        LEAVING,
        UNREAD,
        LEFT_TWICE,
        "all of the first was there, and nobody asks for the second again",
        meets(first(1, Latency(0.3), reply=REPLY), answers(Latency(5.0))),
    ),
    Row(LEAVING, UNREAD, SILENT, "words were coming", but(1, takes=1.2)),
    Row(
        SAMPLES,
        UNREAD,
        REFORMED,
        "another form may bring another answer",
        each(temperature=0.7),
    ),
    Row(SAMPLES, UNREAD, REFORMED, "chance is the default", each(temperature=None)),
    Row("Another key or model", UNREAD, REFORMED, "another key", but(2, headers=ANOTHER_KEY)),
    Row("Another key or model", UNREAD, REFORMED, "another model is asked", but(2, model=LARGE)),
    Row(OTHERS, UNREAD, REFORMED, "it is another thread", but(2, by="thread 2")),
    Row(OTHERS, UNREAD, REFORMED, "it is a later task", but(2, by=Sender("task 3", 1e12))),
    Row(OTHERS, UNREAD, REFORMED, "it could not know yet", but(1, takes=1.5)),
    Row("Users", UNREAD, REFORMED, "it is of another user", but(2, user="somebody else")),
    # ------------------------------------------------------------------- duplicate-request
    Row(SAMPLES, TWICE, REPEATED, "samples may be drawn", each(temperature=0.7)),
    Row(SAMPLES, TWICE, REPEATED, "chance is the default", each(temperature=None)),
    Row(OTHERS, TWICE, REPEATED, "it is another thread", but(2, by="thread 2")),
    Row(OTHERS, TWICE, REPEATED, "nobody knows whose they are", each(by=None)),
    *(
        Row(ODD, TWICE, REPEATED, because, meets(answers(fault)))
        for because, fault in (
            ("events had names", EventFormat(event="message")),
            ("a page came", NoCompletion("page")),
            ("an error came with status 200", NoCompletion("error")),
            ("the content was null", WrongShape("null_content")),
            ("the stream had no end", NoFinish()),
            ("the answer was cut", Truncate(2)),
        )
    ),
    Row(
        LEAVING,
        TWICE,
        REPEATED,
        "the client had left it",
        but(1, left=True),
    ),
    Row(
        SAMPLES,
        TWICE_FOR_CERTAIN,
        COUNTED,
        "it does not say that it is a retry",
        but(2, count=0),
    ),
    Row(
        ODD,
        TWICE_FOR_CERTAIN,
        COUNTED,
        "the content was null",
        meets(answers(WrongShape("null_content"))),
    ),
    # ------------------------------------------------------------------ key-sent-elsewhere
    Row("Another key or model", STRAYED, STRAY, "it is no vendor's", but(1, headers=ANOTHER_KEY)),
)
