"""Bytes that parsers fail on, or disagree about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias, TypeGuard

from pydantic import Field

from mockserver.core.units import WHOLE
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import length_of, resized, rewritten, streams, up_to, with_piece
from .text_offsets import inside_json

Corruption: TypeAlias = Literal[
    "truncated", "malformed", "trailing", "duplicate_keys", "bad_utf8", "bom", "u2028"
]
_TEXT = re.compile(rb'"(?:content|text|reasoning|arguments|message)":"')
_STRING = re.compile(rb'":"')
_OBJECT = (b"{", b"data: {")
_SEPARATORS = "\u2028\u2029\u0085".encode()
_WORD = b"word "
_LARGEST = 2**28  # bytes; a plan is held in memory, in several copies


@dataclass(frozen=True, slots=True)
class Corrupt:
    """
    Damage the body; its framing stays correct.

    ``kind`` says how. The damage is in the first piece with text, or, for ``duplicate_keys``, in
    the document or each event of a stream. If the text of an answer is itself JSON, additions to
    the text go into its longest string.
    """

    kind: Corruption

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Damage the bytes, and correct the length."""
        return CORRUPTIONS[self.kind](plan)


@dataclass(frozen=True, slots=True)
class Huge:
    """
    Add ``bytes`` bytes at the beginning of the text: one long line, in a stream one long event.

    Most clients read 24 MB without complaint. aiohttp raises LineTooLong when an app reads lines
    and an event has 3 MB; ``iter_lines`` of requests takes half a minute for such an event.
    """

    bytes: Annotated[int, Field(ge=1, le=_LARGEST), WHOLE]

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put the bytes into the first text of the answer."""
        filler = (_WORD * (self.bytes // len(_WORD) + 1))[: self.bytes]
        return _with_text(plan, filler)


def _truncated(plan: Plan) -> Plan:
    """
    End the body in the middle of its JSON; end a stream in the middle of its last JSON object.

    A document raises a JSONDecodeError in the SDKs for Python, none of their own exceptions. In a
    stream most clients drop the last line and see a normal end.
    """
    at = max((at for at, step in enumerate(plan) if _is_object(step)), default=None)
    if at is None or not streams(plan):
        short = up_to(plan, length_of(plan) // 2)
    else:
        short = up_to(plan, length_of(plan[:at]) + length_of(plan[at : at + 1]) // 2)
    return resized(short, plan)


def _malformed(plan: Plan) -> Plan:
    """
    Add an extra comma right after the first brace.

    The SDKs for Python raise a JSONDecodeError, none of their own exceptions.
    """
    return _in_first(plan, lambda data: data.replace(b"{", b"{,", 1))


def _trailing(plan: Plan) -> Plan:
    """
    Add a second JSON value after the first.

    All clients reject it like malformed JSON; a parser that reads one value after the other does
    not.
    """
    return _in_first(plan, lambda data: data.rstrip() + b"{}" + data[len(data.rstrip()) :])


def _duplicate_keys(plan: Plan) -> Plan:
    """
    Repeat the key ``choices``, the second time with an empty list.

    RFC 8259 does not define which one counts. All clients take the last: an empty list.
    """

    def doubled(step: Data) -> Data:
        head, brace, tail = step.data.rpartition(b"}")
        if not _is_object(step) or not brace:
            return step
        return replace(step, data=head + b',"choices":[]}' + tail)

    return rewritten(plan, doubled)


def _bad_utf8(plan: Plan) -> Plan:
    """
    Begin the text with a byte that is invalid in UTF-8.

    The SDKs for Python raise a UnicodeDecodeError; those for Node, and requests, show U+FFFD.
    """
    return _with_text(plan, b"\xff")


def _bom(plan: Plan) -> Plan:
    """
    Begin the body with a byte order mark.

    In a document most SDKs ignore it; requests, aiohttp and Cerebras' SDK for Node fail. In a
    stream the SDKs for Python lose the first event, which has only the role.
    """
    at = next((at for at, step in enumerate(plan) if isinstance(step, Data)), None)
    return with_piece(plan, at, lambda data: b"\xef\xbb\xbf" + data)


def _u2028(plan: Plan) -> Plan:
    """
    Begin the text with U+2028, U+2029 and U+0085, which JSON need not escape.

    ``str.splitlines`` breaks lines at them, so a loop over the ``iter_lines`` of httpx parses half
    an event. All SDKs read them correctly.
    """
    return _with_text(plan, _SEPARATORS)


CORRUPTIONS: Mapping[Corruption, Callable[[Plan], Plan]] = {
    "truncated": _truncated,
    "malformed": _malformed,
    "trailing": _trailing,
    "duplicate_keys": _duplicate_keys,
    "bad_utf8": _bad_utf8,
    "bom": _bom,
    "u2028": _u2028,
}


def _is_object(step: Step) -> TypeGuard[Data]:
    return isinstance(step, Data) and step.data.startswith(_OBJECT)


def _first(plan: Plan, pattern: re.Pattern[bytes]) -> int | None:
    found = (at for at, step in enumerate(plan) if _is_object(step) and pattern.search(step.data))
    return next(found, None)


def _in_first(plan: Plan, change: Callable[[bytes], bytes]) -> Plan:
    """Change the first piece with text, or else the first with any string."""
    at = _first(plan, _TEXT)
    return with_piece(plan, _first(plan, _STRING) if at is None else at, change)


def _with_text(plan: Plan, text: bytes) -> Plan:
    """Put bytes before the first text, or into the longest string if the text is itself JSON."""
    place = inside_json(plan)
    if place is not None:
        at, byte = place
        return with_piece(plan, at, lambda data: data[:byte] + text + data[byte:])
    pattern = _STRING if _first(plan, _TEXT) is None else _TEXT
    return _in_first(plan, lambda data: pattern.sub(lambda found: found[0] + text, data, count=1))
