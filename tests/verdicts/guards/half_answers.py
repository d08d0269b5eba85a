"""Answers that were not whole, and that nobody passes on: rows for ``half-answer``."""

from __future__ import annotations

from dataclasses import replace

from mockserver.api.model.script import Script
from mockserver.faults import Cut, NoCompletion, Truncate, WrongShape
from mockserver.verdicts.evidence import Evidence, Held

from .row import Change, Play, Row, also, but, first, meets, said, seeing

HALF, ADVICE = "half-answer", "half-answer (advice)"
PARTS, SAYING, LEAVING = "Parts that are marked", "Nothing passed on", "Leaving"
TEXT = "Once upon a time there was a compiler that never came to its end"
PART = "Once upon a time there was"
QUESTION, NEXT = "Tell me a story.", "And what is the wind?"


def fed(text=PART, following=NEXT, role="assistant"):
    """Return a history in which a text is the answer."""
    return [*said(QUESTION), {"role": role, "content": text}, *said(following)]


def cut(tokens=6, number=1):
    return first(number, Truncate(tokens), reply=Script(text=TEXT))


def held(text, *beside, where="`answer`", **more) -> Change:
    return seeing(held=(Held(where, text, beside), Held("`other`", PART)), **more)


ASKED = {"at": 0, "messages": said(QUESTION)}
BARE = Evidence(held=(Held("`answer`", PART, is_all=True),), is_bare=True)
PASSED = Play((ASKED,), (cut(),), evidence=BARE)
LOST = Play(
    ({**ASKED, "stream": True},),
    (first(1, Cut(after_tokens=6), reply=Script(text=TEXT)),),
    evidence=BARE,
)
FED = Play((ASKED, {"at": 5, "messages": fed()}), (cut(),), evidence=Evidence())
WORDS = Play(
    ({**ASKED, "max_tokens": 17},),
    (first(1, Truncate(9), reply=Script(text="word " * 30)),),
    evidence=Evidence(held=(Held("`answer`", "word " * 9, is_all=True),), is_bare=True),
)
FEW = replace(
    WORDS,
    asks=({**ASKED, "max_tokens": 101},),
    rules=(first(1, Truncate(101), reply=Script(text="word " * 300)),),
    evidence=Evidence(held=(Held("`answer`", "word " * 101, is_all=True),), is_bare=True),
)


def few_asked(play: Play) -> Play:
    """Let the app ask for a hundred tokens, and get as many."""
    hundred = first(1, Truncate(100), reply=Script(text="word " * 300))
    few = Evidence(held=(Held("`answer`", "word " * 100, is_all=True),), is_bare=True)
    return replace(play, asks=({**ASKED, "max_tokens": 100},), rules=(hundred,), evidence=few)


NULL = Play(
    (ASKED,), (first(1, WrongShape("null_content")),), evidence=Evidence(held=(Held("`a`", ""),))
)
EMPTIED = replace(PASSED, evidence=Evidence(held=(Held("`a`", ""),)))
NULL_FED = replace(NULL, asks=(ASKED, {"at": 5, "messages": fed("")}), evidence=Evidence())
PAGE = replace(NULL, rules=(first(1, NoCompletion("page")),))
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


