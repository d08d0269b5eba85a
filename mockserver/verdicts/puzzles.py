"""
Answers with status 200 that are not what an app takes them for: what came, what a good app does.

They are told by their bytes and not by the faults that made them, so that a fault of a user's own
is explained as well. ``docs/faults.md`` has what each client makes of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mockserver.api.contract.routes import COMPLETING
from mockserver.core.messages import json_object
from mockserver.core.sse import read
from mockserver.journal import Exchange, Served
from mockserver.plan import ending, head_of

from .form import readable

_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.IGNORECASE)
_SEPARATORS = re.compile("[\u2028\u2029\u0085]")
_THOUGHTS = re.compile(r"\s*<((?:think|thought|reason)\w*)>", re.IGNORECASE)
_SHORT = 120  # characters of a message


class ReceivedAnswer:
    """An answer as an app sees it: the parts that a puzzle is told by."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        head = head_of(exchange.compact)
        self.media_type = (head.header("content-type") or "") if head else ""
        self.text = ending.body_of(exchange.compact).decode(errors="replace")

    @cached_property
    def streams(self) -> bool:
        """Whether events came, asked for or not."""
        return ending.streams(self.exchange.compact)

    @cached_property
    def events(self) -> list[tuple[str, str]]:
        """The name and the data of each event."""
        return [read(one) for one in ending.events(self.exchange.compact)] if self.streams else []

    @cached_property
    def document(self) -> Mapping[str, object]:
        """The JSON object of what is no stream; empty when it is none."""
        return {} if self.streams else json_object(self.text)

    @cached_property
    def choices(self) -> list[Served]:
        """What can be read of each choice."""
        return self.exchange.choices

    @property
    def is_silent(self) -> bool:
        """Whether there are choices and none says anything."""
        return bool(self.choices) and not any(one.text or one.calls for one in self.choices)

    @property
    def facts(self) -> Mapping[str, object]:
        """What a sentence may name."""
        error = self.document.get("error", self.document)
        said = error.get("message") if isinstance(error, dict) else error
        thoughts = _THOUGHTS.match(self.choices[0].text) if self.choices else None
        return {
            "type": self.media_type or "none",
            "message": " ".join(str(said).split())[:_SHORT],
            "tokens": self.exchange.completion_tokens,
            "finish": self.exchange.finish_reason,
            "event": next((name for name, _ in self.events if name), ""),
            "tag": thoughts[1] if thoughts else "",
            "faults": ", ".join(self.exchange.faults) or "none of the mock's",
        }


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A kind of answer: how it is told, what the client got, and what a good app does."""

    met: Callable[[ReceivedAnswer], bool]
    what: str
    fix: str


def explained(exchange: Exchange) -> tuple[str, str] | None:
    """Return what is odd about an answer, and what to do; None when nothing is."""
    if exchange.refused or exchange.gist or exchange.endpoint not in COMPLETING:
        return None
    answer = ReceivedAnswer(exchange)
    puzzle = next((one for one in PUZZLES if one.met(answer)), None)
    return (puzzle.what.format_map(answer.facts), puzzle.fix) if puzzle else None


def _is_page(answer: ReceivedAnswer) -> bool:
    return bool(_PAGE.match(answer.text))


def _is_error(answer: ReceivedAnswer) -> bool:
    said = answer.document
    return "choices" not in said and bool(said.get("error") or said.get("message"))


def _is_in_another_mode(answer: ReceivedAnswer) -> bool:
    return answer.streams != answer.exchange.stream and bool(answer.choices)


def _is_empty(answer: ReceivedAnswer) -> bool:
    return not answer.choices and (answer.streams or bool(answer.document) or not answer.text)


def _is_no_json(answer: ReceivedAnswer) -> bool:
    return not answer.streams and not answer.document


def _is_thoughts_only(answer: ReceivedAnswer) -> bool:
    exchange = answer.exchange
    used_up = exchange.finish_reason == "length" and exchange.completion_tokens > 0
    return used_up and answer.is_silent


def _has_names(answer: ReceivedAnswer) -> bool:
    return any(name and said for name, said in answer.events)


def _has_empty_choices(answer: ReceivedAnswer) -> bool:
    return any(json_object(said).get("choices") == [] for _, said in answer.events)


def _has_separators(answer: ReceivedAnswer) -> bool:
    return bool(_SEPARATORS.search(answer.text))


def _has_tags(answer: ReceivedAnswer) -> bool:
    wanted = answer.exchange.body.get("reasoning_format") == "raw"
    return not wanted and any(_THOUGHTS.match(one.text) for one in answer.choices)


def _lacks_calls(answer: ReceivedAnswer) -> bool:
    return any(one.finish == "tool_calls" and not one.calls for one in answer.choices)


def _has_broken_calls(answer: ReceivedAnswer) -> bool:
    ended = [one for one in answer.choices if one.finish == "tool_calls"]
    return any(not call.whole for one in ended for call in one.calls)


def _is_unreadable(answer: ReceivedAnswer) -> bool:
    ended = answer.exchange.finish_reason not in (None, "length")
    return ended and not readable(answer.exchange)


PUZZLES = (
    Puzzle(
        _is_page,
        "status 200 came with an HTML page, as of a captive portal or a proxy",
        "look at the media type, raise an error, and show no page; SDKs hand it on as a str",
    ),
    Puzzle(
        _is_error,
        "status 200 came with an error in the place of a completion: {message}",
        "raise an error where there are no choices; SDKs hand on choices=None",
    ),
    Puzzle(
        _is_in_another_mode,
        "a stream came for a document, or a document for a stream ({type})",
        "take a stream without text, and a completion that is a str, for a failure",
    ),
    Puzzle(
        _is_empty,
        "status 200 came without any choices",
        "look whether there is a choice before reading the first; take none for a failure",
    ),
    Puzzle(
        _is_no_json,
        "status 200 came with a body that is no JSON object",
        "catch what the JSON parser raises as well as the SDK's errors",
    ),
    Puzzle(
        _is_thoughts_only,
        "the model thought until all {tokens} tokens were used up, and said nothing",
        "raise max_completion_tokens or lower reasoning_effort; the same again brings the same",
    ),
    Puzzle(
        _lacks_calls,
        "finish_reason is tool_calls, and there are no calls",
        "look whether there is a call before taking the first",
    ),
    Puzzle(
        lambda answer: answer.is_silent,
        "the completion has no content, and its finish_reason is {finish}",
        "look whether there is text before showing or storing it, whatever finish_reason says",
    ),
    Puzzle(
        _has_names,
        "each event has a name ({event!r}), and some SDKs drop the text of such events",
        "take a stream without text for a failure; a reader of one's own passes over event lines",
    ),
    Puzzle(
        _has_empty_choices,
        "an event has an empty list of choices, as with usage of other providers",
        "pass over events without choices; choices[0] fails there",
    ),
    Puzzle(
        _has_separators,
        "the text has U+2028, U+2029 or U+0085, at which some take a line to end",
        "split events at line feeds only: not by str.splitlines or the iter_lines of httpx",
    ),
    Puzzle(
        _has_tags,
        "the thoughts stand in the content, in <{tag}> tags",
        "cut them off before showing the text, or parsing the JSON behind them",
    ),
    Puzzle(
        _has_broken_calls,
        "the arguments of a call are no JSON object",
        "catch what the JSON parser raises, tell the model once, and run no tool on a guess",
    ),
    Puzzle(
        _is_unreadable,
        "the answer has a form that some clients can't read (faults: {faults})",
        "see what yours makes of it in docs/faults.md; take what it can't read for a failure",
    ),
)
