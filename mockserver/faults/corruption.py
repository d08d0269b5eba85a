"""Bytes that parsers reject, or that different parsers read differently."""

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
from .text_offsets import place_for_text

Corruption: TypeAlias = Literal[
    "truncated", "malformed", "trailing", "duplicate_keys", "bad_utf8", "bom", "u2028"
]
_TEXT = re.compile(rb'"(?:content|text|reasoning|arguments|message)":"')
_STRING = re.compile(rb'":"')
_OPAQUE = re.compile(rb'"system_fingerprint":"')  # no client interprets its value
_OBJECT = (b"{", b"data: {")
_SEPARATORS = "\u2028\u2029\u0085".encode()
_WORD = b"word "
_LARGEST = 2**28  # in bytes; low enough to hold several copies of a plan in memory


@dataclass(frozen=True, slots=True)
class Corrupt:
    """
    Damage the body; its framing stays correct.

    ``kind`` is the kind of damage. A kind that adds text does so in the first event with text. If
    the text is JSON, as the arguments of a tool call are, they add to the longest string of several
    words in it, so that it stays valid. If it has none, they add to ``system_fingerprint``.
    """

    kind: Corruption

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Damage the bytes, and correct the length."""
        return CORRUPTIONS[self.kind](plan)


@dataclass(frozen=True, slots=True)
class Huge:
    """
    Add ``bytes`` bytes at the beginning of the text, as one long line or one long event.

    If the text is JSON, the bytes go into the JSON, as those of ``corrupt`` do.

    Most clients read 24 MB without complaint. If an event has 3 MB, aiohttp raises LineTooLong when
    an app reads lines, and ``iter_lines`` of the requests library takes half a minute.
    """

    bytes: Annotated[int, Field(ge=1, le=_LARGEST), WHOLE]

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put the bytes into the first text of the answer."""
        filler = (_WORD * (self.bytes // len(_WORD) + 1))[: self.bytes]
        return _with_text(plan, filler)


def _truncated(plan: Plan) -> Plan:
    """
    End a document in the middle of its JSON, or a stream in the middle of its last JSON object.

    If a document ends early, the SDKs for Python raise a JSONDecodeError, which is not one of their
    own exceptions. In a stream, most clients drop the last line and report a normal end.
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

    The SDKs for Python raise a JSONDecodeError, which is not one of their own exceptions.
    """
    return _in_first(plan, lambda data: data.replace(b"{", b"{,", 1))


def _trailing(plan: Plan) -> Plan:
    """
    Add a second JSON value after the first.

    All clients reject this like malformed JSON; a parser that reads one value after another accepts
    it.
    """
    return _in_first(plan, lambda data: data.rstrip() + b"{}" + data[len(data.rstrip()) :])


def _duplicate_keys(plan: Plan) -> Plan:
    """
    Repeat the key ``choices`` with an empty list, in the document or in each event of a stream.

    RFC 8259 does not define which of the two values applies. All clients use the second one, the
    empty list.
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

    The SDKs for Python raise a UnicodeDecodeError; the SDKs for Node, and the requests library,
    replace the byte by U+FFFD.
    """
    return _with_text(plan, b"\xff")


def _bom(plan: Plan) -> Plan:
    """
    Begin the body with a byte order mark.

    Most SDKs ignore the mark in a document; the requests library, aiohttp and Cerebras' SDK for
    Node fail. In a stream, the SDKs for Python lose the first event, which has only the role.
    """
    at = next((at for at, step in enumerate(plan) if isinstance(step, Data)), None)
    return with_piece(plan, at, lambda data: b"\xef\xbb\xbf" + data)


def _u2028(plan: Plan) -> Plan:
    """
    Begin the text with U+2028, U+2029 and U+0085, which JSON does not have to escape.

    ``str.splitlines`` breaks lines at these characters, so a loop over the ``iter_lines`` of httpx
    parses half an event. All SDKs read the characters correctly.
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
    """Change the first piece that has text, or else the first piece that has any string."""
    at = _first(plan, _TEXT)
    return with_piece(plan, _first(plan, _STRING) if at is None else at, change)


def _with_text(plan: Plan, text: bytes) -> Plan:
    """Return the plan with more text, or with a longer fingerprint if the text can't be changed."""
    place = place_for_text(plan)
    if place is not None:
        step, byte = place
        return with_piece(plan, step, lambda data: data[:byte] + text + data[byte:])
    pattern = _STRING if _first(plan, _OPAQUE) is None else _OPAQUE
    at = _first(plan, pattern)
    return with_piece(plan, at, lambda data: pattern.sub(lambda one: one[0] + text, data, count=1))
