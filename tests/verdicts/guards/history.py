"""Parts that nobody takes for the whole: rows for ``truncated-history``."""

from __future__ import annotations

from mockserver.api.model.reply import Reply
from mockserver.faults import Truncate

from .row import Play, Row, but, first, meets, said

HISTORY = "truncated-history (advice)"
PARTS, LEAVING = "Parts that are called so", "Leaving"
TEXT, PART = "one two three four five six", "one two three"
QUESTION = "What is the weather?"


def fed(text=PART, following="And what is the wind?", role="assistant"):
    """Return a history in which a text is the answer."""
    return [*said(QUESTION), {"role": role, "content": text}, *said(following)]


def cut(tokens):
    return first(1, Truncate(tokens), reply=Reply(text=TEXT))


FED = Play(({"at": 0, "messages": said(QUESTION)}, {"at": 5, "messages": fed()}), (cut(3),))

WANTED = but(1, max_tokens=17)(FED)


def following(text):
    return but(2, messages=fed(following=text))


ROWS = (
    Row(PARTS, HISTORY, FED, "the user asks for the rest", following("And what is next?")),
    Row(PARTS, HISTORY, FED, "so it is asked in German", following("Und weiter?")),
    Row(PARTS, HISTORY, FED, "so it is asked beyond ASCII", following("What is... 続き")),
    Row(PARTS, HISTORY, FED, "of a word nobody knows what it asks for", following("Please.")),
    Row(PARTS, HISTORY, FED, "the part is marked", but(2, messages=fed(f"{PART} [cut]"))),
    Row(PARTS, HISTORY, FED, "the model is to go on from it", but(2, messages=fed()[:2])),
    Row(PARTS, HISTORY, FED, "the user says it", but(2, messages=fed(role="user"))),
    Row(PARTS, HISTORY, FED, "the part is thrown away", but(2, messages=said(QUESTION))),
    Row(PARTS, HISTORY, WANTED, "the app asked for 16 tokens", but(1, max_tokens=16)),
    Row(PARTS, HISTORY, FED, "the answer was not cut", meets(first(1, reply=Reply(text=PART)))),
    Row(
        PARTS,
        HISTORY,
        Play(
            (*FED.asks, {"at": 9, "messages": said("Count.")}),
            (cut(3), first(2, reply=Reply(text=TEXT))),
        ),
        "another answer says the same in full",
        meets(cut(3), first(2, reply=Reply(text=PART))),
    ),
    Row(
        PARTS,
        HISTORY,
        FED,
        "it stood in the history before it was cut",
        but(2, at=-1),
    ),
    Row(
        LEAVING,
        HISTORY,
        Play(
            ({"at": 0, "messages": said(QUESTION), "stream": True}, {"at": 5, "messages": fed()}),
            (cut(3),),
        ),
        "the user had stopped it",
        but(1, left=True),
    ),
)
