"""Describes the body wrongly: its length, or its compression."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace
from typing import Literal

from mockserver.core.units import Flag, Whole
from mockserver.plan import Data, End, Head, Plan, Wait, with_head

from .base import Context
from .body import length_of, resized, up_to
from .header_fields import changed

_GZIP = 16 + zlib.MAX_WBITS  # with the header and the trailer of RFC 1952


@dataclass(frozen=True, slots=True)
class ContentLength:
    """
    Promise a wrong length, ``off_by`` some bytes: too many, or with a minus too few.

    The connection closes after the body, or with ``stall`` stays open.

    Clients read only as much as promised. With too few bytes a document is a JSONDecodeError, and a
    stream is partial text that passes for complete. With too many, clients request a document three
    times, though the model has answered each time; Cerebras' SDK for Node waits forever for the
    rest.
    """

    off_by: Whole
    stall: Flag = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Frame the body by the wrong length."""
        length = max(0, length_of(plan) + self.off_by)
        end = Wait(math.inf) if self.stall else End()
        steps = tuple(end if isinstance(step, End) else step for step in plan)
        return with_head(steps, lambda head: _promising(head, length))


@dataclass(frozen=True, slots=True)
class Gzip:
    """
    Compress the body with gzip, each event of a stream on its own.

    ``kind`` is ``valid``; ``truncated``, with half of the bytes and correct framing; or ``lie``,
    where only the header claims compression.

    All clients decompress a valid body, and reject the lie, for a document after three requests. A
    truncated document is broken JSON to them; a truncated stream just ends and passes for complete.
    """

    kind: Literal["valid", "truncated", "lie"] = "valid"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Name the coding in the head, and compress each piece."""
        named = with_head(plan, _coded)
        if self.kind == "lie":
            return named
        packed = _packed(named)
        if self.kind == "truncated":
            packed = up_to(packed, length_of(packed) // 2)
        return resized(packed, plan)


def _promising(head: Head, length: int) -> Head:
    fields = changed(head.headers, {"content-length": str(length)})
    return replace(head, headers=fields, framed=True)


def _coded(head: Head) -> Head:
    return replace(head, headers=(*head.headers, ("content-encoding", "gzip")))


def _packed(plan: Plan) -> Plan:
    """Compress each piece so that it can be decompressed on arrival; the last has the trailer."""
    packer = zlib.compressobj(wbits=_GZIP)
    last = max((at for at, step in enumerate(plan) if isinstance(step, Data)), default=None)

    def pack(data: Data, *, end: bool) -> Data:
        mode = zlib.Z_FINISH if end else zlib.Z_SYNC_FLUSH
        return Data(packer.compress(data.data) + packer.flush(mode), data.tokens)

    return tuple(
        pack(step, end=at == last) if isinstance(step, Data) else step
        for at, step in enumerate(plan)
    )
