"""
Bad 200s: answers with status 200 that are not the success they seem to be.

The rows recognise them by their bytes, not by the faults that made them, so that they explain a
user's own faults as well. ``docs/faults.md`` says what each client makes of them.
"""

from __future__ import annotations

import re

from mockserver.core.messages import json_object

from .conformance import readable
from .exchange_view import ExchangeView, Row

_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.IGNORECASE)
_SEPARATORS = re.compile("[\u2028\u2029\u0085]")


def is_page(it: ExchangeView) -> bool:
    """Whether the body is HTML."""
    return bool(_PAGE.match(it.text))


def _is_error(it: ExchangeView) -> bool:
    said = it.document
    return "choices" not in said and bool(said.get("error") or said.get("message"))


def _is_in_another_mode(it: ExchangeView) -> bool:
    return it.streams != it.exchange.stream and bool(it.choices)


def _is_empty(it: ExchangeView) -> bool:
    return not it.choices and (it.streams or bool(it.document) or not it.text)


def _is_no_json(it: ExchangeView) -> bool:
    return not it.streams and not it.document


def is_silent(it: ExchangeView) -> bool:
    """Whether there are choices, but none has text or calls."""
    return bool(it.choices) and not any(one.text or one.calls for one in it.choices)


def _is_thoughts_only(it: ExchangeView) -> bool:
    return it.exchange.finish_reason == "length" and it.tokens > 0 and is_silent(it)


def _has_names(it: ExchangeView) -> bool:
    return any(name and said for name, said in it.events)


def _has_empty_choices(it: ExchangeView) -> bool:
    return any(json_object(said).get("choices") == [] for _, said in it.events)


def _has_separators(it: ExchangeView) -> bool:
    return bool(_SEPARATORS.search(it.text))


def _has_tags(it: ExchangeView) -> bool:
    return it.exchange.body.get("reasoning_format") != "raw" and bool(it.tag)


def _lacks_calls(it: ExchangeView) -> bool:
    return any(one.finish == "tool_calls" and not one.calls for one in it.choices)


def _has_broken_calls(it: ExchangeView) -> bool:
    ended = [one for one in it.choices if one.finish == "tool_calls"]
    return any(not call.whole for one in ended for call in one.calls)


def _is_unreadable(it: ExchangeView) -> bool:
    ended = it.exchange.finish_reason not in (None, "length")
    return ended and not readable(it.exchange)


MALFORMED_SUCCESS = (
    Row(
        "page",
        is_page,
        "status 200 came with an HTML page, as from a captive portal or a proxy",
        "check the Content-Type, raise an error, and do not show the page; SDKs return it as a str",
    ),
    Row(
        "broken-body",
        _is_error,
        "status 200 came with an error instead of a completion: {it.message}",
        "raise an error if there are no choices; SDKs return choices=None",
    ),
    Row(
        "broken-body",
        _is_in_another_mode,
        "a stream came instead of a document, or the other way round ({it.media_type})",
        "treat a stream without text, and a completion that is a str, as a failure",
    ),
    Row(
        "",  # the body or the events may be broken; the rows on faults below decide
        _is_empty,
        "status 200 came without any choices",
        "check that there is a choice before reading the first; treat none as a failure",
    ),
    Row(
        "broken-body",
        _is_no_json,
        "status 200 came with a body that is not a JSON object",
        "catch what the JSON parser raises as well as the SDK's errors",
    ),
    Row(
        "empty-answer",
        _is_thoughts_only,
        "the model spent all {it.tokens} tokens on thinking, and said nothing",
        "raise max_completion_tokens or lower reasoning_effort; a plain retry changes nothing",
    ),
    Row(
        "",
        _lacks_calls,
        "finish_reason is tool_calls, but there are no calls",
        "check that there is a call before reading the first",
    ),
    Row(
        "empty-answer",
        is_silent,
        "the completion has no content, and its finish_reason is {it.exchange.finish_reason}",
        "check that there is text before showing or storing it, whatever finish_reason says",
    ),
    Row(
        "broken-stream",
        _has_names,
        "each event has a name ({it.event!r}), and some SDKs drop the text of such events",
        "treat a stream without text as a failure; a parser of your own must skip event lines",
    ),
    Row(
        "broken-stream",
        _has_empty_choices,
        "an event has an empty list of choices, as other providers send with usage",
        "skip events without choices; choices[0] fails on them",
    ),
    Row(
        "",
        _has_separators,
        "the text has U+2028, U+2029 or U+0085, which some readers mistake for line ends",
        "split events at line feeds only, not with str.splitlines or httpx's iter_lines",
    ),
    Row(
        "",
        _has_tags,
        "the content begins with the model's thoughts, in <{it.tag}> tags",
        "remove them before showing the text or parsing the JSON after them",
    ),
    Row(
        "",
        _has_broken_calls,
        "the arguments of a tool call are not a JSON object",
        "catch what the JSON parser raises, tell the model once, and run no tool on a guess",
    ),
    Row(
        "",
        _is_unreadable,
        "some clients can't read this answer (faults: {it.faults})",
        "see docs/faults.md for what yours makes of it; treat an unreadable answer as a failure",
    ),
)
