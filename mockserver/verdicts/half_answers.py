"""Answers that were cut, empty or none at all, and that an app passes on as whole ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Exchange

from .evidence import Evidence, Held
from .exchange_view import ExchangeView
from .malformed_success import is_page
from .received import content_of, messages_of, parts
from .telling import is_named_so, place_of, says_so, tells, tells_by_name
from .verdict import Case, Certainty, Finding

_ON_PURPOSE = 16  # tokens; who asks for so few wants no more, as of "yes" or "no"
_CHOSEN = 100  # tokens; who asks for so few, and gets as many, may want no more
_LEAST = 8  # letters, by which a text is known again
_UNIQUE = 24  # letters, by which it is known within another text
_MOST = 20  # halves of a test that are looked for
_NEAR = 3  # later requests in whose history they are
_LONG = 2000  # letters; in what is longer no word counts as a sign
_SOMETHING = re.compile(r'"(?:content|text)":"[^"]|"tool_calls":\[')  # as in nearly all answers
_NOTHING = ("None", "null")  # what Python and JSON write of an answer that says nothing


@dataclass(frozen=True, slots=True)
class _Half:
    """
    An answer that was not whole: what of it came, and how a sentence calls it.

    ``silent`` says that no client raises an exception for it by itself.
    """

    exchange: Exchange
    text: str
    said: str
    silent: bool = True


def half_answers(case: Case) -> Iterator[Finding]:
    """Find answers that were not whole, and went on as if they had been."""
    halves = [
        half
        for exchange in case.exchanges
        for half in _halves(exchange, case)
        if not case.came_back(exchange)
    ][:_MOST]
    evidence = case.evidence if halves else None  # to gather it takes time
    if evidence is None or evidence.raised or _is_told(evidence, case):
        return
    for half in halves:
        if not half.text:
            yield from _nothing_passed_on(half, case, evidence)
        elif len(half.text.strip()) >= _LEAST and not _is_said_in_full(half, case):
            yield from _passed_on(half, case, evidence)


def _is_told(evidence: Evidence, case: Case) -> bool:
    """Whether anything in the hands of the test says that something went wrong."""
    said = {choice.text.strip() for one in case.exchanges for choice in one.choices} - {""}
    served = sorted(said, key=len, reverse=True)
    if any(tells_by_name(*one) for one in (*evidence.fields, *evidence.states)):
        return True
    told = [(name, value) for name, value in evidence.fields if isinstance(value, str)]
    if any(tells(name, _own_words(value, served)) for name, value in told):
        return True
    return any(
        is_named_so(held.where) or says_so(_own_words(held.text, served))
        for held in (*evidence.held, *evidence.written)
    )


def _own_words(text: str, served: Sequence[str]) -> str:
    """Return what of a text no answer has said; nothing of what is too long to be a sign."""
    for one in served:
        text = text.replace(one, " ")
    return text if len(text) <= _LONG else ""


def _halves(exchange: Exchange, case: Case) -> Iterator[_Half]:
    """Yield what of an answer went out as a success, and was none."""
    asked = exchange.requested_tokens
    if not _is_known(exchange) or (asked is not None and asked <= _ON_PURPOSE):
        return
    cut = [choice for choice in parts(exchange) if choice.text and not choice.calls]
    tokens = exchange.completion_tokens
    for choice in cut:
        if not (choice.finish == "length" and asked is not None and tokens >= asked <= _CHOSEN):
            said = f"was cut after {tokens} tokens"
            yield _Half(exchange, choice.text, said, _is_silent(exchange, case))
    if not (cut or exchange.interrupted or exchange.stalled):
        yield from _nothing_said(exchange, case)


def _is_known(exchange: Exchange) -> bool:
    """Whether a completion went out, as a success, to a client that took it to its end."""
    if exchange.endpoint not in COMPLETING or exchange.refused or exchange.gist:
        return False
    return not exchange.client_left  # it may have been told to, or have raised its own exception


def _nothing_said(exchange: Exchange, case: Case) -> Iterator[_Half]:
    view = ExchangeView(exchange, case.edition)
    if _SOMETHING.search(view.text) or any(one.text or one.calls for one in view.choices):
        return
    if is_page(view):
        yield _Half(exchange, view.text, "was no completion but a page")
    yield _Half(exchange, "", "said nothing")  # of a page, too: a client may not see any of it


def _is_silent(exchange: Exchange, case: Case) -> bool:
    """Whether an answer ends as one that is whole does, for all that a transport can see."""
    broken = exchange.stalled or exchange.broken_off or ExchangeView(exchange, case.edition).lost
    return not broken


def _is_said_in_full(half: _Half, case: Case) -> bool:
    """Whether another answer says just this, and is whole."""
    return any(
        choice.text.strip() == half.text.strip()
        for other in case.exchanges
        if other is not half.exchange and case.is_complete(other)
        for choice in other.choices
    )


def _passed_on(half: _Half, case: Case, evidence: Evidence) -> Iterator[Finding]:
    texts = (*evidence.held, *evidence.written, *evidence.kept)
    if evidence.catches and not half.silent:
        return  # the app has raised an exception, or its client has
    places = [(held, _place(half.text, held)) for held in texts]
    later = [late for late in case.exchanges if late.number > half.exchange.number]
    near = [*later[:_NEAR], *later[_NEAR:][-1:]]
    sent = {late: [place_of(half.text, said) for said in _answers_in(late)] for late in near}
    if any(place == "line" for _, place in places) or any("line" in one for one in sent.values()):
        return  # marked, or its rest was added
    plain = [held for held, place in places if place != "absent"]
    if any(_is_marked(held) for held in plain):
        return
    fed = [late for late, said in sent.items() if "end" in said]
    may_go_on = evidence.looked and half.silent  # who looks may ask for the rest
    if fed and (may_go_on or not plain):
        if not may_go_on:
            said = f"{half.said}, and #{fed[0].number} sends it on as a whole answer"
            yield Finding(f"#{half.exchange.number} {said}", (half.exchange, *fed), "advice")
    elif plain:
        held = next((one for one in plain if one.is_all), plain[0])
        said = f"{half.said}, and {held.where} has it as a whole answer"
        certainty: Certainty = "certain" if _is_certain(half, held, evidence) else "advice"
        yield Finding(f"#{half.exchange.number} {said}", (half.exchange, *fed), certainty)
    elif not fed and (empty := _empty(evidence)):
        said = f"{half.said}, and {empty.where} has nothing of it"
        yield Finding(f"#{half.exchange.number} {said}", (half.exchange,), "advice")


def _is_marked(held: Held) -> bool:
    """Whether what stands beside a text, or is its name, says that it is a part."""
    return any(
        is_named_so(name) if value == held.text else tells(name, value)
        for name, value in held.beside
    )


def _is_certain(half: _Half, held: Held, evidence: Evidence) -> bool:
    """Whether the app was not told of the cut, has not looked, and could not have told of it."""
    same = held.is_all and held.text.strip() == half.text.strip()
    return half.silent and same and evidence.is_bare and not evidence.looked


def _empty(evidence: Evidence) -> Held | None:
    """Return an empty text that the app has handed out, where it has handed out nothing else."""
    texts = evidence.held
    alone = texts and not any(held.text.strip() for held in texts)
    return texts[0] if alone and not _says_more(evidence) else None


def _says_more(evidence: Evidence) -> bool:
    told = [value for name, value in evidence.fields if name != "warning"]
    return any(not isinstance(value, str) and value is not None for value in told)


def _place(text: str, held: Held) -> str:
    if len(text.strip()) >= _UNIQUE:
        return place_of(text, held.text)
    return "end" if held.text.strip() == text.strip() else "absent"


def _answers_in(late: Exchange) -> list[str]:
    """Return the answers in a history, but for one that the model is to go on from."""
    turns = pairwise(messages_of(late))
    return [content_of(said) for said, _ in turns if said.get("role") == "assistant"]


def _nothing_passed_on(half: _Half, case: Case, evidence: Evidence) -> Iterator[Finding]:
    """Find that an answer which said nothing has become an empty text, or the word None."""
    words = [held for held in evidence.held if held.text.strip() in _NOTHING]
    empty = _empty(evidence)
    number = half.exchange.number
    if found := [*words, *([empty] if empty else ())]:
        said = f"{half.said}, and {found[0].where} has that as an answer"
        yield Finding(f"#{number} {said}", (half.exchange,), "advice")
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
