"""
Bad 200s: answers with status 200 that are not a usable completion.

The rows recognize a bad answer by its bytes, not by the fault that made it. So they also explain
bad answers made by faults that a user has written. The texts and the order of the rows are in
``malformed_success.yaml``. ``docs/faults.md`` says how each client reacts to such answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockserver.core.documents import shipped
from mockserver.core.messages import json_object

from .conformance import readable
from .exchange_view import Condition, ExchangeView, Row

_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.IGNORECASE)
_SEPARATORS = re.compile("[\u2028\u2029\u0085]")


def is_page(it: ExchangeView) -> bool:
    """Return whether the body is HTML."""
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
    """Return whether there are choices, but none of them has text or calls."""
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


_CONDITIONS: Mapping[str, Condition] = {
    "page": is_page,
    "error": _is_error,
    "other-mode": _is_in_another_mode,
    "no-choices": _is_empty,
    "no-json": _is_no_json,
    "thoughts-only": _is_thoughts_only,
    "no-calls": _lacks_calls,
    "silent": is_silent,
    "named-events": _has_names,
    "empty-choices": _has_empty_choices,
    "separators": _has_separators,
    "tags": _has_tags,
    "broken-calls": _has_broken_calls,
    "unreadable": _is_unreadable,
}
_TEXTS = shipped(__package__, "malformed_success").data
MALFORMED_SUCCESS = tuple(
    Row(text["class"], _CONDITIONS[name], text["what"], text["fix"])
    for name, text in _TEXTS.items()
)
