"""Loses the connection in the middle of an answer, at a place of choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mockserver.core.units import Count
from mockserver.plan import Close, Data, Head, Plan, Raw, Step, head_of

from .base import Context
from .body import length_of, parted
from .cut_points import INSIDES, Inside, parted_at, pieces
from .header_fields import with_fields

_PLACES = ("after_tokens", "after_bytes", "after_events")
Loss: TypeAlias = Literal["fin", "rst", "content_length", "eof"]


@dataclass(frozen=True, slots=True)
class Cut:
    """
    Lose the connection in the middle of an answer, after so many tokens, bytes or events.

    ``after_tokens`` is 0, right after the head, where no other place is named; an event stays
    whole, a document is cut in proportion. ``after_bytes`` counts those of the body.
    ``after_events`` counts a stream's, of which the first may be the role alone, and the document
    is one. ``inside`` moves the cut on: into the next ``json``, which is the next line of a stream
    or what is left of a document; into the next ``character`` of several bytes; or into the next
    ``tool_arguments``, between two events where they come in several. What has no such place, and
    what is shorter, arrives whole. ``by`` is how it is lost: ``fin`` in the middle of a framed
    body, which can be seen; ``rst``; a ``content_length`` that is too short, so that the rest
    belongs to nothing; or ``eof``, the end of a body that only the end of the connection ends.

    Nobody asks again once a stream has begun. ``fin`` and ``rst`` are exceptions, but in Cerebras'
    SDK for Python those of httpx, which ``except cerebras.APIError`` misses. ``eof`` is no error
    to any SDK: the stream just ends, without a ``finish_reason``, for which litellm and pydantic-ai
    put ``stop``. ``content_length`` is none either, but to Cerebras' SDK for Node and to aiohttp.
    Inside of a character both are a UnicodeDecodeError in the SDKs for Python, none of their own.
    A document is asked for three times, although it may have been paid for; Cerebras' SDK for Node
    waits for ever for the rest of one that ``fin`` has cut.
    """

    after_tokens: Count | None = None
    after_bytes: Count | None = None
    after_events: Count | None = None
    by: Loss = "fin"
    inside: Inside | None = None

    __pydantic_config__ = {  # noqa: RUF012 (pydantic reads it, dataclasses don't)
        "extra": "forbid",
        "json_schema_extra": {
            "not": {
                "anyOf": [
                    {"required": [one, other]}
                    for one, other in (_PLACES[:2], _PLACES[1:], _PLACES[::2])
                ]
            }
        },
    }

    def __post_init__(self) -> None:
        named = [place for place in _PLACES if getattr(self, place) is not None]
        if len(named) > 1:
            raise ValueError(f"names {' and '.join(map(repr, named))}, of which one is enough")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop all that follows, or let it belong to nothing."""
        size = self._size(plan)
        if size is not None and self.inside is not None:
            size = INSIDES[self.inside](plan, size)
        if size is None:
            return plan
        return _LOSSES[self.by](*parted_at(plan, size))

    def _size(self, plan: Plan) -> int | None:
        """Return how much of the body is let through; None for an answer that is shorter."""
        if head_of(plan) is None:
            return None
        if self.after_bytes is not None:
            return self.after_bytes if self.after_bytes < max(1, length_of(plan)) else None
        if self.after_events is not None:
            begins = [piece.begins for piece in pieces(plan)]
            return begins[self.after_events] if self.after_events < len(begins) else None
        found = parted(plan, self.after_tokens or 0)
        return None if found is None else length_of(found[0])


def _fin(before: Plan, _: Plan) -> Plan:
    return (*before, Close())


def _rst(before: Plan, _: Plan) -> Plan:
    return (*before, Close(reset=True))


def _content_length(before: Plan, rest: Plan) -> Plan:
    framing = {"content-length": str(length_of(before)), "connection": "close"}
    lost = b"".join(step.data for step in rest if isinstance(step, Data))
    return (*with_fields(before, framing), Raw(lost), Close())


def _eof(before: Plan, _: Plan) -> Plan:
    unframed = with_fields(before, {"connection": "close"}, without=("content-length",))
    return (*map(_to_the_end, unframed), Close())


def _to_the_end(step: Step) -> Step:
    return replace(step, framed=False) if isinstance(step, Head) else step


_LOSSES: Mapping[Loss, Callable[[Plan, Plan], Plan]] = {
    "fin": _fin,
    "rst": _rst,
    "content_length": _content_length,
    "eof": _eof,
}
