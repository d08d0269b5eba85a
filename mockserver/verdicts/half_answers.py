"""Answers that were cut off or empty, and that an app passes on as whole ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mockserver.api.contract.routes import COMPLETING
from mockserver.journal import Exchange

from .evidence import Evidence, Held
from .exchange_view import ExchangeView
from .malformed_success import is_page
from .received import content_of, messages_of, parts
from .telling import UNIQUE, is_named_so, own_words, place_of, says_so, tells, tells_by_name
from .verdict import Case, Certainty, Finding

_ON_PURPOSE = (
    16  # tokens; an app that asks for no more needs only a short answer, such as "yes" or "no"
)
_CHOSEN = 100  # tokens; an app with a limit up to this may not want a longer answer
_LEAST = 8  # characters; a shorter text can't be recognized
_MOST = 20  # half answers that are judged in one test
_NEAR = 3  # later requests whose history is searched for a half answer
_SOMETHING = re.compile(r'"(?:content|text)":"[^"]|"tool_calls":\[')  # nearly every answer has this
_NOTHING = ("None", "null")  # how Python and JSON write an empty answer


@dataclass(frozen=True, slots=True)
class _Half:
    """
    An incomplete answer: the text that arrived, and a phrase on what happened to the answer.

    ``silent`` is true if no client raises an exception for this answer.
    """

    exchange: Exchange
    text: str
    fate: str
    silent: bool = True


def half_answers(case: Case) -> Iterator[Finding]:
    """Find incomplete answers that were passed on as whole ones."""
    halves = [
        half
        for exchange in case.exchanges
        for half in _halves(exchange, case)
        if not case.came_back(exchange)
    ][:_MOST]
    evidence = case.evidence if halves else None  # collecting it takes time
    if evidence is None or evidence.raised or _is_reported(evidence, case):
        return
    for half in halves:
        if not half.text:
            yield from _nothing_passed_on(half, case, evidence)
        elif len(half.text.strip()) >= _LEAST and not _is_a_whole_answer(half, case):
            yield from _passed_on(half, case, evidence)


def _is_reported(evidence: Evidence, case: Case) -> bool:
    """Return whether anything in the evidence reports that something went wrong."""
    if any(tells_by_name(*one) for one in (*evidence.fields, *evidence.states)):
        return True
    texts = [*evidence.held, *evidence.written]
    if any(is_named_so(held.where) for held in texts):
        return True
    parts = (
        part.strip()
        for one in case.exchanges
        for choice in one.choices
        for part in (choice.text, choice.reasoning)
    )
    served = sorted({*parts} - {""}, key=len, reverse=True)
    named = [(name, value) for name, value in evidence.fields if isinstance(value, str)]
    if any(tells(name, own) for name, own in _own_words(named, served)):
        return True
    remarks = _own_words([(held.where, held.text) for held in texts], served)
    return any(says_so(own) for _, own in remarks)


def _own_words(
    texts: Iterable[tuple[str, str]], served: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield the app's own words in texts, each of which has the place where it was found."""
    places: dict[str, list[str]] = {}
    for where, text in texts:
        places.setdefault(where, []).append(text)
    for where, found in places.items():
        yield from ((where, own) for own in own_words(found, served))


def _halves(exchange: Exchange, case: Case) -> Iterator[_Half]:
    """Yield the incomplete answers in an exchange that an app may mistake for whole ones."""
    asked = exchange.requested_tokens
    if not _is_known(exchange) or (asked is not None and asked <= _ON_PURPOSE):
        return
    cut = [choice for choice in parts(exchange) if choice.text and not choice.calls]
    tokens = exchange.completion_tokens
    for choice in cut:
        if not (choice.finish == "length" and asked is not None and tokens >= asked <= _CHOSEN):
            fate = f"was cut off after {tokens} tokens"
            yield _Half(exchange, choice.text, fate, _is_silent(exchange, case))
    if not (cut or exchange.interrupted or exchange.stalled):
        yield from _empty_answers(exchange, case)


def _is_known(exchange: Exchange) -> bool:
    """Return whether the journal has all of a completion, and the client stayed to its end."""
    if exchange.endpoint not in COMPLETING or exchange.refused or exchange.gist:
        return False
    return not exchange.client_left  # a client that left may have raised an error


def _empty_answers(exchange: Exchange, case: Case) -> Iterator[_Half]:
    view = ExchangeView(exchange, case.edition)
    if _SOMETHING.search(view.text) or any(one.text or one.calls for one in view.choices):
        return
    if is_page(view):
        yield _Half(exchange, view.text, "was an HTML page, not a completion")
    yield _Half(exchange, "", "was empty")  # even for a page: some clients find no text in it


