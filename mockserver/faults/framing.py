"""Says of the body what is not so: how long it is, how it is packed."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace
from typing import Literal

from mockserver.core.units import Flag, Whole
from mockserver.plan import Data, End, Head, Plan, Step, Wait

from .base import Context
from .body import length_of, resized, up_to
from .header_fields import changed

_GZIP = 16 + zlib.MAX_WBITS  # with the header and the trailer of RFC 1952


@dataclass(frozen=True, slots=True)
class ContentLength:
    """
    Promise a length that is ``off_by`` so many bytes: more than come, or with a minus fewer.

    The connection is closed behind the body, or with ``stall`` stays open.

    Of a body that is longer than promised the clients see the beginning: a JSONDecodeError, and of
    a stream partial text that counts as whole. A document that is shorter is asked for three times,
    though the model has answered each time; Cerebras' SDK for Node waits for the rest for ever.
    """

    off_by: Whole
    stall: Flag = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Frame the body by the wrong length."""
        length = max(0, length_of(plan) + self.off_by)
        end = Wait(math.inf) if self.stall else End()
        return tuple(
            _promising(step, length) if isinstance(step, Head) else _ended(step, end)
            for step in plan
        )


@dataclass(frozen=True, slots=True)
class Gzip:
    """
    Pack the body with gzip, each event of a stream at once.

    ``kind`` is ``valid``; ``truncated``, with half of the bytes and a framing that is right; or
    ``lie``, where only the header says so.

    All clients unpack what is valid, and refuse the lie, a document after three requests. Of a
    truncated document they find broken JSON; a truncated stream just ends, and counts as whole.
    """

    kind: Literal["valid", "truncated", "lie"] = "valid"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Name the coding in the head, and pack each piece."""
        named = tuple(_coded(step) if isinstance(step, Head) else step for step in plan)
        if self.kind == "lie":
            return named
        packed = _packed(named)
        if self.kind == "truncated":
            packed = up_to(packed, length_of(packed) // 2)
        return resized(packed, length_of(packed) - length_of(plan))


def _promising(head: Head, length: int) -> Head:
    fields = changed(head.headers, {"content-length": str(length)})
    return replace(head, headers=fields, framed=True)


def _ended(step: Step, end: Step) -> Step:
    return end if isinstance(step, End) else step


def _coded(head: Head) -> Head:
    return replace(head, headers=(*head.headers, ("content-encoding", "gzip")))


def _packed(plan: Plan) -> Plan:
    """Pack the pieces so that each can be unpacked as it comes; the last brings the trailer."""
    packer = zlib.compressobj(wbits=_GZIP)
    last = max((at for at, step in enumerate(plan) if isinstance(step, Data)), default=None)

    def pack(data: Data, *, end: bool) -> Data:
        mode = zlib.Z_FINISH if end else zlib.Z_SYNC_FLUSH
        return Data(packer.compress(data.data) + packer.flush(mode), data.tokens)

    return tuple(
        pack(step, end=at == last) if isinstance(step, Data) else step
        for at, step in enumerate(plan)
    )