ROWS = (
    Row(PARTS, HALF, PASSED, "it is marked", held(f"{PART} [cut]")),
    Row(PARTS, HALF, PASSED, "it is marked in Chinese", held(f"{PART}[未完]")),
    Row(PARTS, HALF, PASSED, "it ends in an ellipsis", held(f"{PART}…")),
    Row(PARTS, HALF, PASSED, "it ends in three dots", held(f"{PART} ...")),
    Row(PARTS, HALF, PASSED, "a field says so", held(PART, ("complete", False))),
    Row(PARTS, HALF, PASSED, "finish_reason is handed on", held(PART, ("finish_reason", "length"))),
    Row(PARTS, HALF, PASSED, "its lack is handed on", held(PART, ("finish_reason", None))),
    Row(PARTS, HALF, PASSED, "a state says so", held(PART, ("state", "PARTIAL"))),
    Row(PARTS, HALF, PASSED, "an endpoint answers 502", held(PART, ("status_code", 502))),
    Row(PARTS, HALF, PASSED, "it is marked before it", held(f"[incomplete] {PART}")),
    Row(PARTS, HALF, PASSED, "its name says so", held(PART, ("partial_text", PART))),
    Row(PARTS, HALF, PASSED, "its type says so", held(PART, ("", "PartialAnswer"))),
    Row(PARTS, HALF, PASSED, "its file says so", held(PART, where="the file answer.md.part")),
    Row(PARTS, HALF, PASSED, "another text says so", held("The answer was cut off.")),
    Row(PARTS, HALF, PASSED, "the log says so", seeing(written=(Held("its log", "INFO lost"),))),
    Row(
        PARTS,
        HALF,
        PASSED,
        "an object says so that was there before",
        seeing(states=(("ok", False),)),
    ),
    Row(PARTS, HALF, PASSED, "its exit code says so", seeing(fields=(("exit_code", 2),))),
    Row(PARTS, HALF, PASSED, "there are errors", seeing(fields=(("errors", "[...]"),))),
    Row(PARTS, HALF, PASSED, "there is an exception", seeing(fields=(("exception", "CutError"),))),
    Row(PARTS, HALF, PASSED, "some other value says so", seeing(fields=(("truncated", True),))),
    Row(PARTS, HALF, PASSED, "an error stands there", seeing(fields=(("error", "lost"),))),
    Row(
        PARTS,
        HALF,
        PASSED,
        "the next request marks it",
        also({"at": 5, "messages": fed(f"{PART} [cut]")}),
    ),
    Row(PARTS, ADVICE, FED, "the part is marked", but(2, messages=fed(f"{PART} [cut]"))),
    Row(PARTS, ADVICE, FED, "the app looks, and may ask for the rest", seeing(looked=True)),
    Row(SAYING, ADVICE, LOST, "the test may have caught an error", seeing(catches=True)),
    Row(PARTS, ADVICE, FED, "the model is to go on from it", but(2, messages=fed()[:2])),
    Row(PARTS, ADVICE, FED, "the user says it", but(2, messages=fed(role="user"))),
    Row(PARTS, ADVICE, FED, "the part is thrown away", but(2, messages=said("And then?"))),
    Row(SAYING, HALF, PASSED, "the app apologises", seeing(held=(Held("`answer`", "Sorry."),))),
    Row(SAYING, HALF, PASSED, "the test has met an exception", seeing(raised=True)),
    Row(
        SAYING, HALF, PASSED, "the same is asked again", also({"at": 5, "messages": said(QUESTION)})
    ),
    Row(
        SAYING,
        HALF,
        PASSED,
        "another model is asked",
        also({"at": 5, "messages": said(QUESTION), "model": "gpt-oss-120b"}),
    ),
    Row(SAYING, HALF, PASSED, "its rest was added", held(f"{PART} a compiler that never came")),
    Row(SAYING, HALF, WORDS, "the app asked for 16 tokens", but(1, max_tokens=16)),
    Row(SAYING, HALF, FEW, "the app asked for 100 tokens, and got them", few_asked),
    Row(SAYING, HALF, PASSED, "the answer was not cut", meets(first(1, reply=Script(text=PART)))),
    Row(
        SAYING,
        HALF,
        replace(PASSED, asks=(ASKED, {"at": 9, "messages": said("Count.")})),
        "another answer says the same in full",
        meets(cut(), first(2, reply=Script(text=PART))),
    ),
    Row(SAYING, HALF, PASSED, "the part is too short to be known", meets(cut(1))),
    Row(SAYING, ADVICE, EMPTIED, "the app says why", held("Sorry.")),
    Row(
        SAYING,
        ADVICE,
        EMPTIED,
        "the empty text is an older one",
        seeing(held=(), kept=(Held("`a`", ""),)),
    ),
    Row(SAYING, ADVICE, NULL, "the app apologises", seeing(held=(Held("`a`", "Sorry."),))),
    Row(
        SAYING,
        ADVICE,
        NULL,
        "beside it there is an apology",
        seeing(held=(Held("`a`", ""), Held("`b`", "Sorry."))),
    ),
    Row(SAYING, ADVICE, NULL, "it was there before", seeing(held=(), kept=(Held("`a`", ""),))),
    Row(SAYING, ADVICE, NULL, "None was returned", seeing(held=())),
    Row(SAYING, ADVICE, NULL, "the test has met an exception", seeing(raised=True)),
    Row(SAYING, ADVICE, NULL, "a field tells of it", seeing(fields=(("error", "no answer"),))),
    Row(
        SAYING, ADVICE, NULL, "the same is asked again", also({"at": 5, "messages": said(QUESTION)})
    ),
    Row(SAYING, ADVICE, PAGE, "the page led to an exception", seeing(raised=True)),
    Row(SAYING, ADVICE, NULL_FED, "it is kept out of the history", but(2, messages=said(NEXT))),
    Row(SAYING, ADVICE, NULL_FED, "the app looks", seeing(looked=True)),
    Row(
        SAYING,
        ADVICE,
        NULL_FED,
        "it is a turn that calls a tool",
        but(
            2,
            messages=[
                *said(QUESTION),
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "c", "content": "1"},
            ],
        ),
    ),
    Row(
        LEAVING,
        HALF,
        replace(PASSED, asks=({**ASKED, "stream": True},)),
        "the user had stopped it",
        but(1, left=True),
    ),
)
