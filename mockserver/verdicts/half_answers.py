"""Answers that were cut, empty or none at all, and that an app passes on as whole ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Exchange
from mockserver.journal.attempts import left_before
from mockserver.plan import ending

from .evidence import Evidence, Held
from .heard import left, parts
from .telling import may_tell, place_of, tells
from .turns import content_of, messages_of
from .verdict import Case, Certainty, Finding

_ON_PURPOSE = 16  # tokens; who asks for so few wants no more, as of "yes" or "no"
_LEAST = 8  # letters, by which a text is known again
_UNIQUE = 24  # letters, by which it is known within another text
_NOTHING = ("None", "null")  # what Python and JSON write of an answer that says nothing
_SOMETHING = re.compile(rb'"(?:content|text)":"[^"]|"tool_calls":\[')  # as in nearly all answers
_PRINTED = re.compile(rf"\b(?:{'|'.join(_NOTHING)})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Half:
    """An answer that was not whole: what of it came, and how a sentence calls it."""

    exchange: Exchange
    text: str
    said: str
    chosen: bool = False  # the app itself has asked for no more tokens


def half_answers(case: Case) -> Iterator[Finding]:
    """Find answers that were not whole, and went on as if they had been."""
    halves = [
        half
        for exchange in case.exchanges
        for half in _halves(exchange)
        if not _asked_again(exchange, case)
    ]
    evidence = case.evidence if halves else None  # to gather it takes time
    if evidence is None or evidence.raised or any(tells(*one) for one in evidence.fields):
        return
    for half in halves:
        if not half.text:
            yield from _nothing_passed_on(half, case, evidence)
        elif len(half.text.strip()) >= _LEAST and not _is_said_in_full(half, case):
            yield from _passed_on(half, case, evidence)


def _halves(exchange: Exchange) -> Iterator[_Half]:
    """Yield what of an answer went out as a success, and was none."""
    asked = exchange.requested_tokens
    if exchange.endpoint not in COMPLETING or exchange.refused or left(exchange):
        return
    if asked is not None and asked <= _ON_PURPOSE:
        return
    cut = [choice for choice in parts(exchange) if choice.text and not choice.calls]
    tokens = exchange.completion_tokens
    for choice in cut:
        chosen = choice.finish == "length" and asked is not None and tokens >= asked
        yield _Half(exchange, choice.text, f"was cut after {tokens} tokens", chosen)
    if cut or exchange.interrupted or exchange.stalled:
        return
    body = ending.body_of(exchange.compact)
    if _SOMETHING.search(body) or any(one.text or one.calls for one in exchange.choices):
        return
    if body.lstrip().startswith(b"<"):
        yield _Half(exchange, body.decode(errors="replace"), "was no completion but a page")
    yield _Half(exchange, "", "said nothing")  # of a page, too: a client may not see any of it


def _asked_again(exchange: Exchange, case: Case) -> bool:
    """Whether the same was asked once more, of whichever model."""
    return any(
        other.number > exchange.number
        and (other.at >= exchange.over or left_before(exchange, other))
        for other in case.same_question(exchange)
    )


def _is_said_in_full(half: _Half, case: Case) -> bool:
    """Whether another answer says just this, and is whole."""
    return any(
        choice.text.strip() == half.text.strip()
        for other in case.exchanges
        if other is not half.exchange and case.is_complete(other)
        for choice in other.choices
    )


def _passed_on(half: _Half, case: Case, evidence: Evidence) -> Iterator[Finding]:
    places = [(held, _place(half.text, held)) for held in evidence.held]
    later = [late for late in case.exchanges if late.number > half.exchange.number]
    sent = [place_of(half.text, said) for late in later for said in _answers_in(late)]
    if "line" in (*sent, *(place for _, place in places)):
        return  # marked, or its rest was added
    plain = [held for held, place in places if place != "absent"]
    if any(tells(*field) for held in plain for field in held.beside):
        return
    fed = [late for late in later if any(_is_all(half.text, one) for one in _answers_in(late))]
    if plain:
        held = next((one for one in plain if not _may_say(one)), plain[0])
        open_ = half.chosen or _may_say(held) or any(place == "more" for _, place in places)
        certainty = _certainty(evidence, open_=open_)
        said = f"{half.said}, and {held.where} has it as a whole answer"
        yield Finding(f"#{half.exchange.number} {said}", (half.exchange, *fed), certainty)
    elif fed and not (evidence.looked or evidence.catches):  # who looks may ask for the rest
        said = f"{half.said}, and #{fed[0].number} sends it on as a whole answer"
        yield Finding(f"#{half.exchange.number} {said}", (half.exchange, *fed), "advice")
    elif (empty := _all_empty(evidence)) and not fed:
        said = f"{half.said}, and {empty.where} has nothing of it"
        yield Finding(f"#{half.exchange.number} {said}", (half.exchange,), "advice")


def _all_empty(evidence: Evidence) -> Held | None:
    """Return an empty text that the app has handed out, where it has handed out nothing else."""
    texts = [held for held in evidence.held if held.is_new]
    return texts[0] if texts and all(not held.text.strip() for held in texts) else None


def _certainty(evidence: Evidence, *, open_: bool) -> Certainty:
    doubt = open_ or evidence.looked or evidence.complained or evidence.catches
    return "advice" if doubt else "certain"


def _may_say(held: Held) -> bool:
    return any(may_tell(*field) for field in held.beside)


def _place(text: str, held: Held) -> str:
    if len(text.strip()) >= _UNIQUE:
        return place_of(text, held.text)
    return "end" if held.text.strip() == text.strip() else "absent"


def _answers_in(late: Exchange) -> list[str]:
    """Return the answers in a history, but for one that the model is to go on from."""
    turns = pairwise(messages_of(late))
    return [content_of(said) for said, _ in turns if said.get("role") == "assistant"]


def _is_all(text: str, said: str) -> bool:
    return place_of(text, said) == "end"


def _nothing_passed_on(half: _Half, case: Case, evidence: Evidence) -> Iterator[Finding]:
    """Find that an answer which said nothing has become an empty text, or the word None."""
    texts = [held for held in evidence.held if held.is_new]
    words = [held for held in texts if held.text.strip() in _NOTHING]
    empty = _all_empty(evidence)
    printed = [held for held in evidence.held if _PRINTED.search(held.text)]
    number = half.exchange.number
    if found := [*words, *([empty] if empty else ()), *printed]:
        certainty = _certainty(evidence, open_=not words or len(words) < len(texts))
        said = f"{half.said}, and {found[0].where} has that as an answer"
        yield Finding(f"#{number} {said}", (half.exchange,), certainty)
        return
    later = (late for late in case.exchanges if late.number > half.exchange.number)
    fed = [late for late in later if _has_nothing(late)]
    if fed and not evidence.looked:
        said = f"{half.said}, and #{fed[0].number} has that as an answer in its history"
        yield Finding(f"#{number} {said}", (half.exchange, *fed), "advice")


def _has_nothing(late: Exchange) -> bool:
    return any(
        said.get("role") == "assistant"
        and not said.get("tool_calls")
        and content_of(said) in ("", *_NOTHING)
        for said, _ in pairwise(messages_of(late))
    )
