"""Announces a wrong length or a wrong compression of the body."""

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

_GZIP = 16 + zlib.MAX_WBITS  # makes zlib write the header and the trailer of RFC 1952


@dataclass(frozen=True, slots=True)
class ContentLength:
    """
    Announce a length that is ``off_by`` bytes too long, or too short if ``off_by`` is negative.

    After the body, the server closes the connection, or with ``stall`` keeps it open.

    Clients read only as much as announced. If the length is too short, parsing a document raises a
    JSONDecodeError, and a stream gives partial text that passes for complete. If the length is too
    long, clients request a document three times, though the model has answered each time; Cerebras'
    SDK for Node waits forever for the rest.
    """

    off_by: Whole
    stall: Flag = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Announce the wrong length in the head."""
        length = max(0, length_of(plan) + self.off_by)
        end = Wait(math.inf) if self.stall else End()
        steps = tuple(end if isinstance(step, End) else step for step in plan)
        return with_head(steps, lambda head: _promising(head, length))


@dataclass(frozen=True, slots=True)
class Gzip:
    """
    Compress the body with gzip; in a stream, compress each event separately.

    ``kind`` is ``valid``; ``truncated``, with half of the bytes and correct framing; or ``lie``, an
    uncompressed body whose header claims compression.

    All clients decompress a valid body. They reject a ``lie``; if a document is a lie, they request
    it three times first. A truncated document is broken JSON to all clients. A truncated stream
    just ends and passes for complete.
    """

    kind: Literal["valid", "truncated", "lie"] = "valid"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Announce gzip in the head, and compress each piece."""
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
    """Compress each piece so that clients can read it on arrival; end the last with a trailer."""
    packer = zlib.compressobj(wbits=_GZIP)
    last = max((at for at, step in enumerate(plan) if isinstance(step, Data)), default=None)

    def pack(data: Data, *, end: bool) -> Data:
        mode = zlib.Z_FINISH if end else zlib.Z_SYNC_FLUSH
        return Data(packer.compress(data.data) + packer.flush(mode), data.tokens)

    return tuple(
        pack(step, end=at == last) if isinstance(step, Data) else step
        for at, step in enumerate(plan)
    )
