"""Bytes that parsers trip over, or over which they disagree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias, TypeGuard

from pydantic import Field

from mockserver.core.units import WHOLE
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import length_of, resized, rewritten, streams, up_to
from .text_offsets import inside_json

Corruption: TypeAlias = Literal[
    "truncated", "malformed", "trailing", "duplicate_keys", "bad_utf8", "bom", "u2028"
]
_SAID = re.compile(rb'"(?:content|text|reasoning|arguments|message)":"')
_STRING = re.compile(rb'":"')
_OBJECT = (b"{", b"data: {")
_SEPARATORS = "\u2028\u2029\u0085".encode()
_WORD = b"word "
_LARGEST = 2**28  # bytes; a plan is held in memory, in several copies


@dataclass(frozen=True, slots=True)
class Corrupt:
    """
    Damage the body, with a framing that is right all the same.

    ``kind`` says how: in the first piece that says something, or, for ``duplicate_keys``, in the
    document or each event of a stream. The text of an answer that is JSON itself is the longest
    string in it.
    """

    kind: Corruption

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Damage the bytes, and let the length follow."""
        return CORRUPTIONS[self.kind](plan)


@dataclass(frozen=True, slots=True)
class Huge:
    """
    Let the text begin with so many ``bytes`` more: one long line, in a stream one long event.

    Most clients read 24 MB without complaint. aiohttp, asked for lines, raises LineTooLong at an
    event of 3 MB; the ``iter_lines`` of requests takes half a minute for it.
    """

    bytes: Annotated[int, Field(ge=1, le=_LARGEST), WHOLE]

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put the bytes into the first text of the answer."""
        filler = (_WORD * (self.bytes // len(_WORD) + 1))[: self.bytes]
        return _with_text(plan, filler)


def _truncated(plan: Plan) -> Plan:
    """
    End the body in the middle of its JSON, a stream in that of its last object.

    A document is a JSONDecodeError in the SDKs for Python, none of their own exceptions. Of a
    stream most clients drop the last line and see a normal end.
    """
    at = max((at for at, step in enumerate(plan) if _is_object(step)), default=None)
    if at is None or not streams(plan):
        short = up_to(plan, length_of(plan) // 2)
    else:
        short = up_to(plan, length_of(plan[:at]) + length_of(plan[at : at + 1]) // 2)
    return resized(short, length_of(short) - length_of(plan))


def _malformed(plan: Plan) -> Plan:
    """
    Put a comma too many, right after the first brace.

    It is a JSONDecodeError in the SDKs for Python, none of their own exceptions.
    """
    return _in_first(plan, lambda data: data.replace(b"{", b"{,", 1))


def _trailing(plan: Plan) -> Plan:
    """
    Let a second JSON value follow the first.

    All clients refuse it as they refuse malformed JSON; a parser that reads values one after the
    other does not.
    """
    return _in_first(plan, lambda data: data.rstrip() + b"{}" + data[len(data.rstrip()) :])


def _duplicate_keys(plan: Plan) -> Plan:
    """
    Say ``choices`` twice, the second time as an empty list.

    RFC 8259 leaves open which one counts. All clients take the last: an empty list.
    """

    def doubled(step: Data) -> Data:
        head, brace, tail = step.data.rpartition(b"}")
        if not _is_object(step) or not brace:
            return step
        return replace(step, data=head + b',"choices":[]}' + tail)

    return rewritten(plan, doubled)


def _bad_utf8(plan: Plan) -> Plan:
    """
    Let the text begin with a byte that UTF-8 does not have.

    It is a UnicodeDecodeError in the SDKs for Python; those for Node and requests show U+FFFD.
    """
    return _with_text(plan, b"\xff")


def _bom(plan: Plan) -> Plan:
    """
    Let a byte order mark come first.

    The SDKs read over it in a document, on which requests, aiohttp and Cerebras' SDK for Node fail.
    Of a stream those for Python lose the first event, which says no more than the role.
    """
    at = next((at for at, step in enumerate(plan) if isinstance(step, Data)), None)
    return _changed(plan, at, lambda data: b"\xef\xbb\xbf" + data)


def _u2028(plan: Plan) -> Plan:
    """
    Let the text begin with U+2028, U+2029 and U+0085, which JSON need not escape.

    They part lines for ``str.splitlines``, so a loop over the ``iter_lines`` of httpx parses half
    an event. All SDKs read them.
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
    """Change the first piece that says something, or else the first with any string."""
    at = _first(plan, _SAID)
    return _changed(plan, _first(plan, _STRING) if at is None else at, change)


def _with_text(plan: Plan, text: bytes) -> Plan:
    """Let the first text begin with some more bytes, or in JSON the longest string of it."""
    place = inside_json(plan)
    if place is not None:
        at, byte = place
        return _changed(plan, at, lambda data: data[:byte] + text + data[byte:])
    pattern = _STRING if _first(plan, _SAID) is None else _SAID
    return _in_first(plan, lambda data: pattern.sub(lambda found: found[0] + text, data, count=1))


def _changed(plan: Plan, at: int | None, change: Callable[[bytes], bytes]) -> Plan:
    """Change the bytes of one piece, and let the length follow."""
    steps = tuple(
        replace(step, data=change(step.data)) if place == at and isinstance(step, Data) else step
        for place, step in enumerate(plan)
    )
    return resized(steps, length_of(steps) - length_of(plan))