def _is_silent(exchange: Exchange, case: Case) -> bool:
    """Return whether the transport reports no loss, so that an incomplete answer seems whole."""
    broken = exchange.stalled or exchange.broken_off or ExchangeView(exchange, case.edition).lost
    return not broken


def _is_a_whole_answer(half: _Half, case: Case) -> bool:
    """Return whether another answer is whole and has exactly this text."""
    return any(
        choice.text.strip() == half.text.strip()
        for other in case.exchanges
        if other is not half.exchange and case.is_complete(other)
        for choice in other.choices
    )


def _passed_on(half: _Half, case: Case, evidence: Evidence) -> Iterator[Finding]:
    texts = (*evidence.held, *evidence.written, *evidence.kept)
    if evidence.catches and not half.silent:
        return  # the app or its client has raised an exception
    places = [(held, _place(half.text, held)) for held in texts]
    later = [late for late in case.exchanges if late.number > half.exchange.number]
    near = [*later[:_NEAR], *later[_NEAR:][-1:]]
    sent = {late: [place_of(half.text, turn) for turn in _answers_in(late)] for late in near}
    if any(place == "line" for _, place in places) or any("line" in one for one in sent.values()):
        return  # the app has marked the text, or added the missing rest
    plain = [held for held, place in places if place != "absent"]
    if any(_is_marked(held) for held in plain):
        return
    fed = [late for late, places in sent.items() if "end" in places]
    may_go_on = (
        evidence.looked and half.silent
    )  # an app that checks how an answer ended may ask for the rest
    what = f"#{half.exchange.number} {half.fate}"
    if fed and (may_go_on or not plain):
        if not may_go_on:
            passed = f"{what}, and #{fed[0].number} sends it on as a whole answer"
            yield Finding(passed, (half.exchange, *fed), "advice")
    elif plain:
        held = next((one for one in plain if one.is_all), plain[0])
        certainty: Certainty = "certain" if _is_certain(half, held, evidence) else "advice"
        passed = f"{what}, and {held.where} holds it as a whole answer"
        yield Finding(passed, (half.exchange, *fed), certainty)
    elif not fed and (empty := _empty(evidence)):
        yield Finding(f"{what}, and {empty.where} lacks the text", (half.exchange,), "advice")


def _is_marked(held: Held) -> bool:
    """Return whether the name of a text, or a field beside it, marks the text as incomplete."""
    return any(
        is_named_so(name) if value == held.text else tells(name, value)
        for name, value in held.beside
    )


def _is_certain(half: _Half, held: Held, evidence: Evidence) -> bool:
    """Return whether the app certainly missed the cut, because nothing shows that it noticed."""
    same = held.is_all and held.text.strip() == half.text.strip()
    return half.silent and same and evidence.is_bare and not evidence.looked


def _empty(evidence: Evidence) -> Held | None:
    """Return the empty text that the app passed on, if it passed on nothing else."""
    texts = evidence.held
    alone = texts and not any(held.text.strip() for held in texts)
    return texts[0] if alone and not _says_more(evidence) else None


def _says_more(evidence: Evidence) -> bool:
    values = [value for name, value in evidence.fields if name != "warning"]
    return any(not isinstance(value, str) and value is not None for value in values)


def _place(text: str, held: Held) -> str:
    if len(text.strip()) >= UNIQUE:
        return place_of(text, held.text)
    return "end" if held.text.strip() == text.strip() else "absent"


def _answers_in(late: Exchange) -> list[str]:
    """Return the assistant's texts in a request, except a last message for it to continue."""
    turns = pairwise(messages_of(late))
    return [content_of(turn) for turn, _ in turns if turn.get("role") == "assistant"]


def _nothing_passed_on(half: _Half, case: Case, evidence: Evidence) -> Iterator[Finding]:
    """Find an empty answer that was passed on as an empty text or as the word None."""
    words = [held for held in evidence.held if held.text.strip() in _NOTHING]
    empty = _empty(evidence)
    what = f"#{half.exchange.number} {half.fate}"
    if found := [*words, *([empty] if empty else ())]:
        passed = f"{what}, and {found[0].where} holds it as an answer"
        yield Finding(passed, (half.exchange,), "advice")
        return
    later = (late for late in case.exchanges if late.number > half.exchange.number)
    fed = [late for late in later if _has_nothing(late)]
    if fed and not evidence.looked:
        passed = f"{what}, and #{fed[0].number} has it as an answer in its history"
        yield Finding(passed, (half.exchange, *fed), "advice")


def _has_nothing(late: Exchange) -> bool:
    return any(
        turn.get("role") == "assistant"
        and not turn.get("tool_calls")
        and content_of(turn) in ("", *_NOTHING)
        for turn, _ in pairwise(messages_of(late))
    )
