"""Breaks the connection: before the answer, after it, or by sending something invalid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from mockserver.core.units import Count
from mockserver.plan import Close, End, Plan, Raw, Wait

from .base import Context
from .body import parted
from .header_fields import with_fields

_NO_CHUNK_SIZE = b"XYZ\r\n"


@dataclass(frozen=True, slots=True)
class Disconnect:
    """
    Close the connection without an answer; ``by`` chooses between FIN and RST.

    A proxy does this when it restarts. A server does it when it has just closed an idle connection.
    The SDKs try three times and raise their APIConnectionError. For a document, the AI SDK raises a
    RetryError; for a stream, its ``textStream`` is empty and raises nothing. httpx raises ReadError
    for RST and RemoteProtocolError for FIN.
    """

    by: Literal["fin", "rst"] = "fin"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Close instead of sending a head."""
        return (*_before_head(plan), Close(reset=self.by == "rst"))


@dataclass(frozen=True, slots=True)
class Garbage:
    """
    Answer with a ``text`` that is not HTTP, and close the connection.

    A service other than the API would answer like this on the same port. Clients treat the answer
    as a lost connection: the SDKs try three times, and the ``textStream`` of the AI SDK stays
    empty.
    """

    text: str = "SSH-2.0-OpenSSH_9.9\r\n"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Send the text instead of a head."""
        return (*_before_head(plan), Raw(self.text.encode()), Close())


@dataclass(frozen=True, slots=True)
class BadChunk:
    """
    After some tokens, send garbage instead of the size of a chunk, and close the connection.

    ``after_tokens: 0`` means right after the head. An answer of at most ``after_tokens`` tokens
    arrives whole.

    If a document ends like this, clients request it three times in all. In a stream, Cerebras' SDK
    for Python raises an httpx.RemoteProtocolError, which ``except cerebras.APIError`` misses; the
    SDKs for Node pass on the parser's error.
    """

    after_tokens: Count = 0

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace the rest of the answer with garbage."""
        found = parted(plan, self.after_tokens)
        if found is None:
            return plan
        chunked = with_fields(found[0], {}, without=("content-length",))
        return (*chunked, Raw(_NO_CHUNK_SIZE), Close())


@dataclass(frozen=True, slots=True)
class HangUp:
    """
    Close the connection after a complete answer, without announcing this in the head.

    A client that keeps connections alive notices the FIN when it sends its next request; a request
    sent before the FIN arrives is lost. The SDKs retry; httpx and the requests library raise an
    exception.
    """

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Close at the end of the answer."""
        return tuple(End(hang_up=True) if isinstance(step, End) else step for step in plan)


def _before_head(plan: Plan) -> Plan:
    return tuple(takewhile(lambda step: isinstance(step, Wait), plan))
