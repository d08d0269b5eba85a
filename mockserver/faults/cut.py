"""Loses the connection in the middle of an answer, at a chosen place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mockserver.core.units import Count
from mockserver.plan import Close, Data, Plan, Raw, head_of, with_head

from .base import Context
from .body import length_of, parted
from .cut_points import INSIDES, Inside, parted_at, pieces
from .header_fields import with_fields

_PLACES = ("after_tokens", "after_bytes", "after_events")
Loss: TypeAlias = Literal["fin", "rst", "content_length", "eof"]


@dataclass(frozen=True, slots=True)
class Cut:
    """
    Lose the connection in the middle of an answer, after some tokens, bytes or events.

    By default, the cut is right after the head. ``after_tokens`` counts completion tokens; an event
    stays whole, and a document is cut as if all its tokens were equally long. ``after_bytes``
    counts bytes of the body. ``after_events`` counts the events of a stream, of which the first may
    have only the role; a document counts as one event. ``inside`` moves the cut forward: with
    ``json``, into the middle of the next event, or of the rest of a document; with ``character``,
    into the next multi-byte character; with ``tool_arguments``, into the arguments of the next tool
    call, or between two events if the arguments span several. An answer arrives whole if it ends
    before the cut, or if it contains nothing that fits ``inside``.
    ``by`` is how the connection is lost. With ``by: fin`` or ``by: rst``, the connection ends in
    the middle of a framed body, which a client can detect. With ``by: content_length``, the
    announced length is too short, so the rest is outside the message. With ``by: eof``, no length
    is announced, so the end of the connection is also the end of the body.

    No client retries once a stream has begun. After ``fin`` and ``rst``, clients raise an
    exception; in Cerebras' SDK for Python it is an exception of httpx, which ``except
    cerebras.APIError`` misses. No SDK treats ``eof`` as an error: the stream just ends without a
    ``finish_reason``, and litellm and pydantic-ai report ``stop`` instead. Only Cerebras' SDK for
    Node and aiohttp treat ``content_length`` as an error. If ``eof`` or ``content_length`` cuts a
    character, the SDKs for Python raise a UnicodeDecodeError, which is not one of their own
    exceptions. Clients request a document three times, although each answer may be billed;
    Cerebras' SDK for Node waits forever for the rest of a document that ``fin`` has cut.
    """

    after_tokens: Count | None = None
    after_bytes: Count | None = None
    after_events: Count | None = None
    by: Loss = "fin"
    inside: Inside | None = None

    __pydantic_config__ = {  # noqa: RUF012 (pydantic reads this, dataclasses don't)
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
            raise ValueError(f"has {' and '.join(map(repr, named))}; keep only one of them")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop everything after the cut, or send it outside the message."""
        size = self._size(plan)
        if size is not None and self.inside is not None:
            size = INSIDES[self.inside](plan, size)
        if size is None:
            return plan
        return _LOSSES[self.by](*parted_at(plan, size))

    def _size(self, plan: Plan) -> int | None:
        """Return how many bytes of the body arrive; None if the answer ends before the cut."""
        if head_of(plan) is None:
            return None
        if self.after_bytes is not None:
            return self.after_bytes if self.after_bytes < max(1, length_of(plan)) else None
        if self.after_events is not None:
            begins = [piece.begins for piece in pieces(plan)]
            return begins[self.after_events] if self.after_events < len(begins) else None
        found = parted(plan, self.after_tokens or 0)
        return None if found is None else length_of(found[0])


def _content_length(before: Plan, rest: Plan) -> Plan:
    framing = {"content-length": str(length_of(before)), "connection": "close"}
    lost = b"".join(step.data for step in rest if isinstance(step, Data))
    return (*with_fields(before, framing), Raw(lost), Close())


def _eof(before: Plan, _: Plan) -> Plan:
    unframed = with_fields(before, {"connection": "close"}, without=("content-length",))
    return (*with_head(unframed, lambda head: replace(head, framed=False)), Close())


_LOSSES: Mapping[Loss, Callable[[Plan, Plan], Plan]] = {
    "fin": lambda before, _: (*before, Close()),
    "rst": lambda before, _: (*before, Close(reset=True)),
    "content_length": _content_length,
    "eof": _eof,
}
